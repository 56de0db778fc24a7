"""Chapter 4: the measures there are today: how well their effect is known, whom they reach, what they cost.

"Measured here" is said only of a measure whose effect was measured on this business's own customers against a control
group; everything else is graded by the evidence from elsewhere.
"""

from __future__ import annotations

from regulars.base.text import Listing, Local, Text, say
from regulars.packs.schema import TIERS, Measure
from regulars.report import names
from regulars.report.chapters import acquisition, renewal
from regulars.report.chapters.decision import measures_by_value
from regulars.report.document import (
    Amount,
    Bar,
    Block,
    Cell,
    Column,
    Figure,
    Missing,
    Pill,
    Points,
    Section,
    Table,
    Words,
)
from regulars.report.figures import part
from regulars.report.strategy.book import Book, cards_of, queries_of
from regulars.report.strategy.ch16_last_cycle import TONES as VERDICTS
from regulars.report.strategy.ch16_last_cycle import measured
from regulars.report.strategy.grades import ORDER, TONES, grade


def chapter(c: Book) -> Section:
    """Strengths and weaknesses of the measures, and what the past can say about them."""
    won, back = acquisition.chapter(c), renewal.chapter(c)
    blocks: tuple[Block | None, ...] = (
        _own(c),
        _evidence(c),
        _strengths(c),
        _inventory(c),
        *c.part(won, keep=(Figure, Table)),
        *c.part(back, keep=(Figure, Table)),
        _missing(c),
    )
    queries = (*queries_of(won, back), "standings", "permissions")
    cards = ("effects", *cards_of(won, back))
    return c.chapter("4", "review", _heading(c), blocks, lead=_lead(c), queries=queries, cards=cards)


def _graded(c: Book) -> dict[str, list[Measure]]:
    return {g: [m for m in c.pack.measures if grade(m) == g] for g in ORDER}


def _heading(c: Book) -> Text:
    found = _graded(c)
    tried = len(found["A"]) + len(found["B"])
    return say("book.review.head", n=len(c.pack.measures), tried=tried, unknown=len(found["E"]))


def _lead(c: Book) -> Text:
    last = measured(c)
    return say("book.review.lead") if last is None else say("book.review.lead_measured", day=last.until)


def _evidence(c: Book) -> Table:
    columns = (Column(say("book.review.grade"), share=2.4), Column(say("book.review.measures"), share=2.4))
    rows: list[tuple[Cell, ...]] = [
        (Words(names.trust(g)), Bar(round(part(len(m), len(c.pack.measures)), 4), len(m)))
        for g, m in _graded(c).items()
    ]
    return Table(say("book.review.evidence"), columns, tuple(rows), source=c.from_plan())


def _strengths(c: Book) -> Points:
    found = _graded(c)
    strong = tuple(_local(m) for g in ("A", "B") for m in found[g] if m.id in measures_by_value(c.made))
    paid = tuple(_local(m) for m in c.pack.measures if m.incentive and m.id not in measures_by_value(c.made))
    blind = tuple(_local(m) for m in found["E"])
    risky = tuple(_local(m) for m in c.pack.measures if m.test_first)
    items = (
        say("book.review.strong", n=len(strong), names=Listing(strong)) if strong else None,
        say("book.review.costly", n=len(paid), names=Listing(paid)) if paid else None,
        say("book.review.blind", n=len(blind), names=Listing(blind)) if blind else None,
        say("book.review.risky", n=len(risky), names=Listing(risky)) if risky else None,
    )
    return Points(tuple(i for i in items if i is not None), say("book.review.judged"), source=c.from_plan())


def _local(m: Measure) -> Local:
    return Local({str(k): v for k, v in m.name.items()})


def _inventory(c: Book) -> Table:
    """Every measure of the trade: channel, cost, reach, grade, whether the plan uses it."""
    used = measures_by_value(c.made)
    columns = (
        Column(say("report.plan.measure"), share=2.2),
        Column(say("book.review.relationship"), share=1.2),
        Column(say("book.review.channel"), share=1.1),
        Column(say("book.review.reach"), "right", 1.0),
        Column(say("book.review.cost"), "right", 1.0),
        Column(say("book.review.known"), share=0.8),
        Column(say("book.review.in_plan"), share=0.9),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(_local(m), strong=m.id in used),
            Words(names.relationship(m.relationship)),
            Words(names.channel(m.channel)),
            Amount(reach(c, m)),
            Amount(c.purse.exact(m.cost) if m.cost or not m.hours else say("book.review.time_only")),
            Pill(grade(m), TONES[grade(m)]),
            Pill(say("book.review.yes"), "accent") if m.id in used else Amount(None),
        )
        for m in c.pack.measures
    ]
    return Table(say("book.review.inventory"), columns, tuple(rows), say("book.review.inventory_note"))


def reach(c: Book, m: Measure) -> int:
    """Customers of the states and tiers a measure is for who may be contacted on its channel."""
    return sum(
        cell.reachable.get(m.channel, 0) if m.purpose == "marketing" else cell.customers
        for cell in c.made.cells
        if cell.state in m.states and tiers_in(cell.tier) & set(m.tiers)
    )


def tiers_in(name: str) -> set[str]:
    """The tiers a group joined of several holds: "high-middle" both, "all" every one."""
    if name == "all":
        return set(TIERS)
    ends = [tier for tier in TIERS if tier in name.split("-")]
    return set(TIERS[TIERS.index(ends[0]) : TIERS.index(ends[-1]) + 1]) if ends else set(TIERS)


def _missing(c: Book) -> Missing | None:
    unmeasured = say("book.review.no_outcome") if measured(c) is None else None
    return c.lacking(say("book.review.no_log"), unmeasured, how=say("book.review.how"))


def _own(c: Book) -> Table | None:
    """What was measured on the business's own customers, in short; chapter 16 tells it whole."""
    last = measured(c)
    if last is None or not last.measured:
        return None
    columns = (
        Column(say("report.plan.measure"), share=1.8),
        Column(say("book.last_cycle.whom"), share=1.4),
        Column(say("book.last_cycle.verdict"), share=1.0),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(m.measure_name, strong=True),
            Words(m.unit_name),
            Pill(say(f"book.last_cycle.is_{m.verdict}"), VERDICTS[m.verdict]),
        )
        for m in last.measured
    ]
    source = say("book.last_cycle.source", run=last.assignment, day=last.until, version=last.data_version)
    return Table(say("book.review.own"), columns, tuple(rows), source=source)
