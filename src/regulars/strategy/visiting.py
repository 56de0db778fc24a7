"""What a trial of a measure would see: the share of customers who visit within a cycle, with and without it.

Money is too noisy to learn from; visits within the cycle are what a till shows. With the cell's primitives and a
measure's log effects (fading),

    share = alive * (1 - exp(-sum_{t<=C} S_t f_t))       lapsed: those expected back, plus the measure's own points
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.packs.schema import Measure
from regulars.strategy.cells import QUARTER, Cell, by_month
from regulars.strategy.draws import prior_of
from regulars.strategy.returns import FLOOR, fading
from regulars.trial.telling import Events


@dataclass(frozen=True, slots=True)
class Visiting:
    """Share visiting within a cycle when left alone, what the measure is expected to change, and the sd left open."""

    untouched: float
    change: float
    open: float


def visiting(
    cell: Cell, measure: Measure, places: tuple[int, ...], weights: tuple[float, ...], months: int
) -> Visiting:
    """``places``: the effects that hold in the cell; ``weights``: how far each moves when the whole effect is one
    standard deviation stronger (a unit vector)."""
    untouched = _share(cell, measure, {}, months)
    at = {place: prior_of(measure.effects[place]) for place in places}
    middle, low, high = (
        _share(cell, measure, {p: at[p].mean + z * w * at[p].sd for p, w in zip(places, weights, strict=True)}, months)
        for z in (0.0, -1.0, 1.0)
    )
    return Visiting(untouched, middle - untouched, abs(high - low) / 2)


def events(cell: Cell, months: int) -> Events:
    """What one customer of a cell is expected to do within a cycle, as far as a till shows it.

    Losses are not seen, only visits that do not come: of a log effect b on the hazard H_t so far, visits show
    -sum f S_t H_t, which tells as much of it as that squared over the visits expected.
    """
    months = max(months, QUARTER)
    hazard = np.array(by_month(cell.hazards))[:months]
    seen = cell.alive * cell.frequency * np.cumprod(1 - hazard)
    visits = float(seen.sum())
    missing = float(seen @ np.cumsum(hazard))
    lost = missing**2 / visits if visits > 0 else 0.0
    return Events(months, float(seen[0]), visits, lost, 0.0, cell.returning / max(cell.customers, 1))


def _share(cell: Cell, measure: Measure, logs: dict[int, float], months: int) -> float:
    if cell.state == "lapsed":
        back = cell.returning / max(cell.customers, 1)
        points = sum(log for place, log in logs.items() if measure.effects[place].primitive == "reactivation")
        return min(max(back + points, 0.0), 1.0)
    hazard, rate = np.array(by_month(cell.hazards)), np.full(3 * 12, cell.frequency)
    path = {"attrition": np.zeros(hazard.size), "frequency": np.zeros(hazard.size)}
    for place, log in logs.items():
        effect = measure.effects[place]
        if effect.primitive in path:
            path[effect.primitive] = path[effect.primitive] + log * fading(effect.months)
    hazard = np.minimum(hazard * np.exp(np.maximum(path["attrition"], FLOOR)), 1.0)
    seen = np.cumprod(1 - hazard) * rate * np.exp(path["frequency"])
    return float(cell.alive * (1 - np.exp(-seen[: max(months, QUARTER)].sum())))
