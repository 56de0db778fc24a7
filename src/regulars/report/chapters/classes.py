"""Classes: value by duration, and where the expected value sits."""

from __future__ import annotations

from regulars.analysis.diagnosis import Classes, ClassRow
from regulars.base.text import Param, Share, Text, say
from regulars.report import behind, names, theme
from regulars.report.chapters.splits import Part, split
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Figure, Section, Table, Words
from regulars.report.figures import Scale, in_hundred, known, part, share


def chapter(c: Context) -> Section | None:
    """The four classes of customers; None when nobody could be classified."""
    classes = c.diagnosis.classes
    if not any(row.customers for row in classes.rows):
        return None
    return c.section(
        "classes",
        _heading(classes),
        (_figure(classes), _table(c, classes)),
        lead=say("report.classes.lead", value=c.purse.about(classes.value_cut), alive=Share(classes.duration_cut)),
        queries=("forecast", "value_cut", "standings"),
        cards=("classes", names.visit_card(c.diagnosis.value_models), "gamma_gamma"),
    )


def _value(row: ClassRow) -> float:
    return max(0.0, row.value_36.mean) if known(row.value_36) else 0.0


def _heading(classes: Classes) -> Text:
    total, people = sum(_value(r) for r in classes.rows), sum(r.customers for r in classes.rows)
    best = next((r for r in classes.rows if r.name == "regulars"), None)
    if best is None or not best.customers or not total:
        return say("report.classes.head_none", n=people)
    holds, are = part(_value(best), total), part(best.customers, people)
    return say("report.classes.head", n=best.customers, are=in_hundred(are), holds=in_hundred(holds))


def _figure(classes: Classes) -> Figure | None:
    rows: tuple[Param, ...] = (say("report.axis.customers"), say("report.axis.past_12"), say("report.axis.next_36"))
    parts = [
        Part(
            row.name,
            names.customer_class(row.name),
            theme.CLASS_COLOURS[row.name],
            (row.customers, row.revenue_12_past, _value(row)),
        )
        for row in classes.rows
    ]
    return split("classes", title=say("report.classes.figure"), rows=rows, parts=parts, alt=say("report.classes.alt"))


def _table(c: Context, classes: Classes) -> Table:
    scale = Scale.of(row.value_36 for row in classes.rows)
    columns = (
        Column(say("report.classes.class"), share=2.3),
        Column(say("report.axis.customers"), "right", 1.0),
        Column(say("report.axis.past_12"), "right", 1.3),
        Column(say("report.wastage.alive"), "right", 1.1),
        Column(say("report.classes.value_36"), share=3.4),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(
                names.customer_class(row.name),
                note=say(f"report.class_about.{row.name}"),
                strong=True,
                swatch=theme.CLASS_COLOURS[row.name],
                behind=behind.of("class", row.name),
            ),
            Amount(row.customers),
            Amount(c.purse.exact(row.revenue_12_past)),
            Amount(share(row.mean_alive) if row.customers else None),
            scale.cell(row.value_36, c.purse),
        )
        for row in classes.rows
    ]
    return Table(say("report.classes.table"), columns, tuple(rows), say("report.say.eight"))
