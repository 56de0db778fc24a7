"""Value by duration as probabilities: with what chance a customer belongs to each of the four classes.

What a customer will bring in 36 months, V, is taken as log-normal with the forecast's mean and the spread of its 80 %
range; the chance of being much is P(V > cut), the chance of staying is P(alive), and the two are multiplied as if
independent (our simplification: given the same history they are not quite):

    s² = ln(1 + (sd / m)²)      z = (ln m - s² / 2 - ln cut) / s      P(V > cut) = Phi(z)

Phi by the logistic approximation 1 / (1 + exp(-1.5976 z - 0.07056 z³)) of Bowling, Khasawneh, Kaewkuekool and Cho
(2009), off by 0.00014 at most, because engines have no normal distribution.
"""

from __future__ import annotations

import ibis

from regulars.analysis.results.names import CLASSES
from regulars.analysis.segment import Z80

PHI = (1.5976, 0.07056)
_SURE = 8.0  # beyond so many deviations a chance is one or none


def with_odds(t: ibis.Table, *, value_cut: float) -> ibis.Table:
    """Add ``class_p_<class>`` for the four classes; they add up to one."""
    mean = t.value_36
    spread = (t.value_36_p90 - t.value_36_p10) / (2 * Z80)
    ratio = ibis.ifelse(mean > 0, spread / mean, 0.0)
    s2 = (1 + ratio * ratio).ln()
    # Without width, or without anything to compare, a chance is one or none as the hard rule has it.
    wide = (mean > 0) & (s2 > 1e-12) & (value_cut > 0)
    safe_mean, safe_s2 = ibis.ifelse(wide, mean, 1.0), ibis.ifelse(wide, s2, 1.0)
    z = (safe_mean.ln() - safe_s2 / 2 - ibis.literal(max(value_cut, 1e-300)).ln()) / safe_s2.sqrt()
    z = ibis.least(ibis.greatest(z, -_SURE), _SURE)
    much = 1 / (1 + (-(PHI[0] * z + PHI[1] * z * z * z)).exp())
    t = t.mutate(much=ibis.ifelse(wide, much, ibis.ifelse(mean >= value_cut, 1.0, 0.0)))
    stay = t.p_alive
    odds = (t.much * stay, t.much * (1 - stay), (1 - t.much) * stay, (1 - t.much) * (1 - stay))
    return t.mutate(**{f"class_p_{name}": p for name, p in zip(CLASSES, odds, strict=True)}).drop("much")
