"""When a customer will come next, and how late they are, by their own gaps.

A gap is k exponential stages at a rate believed to be Gamma(r + kx, alpha + t_x) once the last visit is known, so it is
within t with probability F(t) = I_{t/(alpha+t_x+t)}(k, r+kx). Silence for e conditions on a longer gap: given still a
customer, the next visit comes within s of today with probability (F(e+s) - F(e)) / (1 - F(e)), whose quantiles are
those of F itself. Late is who has been silent longer than nine in ten of their gaps would be.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaincc, betainccinv

from regulars.analysis.value.statistics import Floats, Statistics
from regulars.analysis.value.visits import VisitFit

_LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
#: Beyond ten years a date says nothing any more.
FARTHEST = 3653.0


def next_visit(fit: VisitFit, stats: Statistics) -> dict[str, Floats]:
    """Columns next_visit_p10, _p50, _p90 (days from now, given still a customer) and late_days, by triple."""
    since = stats.T - stats.t_x
    beyond = _longer(fit, stats, since)
    columns = {
        f"next_visit_{name}": np.clip(7 * (_gap(fit, stats, (1 - level) * beyond) - since), 0.0, FARTHEST)
        for name, level in _LEVELS.items()
    }
    nine_in_ten = _gap(fit, stats, np.full(len(stats), 0.1))
    columns["late_days"] = np.clip(7 * (since - nine_in_ten), 0.0, None)
    return columns


def _longer(fit: VisitFit, stats: Statistics, weeks: Floats) -> Floats:
    """P(a gap is longer than ``weeks``)."""
    r, alpha = fit.parameters[:2]
    return np.asarray(betaincc(fit.k, r + fit.k * stats.x, weeks / (alpha + stats.t_x + weeks)))


def _gap(fit: VisitFit, stats: Statistics, beyond: Floats) -> Floats:
    """The gap in weeks that is exceeded with probability ``beyond``."""
    r, alpha = fit.parameters[:2]
    z = betainccinv(fit.k, r + fit.k * stats.x, np.clip(beyond, 1e-290, 1.0))
    return np.asarray((alpha + stats.t_x) * z / np.maximum(1 - z, 1e-12))
