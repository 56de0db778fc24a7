"""Chapter 7: the options weighed: directions of growth, kinds of relationship, rival policies, what was left out.

Directions of growth follow Ansoff (1957): the same services to the same customers (penetration), more services to them,
new customers, both new. Which family of measures goes which way is our reading, and said to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from regulars.base.estimate import Estimate
from regulars.base.text import Text, say
from regulars.packs.schema import Family, Measure, Relationship
from regulars.report import names
from regulars.report.chapters import decision, frontier, investments, not_chosen, opportunity
from regulars.report.chapters.bundles import Bundle, bundles
from regulars.report.document import Amount, Cell, Column, Figure, Missing, Section, Table, Words
from regulars.report.figures import Scale, known
from regulars.report.strategy import relations
from regulars.report.strategy.book import Book, cards_of, queries_of

type Direction = Literal["penetration", "development", "market", "diversification"]
DIRECTIONS: Mapping[Family, Direction] = {
    "retain": "penetration",
    "recover": "penetration",
    "winback": "penetration",
    "develop": "development",
    "acquire": "market",
}
ALL: tuple[Direction, ...] = ("penetration", "development", "market", "diversification")
RELATIONSHIPS: tuple[Relationship, ...] = ("partnership", "consultant", "affiliation", "functional", "deal")


def chapter(c: Book) -> Section:
    """What else could be done, and what speaks for and against it."""
    page, left, chances = decision.chapter(c), not_chosen.chapter(c), opportunity.chapter(c)
    invested = investments.chapter(c)
    rivals = tuple(b for b in page.blocks if isinstance(b, Table))[1:] if page is not None else ()
    blocks = (
        _directions(c),
        _relationships(c),
        relations.rules(c),
        *rivals,
        *c.part(left),
        *c.part(invested),
        *c.part(frontier.chapter(c)),
        *c.part(chances, keep=(Figure, Table), most=2),
        relations.missing(c),
        _missing(c),
    )
    cards = ("rivals", "allocation", *cards_of(left, invested, chances))
    queries = ("standings", *queries_of(invested, chances))
    return c.chapter(
        "7", "options", _heading(c), blocks, lead=say("book.options.lead"), queries=queries, cards=cards, planned=True
    )


def _heading(c: Book) -> Text:
    rivals = [r for r in c.made.rivals if known(r.value_36)]
    best = max(rivals, key=lambda r: r.value_36.mean, default=None)
    if best is None:
        return say("book.options.head_plain", n=len(c.pack.measures), left=len(c.made.not_chosen))
    return say(
        "book.options.head",
        n=len(c.pack.measures),
        rival=best.name,
        gain=c.purse.about(best.value_36.mean),
        own=c.purse.about(c.made.value_36.mean),
    )


def _first(c: Book, bundle: Bundle) -> Measure | None:
    """The measure a bundle is counted under: its first, so that nothing is counted twice."""
    return next((m for m in c.pack.measures if m.id == bundle.first.measures[0]), None)


def _directions(c: Book) -> Table:
    rows = _grouped(c, ALL, lambda m: DIRECTIONS[m.family], lambda key: say(f"book.options.{key}"))
    return Table(say("book.options.directions"), _columns(), rows, say("book.options.ours"), source=c.from_plan())


def _relationships(c: Book) -> Table:
    rows = _grouped(c, RELATIONSHIPS, lambda m: m.relationship, names.relationship)
    return Table(say("book.options.relationships"), _columns(), rows, say("book.options.once"), source=c.from_plan())


def _columns() -> tuple[Column, ...]:
    return (
        Column(None, share=2.0),
        Column(say("book.options.available"), "right", 0.9),
        Column(say("book.options.chosen"), "right", 0.9),
        Column(say("report.axis.customers"), "right", 1.0),
        Column(say("report.plan.cost"), "right", 1.0),
        Column(say("report.plan.value"), share=3.2),
    )


def _grouped[K: str](
    c: Book, keys: tuple[K, ...], key_of: Callable[[Measure], K], name_of: Callable[[K], Text]
) -> tuple[tuple[Cell, ...], ...]:
    """One row a key: measures available and chosen, customers, cost and value of the bundles counted under it."""
    found = [(key_of(m), b) for b in bundles(c.made) if (m := _first(c, b)) is not None]
    sums = {key: _sum(c, [b for k, b in found if k == key]) for key in keys}
    scale = Scale.of(s for s in sums.values() if s is not None)
    rows: list[tuple[Cell, ...]] = []
    for key in keys:
        mine = [b for k, b in found if k == key]
        used = {m for b in mine for m in b.first.measures[:1]}
        value = sums[key]
        rows.append(
            (
                Words(name_of(key), strong=bool(mine)),
                Amount(sum(key_of(m) == key for m in c.pack.measures)),
                Amount(len(used)),
                Amount(sum(b.customers for b in mine) if mine else None),
                Amount(c.purse.exact(sum(b.cost for b in mine)) if mine else None),
                scale.cell(value, c.purse) if value is not None else Amount(None),
            )
        )
    return tuple(rows)


def _sum(c: Book, mine: list[Bundle]) -> Estimate | None:
    """Ranges are added, as those of lines are: too wide rather than too narrow."""
    if not mine:
        return None
    values = [b.value_36 for b in mine]
    mean, p10, p50, p90 = (sum(getattr(v, name) for v in values) for name in ("mean", "p10", "p50", "p90"))
    return Estimate(mean, p10, p50, p90, c.purse.currency, "allocation", c.made.draws)


def _missing(c: Book) -> Missing | None:
    invested = c.made.investments
    winning = any(m.family == "acquire" for m in c.pack.measures) or (invested is not None and bool(invested.channels))
    growing = invested is not None and bool(invested.expansion)
    return c.lacking(
        None if winning else say("book.options.no_acquisition"),
        None if growing else say("book.options.no_diversification"),
        how=say("book.options.how"),
    )
