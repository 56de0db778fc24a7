"""Rhythm: how often customers come by themselves, who is due and who is late."""

from __future__ import annotations

from regulars.analysis.diagnosis import Rhythm, RhythmBin
from regulars.base.text import Number, Text, say
from regulars.report import behind
from regulars.report.charts import histogram
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Figure, KeyFigure, KeyFigures, Section, Table, Words
from regulars.report.figures import part, plain, share

#: A bin that reaches so far has no upper end to speak of.
OPEN = 36_500
#: Share of customers that may be drawn together as the open end.
TAIL = 0.02


def chapter(c: Context) -> Section:
    """The rhythm of returning customers."""
    rhythm = c.diagnosis.rhythm
    if not rhythm.repeaters:
        return c.section(
            "rhythm",
            say("report.rhythm.head_none"),
            (),
            lead=say("report.rhythm.lead_none"),
            queries=("rhythm", "rhythm_median", "rhythm_of_base"),
            cards=("rhythm",),
        )
    heading = say("report.rhythm.head", days=Number(rhythm.median_days), n=rhythm.overdue)
    return c.section(
        "rhythm",
        heading,
        (_figures(rhythm), _figure(rhythm)),
        lead=say("report.rhythm.lead"),
        queries=("rhythm", "rhythm_median", "rhythm_of_base"),
        cards=("rhythm",),
    )


def _figures(r: Rhythm) -> KeyFigures:
    late = say("report.rhythm.late_share", share=share(part(r.overdue, r.repeaters)))
    return KeyFigures(
        (
            KeyFigure(
                say("report.rhythm.median"),
                say("report.say.days", n=round(r.median_days), days=Number(r.median_days)),
                None,
                say("report.rhythm.base", days=Number(r.population_days)),
            ),
            KeyFigure(say("report.rhythm.repeaters"), r.repeaters),
            KeyFigure(say("report.rhythm.due"), r.due_next_30_days, None, say("report.rhythm.due_note")),
            KeyFigure(say("report.rhythm.late"), r.overdue, None, late, behind.of("state", "overdue")),
        )
    )


def shown_bins(bins: tuple[RhythmBin, ...]) -> list[RhythmBin]:
    """The bins without empty ends; the long thin tail becomes one open bin."""
    total = sum(b.customers for b in bins)
    filled = [i for i, b in enumerate(bins) if b.customers and b.to_days > b.from_days]
    if not filled:
        return []
    kept, seen = list(bins[filled[0] : filled[-1] + 1]), 0
    for i, b in enumerate(kept):
        seen += b.customers
        rest = kept[i + 1 :]
        if len(rest) > 1 and total - seen <= TAIL * total:
            return [*kept[: i + 1], RhythmBin(rest[0].from_days, OPEN, sum(r.customers for r in rest))]
    return kept


def _span(b: RhythmBin) -> Text:
    if b.to_days >= OPEN:
        return say("report.rhythm.span_open", low=b.from_days)
    return say("report.rhythm.span", low=b.from_days, high=b.to_days)


def _behind(b: RhythmBin) -> str:
    return behind.rhythm(b.from_days, b.to_days if b.to_days < OPEN else None)


def _place(bins: list[RhythmBin], days: float) -> float | None:
    """Where a number of days lies on the evenly drawn bins."""
    for i, b in enumerate(bins):
        if b.from_days <= days < b.to_days:
            return i + (days - b.from_days) / (b.to_days - b.from_days)
    return None


def _figure(r: Rhythm) -> Figure | None:
    bins = shown_bins(r.bins)
    if not bins:
        return None
    edges = [*(Number(b.from_days) for b in bins), Number(bins[-1].to_days) if bins[-1].to_days < OPEN else plain("")]
    largest = max(bins, key=lambda b: b.customers)
    title = say("report.rhythm.figure", span=_span(largest))
    mark: Text = say("report.rhythm.half", days=Number(r.median_days))
    chart = histogram(
        edges,
        [b.customers for b in bins],
        _place(bins, r.median_days),
        mark,
        say("report.rhythm.x"),
        say("report.axis.customers"),
    )
    rows: list[tuple[Cell, ...]] = [(Words(_span(b), behind=_behind(b)), Amount(b.customers)) for b in bins]
    data = Table(title, (Column(say("report.rhythm.x")), Column(say("report.axis.customers"), "right")), tuple(rows))
    return Figure("rhythm", title, chart, say("report.rhythm.alt", n=r.repeaters, days=Number(r.median_days)), data)
