"""Tables of the schemes' chapter: schemes compared, chances beside counts, relationship types."""

from __future__ import annotations

from regulars.analysis.results.names import CLASSES
from regulars.analysis.results.schemes import Grade, Scheme, Schemes
from regulars.base.text import Share, Text, say
from regulars.report import names, theme
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Pill, Table, Tone, Unknown, Words
from regulars.report.figures import Scale, share

_TONES: dict[Grade, Tone] = {"good": "good", "fair": "warn", "weak": "bad", "unknown": "plain"}


def named_classes(scheme: Scheme) -> dict[str, Text]:
    """The names of a scheme's classes by id; "" stands for those who were no customers yet."""
    return {"": say("report.schemes.not_yet"), **{row.id: row.name for row in scheme.classes}}


def compared(found: Schemes) -> Table:
    """How steady every scheme is and what it foretells."""
    columns = (
        Column(say("report.schemes.scheme"), share=2.6),
        Column(say("report.schemes.classes"), "right", 0.8),
        Column(say("report.schemes.steady"), "right", 1.5),
        Column(say("report.schemes.foretells"), "right", 1.5),
        Column(say("report.schemes.smallest"), "right", 1.1),
        Column(say("report.schemes.verdict"), share=1.6),
    )
    return Table(
        say("report.schemes.compare"), columns, tuple(map(_row, found.schemes)), say("report.schemes.compare_note")
    )


def _row(scheme: Scheme) -> tuple[Cell, ...]:
    steady, useful = scheme.steadiness, scheme.usefulness
    told = [s for s in (steady.half_same, steady.month_same) if s is not None]
    version = say("report.schemes.version", version=scheme.version, digest=scheme.digest)
    same = Amount(share(min(told))) if told else Unknown()
    foretold = Unknown() if useful.explained is None else Amount(Share(useful.explained))
    return (
        Words(say(f"report.schemes.name_{scheme.id}"), note=version, strong=True),
        Amount(sum(row.customers > 0 for row in scheme.classes)),
        same,
        foretold,
        Amount(useful.smallest),
        Pill(say(f"report.schemes.grade_{useful.grade}"), _TONES[useful.grade]),
    )


def chances(c: Context, found: Schemes) -> Table | None:
    """Hard counts beside the sizes that the chances add up to."""
    scheme = found.scheme("value_duration")
    if scheme is None:
        return None
    scale = Scale.of(row.expected for row in scheme.classes if row.expected is not None)
    columns = (
        Column(say("report.classes.class"), share=2.0),
        Column(say("report.schemes.counted"), "right", 1.2),
        Column(say("report.schemes.expected"), share=3.4),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(names.customer_class(name), strong=True, swatch=theme.CLASS_COLOURS[name]),
            Amount(row.customers),
            Unknown() if row.expected is None else scale.cell(row.expected, c.purse),
        )
        for row in scheme.classes
        for name in CLASSES
        if name == row.id
    ]
    return Table(say("report.schemes.table_chances"), columns, tuple(rows), say("report.schemes.note_chances"))


def relationships(c: Context, found: Schemes) -> Table | None:
    """Relationship types: whom, what to do, what to measure it by, what it costs."""
    scheme = found.scheme("relationship")
    if scheme is None:
        return None
    columns = (
        Column(say("report.schemes.type"), share=2.0),
        Column(say("report.axis.customers"), "right"),
        Column(say("report.axis.past_12"), "right", 1.4),
        Column(say("report.schemes.success"), share=2.4),
        Column(say("report.schemes.cost"), share=2.2),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(names.relationship(row.id), note=say(f"report.schemes.do_{row.id}"), strong=True),
            Amount(row.customers),
            Amount(c.purse.exact(row.revenue_12)),
            Words(say(f"report.schemes.success_{row.id}")),
            Words(say(f"report.schemes.cost_{row.id}")),
        )
        for row in scheme.classes
    ]
    return Table(say("report.schemes.table_types"), columns, tuple(rows), say("report.schemes.note_types"))
