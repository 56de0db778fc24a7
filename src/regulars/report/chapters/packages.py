"""Prepaid packages: cash taken is no value earned until it is redeemed."""

from __future__ import annotations

from regulars.base.text import Share, say
from regulars.report.context import Context
from regulars.report.document import KeyFigure, KeyFigures, Paragraph, Section


def chapter(c: Context) -> Section | None:
    """What is still owed on packages; None for a business without any."""
    p = c.diagnosis.packages
    if p is None or not p.sold:
        return None
    heading = say("report.packages.head", n=p.holders, value=c.purse.about(p.outstanding))
    figures = KeyFigures(
        (
            KeyFigure(say("report.packages.outstanding"), c.purse.exact(p.outstanding)),
            KeyFigure(say("report.packages.sold"), c.purse.exact(p.sold)),
            KeyFigure(say("report.packages.redeemed"), c.purse.exact(p.redeemed)),
            KeyFigure(say("report.packages.unused"), Share(p.unused_share), None, say("report.packages.unused_note")),
        )
    )
    note = Paragraph(say("report.packages.note"), "note")
    return c.section("packages", heading, (figures, note), queries=("packages", "balances"), cards=("movement",))
