"""Value: how often customers will come and what they will spend. Numerics only; tables stay with the study."""

from regulars.analysis.value.backtest import by_frequency, crps
from regulars.analysis.value.interval import value_factors, value_interval
from regulars.analysis.value.portfolio import Portfolio, portfolio, total_visits
from regulars.analysis.value.prior import Belief, Prior
from regulars.analysis.value.score import HORIZONS, score
from regulars.analysis.value.spend import SpendFit, fit_gamma_gamma, visit_spend_correlation
from regulars.analysis.value.statistics import WEEKS_PER_MONTH, WEEKS_PER_YEAR, Statistics
from regulars.analysis.value.visits import VisitFit, fit_bgnbd, fit_mbgcnbd, fit_mbgnbd

__all__ = [
    "HORIZONS",
    "WEEKS_PER_MONTH",
    "WEEKS_PER_YEAR",
    "Belief",
    "Portfolio",
    "Prior",
    "SpendFit",
    "Statistics",
    "VisitFit",
    "by_frequency",
    "crps",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "fit_mbgcnbd",
    "fit_mbgnbd",
    "portfolio",
    "score",
    "total_visits",
    "value_factors",
    "value_interval",
    "visit_spend_correlation",
]
