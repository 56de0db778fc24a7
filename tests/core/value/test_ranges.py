"""Ranges hold what they promise on simulated customers and bases; backtest figures against a slow loop."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betainc

from regulars.analysis.value import (
    HORIZONS,
    WEEKS_PER_YEAR,
    Statistics,
    by_frequency,
    crps,
    fit_gamma_gamma,
    portfolio,
    score,
    total_visits,
    value_factors,
    value_interval,
)
from support.value import FITTERS, simulate, spend_fit, visit_fit

BASES = {
    "salon": ("mbg-nbd", (3.0, 12.0, 0.6, 6.0), (4.0, 3.0, 200.0)),
    "retail": ("bg-nbd", (0.6, 7.0, 0.8, 2.2), (2.0, 2.5, 60.0)),
    "clinic": ("mbg-nbd", (5.0, 20.0, 0.5, 12.0), (30.0, 6.0, 90.0)),
}


@pytest.mark.parametrize("months", [12, 36])
@pytest.mark.parametrize("name", BASES)
def test_customer_ranges_cover_eighty_per_cent(name: str, months: int) -> None:
    model, visits, spend = BASES[name]
    rng = np.random.default_rng(31)
    base = simulate(model, visits, spend, customers=25_000, rng=rng, weeks=HORIZONS[months])
    fit, spending = FITTERS[model](base.stats), fit_gamma_gamma(base.x, base.mean_value)
    scores, factors = score(base.stats, fit), value_factors(base.stats, fit, spending)
    own = value_interval(scores, factors, spending, visits=base.x, mean_value=base.mean_value)
    low, high = own[f"value_{months}_p10"], own[f"value_{months}_p90"]
    assert (low <= high).all()
    two_sided = low > 0
    inside = ((base.revenue >= low) & (base.revenue <= high))[two_sided]
    assert two_sided.sum() > 300
    assert inside.mean() == pytest.approx(0.80, abs=0.02 + 2.5 * 0.4 / np.sqrt(two_sided.sum()))
    some = high > 0  # where nothing at all is the likely outcome, the range is 0 to 0
    assert (base.revenue > high)[some].mean() == pytest.approx(0.10, abs=0.01)
    mean = own[f"value_{months}"]
    assert base.revenue.mean() == pytest.approx(mean.mean(), abs=4 * base.revenue.std() / np.sqrt(len(mean)))


def test_factors_are_the_quantiles_of_the_exact_mixture() -> None:
    fit, spending = visit_fit("mbg-nbd", (3.0, 12.0, 0.6, 6.0)), spend_fit((4.0, 3.0, 200.0))
    stats = Statistics(np.array([0, 2, 9, 30]), np.array([0.0, 9, 50, 100]), np.array([2.0, 12, 52, 104]), np.ones(4))
    factors = value_factors(stats, fit, spending)
    tail = fit.survival_counts(stats.x, stats.t_x, stats.T, WEEKS_PER_YEAR, np.arange(1, 402))
    chance, N = tail[:, :-1] - tail[:, 1:], np.arange(1, 401)
    for name, level in (("p10", 0.1), ("p90", 0.9)):
        y = factors[f"factor_12_{name}"]
        below = (
            1 - tail[:, 0] + (chance * betainc(4.0 * N, (3.0 + 4.0 * stats.x)[:, None], (y / (1 + y))[:, None])).sum(1)
        )
        assert below[y > 0] == pytest.approx(level, abs=0.005)
        assert (tail[:, 0][y == 0] <= 1 - level).all()


def test_value_variance_is_that_of_simulated_revenue() -> None:
    model, visits, spend = "bg-nbd", (2.0, 9.0, 0.6, 5.0), (3.0, 6.0, 200.0)
    base = simulate(model, visits, spend, customers=200_000, rng=np.random.default_rng(32), weeks=WEEKS_PER_YEAR)
    stats, fit, spending = base.stats, visit_fit(model, visits), spend_fit(spend)
    no_factors = {f"factor_{m}_{p}": np.zeros(len(stats)) for m in HORIZONS for p in ("p10", "p90")}
    own = value_interval(score(stats, fit), no_factors, spending, visits=base.x, mean_value=base.mean_value)
    squared = (base.revenue - own["value_12"]) ** 2
    assert own["value_12_var"].mean() == pytest.approx(squared.mean(), abs=4 * squared.std() / np.sqrt(len(squared)))


def test_customers_without_usable_value_get_the_base_mean() -> None:
    spending = spend_fit((4.0, 3.0, 200.0))
    fit = visit_fit("mbg-nbd", (3.0, 12.0, 0.6, 6.0))
    stats = Statistics(np.array([0, 9]), np.array([0.0, 50]), np.array([2.0, 52]), np.ones(2))
    own = value_interval(
        score(stats, fit),
        value_factors(stats, fit, spending),
        spending,
        visits=stats.x,
        mean_value=np.array([0.0, -7.0]),
    )
    assert own["spend_visit"] == pytest.approx([400.0, 400.0])
    assert own["value_12_p90"][1] > own["value_12"][1] > own["value_12_p10"][1] >= 0


@pytest.mark.slow
def test_base_ranges_cover_eighty_per_cent() -> None:
    """25 bases of 400 customers each, fitted anew: the totals' 80 % ranges hold about 80 % of what came."""
    rng = np.random.default_rng(33)
    held, held_revenue, tries = 0, 0, 25
    for _ in range(tries):
        base = simulate(
            "mbg-nbd", (1.5, 9.0, 0.8, 3.0), (3.0, 5.0, 100.0), customers=400, rng=rng, weeks=WEEKS_PER_YEAR
        )
        fit, spending = FITTERS["mbg-nbd"](base.stats), fit_gamma_gamma(base.x, base.mean_value)
        total = portfolio(base.stats, fit, spending, mean_value=base.mean_value, currency="HKD", rng=rng, draws=30)
        held += total.visits_12.p10 <= int(base.future.sum()) <= total.visits_12.p90
        held_revenue += total.revenue_12.p10 <= float(base.revenue.sum()) <= total.revenue_12.p90
    assert 0.6 <= held / tries <= 0.96
    assert 0.6 <= held_revenue / tries <= 0.96


def test_portfolio_adds_up() -> None:
    rng = np.random.default_rng(34)
    base = simulate("mbg-nbd", (0.8, 7.0, 0.8, 2.0), (2.0, 4.0, 60.0), customers=30_000, rng=rng)
    days = Statistics.collapse(base.x, np.round(7 * base.t_x) / 7, np.round(7 * base.T) / 7)
    fit, spending = FITTERS["mbg-nbd"](days), fit_gamma_gamma(base.x, base.mean_value)
    total = portfolio(days, fit, spending, mean_value=np.full(len(days), 30.0), currency="HKD", rng=rng)
    scores = score(days, fit)
    each = spending.expected_spend(days.x, np.full(len(days), 30.0))
    assert total.visits_12.mean == pytest.approx(days.weight @ scores["visits_12"])
    assert total.revenue_36.mean == pytest.approx(days.weight @ (scores["visits_36"] * each))
    assert total.alive.mean == pytest.approx(days.weight @ scores["p_alive"])
    for one in (total.visits_12, total.visits_36, total.revenue_12, total.revenue_36, total.alive):
        assert one.p10 < one.p50 < one.p90
        assert one.p50 == pytest.approx(one.mean, rel=0.02)
    assert (total.revenue_12.unit, total.alive.unit, total.visits_12.n) == ("HKD", "customers", 30_000)
    again = total_visits(days, fit, weeks=WEEKS_PER_YEAR, rng=rng)
    assert again.mean == pytest.approx(total.visits_12.mean)
    assert again.p90 - again.p10 == pytest.approx(total.visits_12.p90 - total.visits_12.p10, rel=0.3)


def test_same_seed_same_range() -> None:
    fit = visit_fit("bg-nbd", (0.6, 7.0, 0.8, 2.0))
    stats = Statistics.collapse([0, 3], [0.0, 20.0], [5.0, 30.0])
    one, two = (total_visits(stats, fit, weeks=52.0, rng=np.random.default_rng(5)) for _ in range(2))
    assert one == two


def test_by_frequency_against_a_loop() -> None:
    x, predicted, actual = [0, 9, 0, 7, 2], [0.2, 5.0, 0.4, 7.0, 1.0], [1, 4, 0, 9, 1]
    rows = by_frequency(x, predicted, actual)
    assert [row[:2] for row in rows] == [(0, 2), (2, 1), (7, 2)]
    assert [row[2:] for row in rows] == [pytest.approx((0.3, 0.5)), (1.0, 1.0), (6.0, 6.5)]
    assert by_frequency([1, 1], [1.0, 4.0], [0, 3], weight=[2, 1])[0] == (1, 3, 2.0, 1.0)


def test_crps_against_the_definition() -> None:
    fit = visit_fit("mbg-nbd", (0.8, 7.0, 0.8, 2.0))
    x, t_x, T, actual = [0, 4, 12], [0.0, 20.0, 50.0], [10.0, 30.0, 52.0], [0, 6, 2]
    tail = fit.survival_counts(x, t_x, T, 52.0, np.arange(1, 500))
    wanted = [sum(((1 - tail[i, n]) - (actual[i] <= n)) ** 2 for n in range(499)) for i in range(3)]
    assert crps(fit, x, t_x, T, weeks=52.0, actual=actual) == pytest.approx(wanted, abs=1e-8)


def test_crps_prefers_the_true_model() -> None:
    truth = (0.8, 7.0, 0.8, 2.0)
    base = simulate("mbg-nbd", truth, (2.0, 4.0, 60.0), customers=20_000, rng=np.random.default_rng(35))
    columns = (base.x, base.t_x, base.T)
    right, wrong = (
        crps(visit_fit("mbg-nbd", parameters), *columns, weeks=52.0, actual=base.future).mean()
        for parameters in (truth, (0.8, 7.0, 0.1, 2.0))
    )
    assert right < wrong
