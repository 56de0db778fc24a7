"""How sure the study is of the customers' own behaviour: spreads of hazard, frequency and margin for the draws.

The study gives ranges of what the whole base will do. A range holds doubt about parameters, which all customers
share, and chance, which averages out. With a range 10-90 % of a total Q of about as many independent events,

    sd(log Q)  = (P90 - P10) / (2 * 1.2816 * Q)          common^2 = max(sd^2 - w / Q, floor^2)

where w is the variance of chance per event (losses: 1; visits: 2, as they come in clusters). The margin takes what
the range of revenue has beyond that of visits. A range says nothing of the model being wrong, so the floor is half of
our own judgement; where the study is silent that judgement is used whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from regulars.analysis.diagnosis import Diagnosis
from regulars.base.estimate import Estimate

#: Width of a central 80 % range in standard deviations.
_WIDTH = 2 * 1.2815515655446004
#: The study's range is believed down to this part of our own judgement.
FLOOR = 0.5
#: ... and up to this multiple: a range wider than that comes from hardly any data.
CEILING = 3.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Log-sd of one primitive of a cell: common to all cells, the cell's own, and of one customer's estimate."""

    common: float
    own: float
    single: float
    told: bool = False  # whether the study told ``common``

    def alone(self, customers: int) -> float:
        """What is a cell's own, its customers' estimates averaged."""
        return math.hypot(self.own, self.single / math.sqrt(max(customers, 1)))


@dataclass(frozen=True, slots=True)
class Spreads:
    """Of the three primitives the study knows."""

    hazard: Spread
    frequency: Spread
    margin: Spread

    @staticmethod
    def names() -> tuple[str, ...]:
        """Their names, in the order of the draws."""
        return "hazard", "frequency", "margin"

    def of(self, name: str) -> Spread:
        """By name. Raises KeyError for any other."""
        return {"hazard": self.hazard, "frequency": self.frequency, "margin": self.margin}[name]


#: Our own judgement, where the study says nothing.
JUDGED = Spreads(Spread(0.15, 0.15, 0.45), Spread(0.07, 0.07, 0.25), Spread(0.04, 0.04, 0.15))


def spreads_of(diagnosis: Diagnosis) -> Spreads:
    """What the study knows about its own sureness."""
    visits, revenue = _relative(diagnosis.value.visits_12), _relative(diagnosis.value.revenue_12)
    lost = diagnosis.wastage.expected_lost_next_90
    beyond = math.sqrt(max(revenue**2 - visits**2, 0.0)) if visits is not None and revenue is not None else None
    return Spreads(
        _told(JUDGED.hazard, _without_chance(lost, _relative(lost), 1.0)),
        _told(JUDGED.frequency, _without_chance(diagnosis.value.visits_12, visits, 2.0)),
        _told(JUDGED.margin, beyond),
    )


def _relative(estimate: Estimate) -> float | None:
    """Standard deviation as a part of the mean; None where the estimate says nothing."""
    figures = (estimate.mean, estimate.p10, estimate.p90)
    if estimate.n <= 0 or not all(map(math.isfinite, figures)) or estimate.mean <= 0 or estimate.p90 < estimate.p10:
        return None
    return (estimate.p90 - estimate.p10) / (_WIDTH * estimate.mean)


def _without_chance(estimate: Estimate, relative: float | None, per_event: float) -> float | None:
    if relative is None:
        return None
    return math.sqrt(max(relative**2 - per_event / estimate.mean, 0.0))


def _told(judged: Spread, common: float | None) -> Spread:
    if common is None:
        return judged
    return replace(judged, common=min(max(common, FLOOR * judged.common), CEILING * judged.common), told=True)
