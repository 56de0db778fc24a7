"""The product's own planner on the simulated base: groups, cells, draws, options, programme, whole customers.

Nothing of it is written again here. Only the way into it differs: a study sums its standings in the engine, the
simulator has them in memory and sums them here into the same :class:`~regulars.strategy.cells.Group`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from regulars.base.settings import Branch, Budget, Business, Capacity, Contact, Margin
from regulars.base.strategy_rules import Care, Evidence
from regulars.packs.schema import STATES, TIERS, Measure
from regulars.simulator.knobs import Knobs
from regulars.simulator.presets import Preset
from regulars.simulator.world import LAPSED, Bools, Ints, Standing
from regulars.strategy.allocate import Offer, offer_of
from regulars.strategy.care import HARM
from regulars.strategy.cells import Cell, Group, cell_of, early_factor, merge_up, newcomers
from regulars.strategy.draws import draw
from regulars.strategy.optimise import Program, whole
from regulars.strategy.options import Column, Evaluator
from regulars.strategy.returns import Floats
from regulars.strategy.solve import all_columns

#: Draws optimised on, and fresh ones that the plan's range is read from.
DRAWS, FRESH = 80, 400
MAX_CONTACTS = 3


def business_of(pack: str, preset: Preset, knobs: Knobs) -> Business:
    """The settings of the simulated business: its money and hours grow with its customers."""
    thousands = knobs.customers / 1000
    return Business(
        name={"en": "Simulated"},
        pack=pack,
        branches=tuple(Branch(id=str(b)) for b in range(knobs.branches)),
        budget=Budget(amount=Decimal(str(round(preset.budget * thousands * knobs.budget, 2)))),
        capacity=Capacity(staff_hours_per_branch=round(preset.hours * thousands / knobs.branches, 2)),
        contact=Contact(max_contacts=MAX_CONTACTS, holdout=knobs.holdout),
        margin=Margin(share=0.6),
        # Money for weakly evidenced measures is not rationed: the same for the plan, its rivals and the oracle.
        evidence=Evidence(weak_share=1.0),
        # Identical constraints for everybody: rivals and the oracle, who expect something else, do not keep this rule.
        care=Care(no_harm=knobs.no_harm),
    )


def groups_of(standing: Standing) -> tuple[Group, ...]:
    """Customers of one branch, state and tier together: the sums that cells are made of."""
    key = (standing.branch * len(STATES) + standing.state) * len(TIERS) + standing.tier
    found = []
    columns = _columns(standing)
    for one in np.unique(key):
        inside = np.flatnonzero(key == one)
        branch, state, tier = int(one) // 12, STATES[(int(one) // 3) % 4], TIERS[int(one) % 3]
        patterns, counts = np.unique(standing.pattern[inside], return_counts=True)
        sums = {name: float(values[inside].sum()) for name, values in columns.items()}
        sums["customers"] = float(inside.size)
        found.append(
            Group(
                str(branch),
                state,
                frozenset({tier}),
                sums,
                {str(branch): inside.size},
                {int(p): int(c) for p, c in zip(patterns, counts, strict=True)},
            )
        )
    return tuple(found)


def _columns(standing: Standing) -> dict[str, Floats]:
    visits_12 = standing.visits_12
    visits_36 = standing.alive * standing.rate * standing.months_36
    return {
        "alive": standing.alive,
        "visits_12": visits_12,
        "visits_36": visits_36,
        "rate": standing.rate * standing.alive,
        "margin": standing.margin,
        "worth": standing.margin * visits_12,
        "value_12": standing.margin * visits_12,
        "returning": standing.alive * -np.expm1(-3 * standing.rate),
    }


@dataclass(frozen=True)
class Grid:
    """Cells, and the cell of every customer."""

    cells: tuple[Cell, ...]
    at: Ints


def grid_of(standing: Standing, *, holdout: float) -> Grid:
    """Cells as the product builds them."""
    groups = groups_of(standing)
    hazard_90 = 1 - (1 - standing.hazard) ** 3
    factor = early_factor(groups, float((standing.alive * hazard_90).sum()))
    fresh = newcomers(groups)
    cells = tuple(cell_of(g, holdout=holdout, factor=factor, second=fresh) for g in merge_up(groups))
    at = np.full(standing.state.size, -1, dtype=np.int64)
    for place, cell in enumerate(cells):
        inside = standing.state == STATES.index(cell.state)
        inside &= np.isin(standing.tier, [TIERS.index(t) for t in cell.tiers])
        inside &= np.isin(standing.branch, [int(b) for b in cell.branches])
        at[inside] = place
    return Grid(cells, at)


def hold_out(grid: Grid, standing: Standing, rng: Generator) -> Bools:
    """Who is held out, drawn by lot within cell and permissions, as many as the cells say; before anything else."""
    held = np.zeros(grid.at.size, dtype=bool)
    lot = rng.random(grid.at.size)
    for place, cell in enumerate(grid.cells):
        inside = np.flatnonzero(grid.at == place)
        for pattern, many in cell.held.items():
            if many:
                some = inside[standing.pattern[inside] == pattern]
                held[some[np.argsort(lot[some])[:many]]] = True
    return held


@dataclass(frozen=True)
class Planned:
    """A plan of one cycle: what was offered, how many of each cell get what, and which measures are on."""

    offer: Offer
    x: NDArray[np.int64]
    on: tuple[str, ...]
    discount: float
    no_show: float
    evaluator: Evaluator
    measures: tuple[Measure, ...]
    seed: int

    def fresh(self, count: int = FRESH) -> Evaluator:
        """An evaluator on draws the plan has not seen."""
        drawn = draw(self.measures, count=count, seed=self.seed, stream=1)
        return Evaluator(self.evaluator.cells, drawn, discount=self.discount, no_show=self.no_show)


def expects_harm(evaluator: Evaluator, column: Column) -> bool:
    """Whether customers are expected to leave sooner (lapsed ones: to come back less) under an option."""
    outcome = evaluator.returns(column).outcome
    lapsed = evaluator.cells[column.cell].state == "lapsed"
    return float((outcome.back if lapsed else outcome.kept_12).mean()) < -HARM


def plan(grid: Grid, measures: Sequence[Measure], business: Business, *, no_show: float, seed: int) -> Planned:
    """Plan one cycle with the product's planner. ``measures`` carry what is believed now."""
    discount = business.margin.monthly_discount
    kept = tuple(measures)
    evaluator = Evaluator(grid.cells, draw(kept, count=DRAWS, seed=seed, stream=0), discount=discount, no_show=no_show)
    columns = all_columns(kept, evaluator, business)
    offer = offer_of(columns, evaluator, business)
    solution = Program(offer.problem).best()
    x = whole(solution.x, offer.problem, solution.on)
    return Planned(offer, x, solution.on, discount, no_show, evaluator, kept, seed)


assert STATES.index("lapsed") == LAPSED
