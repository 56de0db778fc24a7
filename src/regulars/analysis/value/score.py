"""What a fitted visit model says of every triple, ready to be joined back to customers."""

from __future__ import annotations

from regulars.analysis.value.statistics import WEEKS_PER_MONTH, WEEKS_PER_YEAR, Floats, Statistics
from regulars.analysis.value.visits import VisitFit

#: Months ahead -> weeks ahead, for every horizon the study reports.
HORIZONS = {12: WEEKS_PER_YEAR, 36: 3 * WEEKS_PER_YEAR}


def score(stats: Statistics, fit: VisitFit) -> dict[str, Floats]:
    """Columns aligned with ``stats``: p_alive, rate_month, and visits_12 and visits_36 with _p10, _p90, _var, _none.

    ``_none`` is the probability of no visit at all. All of it is exact.
    """
    triple = (stats.x, stats.t_x, stats.T)
    columns = {
        "p_alive": fit.p_alive(*triple),
        "rate_month": fit.rate_given_alive(*triple) * WEEKS_PER_MONTH,
    }
    for months, weeks in HORIZONS.items():
        visits = fit.visits(*triple, weeks, (0.1, 0.9))
        columns[f"visits_{months}"] = visits.mean
        columns[f"visits_{months}_p10"], columns[f"visits_{months}_p90"] = visits.quantiles
        columns[f"visits_{months}_var"] = visits.variance
        columns[f"visits_{months}_none"] = visits.none
    return columns
