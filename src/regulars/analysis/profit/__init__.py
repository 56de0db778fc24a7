"""Profit per customer: contribution after what serving them costs, whale curve, prepaid liability."""

from __future__ import annotations

from regulars.analysis.part import Part, Scene
from regulars.analysis.profit.contribution import bridge, contributions, missing, reconciled, whale
from regulars.analysis.profit.lines import profit_lines
from regulars.analysis.profit.prepaid import prepaid
from regulars.analysis.results.profit import Profit

__all__ = ["Profit", "profit"]


def profit(scene: Scene) -> Part[Profit]:
    """The profit part of a study."""
    each = contributions(scene)
    worth = scene.portfolio
    everybody = worth.where()
    lines, known = bridge(scene, each)
    return Part(
        Profit(
            bridge=lines,
            reconciled=reconciled(scene),
            whale=whale(scene, each),
            revenue_12=worth.revenue(12, everybody),
            margin_12=worth.money("margin", 12, everybody),
            discounted_36=worth.money("discounted", 36, everybody),
            cost_known_share=known,
            prepaid=prepaid(scene),
            missing=missing(scene),
            by_line=profit_lines(scene, lines),
        ),
        each.select("customer", "contribution_12", "discount_12"),
    )
