"""Annex A: the theories the strategy rests on, each beside what it gave in this very document.

A theory stands here only because something is computed or asked by it. ``shows`` tells the live result; where a theory
orders what people state, it tells how much they have stated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from regulars.base.inputs.communication import Communication
from regulars.base.inputs.organisation import Organisation
from regulars.base.inputs.service import Service
from regulars.base.inputs.workflows import Workflows
from regulars.base.text import Listing, Number, Text, say
from regulars.report.document import Block, Cell, Column, Pill, Section, Table, Words
from regulars.report.names import model_card, verbatim
from regulars.report.strategy.book import Book
from regulars.report.strategy.ch06_service import latest

type Shown = Callable[[Book], Text | None]


@dataclass(frozen=True, slots=True)
class Theory:
    """A theory: what is said of it is ``book.theories.<id>_*``; chapters where it is used, its method cards."""

    id: str
    reference: str
    chapters: tuple[str, ...]
    cards: tuple[str, ...]
    shows: Shown


def _visits(c: Book) -> Text | None:
    chosen = next((m for m in c.diagnosis.value_models if m.chosen and m.role == "visits"), None)
    return (
        say("book.theories.visits_shows", model=say(f"card.{model_card(chosen)}.title"), n=chosen.customers)
        if chosen
        else None
    )


def _classes(c: Book) -> Text | None:
    cuts = c.diagnosis.classes
    n = sum(row.customers for row in cuts.rows)
    return say("book.theories.classes_shows", n=n, classes=len(cuts.rows), value=c.purse.about(cuts.value_cut))


def _equity(c: Book) -> Text | None:
    return say("book.theories.equity_shows", gain=c.purse.about(c.made.value_36.mean), cost=c.purse.exact(c.made.cost))


def _uplift(c: Book) -> Text | None:
    return say("book.theories.uplift_shows", n=c.made.held_out, of=c.made.customers)


def _contacts(c: Book) -> Text | None:
    return say("book.theories.contacts_shows", n=c.business.contact.max_contacts)


def _stages(c: Book) -> Text | None:
    states = {s.state: s.customers for s in c.diagnosis.wastage.states}
    return say("book.theories.stages_shows", n=len(states), of=sum(states.values()))


def _types(c: Book) -> Text | None:
    kinds = tuple(dict.fromkeys(line.relationship for line in c.made.lines))
    return say("book.theories.types_shows", n=len(kinds)) if kinds else None


def _growth(c: Book) -> Text | None:
    return say("book.theories.growth_shows", n=len(c.made.not_chosen))


def _processes(c: Book) -> Text | None:
    return say("book.theories.processes_shows", n=len(c.made.targets))


def _quality_return(c: Book) -> Text | None:
    found = c.invested()
    return say("book.theories.roq_shows", cost=c.purse.exact(found.cost)) if found else None


def _quality(c: Book) -> Text | None:
    found = c.inputs.of(Service)
    return say("book.theories.quality_shows", n=len(latest(found.scores))) if found and found.scores else None


def _matrix(c: Book) -> Text | None:
    found = c.inputs.of(Service)
    return say("book.theories.matrix_shows", n=len(found.lines)) if found and found.lines else None


def _package(c: Book) -> Text | None:
    found = c.inputs.of(Service)
    return say("book.theories.package_shows", n=len(found.package)) if found and found.package else None


def _complaints(c: Book) -> Text | None:
    found = c.inputs.of(Workflows)
    steps = next((w.steps for w in found.workflows if w.process == "complaints"), ()) if found else ()
    return say("book.theories.complaints_shows", n=len(steps)) if steps else None


def _recovery(c: Book) -> Text | None:
    found = c.inputs.of(Workflows)
    return say("book.theories.recovery_shows", n=len(found.remedies)) if found and found.remedies else None


def _pledges(c: Book) -> Text | None:
    found = c.inputs.of(Communication)
    return say("book.theories.pledges_shows", n=len(found.pledges)) if found and found.pledges else None


def _people(c: Book) -> Text | None:
    found = c.inputs.of(Organisation)
    return say("book.theories.people_shows", n=len(found.changes)) if found and found.changes else None


def _demand(c: Book) -> Text | None:
    found = [p for p in c.made.prices if p.limit.startswith("hours:")]
    tight = sum(1 for p in found if p.binding)
    return say("book.theories.demand_shows", n=len(found), tight=tight) if found else None


THEORIES: tuple[Theory, ...] = (
    Theory(
        "processes",
        "Payne & Frow, A Strategic Framework for CRM, Journal of Marketing 69(4), 2005",
        ("8",),
        (),
        _processes,
    ),
    Theory(
        "stages",
        "Reinartz, Krafft & Hoyer, The CRM Process, Journal of Marketing Research 41(3), 2004",
        ("5", "8"),
        (),
        _stages,
    ),
    Theory(
        "visits",
        "Schmittlein, Morrison & Colombo, Counting Your Customers, Management Science 33(1), 1987",
        ("5", "15"),
        ("tournament",),
        _visits,
    ),
    Theory(
        "classes",
        "Reinartz & Kumar, The Mismanagement of Customer Loyalty, Harvard Business Review, July 2002",
        ("5",),
        ("classes",),
        _classes,
    ),
    Theory(
        "equity",
        "Rust, Lemon & Zeithaml, Return on Marketing, Journal of Marketing 68(1), 2004",
        ("0", "8", "15"),
        ("allocation",),
        _equity,
    ),
    Theory(
        "uplift",
        "Ascarza, Retention Futility, Journal of Marketing Research 55(1), 2018",
        ("8", "14"),
        ("effects",),
        _uplift,
    ),
    Theory(
        "contacts",
        "Venkatesan & Kumar, A Customer Lifetime Value Framework, Journal of Marketing 68(4), 2004",
        ("8", "13"),
        (),
        _contacts,
    ),
    Theory(
        "types",
        "Weitz, Castleberry & Tanner, Selling: Building Partnerships, McGraw-Hill, 2005",
        ("7",),
        ("relationships",),
        _types,
    ),
    Theory(
        "growth",
        "Ansoff, Strategies for Diversification, Harvard Business Review 35(5), 1957",
        ("7",),
        ("expansion",),
        _growth,
    ),
    Theory(
        "roq",
        "Rust, Zahorik & Keiningham, Return on Quality, Journal of Marketing 59(2), 1995",
        ("7", "15"),
        (),
        _quality_return,
    ),
    Theory(
        "quality",
        "Parasuraman, Zeithaml & Berry, SERVQUAL, Journal of Retailing 64(1), 1988; Cronin & Taylor, "
        "Measuring Service Quality, Journal of Marketing 56(3), 1992",
        ("6",),
        (),
        _quality,
    ),
    Theory(
        "matrix",
        "Schmenner, How Can Service Businesses Survive and Prosper?, Sloan Management Review 27(3), 1986",
        ("6",),
        (),
        _matrix,
    ),
    Theory("package", "Fitzsimmons & Fitzsimmons, Service Management, McGraw-Hill", ("6",), (), _package),
    Theory(
        "complaints",
        "ISO 10002:2018, Quality management: Customer satisfaction: Guidelines for complaints handling",
        ("9",),
        (),
        _complaints,
    ),
    Theory(
        "recovery",
        "Smith, Bolton & Wagner, Customer Satisfaction with Service Encounters, Journal of Marketing Research 36(3), "
        "1999; de Matos, Henrique & Rossi, Service Recovery Paradox, Journal of Service Research 10(1), 2007",
        ("9",),
        (),
        _recovery,
    ),
    Theory(
        "pledges",
        "ISO 10001:2018, Quality management: Customer satisfaction: Guidelines for codes of conduct",
        ("10",),
        (),
        _pledges,
    ),
    Theory(
        "people",
        "Heskett, Jones, Loveman, Sasser & Schlesinger, Putting the Service-Profit Chain to Work, Harvard Business "
        "Review, March 1994",
        ("11",),
        (),
        _people,
    ),
    Theory(
        "demand",
        "Sasser, Match Supply and Demand in Service Industries, Harvard Business Review, November 1976",
        ("8", "11"),
        (),
        _demand,
    ),
)


def chapter(c: Book) -> Section:
    """Every theory used: what it says, where it is used, what it gave here, where it comes from."""
    shown = {t.id: t.shows(c) for t in THEORIES}
    live = sum(1 for said in shown.values() if said is not None)
    columns = (
        Column(say("book.theories.theory"), share=1.5),
        Column(say("book.theories.says"), share=2.6),
        Column(say("book.theories.gives"), share=2.2),
        Column(say("book.theories.used_in"), share=0.9),
    )
    rows: list[tuple[Cell, ...]] = []
    for t in THEORIES:
        said = shown[t.id]
        gave: Cell = Words(said) if said is not None else Pill(say("book.theories.waits"), "warn")
        where = Words(say("book.theories.chapters", numbers=Listing(t.chapters)))
        rows.append(
            (
                Words(say(f"book.theories.{t.id}_name"), strong=True),
                Words(say(f"book.theories.{t.id}_says")),
                gave,
                where,
            )
        )
    beneath = tuple(say("book.theories.reference", source=verbatim(t.reference)) for t in THEORIES)
    caption, note = say("book.theories.table"), say("book.theories.note")
    blocks: tuple[Block, ...] = (Table(caption, columns, tuple(rows), note, beneath),)
    heading = say("book.theories.head", n=len(THEORIES), live=live)
    cards = tuple(card for t in THEORIES for card in t.cards)
    return c.chapter("A", "theories", heading, blocks, lead=_lead(live), cards=cards, planned=True)


def _lead(live: int) -> Text:
    return say("book.theories.lead", n=len(THEORIES) - live, share=Number(100 * live / len(THEORIES), 0))
