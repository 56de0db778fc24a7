"""The mixture of rhythms: its likelihood by hand, truth found again, classes told apart, futures that happen."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betaincc

from regulars.analysis.models import fit_all, refit
from regulars.analysis.value import Statistics, VisitFit, fit_mbgcnbd, score
from regulars.analysis.value.foretold import foretold_visits
from regulars.analysis.value.likelihood import VisitLikelihood
from regulars.analysis.value.mixing import MixtureLikelihood, log_classes
from regulars.analysis.value.mixture import MixtureFit, fit_mixture
from regulars.analysis.value.next_visit import next_visit
from regulars.analysis.value.statistics import evenness
from regulars.base.errors import BadData
from regulars.base.words import render
from support.value import MixedLog, simulate_mixture

TRUTH = (3.0, 12.0, 0.5, 5.0)
SHARES = {1: 0.4, 4: 0.6}


def simulated(shares: dict[int, float], customers: int, seed: int = 1) -> MixedLog:
    return simulate_mixture(customers, np.random.default_rng(seed), parameters=TRUTH, shares=shares)


@cache
def base() -> MixedLog:
    return simulated(SHARES, 6000)


@cache
def common() -> VisitFit:
    return fit_mbgcnbd(base().plain, log_gaps=float(base().gaps.sum()))


@cache
def fitted() -> MixtureFit:
    found = fit_mixture(base().even, like=common())
    assert found is not None
    return found


def test_the_likelihood_is_the_weighted_sum_of_its_classes() -> None:
    x, t_x, T = np.array([3, 0, 8]), np.array([9.0, 0.0, 40.0]), np.array([14.0, 30.0, 41.0])
    gaps, shares, classes = np.array([2.9, 0.0, 11.0]), (0.2, 0.5, 0.3), (1, 2, 4)
    slow = 0.0
    for i in range(3):
        one = Statistics(x[i : i + 1], t_x[i : i + 1], T[i : i + 1], np.ones(1))
        r, alpha, a, b = TRUTH
        each = [
            VisitLikelihood.of(one, "mbg-cnbd-k", k=k, log_gaps=float(gaps[i]))(np.log([r, alpha / k, a, b]))[0]
            for k in classes
        ]
        slow += float(np.log(np.sum(np.array(shares) * np.exp(each))))
    stats = Statistics(x, t_x, T, np.ones(3), gaps)
    theta = np.concatenate([np.log(TRUTH), np.log([0.5 / 0.2, 0.3 / 0.2])])
    assert MixtureLikelihood.of(stats, classes)(theta)[0] == pytest.approx(slow, rel=1e-12)


def test_the_gradient_is_the_slope() -> None:
    few = simulated(SHARES, 300, seed=2)
    likelihood = MixtureLikelihood.of(few.even, (1, 2, 4))
    theta = np.concatenate([np.log(TRUTH) + 0.1, [0.3, -0.2]])
    slopes = [(likelihood(theta + d)[0] - likelihood(theta - d)[0]) / 2e-5 for d in 1e-5 * np.eye(6)]
    assert likelihood(theta)[1] == pytest.approx(slopes, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_gaps_not_known_are_integrated_out(k: int) -> None:
    """Two gaps that add up to t_x: the density of (x, t_x) alone is the integral over where the visit between fell."""
    t_x = 9.0
    history = (np.array([2.0]), np.array([t_x]), np.array([14.0]))
    at_equal_logs = log_classes((k,), TRUTH, *history, np.zeros(1))[0, 0]
    ways = quad(lambda first: (first * (t_x - first)) ** (k - 1), 0, t_x)[0]
    assert log_classes((k,), TRUTH, *history, None)[0, 0] == pytest.approx(at_equal_logs + np.log(ways), abs=1e-9)


def test_shares_and_parameters_are_found() -> None:
    fit = fitted()
    assert fit.classes == (1, 4) and fit.k == 4 and fit.verdict.id == "value.visits.good"
    off = (np.log(fit.parameters[:4]) - np.log(TRUTH)) / np.sqrt(np.diag(fit.covariance))[:4]
    assert np.abs(off).max() < 3
    assert fit.named["share_k4"] == pytest.approx(0.6, abs=3 * fit.standard_errors["share_k4"])
    assert fit.standard_errors.keys() == fit.named.keys()
    assert fit.shares.sum() == pytest.approx(1.0)
    assert fit.log_likelihood > common().log_likelihood + 1000


def test_customers_are_told_apart_by_their_gaps() -> None:
    log, fit = base(), fitted()
    belongs = fit.knowing(log.gaps).belongs(log.x, log.t_x, log.T)
    assert belongs.sum(axis=0) == pytest.approx(1.0)
    often = log.x >= 8
    assert (belongs.argmax(axis=0) == (log.k == 4))[often].mean() > 0.85
    for low, high in ((0.1, 0.4), (0.4, 0.6), (0.6, 0.9)):
        some = (belongs[1] > low) & (belongs[1] < high)
        assert (log.k == 4)[some].mean() == pytest.approx(belongs[1][some].mean(), abs=0.06)


def test_forecasts_are_what_happens() -> None:
    log, fit = base(), fitted()
    visits = fit.knowing(log.gaps).visits(log.x, log.t_x, log.T, 52.0, (0.1, 0.9))
    for rows in (log.k == 1, log.k == 4, log.x == 0, (log.x > 0) & (log.x < 8), log.x >= 8):
        spread = 4 * np.sqrt(visits.variance[rows].sum())
        assert abs(visits.mean[rows].sum() - log.future[rows].sum()) < spread
    inside = (log.future >= visits.quantiles[0]) & (log.future <= visits.quantiles[1])
    assert 0.8 <= inside.mean() <= 0.98


def test_forecasts_are_sharper_than_with_one_k_for_all() -> None:
    log, some = base(), slice(0, 3000)
    columns, came = (log.x[some].astype(float), log.t_x[some], log.T[some]), log.future[some].astype(float)
    mixed = foretold_visits(fitted(), *columns, weeks=52.0, actual=came, gaps=log.gaps[some])
    one = foretold_visits(common(), *columns, weeks=52.0, actual=came)
    assert mixed.crps.mean() < one.crps.mean()
    assert mixed.miscalibration < 0.03


@pytest.mark.parametrize("shares", [{1: 1.0}, {3: 1.0}])
def test_where_all_keep_one_rhythm_there_is_no_mixture(shares: dict[int, float]) -> None:
    log = simulated(shares, 2500, seed=4)
    like = fit_mbgcnbd(log.plain, log_gaps=float(log.gaps.sum()))
    assert fit_mixture(log.even, like=like) is None


def test_it_is_offered_beside_the_others_where_gaps_are_known() -> None:
    log = simulated(SHARES, 1500, seed=5)
    total = float(log.gaps.sum())
    assert "cnbd-mixture" not in fit_all(log.plain, log_gaps=total)
    found = fit_all(log.plain, log_gaps=total, even=log.even)
    assert found["cnbd-mixture"].log_likelihood > found["mbg-cnbd-k"].log_likelihood
    assert refit(log.even, "cnbd-mixture", log_gaps=total).model == "cnbd-mixture"
    assert refit(log.plain, "cnbd-mixture", log_gaps=total).model == "mbg-cnbd-k"


def test_one_class_is_mbg_cnbd_k() -> None:
    log, part = base(), replace(common(), parameters=(3.0, 3.0, 0.5, 5.0), k=4, model="mbg-cnbd-k")
    sure = replace(fitted(), classes=(4,), parameters=TRUTH, covariance=np.eye(4) * 1e-9, gaps=log.gaps[:50])
    columns = (log.x[:50], log.t_x[:50], log.T[:50])
    assert sure.p_alive(*columns) == pytest.approx(part.p_alive(*columns))
    assert sure.rate_given_alive(*columns) == pytest.approx(part.rate_given_alive(*columns))
    one, other = (fit.visits(*columns, 52.0, (0.1, 0.9)) for fit in (sure, part))
    assert one.mean == pytest.approx(other.mean) and (one.quantiles == other.quantiles).all()
    assert sure.lost_within(*columns, 13.0) == pytest.approx(part.lost_within(*columns, 13.0))


def test_next_visits_fall_into_their_window() -> None:
    """Draw what is believed of a customer of either class: a rate, a gap longer than the silence."""
    rng, (x, t_x, silent) = np.random.default_rng(11), (6, 40.0, 3.0)
    stats = Statistics(np.array([x]), np.array([t_x]), np.array([t_x + silent]), np.ones(1), np.array([10.5]))
    fit = fitted().knowing(stats.gaps)
    ahead = []
    for law in fit.gap_laws(x, t_x, t_x + silent):
        gap = rng.gamma(law.k, 1 / rng.gamma(law.shape[0], 1 / law.scale[0], 400_000))
        left = gap[gap > silent] - silent
        ahead.append(rng.choice(left, round(300_000 * float(law.share[0]))))
    days = 7 * np.concatenate(ahead)
    window = {name: float(values[0]) for name, values in next_visit(fit, stats).items()}
    for name, level in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
        assert (days <= window[f"next_visit_{name}"]).mean() == pytest.approx(level, abs=0.005)


def test_windows_are_solved_for_whatever_the_history() -> None:
    log, fit = base(), fitted()
    found = next_visit(fit.knowing(log.gaps), Statistics(log.x, log.t_x, log.T, np.ones(len(log.x)), log.gaps))
    assert all(np.isfinite(v).all() and (v >= 0).all() for v in found.values())
    assert (found["next_visit_p10"] <= found["next_visit_p50"]).all()
    laws = fit.knowing(log.gaps).gap_laws(log.x, log.t_x, log.T)
    far = found["next_visit_p50"] < 3000
    since, at = log.T - log.t_x, log.T - log.t_x + found["next_visit_p50"] / 7
    half = np.zeros(len(log.x))
    for law in laws:
        beyond = [betaincc(law.k, law.shape, gap / (law.scale + gap)) for gap in (at, since)]
        half += law.share * beyond[0] / np.maximum(beyond[1], 1e-290)
    assert half[far] == pytest.approx(0.5, abs=1e-3)


def test_scores_of_very_many_histories_stay_near_the_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    log = simulated(SHARES, 1500, seed=6)
    stats, fit = log.even, fitted()
    exact = score(stats, fit)
    monkeypatch.setattr(sys.modules["regulars.analysis.value.score"], "_LARGE", 900)  # the package's name is a function
    near = score(stats, fit)
    assert near["p_alive"] == pytest.approx(exact["p_alive"])
    assert near["visits_12"].sum() == pytest.approx(exact["visits_12"].sum(), rel=0.002)
    assert near["visits_12"] == pytest.approx(exact["visits_12"], rel=0.1, abs=0.05)


def test_likely_histories_are_grouped_by_evenness() -> None:
    even = 3 * np.log(2.0)  # three gaps of two weeks: clockwork
    stats = Statistics.collapse(
        [3, 3, 3, 0], [6.0, 6.0, 6.0, 0.0], [9.0, 9.0, 9.0, 9.0], gaps=[even, even - 0.02, even - 2.0, 0.0]
    )
    assert stats.weight.tolist() == [1.0, 2.0, 1.0]
    assert stats.gaps == pytest.approx([0.0, even - 0.01, even - 2.0])
    assert evenness([3, 3, 0], [6.0, 6.0, 0.0], [even, even - 2.0, 0.0]).tolist() == [0, 10, 0]


def test_what_is_asked_wrongly_is_refused() -> None:
    with pytest.raises(BadData) as refused:
        fit_mixture(base().plain, like=common())
    assert render(refused.value.text, "zh-Hant")
    with pytest.raises(BadData):
        fitted().knowing(np.zeros(3)).p_alive([1, 2], 3.0, 9.0)


def test_draws_stay_mixtures() -> None:
    for drawn in fitted().draw_parameters(np.random.default_rng(1), 6):
        assert isinstance(drawn, MixtureFit) and drawn.shares.sum() == pytest.approx(1.0)
        assert 0 < drawn.p_alive(3, 20.0, 30.0)[0] < 1
