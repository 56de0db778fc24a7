"""Near the last plan: among plans nearly as good as the best, the one that changes least.

    min  sum_j |x_j - last_j|   s.t. every limit, targets as far as they were reached, value >= best - within * |best|

Only options the last plan used need a decision of their own: |x - last| = (x - last) + 2 max(last - x, 0).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from regulars.strategy.cells import Cell
from regulars.strategy.optimise import Choice, Limit, Problem, Program, Solution
from regulars.strategy.options import Column
from regulars.strategy.returns import Floats


def before(columns: Sequence[Column], cells: Sequence[Cell], lines: Mapping[str, int]) -> Floats:
    """Customers the last plan gave each option of today; lines whose cell or option is no more count nowhere."""
    return np.array([float(lines.get(f"{cells[c.cell].id}:{c.option.id}", 0)) for c in columns])


def settled(problem: Problem, last: Floats, within: float) -> Solution:
    """The best plan's nearest neighbour of the last plan that is worth nearly as much."""
    used = [int(place) for place in np.flatnonzero(last > 0)]
    limits, lost = [], []
    for place in used:
        row = np.zeros(problem.value.size)
        row[place] = -1.0
        limits.append(Limit(f"less:{place}", row, -last[place]))
        lost.append(Choice(f"less:{place}", 0.0, last[place], use={f"less:{place}": -1.0}))
    wide = replace(problem, limits=(*problem.limits, *limits), choices=(*problem.choices, *lost))
    program = Program(wide)
    best = program.best()
    near = program.near(best, np.ones(last.size), {choice.id: 2.0 for choice in lost}, within=within)
    levels = {id: level for id, level in near.levels.items() if not id.startswith("less:")}
    # Prices are those of the best plan: next to it a limit is worth what it was.
    return replace(near, prices=best.prices, levels=levels)
