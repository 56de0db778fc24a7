"""Classification schemes: who moved between classes with what money, and which way of sorting is worth acting on."""

from __future__ import annotations

from regulars.analysis.results.schemes import Migration, Move, Schemes
from regulars.base.text import Param, Share, Text, say
from regulars.report import behind, names
from regulars.report.chapters.scheme_tables import chances, compared, named_classes, relationships
from regulars.report.charts.schemes import Square, heat
from regulars.report.context import Context
from regulars.report.document import (
    Amount,
    Callout,
    Cell,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Points,
    Section,
    Table,
    Words,
)
from regulars.report.figures import between_counts, count, in_hundred, part

AWAY = ("declining", "lapsed")


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    found = c.diagnosis.schemes
    if found is None or not found.schemes:
        return None
    queries = [f"schemes_{scheme.id}{end}" for scheme in found.schemes for end in ("", "_moves")]
    return c.section(
        "schemes",
        _heading(c, found),
        (
            _key_figures(found),
            _moved(c, found),
            compared(found),
            chances(c, found),
            _grid(c, found),
            _needs(found),
            relationships(c, found),
            Points(found.missing, say("report.schemes.missing")) if found.missing else None,
        ),
        lead=say("report.schemes.lead"),
        queries=(*queries, "schemes_rfm_grid", "schemes_habit"),
        cards=("schemes", "needs", "relationships"),
    )


def _heading(c: Context, found: Schemes) -> Text:
    scheme = found.scheme("lifecycle")
    if scheme is None or scheme.migration is None:
        return say("report.schemes.head_plain", n=sum(row.customers for row in found.schemes[0].classes))
    gone = [m for m in scheme.migration.moves if m.to_class in AWAY and m.from_class not in ("", *AWAY)]
    n, lost = sum(m.customers for m in gone), sum(m.revenue_before - m.revenue_after for m in gone)
    had = sum(m.customers for m in scheme.migration.moves if m.from_class not in ("", *AWAY))
    if not n or lost <= 0:
        return say("report.schemes.head_still", share=Share(scheme.migration.stayed))
    return say("report.schemes.head", n=in_hundred(part(n, had)), money=c.purse.exact(lost))


def _key_figures(found: Schemes) -> KeyFigures:
    items = []
    scheme = found.scheme("value_duration")
    sure = scheme.classes[0] if scheme else None
    if sure is not None and sure.expected is not None:
        items.append(
            KeyFigure(
                say("report.schemes.surely", name=names.customer_class("regulars")),
                count(sure.expected.mean),
                between_counts(sure.expected),
                say("report.schemes.surely_note", n=sure.customers),
            )
        )
    told = [s for s in found.schemes if s.usefulness.explained is not None]
    if told:
        best = max(told, key=lambda s: s.usefulness.explained or 0.0)
        items.append(
            KeyFigure(
                say("report.schemes.foretells_best"),
                say(f"report.schemes.name_{best.id}"),
                None,
                say("report.schemes.foretells_note", share=Share(best.usefulness.explained or 0.0)),
            )
        )
    strongest = max(found.habit.parts, key=lambda name: found.habit.parts[name])
    items.append(
        KeyFigure(
            say("report.schemes.habit"),
            Share(found.habit.mean),
            None,
            say("report.schemes.habit_note", part=say(f"report.schemes.habit_{strongest}")),
        )
    )
    return KeyFigures(tuple(items))


def _moved(c: Context, found: Schemes) -> Figure | Callout:
    scheme = found.scheme("lifecycle")
    if scheme is None or scheme.migration is None:
        return Callout(say("report.schemes.no_year"), None, "plain")
    moves = scheme.migration
    called = named_classes(scheme)
    froms, tos = ["", *(i for i in called if i)], [i for i in called if i]
    froms = [i for i in froms if any(m.from_class == i for m in moves.moves)]
    squares = [
        Square(
            froms.index(m.from_class),
            tos.index(m.to_class),
            m.revenue_after - m.revenue_before,
            say("report.schemes.count", n=m.customers),
            say("report.schemes.money", money=c.purse.exact(m.revenue_after - m.revenue_before)),
        )
        for m in moves.moves
    ]
    chart = heat(
        [called[i] for i in froms],
        [called[i] for i in tos],
        squares,
        (say("report.schemes.was", day=moves.then), say("report.schemes.is_now")),
        two_ways=True,
    )
    return Figure(
        "migration",
        say("report.schemes.figure_moved", share=Share(moves.stayed)),
        chart,
        say("report.schemes.alt_moved", n=len(moves.moves)),
        _moves_table(c, moves, called),
        say("report.schemes.read_moved"),
    )


def _moves_table(c: Context, moves: Migration, called: dict[str, Text]) -> Table:
    columns = (
        Column(say("report.schemes.was", day=moves.then), share=2.0),
        Column(say("report.schemes.is_now"), share=2.0),
        Column(say("report.axis.customers"), "right"),
        Column(say("report.schemes.before"), "right", 1.4),
        Column(say("report.schemes.after"), "right", 1.4),
    )
    rows = [_move(c, m, called) for m in moves.moves]
    rows.append(
        (
            Words(say("report.schemes.all"), strong=True),
            Words(""),
            Amount(moves.customers, strong=True),
            Amount(c.purse.exact(moves.revenue_before), strong=True),
            Amount(c.purse.exact(moves.revenue_after), strong=True),
        )
    )
    return Table(say("report.schemes.table_moved"), columns, tuple(rows))


def _move(c: Context, m: Move, called: dict[str, Text]) -> tuple[Cell, ...]:
    return (
        Words(called[m.from_class]),
        Words(called[m.to_class]),
        Amount(m.customers),
        Amount(c.purse.exact(m.revenue_before)),
        Amount(c.purse.exact(m.revenue_after)),
    )


def _grid(c: Context, found: Schemes) -> Figure:
    words: tuple[Param, ...] = tuple(say(f"report.schemes.fifth_{i}") for i in (5, 4, 3, 2, 1))
    squares = [
        Square(5 - cell.recency, 5 - cell.money, cell.revenue_12, say("report.schemes.count", n=cell.customers))
        for cell in found.rfm_grid
    ]
    columns = (
        Column(say("report.schemes.recency"), share=1.5),
        Column(say("report.schemes.spending"), share=1.5),
        Column(say("report.axis.customers"), "right"),
        Column(say("report.axis.past_12"), "right", 1.4),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say(f"report.schemes.fifth_{cell.recency}"), behind=behind.fifths(cell.recency, cell.money)),
            Words(say(f"report.schemes.fifth_{cell.money}")),
            Amount(cell.customers),
            Amount(c.purse.exact(cell.revenue_12)),
        )
        for cell in reversed(found.rfm_grid)
    ]
    return Figure(
        "rfm",
        say("report.schemes.figure_rfm"),
        heat(words, words, squares, (say("report.schemes.recency"), say("report.schemes.spending"))),
        say("report.schemes.alt_rfm"),
        Table(say("report.schemes.figure_rfm"), columns, tuple(rows)),
        say("report.schemes.read_rfm"),
    )


def _needs(found: Schemes) -> Figure | None:
    if not found.needs:
        return None
    kinds = [k for k in found.needs[0].shares if any(need.shares[k] >= 0.005 for need in found.needs)]
    heads: list[Param] = [say("report.schemes.others") if k == "…" else k for k in kinds]
    squares = [
        Square(i, j, need.shares[k], say("report.schemes.share", share=Share(need.shares[k])))
        for i, need in enumerate(found.needs)
        for j, k in enumerate(kinds)
        if need.shares[k] >= 0.005
    ]
    columns = (
        Column(say("report.schemes.need"), share=2.4),
        Column(say("report.axis.customers"), "right"),
        *(Column(say("report.say.plain", text=head), "right") for head in heads),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(need.id, behind=behind.of("need", need.id)),
            Amount(need.customers),
            *(Amount(Share(need.shares[k])) for k in kinds),
        )
        for need in found.needs
    ]
    titles = (say("report.schemes.need"), say("report.schemes.bought"))
    return Figure(
        "needs",
        say("report.schemes.figure_needs", n=len(found.needs)),
        heat([need.id for need in found.needs], heads, squares, titles, long=True),
        say("report.schemes.alt_needs"),
        Table(say("report.schemes.table_needs"), columns, tuple(rows)),
        say("report.schemes.read_needs"),
    )
