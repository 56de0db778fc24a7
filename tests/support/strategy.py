"""Builders for tests of the strategy: the published worked example."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.strategy.optimise import Limit, Problem
from regulars.strategy.returns import Base, Floats, Life, Outcome, Push, live, outcome, without_synergy

#: mean, sd, months per primitive, as printed above the example's tables.
EFFECTS = {
    "R": {"attrition": (-0.15, 0.10, 3), "frequency": (0.10, 0.08, 2)},
    "P": {"attrition": (-0.25, 0.15, 3), "frequency": (0.05, 0.08, 2)},
    "D": {"attrition": (-0.10, 0.12, 3), "frequency": (0.15, 0.10, 2), "margin": (-0.02, 0.02, 12)},
}
#: Not printed: inferred from C's values and P(net > 0), see test_worked_example.
REACTIVATION = {"R": (0.010, 0.008), "P": (0.025, 0.020), "D": (0.045, 0.030)}
CELLS = {"A": (600, 0.08, 0.60, 220.0), "B": (400, 0.30, 0.35, 180.0), "C": (800, 0.12, 0.50, 200.0)}
COSTS = {"R": 1.0, "P": 6.0, "RP": 7.0}
VOUCHER = {"A": 27.25, "B": 16.0, "C": 5.5}
HOURS = {"R": 0.0, "P": 0.15, "RP": 0.15, "D": 0.0}
OPTIONS = (*((c, o) for c in "AB" for o in ("R", "P", "D", "RP")), ("C", "R"), ("C", "P"), ("C", "D"))
BUDGET, STAFF_HOURS, HOLDOUT, DISCOUNT = 6000.0, 60.0, 0.10, 0.99


def cost_of(cell: str, option: str) -> float:
    return VOUCHER[cell] if option == "D" else COSTS[option]


@dataclass(frozen=True)
class Example:
    bases: dict[str, Base]
    lives: dict[str, Life]
    outcomes: dict[tuple[str, str], Outcome]

    def net(self, cell: str, option: str, months: int = 36) -> Floats:
        found = self.outcomes[cell, option]
        return (found.value_36 if months == 36 else found.value_12) - cost_of(cell, option)

    def problem(self) -> Problem:
        """The allocation of the example as arrays."""
        limits = [
            Limit(
                f"customers:{cell}",
                np.array([float(c == cell) for c, _ in OPTIONS]),
                CELLS[cell][0] * (1 - HOLDOUT),
            )
            for cell in CELLS
        ]
        limits.append(Limit("budget", np.array([cost_of(*o) for o in OPTIONS]), BUDGET))
        limits.append(Limit("hours", np.array([HOURS[o] for _, o in OPTIONS]), STAFF_HOURS))
        most = np.array([CELLS[c][0] * (1 - HOLDOUT) for c, _ in OPTIONS])
        return Problem(np.array([self.net(*o).mean() for o in OPTIONS]), most, tuple(limits))

    def total(self, x: Floats, months: int = 36) -> Floats:
        return sum((q * self.net(*o, months) for q, o in zip(x, OPTIONS, strict=True)), np.zeros(1))


def worked_example(draws: int, seed: int) -> Example:
    """The inputs of the worked example. Effects are drawn once and hold in every cell."""
    rng = np.random.default_rng(seed)
    measures = {
        name: tuple(Push(p, rng.normal(m, sd, draws), tau) for p, (m, sd, tau) in effects.items())
        for name, effects in EFFECTS.items()
    }
    back = {name: (Push("reactivation", rng.normal(*at, draws), 3),) for name, at in REACTIVATION.items()}
    theta = {"attrition": np.full(draws, 0.7)}
    bases, lives, outcomes = {}, {}, {}
    for cell, (_, h, f, m) in CELLS.items():
        full = np.ones(draws)
        bases[cell] = Base(h * full, f * full, m * full, DISCOUNT, lapsed=cell == "C")
        lives[cell] = live(bases[cell], {})
    for cell, option in OPTIONS:
        source = back if cell == "C" else measures
        outcomes[cell, option] = outcome(bases[cell], lives[cell], [source[o] for o in option], theta=theta)
    for cell in "AB":
        alone = (outcomes[cell, "R"], outcomes[cell, "P"])
        outcomes[cell, "RP"] = without_synergy(outcomes[cell, "RP"], [alone])
    return Example(bases, lives, outcomes)
