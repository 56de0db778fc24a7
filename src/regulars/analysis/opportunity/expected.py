"""What an opportunity can be expected to bring in a year, from how many such customers took it in the year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from regulars.analysis.results.opportunity import Chance
from regulars.base.estimate import Estimate

DRAWS = 4000
METHOD = "opportunity"


@dataclass(frozen=True, slots=True)
class Worth:
    """Margin of those who did it, each: ``mean``, the doubt about it (``error``) and how they differ (``spread``)."""

    mean: float
    error: float
    spread: float

    @classmethod
    def of_each(cls, n: float, total: float, squares: float) -> Worth | None:
        """From the number, sum and squares of the margin of each; None of fewer than two."""
        if n < 2:
            return None
        mean = total / n
        spread = float(np.sqrt(max(squares - n * mean * mean, 0.0) / (n - 1)))
        return cls(float(mean), spread / float(np.sqrt(n)), spread)


def expected(rng: Generator, *, customers: int, hits: int, tested: int, worth: Worth, unit: str) -> Estimate:
    """Margin of a year: customers times the share that did it in the year before times what each brought.

    The range counts the doubt about the share (Jeffreys' prior), who of the customers will, and about the margin; not
    that one year is unlike another.
    """
    share = rng.beta(hits + 0.5, tested - hits + 0.5, DRAWS)
    doing = rng.binomial(customers, share)
    money = doing * rng.normal(worth.mean, worth.error, DRAWS) + np.sqrt(doing) * rng.normal(0, worth.spread, DRAWS)
    return Estimate.of_draws(money, unit=unit, method=METHOD, n=customers)


def ranked(chances: Sequence[Chance]) -> tuple[Chance, ...]:
    """By expected margin; ``surely_above`` counts those whose whole range lies above a chance's own."""
    ordered = sorted(chances, key=lambda c: -c.margin.mean)
    return tuple(
        replace(one, surely_above=sum(other.margin.p10 > one.margin.p90 for other in ordered)) for one in ordered
    )
