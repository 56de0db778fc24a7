"""The market of a cycle: what the limits of the plan are when every customer counts for himself."""

from __future__ import annotations

import numpy as np

from regulars.base.settings import Business
from regulars.packs.schema import STATES
from regulars.simulator.menu import Menu
from regulars.simulator.planning import Grid
from regulars.simulator.world import Bools, Standing
from regulars.strategy.allocate import hours_of
from regulars.strategy.choosing import Market
from regulars.strategy.options import Option, reached, taken
from regulars.strategy.returns import Floats


def safe_costs(menu: Menu, take_up_90: dict[str, float]) -> Floats:
    """options x states: cost with incentives at the P90 of take-up, as the plan's budget counts it."""
    return np.array([[_safe(o, state, take_up_90) for state in STATES] for o in menu.options])


def _safe(option: Option, state: str, take_up_90: dict[str, float]) -> float:
    return sum(m.cost + m.incentive * min(taken(m, state) * max(take_up_90[m.id], 1.0), 1.0) for m in option.measures)


def market_of(value: Floats, menu: Menu, grid: Grid, standing: Standing, business: Business, safe: Floats) -> Market:
    """The limits of a cycle around any values (true ones: the oracle's market)."""
    tested = np.array([o.test_first for o in menu.options])
    caps = np.zeros(len(grid.cells))
    for place, cell in enumerate(grid.cells):
        fitting = [o for o in menu.options if o.test_first and cell.state in _states(o)]
        alone = [o for o in fitting if len(o.measures) == 1]
        caps[place] = float(int(business.evidence.trial * reached(alone[0], cell))) if alone else 0.0
    branches = sorted({b for cell in grid.cells for b in cell.branches}, key=int)
    fixed = sorted({(m.id, m.fixed_cost) for o in menu.options for m in o.measures if m.fixed_cost > 0})
    return Market(
        value=value,
        cost=safe.T,
        group=standing.state,
        hours=np.array([o.hours for o in menu.options]),
        place=standing.branch,
        budget=float(business.budget.amount),
        time=np.array([hours_of(b, business) for b in branches]),
        trial=tested,
        cell=grid.at,
        caps=caps,
        fixed=tuple((cost, _with(menu, id)) for id, cost in fixed),
    )


def _with(menu: Menu, id: str) -> Bools:
    return np.array([any(m.id == id for m in o.measures) for o in menu.options])


def _states(option: Option) -> set[str]:
    return {state for state in STATES if all(state in m.states for m in option.measures)}
