"""Published digits: papers, the BTYD walkthrough, CLVTools' tests."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from regulars.analysis.value import VisitFit, fit_bgnbd, fit_gamma_gamma, fit_mbgnbd
from regulars.analysis.value.pareto import fit_pareto
from regulars.analysis.value.statistics import Floats
from support.cdnow import DATA, Customers, cdnow

FITS = {"bg-nbd": fit_bgnbd, "mbg-nbd": fit_mbgnbd}

data = cache(cdnow)


@cache
def fitted(which: str, model: str) -> VisitFit:
    return FITS[model](data(which).stats)


@pytest.mark.parametrize(
    ("which", "customers", "repeats", "holdout"), [("sample", 2357, 2457, 1882), ("master", 23570, 24337, 19684)]
)
def test_the_data_are_cut_as_in_the_papers(which: str, customers: int, repeats: int, holdout: int) -> None:
    base = data(which)
    assert (len(base.x), int(base.x.sum()), int(base.holdout.sum())) == (customers, repeats, holdout)
    assert base.T.max() == pytest.approx(38.857, abs=5e-4)


@pytest.mark.parametrize(
    ("which", "model", "parameters", "digits", "log_likelihood", "ll_digits"),
    [
        ("sample", "bg-nbd", (0.243, 4.414, 0.793, 2.426), 3, -9582.4292, 4),
        ("sample", "bg-nbd", (0.2425945, 4.4136019, 0.7929199, 2.4258881), 4, -9582.4, 1),
        ("sample", "mbg-nbd", (0.5248, 6.1831, 0.8914, 1.6140), 4, -9582.1357, 4),
        ("master", "bg-nbd", (0.2516, 4.7889, 0.7234, 2.1611), 4, -95368.4439, 4),
        ("master", "mbg-nbd", (0.6371, 7.3102, 0.8075, 1.2284), 3, -95336.9583, 4),
    ],
)
def test_visit_models_reach_the_published_optimum(
    which: str, model: str, parameters: tuple[float, ...], digits: int, log_likelihood: float, ll_digits: int
) -> None:
    fit = fitted(which, model)
    assert fit.parameters == pytest.approx(parameters, abs=0.6 * 10**-digits)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=0.6 * 10**-ll_digits)
    assert fit.converged and not fit.held
    assert fit.verdict.id == "value.visits.good"


def test_a_day_more_is_another_cut() -> None:
    """CLVTools split after 39 weeks: calibration ends a day later than the papers', and other figures come out."""
    base = cdnow("sample", cut=np.datetime64("1997-10-01"))
    assert int(base.holdout.sum()) == 1877
    assert fit_pareto(base.stats).log_likelihood == pytest.approx(-9615.2415, abs=6e-5)


def test_visits_merged_by_week_are_another_base() -> None:
    assert fit_bgnbd(cdnow("master", weekly=True).stats).parameters[0] == pytest.approx(0.291, abs=6e-4)


def test_standard_errors_of_the_full_data() -> None:
    errors = fitted("master", "bg-nbd").standard_errors
    assert errors == pytest.approx({"r": 0.0042, "alpha": 0.131, "a": 0.054, "b": 0.199}, rel=0.01)


def test_gamma_gamma_of_946_repeat_buyers() -> None:
    base = data("sample")
    fit = fit_gamma_gamma(base.x, base.spent)
    assert fit.customers == 946
    assert fit.parameters == pytest.approx((6.25, 3.74, 15.44), abs=0.006)
    assert fit.log_likelihood == pytest.approx(-4055.9177, abs=5e-5)
    assert fit.correlation == pytest.approx(0.11, abs=0.005)
    assert fit.verdict.id == "value.spend.good"


def test_gamma_gamma_of_the_published_summary() -> None:
    """The table `lifetimes` ships has values rounded to cents, so other last digits."""
    rows = np.genfromtxt(DATA / "cdnow_customers_summary_with_transactions.csv", delimiter=",", names=True)
    came = rows["x"] > 0
    fit = fit_gamma_gamma(rows["x"][came], rows["zbar"][came])
    assert fit.customers == 946
    assert fit.parameters == pytest.approx((6.24875, 3.74460, 15.44791), abs=2e-4)  # the ridge is flat
    assert fit.log_likelihood == pytest.approx(-4055.9232, abs=6e-5)


def by_frequency(base: Customers, predicted: Floats) -> Floats:
    bins = np.minimum(base.x, 7)
    return np.asarray(np.bincount(bins, predicted) / np.bincount(bins))


def test_holdout_by_calibration_frequency() -> None:
    base = data("sample")
    assert np.bincount(np.minimum(base.x, 7)).tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    actual = by_frequency(base, base.holdout.astype(float))
    assert actual == pytest.approx([0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359], abs=5e-4)
    predicted = fitted("sample", "bg-nbd").expected_visits(base.x, base.t_x, base.T, 39.0)
    wanted = [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157]
    assert by_frequency(base, predicted) == pytest.approx(wanted, abs=5e-4)
