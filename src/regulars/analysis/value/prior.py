"""A named prior belief about a visit model's parameters: opt-in, and said wherever it took part.

Independent normals on the logarithms of the parameters it names; the others are left to the data. The fit is then the
mode of the posterior (MAP) and no longer maximum likelihood: published values are reproduced without any prior.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from regulars.analysis.value.statistics import Floats
from regulars.base.errors import BadData
from regulars.base.text import Text, say


@dataclass(frozen=True, slots=True)
class Belief:
    """A log-normal belief: its median, and its standard deviation on the log scale (0.7 is a factor of two)."""

    centre: float
    spread: float


@dataclass(frozen=True, slots=True)
class Prior:
    """Beliefs by parameter, time in weeks; ``alpha`` is of visits, also where a model counts stages of gaps.

    ``name`` goes into results; ``source`` says where the figures are from.

    Raises:
        BadData: a centre or spread is not a positive finite number.
    """

    name: str
    source: Text
    beliefs: Mapping[str, Belief]

    def __post_init__(self) -> None:
        for parameter, belief in self.beliefs.items():
            if not all(np.isfinite(v) and v > 0 for v in (belief.centre, belief.spread)):
                raise BadData(say("value.prior.impossible", name=self.name, parameter=parameter))

    def on(self, names: Sequence[str], *, k: int = 1) -> LogNormal:
        """The prior of a model with these parameters and gaps of ``k`` stages."""
        centre, spread = np.zeros(len(names)), np.full(len(names), np.inf)
        for place, name in enumerate(names):
            if name in self.beliefs:
                # A stage is k times as quick as a visit.
                centre[place] = np.log(self.beliefs[name].centre / (k if name == "alpha" else 1))
                spread[place] = self.beliefs[name].spread
        return LogNormal(centre, spread)


@dataclass(frozen=True, slots=True, eq=False)
class LogNormal:
    """A normal belief about a vector of log parameters; an infinite spread is no belief."""

    centre: Floats
    spread: Floats

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        """Log density (nought at the centre) and its gradient."""
        off = (theta - self.centre) / self.spread
        return -0.5 * float(off @ off), np.asarray(-off / self.spread)

    @property
    def whole(self) -> bool:
        """Whether it speaks of every parameter."""
        return bool(np.isfinite(self.spread).all())
