"""What the plan leaves out, and the reason that counts."""

from __future__ import annotations

from regulars.base.text import say
from regulars.report.context import Context
from regulars.report.document import Amount, Cell, Column, Section, Table, Words


def chapter(c: Context) -> Section | None:
    """Measures no line uses; None without a plan or when every measure is used."""
    if c.plan is None or not c.plan.not_chosen:
        return None
    left = sorted(c.plan.not_chosen, key=lambda m: -m.best_net_value)
    columns = (
        Column(say("report.plan.measure"), share=2.2),
        Column(say("report.not_chosen.reason"), share=3.6),
        Column(say("report.not_chosen.best"), "right", 1.3),
        Column(say("report.not_chosen.where"), share=2.0),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(m.name, strong=True),
            Words(m.reason),
            Amount(c.purse.about(m.best_net_value) if m.best_cell is not None else None),
            Words(m.best_cell) if m.best_cell is not None else Amount(None),
        )
        for m in left
    ]
    table = Table(say("report.not_chosen.caption"), columns, tuple(rows), say("report.not_chosen.note"))
    paying = sum(1 for m in left if m.best_net_value > 0)
    lead = say("report.not_chosen.lead", n=paying) if paying else say("report.not_chosen.lead_none")
    return c.section(
        "not_chosen",
        say("report.not_chosen.head", n=len(left)),
        (table,),
        lead=lead,
        queries=("standings",),
        cards=("allocation", "effects"),
    )
