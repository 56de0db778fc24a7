"""What an allocation is worth on fresh draws: never on those it was optimised on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from regulars.base.mandate import Kpi
from regulars.strategy.allocate import Offer
from regulars.strategy.blocks import Step, added_by
from regulars.strategy.objectives import Baseline, added, baseline, chance, living_today, part_of
from regulars.strategy.optimise import Switch
from regulars.strategy.options import Evaluator, Returns
from regulars.strategy.returns import Floats


class Judge:
    """Judges allocations of one offer on the draws of a fresh evaluator; every option is evaluated once."""

    def __init__(self, offer: Offer, evaluator: Evaluator, steps: Sequence[Step] = ()) -> None:
        self.offer, self.evaluator = offer, evaluator
        self.steps = {step.id: step for step in steps}
        self._returns: dict[int, Returns] = {}
        self._living: dict[tuple[str, ...], float] = {}
        self._baselines: dict[tuple[str, tuple[str, ...]], Baseline] = {}

    def returns(self, place: int) -> Returns:
        """A column's returns."""
        if place not in self._returns:
            self._returns[place] = self.evaluator.returns(self.offer.columns[place])
        return self._returns[place]

    def value(self, x: NDArray[np.floating] | NDArray[np.integer], *, months: int = 36) -> Floats:
        """Net value of an allocation per draw, fixed costs taken off."""
        total = np.zeros(self.evaluator.draws.count)
        for place in np.flatnonzero(x > 0):
            found = self.returns(int(place))
            total = total + float(x[place]) * (found.net_36 if months == 36 else found.net_12)
        return total - spent_fixed(self.offer.problem.switches, x) + funded(self.offer, x)

    def living(self, branches: tuple[str, ...] = ()) -> float:
        """Customers alive today outside the lapsed cells, of some branches or of all."""
        if branches not in self._living:
            self._living[branches] = living_today(self.evaluator, branches)
        return self._living[branches]

    def beside(self, levels: Mapping[str, float], *, kpi: str = "gain_36", branches: tuple[str, ...] = ()) -> Floats:
        """What investments at these levels add to value, or to a KPI (of some branches)."""
        total = np.zeros(self.evaluator.draws.count)
        living = (self.living(), self.living(branches))
        for id, step in self.steps.items():
            if levels.get(id, 0.0) > 0:
                total = total + levels[id] * added_by(step, kpi, branches, living=living)
        return total

    def baseline(self, kpi: Kpi, branches: tuple[str, ...] = ()) -> Baseline:
        """A KPI if nothing is done."""
        key = kpi, branches
        if key not in self._baselines:
            self._baselines[key] = baseline(kpi, self.evaluator, branches)
        return self._baselines[key]

    def kpi(
        self,
        kpi: Kpi,
        x: NDArray[np.integer] | NDArray[np.floating],
        chances: Floats,
        branches: tuple[str, ...] = (),
    ) -> Floats:
        """A KPI under an allocation, chance included. ``chances`` are standard normal draws."""
        untouched, living = self.baseline(kpi, branches), self.living(branches)
        draws, noise = untouched.draws, untouched.noise
        for place in np.flatnonzero(x > 0):
            column, found = self.offer.columns[place], self.returns(int(place))
            draws = draws + float(x[place]) * added(kpi, column, found, self.evaluator, living, branches)
            noise += float(x[place]) * chance(kpi, column, found, self.evaluator, branches)
        if kpi in ("gain_12", "gain_36"):
            draws = draws - self._fixed(x, branches)
        return np.asarray(draws + np.sqrt(noise) * chances, dtype=float)

    def _fixed(self, x: NDArray[np.integer] | NDArray[np.floating], branches: tuple[str, ...]) -> float:
        """Fixed costs less what suppliers pay; of some branches their part of fixed costs, by customers, without funds."""
        if not branches:
            return spent_fixed(self.offer.problem.switches, x) - funded(self.offer, x)
        parts = np.array([part_of(self.evaluator.cells[c.cell], branches) for c in self.offer.columns])
        total = 0.0
        for switch in self.offer.problem.switches:
            places = list(switch.columns)
            if many := float(x[places].sum()):
                total += switch.cost * float(x[places] @ parts[places]) / many
        return total

    def adds(self, kpi: Kpi, place: int, branches: tuple[str, ...] = ()) -> float:
        """What one customer of a column adds to a KPI on average."""
        column, living = self.offer.columns[place], self.living(branches)
        return float(added(kpi, column, self.returns(place), self.evaluator, living, branches).mean())


def spent_fixed(switches: Sequence[Switch], x: NDArray[np.floating] | NDArray[np.integer]) -> float:
    """Fixed costs of the measures used."""
    return sum(switch.cost for switch in switches if np.any(x[list(switch.columns)] > 0))


def funded(offer: Offer, x: NDArray[np.floating] | NDArray[np.integer]) -> float:
    """What suppliers pay of an allocation: their measures' cost, up to what each gives."""
    limits, total = {limit.id: limit for limit in offer.problem.limits}, 0.0
    for rule in offer.rules:
        if rule.kind == "supplier":
            paid = f"{rule.id}:paid"
            spend = -float(limits[paid].use @ x)
            spend -= sum(s.use.get(paid, 0.0) for s in offer.problem.switches if np.any(x[list(s.columns)] > 0))
            total += min(spend, rule.high or 0.0)
    return total


def tail_mean(draws: Floats, share: float = 0.1) -> float:
    """CVaR: the mean of the worst ``share`` of draws."""
    worst = np.sort(draws)[: max(1, round(share * draws.size))]
    return float(worst.mean())
