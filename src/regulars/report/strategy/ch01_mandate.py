"""Chapter 1: mission, objectives, what binds the plan, and whether measures and objectives fit each other."""

from __future__ import annotations

from regulars.base.text import Listing, Number, Share, Text, say
from regulars.report.chapters import decision, mandate
from regulars.report.document import Callout, Cell, Column, Missing, Paragraph, Section, Table, Words
from regulars.report.strategy.book import Book, cards_of
from regulars.report.strategy.matrix import consistency
from regulars.report.strategy.rules_told import gave_way, rules


def chapter(c: Book) -> Section:
    """What the business wants, what it may not do, and how the plan serves it."""
    page, found = decision.chapter(c), mandate.chapter(c)
    assert page is not None
    targets = tuple(b for b in page.blocks if isinstance(b, Table | Callout))[:1]
    # A plan of an older program tells no tree: the matrix is then read off its lines.
    fits = consistency(c) if found is None or c.made.mandate is None else mandate.objectives(c, c.made.mandate)
    blocks = (_mission(c), *targets, *fits, *gave_way(c), _constraints(c), rules(c), _missing(c))
    cards = ("targets", "allocation", *cards_of(found))
    return c.chapter("1", "mandate", _heading(c), blocks, queries=("standings",), cards=cards, planned=True)


def _heading(c: Book) -> Text:
    targets = c.made.targets
    if not targets:
        return say("book.mandate.head_none")
    likely = sum(t.probability >= 0.5 for t in targets)
    return say("book.mandate.head", n=len(targets), likely=likely)


def _mission(c: Book) -> Paragraph | None:
    found = decision.mission(c)
    return Paragraph(say("report.page.mission", mission=found), "lead") if found is not None else None


def _constraints(c: Book) -> Table:
    """What the plan was held to: money, hours, contacts, hold-out, permission, vetoes."""
    b, plan = c.business, c.made
    hours = tuple(p for p in plan.prices if p.limit.startswith("hours:"))
    columns = (Column(say("book.mandate.limit"), share=1.6), Column(say("book.mandate.rule"), share=3.4))
    vetoed = Listing(tuple(c.measure(m) for m in b.veto))
    stated: list[tuple[Text, Text]] = [
        (say("book.mandate.budget"), say("book.mandate.budget_rule", budget=c.purse.exact(plan.budget))),
        (
            say("book.mandate.hours"),
            say("book.mandate.hours_rule", n=len(hours), hours=Number(sum(p.available for p in hours))),
        ),
        (say("book.mandate.contacts"), say("book.mandate.contacts_rule", n=b.contact.max_contacts)),
        (say("book.mandate.holdout"), say("book.mandate.holdout_rule", share=Share(b.contact.holdout))),
        (say("book.mandate.permission"), say("book.mandate.permission_rule")),
        (
            say("book.mandate.veto"),
            say("book.mandate.veto_rule", n=len(b.veto), measures=vetoed) if b.veto else say("book.mandate.veto_none"),
        ),
    ]
    rows: list[tuple[Cell, ...]] = [(Words(name, strong=True), Words(rule)) for name, rule in stated]
    return Table(say("book.mandate.constraints"), columns, tuple(rows), source=say("book.source.settings"))


def _missing(c: Book) -> Missing | None:
    unowned = tuple(_name(c, o.id) for o in c.business.objectives if not c.owner(o.id))
    undated = tuple(_name(c, o.id) for o in c.business.objectives if c.due(o.id) is None)
    return c.lacking(
        say("book.mandate.no_objective") if not c.business.objectives else None,
        say("book.mandate.no_owner", n=len(unowned), names=Listing(unowned)) if unowned else None,
        say("book.mandate.no_day", n=len(undated), names=Listing(undated)) if undated else None,
        None if c.business.mission else say("book.mandate.no_mission"),
        how=say("book.missing.settings"),
    )


def _name(c: Book, objective: str) -> Text:
    known = {t.objective: t.name for t in c.made.targets}
    return say("report.say.plain", text=known.get(objective, objective))
