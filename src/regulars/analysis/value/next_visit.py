"""When a customer will come next, and how late they are, by their own gaps.

A gap is k exponential stages at a rate believed to be Gamma(r + kx, alpha + t_x) once the last visit is known, so it is
within t with probability F(t) = I_{t/(alpha+t_x+t)}(k, r+kx). Silence for e conditions on a longer gap: given still a
customer, the next visit comes within s of today with probability (F(e+s) - F(e)) / (1 - F(e)), whose quantiles are
those of F itself. Late is who has been silent longer than nine in ten of their gaps would be. Where a customer may be
of one class or another (a mixture of rhythms) the laws are mixed, and quantiles lie between those of the classes.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainccinv

from regulars.analysis.value.statistics import Floats, Statistics
from regulars.analysis.value.visits import GapLaw, VisitFit

_LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
#: Beyond ten years a date says nothing any more.
FARTHEST = 3653.0
_LOG_FARTHEST = np.log(1e9)
_STEPS = 8


def next_visit(fit: VisitFit, stats: Statistics) -> dict[str, Floats]:
    """Columns next_visit_p10, _p50, _p90 (days from now, given still a customer) and late_days, by triple."""
    since = stats.T - stats.t_x
    laws = fit.gap_laws(stats.x, stats.t_x, stats.T)
    silent = [_longer(law, since)[0] for law in laws]
    columns = {
        f"next_visit_{name}": np.clip(7 * (_quantile(laws, silent, 1 - level) - since), 0.0, FARTHEST)
        for name, level in _LEVELS.items()
    }
    nine_in_ten = _quantile(laws, [np.ones(len(stats)) for _ in laws], 0.1)
    columns["late_days"] = np.clip(7 * (since - nine_in_ten), 0.0, None)
    return columns


def _quantile(laws: tuple[GapLaw, ...], silent: list[Floats], level: float) -> Floats:
    """The gap in weeks that is exceeded with probability ``level``, each law given a silence of probability ``silent``.

    Of a mixture by Newton's steps on the logarithms, from the quantile of the likeliest law: there the survival of one
    such law is concave, and that of a mixture nearly so.
    """
    if len(laws) == 1:
        return _gap(laws[0], level * silent[0])
    likely = np.argmax([law.share for law in laws], axis=0)[None, :]
    of = {name: np.array([getattr(law, name) for law in laws]) for name in ("shape", "scale", "share")}
    picked = {name: np.take_along_axis(values, likely, axis=0)[0] for name, values in of.items()}
    k, beyond = np.array([law.k for law in laws])[likely[0]], np.take_along_axis(np.array(silent), likely, axis=0)[0]
    z = betainccinv(k, picked["shape"], np.clip(level * beyond, 1e-290, 1.0))
    y = np.log(np.maximum(picked["scale"] * z / np.maximum(1 - z, 1e-12), 1e-6))
    for _ in range(_STEPS):
        above, slope = np.zeros_like(y), np.zeros_like(y)
        for law, s in zip(laws, silent, strict=True):
            weight = law.share / np.maximum(s, 1e-290)
            longer, falls = _longer(law, np.exp(y))
            above, slope = above + weight * longer, slope + weight * falls
        step = (np.log(np.maximum(above, 1e-300)) - np.log(level)) * above / np.maximum(slope, 1e-300)
        y = y + np.clip(step, -1.0, 1.0)
    return np.asarray(np.exp(np.minimum(y, _LOG_FARTHEST)))


def _longer(law: GapLaw, weeks: Floats) -> tuple[Floats, Floats]:
    """P(a gap is longer than ``weeks``), fewer than k stages by then; and how it falls by the logarithm of weeks."""
    z = weeks / (law.scale + weeks)
    total = term = np.exp(-law.shape * np.log1p(weeks / law.scale))
    for j in range(1, law.k):
        term = term * z * (law.shape + (j - 1)) / j
        total = total + term
    return np.asarray(total), np.asarray(term * z * (law.shape + (law.k - 1)))


def _gap(law: GapLaw, beyond: Floats) -> Floats:
    """The gap in weeks that is exceeded with probability ``beyond``."""
    z = betainccinv(law.k, law.shape, np.clip(beyond, 1e-290, 1.0))
    return np.asarray(law.scale * z / np.maximum(1 - z, 1e-12))
