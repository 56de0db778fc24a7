"""Which measure of the plan serves which objective: the consistency matrix."""

from __future__ import annotations

from regulars.base.text import Listing, say
from regulars.report.chapters.decision import measures_by_value
from regulars.report.document import Amount, Block, Callout, Cell, Column, Pill, Table, Words
from regulars.report.strategy.book import Book


def serves(c: Book) -> dict[str, set[str]]:
    """Measure of the plan -> objectives its lines serve."""
    found: dict[str, set[str]] = {measure: set() for measure in measures_by_value(c.made)}
    for line in c.made.lines:
        for measure in line.measures:
            found[measure] |= set(line.objectives)
    return found


def consistency(c: Book) -> tuple[Block, ...]:
    """The matrix, and what in it does not fit: an objective nothing serves, a measure that serves nothing."""
    found, targets = serves(c), c.made.targets
    if not found or not targets:
        return ()
    columns = (
        Column(say("report.plan.measure"), share=2.2),
        *(Column(say("report.say.plain", text=t.name), share=1.2) for t in targets),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(c.measure(measure), strong=True),
            *(Pill(say("book.mandate.serves"), "good") if t.objective in aims else Amount(None) for t in targets),
        )
        for measure, aims in found.items()
    ]
    table = Table(say("book.mandate.matrix"), columns, tuple(rows), say("book.mandate.matrix_note"))
    return (table, *_misfits(c, found))


def _misfits(c: Book, found: dict[str, set[str]]) -> tuple[Block, ...]:
    served = set().union(*found.values())
    orphans = tuple(t.name for t in c.made.targets if t.objective not in served)
    idle = tuple(c.measure(m) for m, aims in found.items() if not aims)
    blocks: list[Block] = []
    if orphans:
        text = say("book.mandate.orphan", n=len(orphans), names=Listing(orphans))
        blocks.append(Callout(say("book.mandate.orphan_title"), text, "bad"))
    if idle:
        text = say("book.mandate.idle", n=len(idle), names=Listing(idle))
        blocks.append(Callout(say("book.mandate.idle_title"), text, "warn"))
    if not blocks:
        blocks.append(Callout(say("book.mandate.consistent"), say("book.mandate.consistent_note"), "good"))
    return tuple(blocks)
