"""What one comparison showed, kept as it was counted, and read when beliefs are worked out.

Given their total, the treated's share of the events of a stratum k tells the log rate ratio b, what each customer was
expected to do being allowed for:

    O_tk | O_tk + O_ck ~ Binomial(p_k)      p_k = E_tk e^(b a_k) / (E_tk e^(b a_k) + E_ck)

All comparisons of one effect are read near the mode of them together under its prior, taken :data:`WIDE` times as wide:
one step of Fisher's scoring from there, and the error there. Read off each count alone a lucky one would be believed
more; read off "no effect" a large effect beside few controls would look far surer, and smaller, than it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.strategy.returns import Floats

#: Steps of Newton to the mode, each of at most this length.
STEPS, LONGEST = 60, 0.5
#: So many times the prior's sd is allowed for before anything is read.
WIDE = 2.0
#: So little information is none.
LEAST_INFORMATION = 1e-9


@dataclass(frozen=True)
class Counts:
    """Events seen and expected by stratum, of the treated and of the others; ``part`` of the effect that shows."""

    treated: Floats
    control: Floats
    expected_treated: Floats
    expected_control: Floats
    part: Floats
    dispersion: float

    def slope(self, at: float) -> tuple[float, float]:
        """Of the log-likelihood at an effect: its slope and its information."""
        odds = self.expected_treated * np.exp(np.clip(at * self.part, -30, 30))
        p = odds / np.maximum(odds + self.expected_control, 1e-300)
        total = self.treated + self.control
        score = float((self.part * (self.treated - total * p)).sum()) / self.dispersion
        return score, float((self.part**2 * total * p * (1 - p)).sum()) / self.dispersion

    def told(self, at: float) -> tuple[float, float]:
        """The estimate and its error, read at an effect."""
        score, information = self.slope(at)
        information = max(information, LEAST_INFORMATION)
        return at + score / information, 1 / math.sqrt(information)


@dataclass(frozen=True)
class Points:
    """A difference of shares."""

    y: float
    se: float

    def told(self, at: float) -> tuple[float, float]:
        """The difference and its error, wherever it is read."""
        return self.y, self.se


def mode(found: Sequence[Counts | Points], *, mean: float, sd: float) -> float:
    """The most probable effect of all comparisons together under a normal prior (differences of shares: its mean)."""
    counts = [one for one in found if isinstance(one, Counts)]
    at, precision = mean, (WIDE * sd) ** -2
    for _ in range(STEPS if counts else 0):
        slopes = np.array([one.slope(at) for one in counts]).sum(axis=0)
        step = float((slopes[0] - precision * (at - mean)) / (slopes[1] + precision))
        at += min(max(step, -LONGEST), LONGEST)
        if abs(step) < 1e-9:
            break
    return at
