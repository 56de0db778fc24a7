"""Screening: whom a scorecard selects, what its points are made of, and whether groups fare alike.

One picture and two tables a card; a report shows the cards that were run on its study.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from regulars.analysis.screening import BiasTest, Screened
from regulars.analysis.screening.screen import AGES
from regulars.base.text import Number, Param, Share, Text, say
from regulars.report import names
from regulars.report.charts import histogram
from regulars.report.context import Context
from regulars.report.document import Amount, Block, Callout, Cell, Column, Figure, Pill, Section, Table, Tone, Words
from regulars.report.figures import part, then

#: Bars of a picture, at most.
_BARS = 14
_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500)
_TONES: dict[str, Tone] = {"fine": "good", "unclear": "warn", "below": "bad", "too_few": "plain"}


def chapter(c: Context) -> Section | None:
    """Every card run on the study; None where none was."""
    cards = [found for found in c.screened if found.eligible]
    if not cards:
        return None
    first = cards[0]
    blocks: list[Block | None] = []
    for number, found in enumerate(cards):
        blocks += _card(c, found, number)
    heading = say("report.screening.head", n=first.selected, of=first.eligible, name=first.name)
    return c.section("screening", heading, tuple(blocks), lead=say("report.screening.lead"), cards=("screening",))


def _card(c: Context, found: Screened, number: int) -> list[Block | None]:
    flags = Callout(say("report.screening.mind"), then(*found.flags), "warn") if found.flags else None
    tests = [_bias(c, test) for test in found.bias]
    if tests:
        tests[-1] = replace(tests[-1], note=say("report.screening.bias_note"))
    return [_scores(found, number), _terms(found), flags, *tests]


def binned(scores: Sequence[tuple[int, int]], *, cut: int) -> tuple[int, list[int], list[int]]:
    """Width, lower edges (one more than bars) and customers of bars that begin at a multiple of the width off ``cut``,
    so that nobody selected shares a bar with somebody who is not."""
    low, high = min(min(points for points, _ in scores), cut), max(max(points for points, _ in scores), cut)
    width = next((step for step in _STEPS if (high - low) // step + 2 <= _BARS), None) or math.ceil((high - low) / 10)
    first = cut - math.ceil((cut - low) / width) * width
    bars = (high - first) // width + 1
    counts = [0] * bars
    for points, customers in scores:
        counts[(points - first) // width] += customers
    return width, [first + width * i for i in range(bars + 1)], counts


def _scores(found: Screened, number: int) -> Figure:
    width, edges, counts = binned(found.scores, cut=found.select_from)
    shown: list[Param] = [Number(edge) for edge in edges]
    share = Share(part(found.selected, found.eligible))
    title = say("report.screening.scores", name=found.name, share=share, points=found.select_from)
    chart = histogram(
        shown,
        counts,
        float(edges.index(found.select_from)),
        say("report.screening.from_here", points=found.select_from),
        say("report.screening.points"),
        say("report.axis.customers"),
    )
    rows: list[tuple[Cell, ...]] = [
        (Amount(_bar(edge, width)), Amount(n)) for edge, n in zip(edges, counts, strict=False)
    ]
    columns = (Column(say("report.screening.points"), "right"), Column(say("report.axis.customers"), "right"))
    alt = say("report.screening.alt", n=found.selected, of=found.eligible, points=found.select_from)
    note = say("report.screening.note", purpose=found.purpose, version=found.version, left=found.base - found.eligible)
    return Figure(f"screening_{number}", title, chart, alt, Table(title, columns, tuple(rows)), note)


def _bar(edge: int, width: int) -> Param:
    return edge if width == 1 else say("report.say.range", low=Number(edge), high=Number(edge + width - 1))


def _terms(found: Screened) -> Table:
    columns = (
        Column(say("report.screening.term"), share=2.2),
        Column(say("report.screening.kind"), share=1.0),
        Column(say("report.screening.points"), "right"),
        Column(say("report.screening.have"), "right"),
        Column(say("report.screening.unknown"), "right"),
        Column(say("report.screening.adds"), "right"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(term.name),
            Words(say(f"report.screening.of_{term.attribute}")),
            Amount(term.points),
            Amount(Share(part(term.customers, found.eligible))),
            Amount(Share(part(term.unknown, found.eligible))),
            Amount(Number(term.mean_points, 1)),
        )
        for term in found.terms
    ]
    mean = Amount(Number(found.mean_score, 1))
    rows.append((Words(say("report.screening.together"), strong=True), *(Amount(None) for _ in range(4)), mean))
    return Table(say("report.screening.terms", name=found.name), columns, tuple(rows))


def _bias(c: Context, test: BiasTest) -> Table:
    columns = (
        Column(say(f"report.screening.by_{test.attribute}"), share=1.6),
        Column(say("report.axis.customers"), "right"),
        Column(say("report.screening.selected"), "right"),
        Column(say("report.screening.ratio"), "right", 1.4),
        Column(say("report.screening.verdict"), share=1.2),
    )
    rows: list[tuple[Cell, ...]] = []
    youngest = AGES[0][1]
    for group in sorted(test.groups, key=lambda group: group.group != youngest):  # else in the order of their names
        ratio = None if group.ratio is None else Number(group.ratio.mean, 2)
        range_ = None
        if group.ratio is not None:
            range_ = say("report.say.range", low=Number(group.ratio.p10, 2), high=Number(group.ratio.p90, 2))
        told = "best" if group.ratio is None and group.verdict == "fine" else group.verdict
        pill = Pill(say(f"report.screening.is_{told}"), _TONES[group.verdict])
        rows.append(
            (
                Words(_group(c, test, group.group)),
                Amount(group.customers),
                Amount(Share(group.rate)),
                Amount(ratio, range_),
                pill,
            )
        )
    return Table(_verdict(test), columns, tuple(rows))


def _group(c: Context, test: BiasTest, group: str) -> Param:
    if test.attribute == "branch":
        return c.branch(group)
    return names.age_band(group) if test.attribute == "age_band" else names.verbatim(group)


def _verdict(test: BiasTest) -> Text:
    return say(f"report.screening.bias_{test.verdict}", attribute=say(f"study.screening.group_{test.attribute}"))
