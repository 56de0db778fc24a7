"""The best of several plans whose value depends on one number not yet known.

Plan i is worth ``level_i + slope_i Z`` with Z ~ N(0, 1). Knowing Z one would take the best plan; not knowing it, the
one with the highest level. The difference is the expected value of perfect information, in closed form from the upper
envelope of the lines (Frazier, Powell and Dayanik 2009, *INFORMS Journal on Computing* 21, 599-613):

    E max_i (level_i + slope_i Z) = sum_i level_i (Phi(c_i+1) - Phi(c_i)) + slope_i (phi(c_i) - phi(c_i+1))

A sample tells a part rho of Z: its posterior mean is N(0, rho^2) before the sample is drawn, so the same formula with
``rho * slope`` is the expected value of sample information. It is 0 at rho = 0, grows with rho, and never exceeds that
of perfect information.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr

from regulars.strategy.returns import Floats


def upper(level: Floats, slope: Floats) -> tuple[list[int], list[float]]:
    """The lines of the upper envelope by growing slope, and where each begins to be the highest (the first at -inf)."""
    order = np.lexsort((level, slope))
    lines: list[int] = []
    starts: list[float] = []
    for new in map(int, order):
        begin = -math.inf
        while lines:
            top = lines[-1]
            steeper = float(slope[new] - slope[top])
            if steeper <= 1e-300:  # parallel: the higher one, which comes later
                lines.pop()
                starts.pop()
                continue
            begin = float(level[top] - level[new]) / steeper
            if begin > starts[-1]:
                break
            lines.pop()
            starts.pop()
        if not lines:
            begin = -math.inf
        lines.append(new)
        starts.append(begin)
    return lines, starts


def expected_best(level: Floats, slope: Floats) -> float:
    """E max_i (level_i + slope_i Z). Raises ValueError when there is no line."""
    if level.size == 0:
        raise ValueError("the best of no plans is not defined")
    lines, starts = upper(level, slope)
    edges = np.clip([*starts, math.inf], -40.0, 40.0)  # beyond 40 standard deviations there is nothing
    below = ndtr(edges)
    density = np.exp(-0.5 * edges**2) / math.sqrt(2 * math.pi)
    return float(level[lines] @ np.diff(below) - slope[lines] @ np.diff(density))


def worth_of_knowing(level: Floats, slope: Floats, rho: float = 1.0) -> float:
    """Expected gain over the plan with the highest level when a part ``rho`` (0..1) of Z will be known."""
    return max(expected_best(level, rho * slope) - float(level.max()), 0.0)
