"""Ranges of groups of customers: closed forms, another implementation, and the truth of a simulated base."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.special import hyp2f1

from regulars.analysis.diagnosis import Backtest
from regulars.analysis.forecast import Portfolio, discrepancy
from regulars.analysis.models import fitting_grid, pack_visits
from regulars.analysis.origins import origins
from regulars.analysis.redraw import Redrawn
from regulars.analysis.value import Statistics, VisitFit, fit_bgnbd, fit_gamma_gamma, fit_mbgnbd, portfolio
from regulars.analysis.value.likelihood import VisitModel
from regulars.analysis.value.statistics import Floats
from regulars.base.estimate import Estimate
from regulars.packs.load import load_pack
from support.analysis import Line, Studied, cdnow_sales, studied
from support.cdnow import cdnow

START, CUT = date(2022, 1, 1), date(2023, 12, 31)


def fit_of(model: VisitModel, *parameters: float) -> VisitFit:
    stats = Statistics(np.array([0]), np.array([0.0]), np.array([1.0]), np.array([1.0]))
    made = pack_visits(stats, pack=load_pack("beauty"))
    return replace(made, model=model, parameters=parameters)


@pytest.mark.parametrize(("model", "extra"), [("bg-nbd", 0), ("mbg-nbd", 1)])
def test_chance_of_leaving_soon_is_the_hypergeometric_one(model: VisitModel, extra: int) -> None:
    r, alpha, a, b = 0.5, 6.0, 0.9, 1.6
    x, T = np.array([0.0, 1.0, 3.0, 12.0, 40.0]), np.array([5.0, 30.0, 52.0, 100.0, 150.0])
    weeks = 90 / 7
    closed = 1 - hyp2f1(r + x, a, a + b + x + extra, -weeks / (alpha + T))
    fit = fit_of(model, r, alpha, a, b)
    assert fit.lost_within(x, 0.9 * T, T, weeks) == pytest.approx(closed, rel=1e-9)
    assert fit.lost_quickly(x, T, weeks) == pytest.approx(closed, rel=0.02)


def test_chance_of_leaving_soon_is_finite_at_the_edges() -> None:
    x, T = np.array([0.0, 0.0, 400.0, 400.0]), np.array([0.0, 500.0, 0.5, 500.0])
    for parameters in ((0.02, 0.01, 5.0, 0.01), (30.0, 200.0, 0.01, 500.0), (2.0, 12.0, 400.0, 4000.0)):
        found = fit_of("mbg-nbd", *parameters).lost_within(x, 0.9 * T, T, 90 / 7)
        assert ((found >= 0) & (found <= 1)).all(), parameters


def test_pack_figures_say_what_the_pack_says() -> None:
    """The stand-in model brings newcomers back within the window as often as the benchmark, and at its pace."""
    pack = load_pack("beauty")
    fit = pack_visits(Statistics(np.array([0]), np.array([0.0]), np.array([0.0]), np.array([1.0])), pack=pack)
    r, alpha, a, b = fit.parameters
    assert alpha / r == pytest.approx(pack.windows.typical_interval / 7)
    rng = np.random.default_rng(7)
    rate, leaves = rng.gamma(r, 1 / alpha, 400_000), rng.beta(a, b, 400_000)
    back = (rng.random(400_000) > leaves) & (rng.exponential(1 / rate) <= pack.windows.returned_within / 7)
    benchmark = next(b.value for b in pack.benchmarks if b.id == "newcomers_returned")
    assert back.mean() == pytest.approx(benchmark, abs=0.005)


def test_the_grid_for_big_bases_moves_no_parameter(monkeypatch: pytest.MonkeyPatch) -> None:
    stats = cdnow("master").stats
    daily = fit_mbgnbd(stats)
    monkeypatch.setattr("regulars.analysis.models.MANY_HISTORIES", 100)
    grid = fitting_grid(stats)
    assert len(grid) < len(stats) / 3
    assert grid.customers == stats.customers
    assert grid.weight @ grid.t_x == pytest.approx(stats.weight @ stats.t_x)
    weekly = fit_mbgnbd(grid)
    errors = np.sqrt(np.diag(daily.covariance))
    assert np.abs(np.log(weekly.parameters) - np.log(daily.parameters)) == pytest.approx(0, abs=0.25 * errors.max())


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Studied:
    return studied(cdnow_sales(), folder=tmp_path_factory.mktemp("c"), as_of=date(1997, 9, 30))


def test_the_base_equals_the_portfolio_of_the_value_models(sample: Studied) -> None:
    """Two implementations: by cells of the study's table, by triples of the numerics."""
    data = cdnow("sample")
    chosen = {"bg-nbd": fit_bgnbd, "mbg-nbd": fit_mbgnbd}[sample.diagnosis.value.visits_12.method]
    visits, spend = chosen(data.stats), fit_gamma_gamma(data.x, data.spent)
    each = Statistics(data.x, data.t_x, data.T, np.ones(len(data.x)))
    other = portfolio(
        each, visits, spend, mean_value=data.spent, currency="HKD", rng=np.random.default_rng(3), draws=400
    )
    found = sample.diagnosis.value
    for name in ("visits_12", "revenue_12", "revenue_36", "alive"):
        here, there = getattr(found, name), getattr(other, name)
        assert here.mean == pytest.approx(there.mean, rel=1e-3), name
        if name == "alive" and chosen is fit_bgnbd:
            continue  # whoever came once is surely alive there, and an error cannot make them more so
        assert sample.diagnosis.trust is not None
        origins = [row.foretold / row.actual for row in sample.diagnosis.trust.rows if row.figure == "visits"]
        error = 2.563 * here.mean * discrepancy(sample.diagnosis.backtest, origins)
        assert here.p90 - here.p10 == pytest.approx(np.hypot(there.p90 - there.p10, error), rel=0.25), name


def tried(predicted: float, spread: float, actual: int) -> Backtest:
    estimate = Estimate(
        predicted, predicted - 1.2816 * spread, predicted, predicted + 1.2816 * spread, "visits", "x", 9
    )
    return Backtest(CUT, 90, 9, estimate, actual, ())


def test_the_error_of_the_past_is_expected_of_the_future() -> None:
    least = np.sqrt(2 * 0.05**2 / 3)  # one lucky trial against a usual error of 5 % worth two
    assert discrepancy(None) == 0.05
    assert discrepancy(tried(1000.0, 0.0, 900)) == pytest.approx(np.sqrt((2 * 0.05**2 + np.log(0.9) ** 2) / 3))
    assert discrepancy(tried(1000.0, 50.0, 990)) == pytest.approx(least), "within what chance explains"
    assert discrepancy(tried(1000.0, 0.0, 1)) == 0.7, "bounded"
    assert discrepancy(tried(1000.0, 0.0, 0)) == 0.05
    first = origins(date(2021, 1, 1), date(2023, 12, 31))[0]
    assert first.cut == date(2022, 12, 31), "a whole year: no season is left out"


def test_parts_add_up_to_the_whole(sample: Studied) -> None:
    found = sample.diagnosis
    assert sum(row.value_12.mean for row in found.wastage.states) == pytest.approx(found.value.revenue_12.mean)
    assert sum(row.value_36.mean for row in found.classes.rows) == pytest.approx(found.value.revenue_36.mean)
    alive = sum(row.mean_alive * row.customers for row in found.wastage.states)
    assert alive == pytest.approx(found.value.alive.mean)


def test_revenue_at_risk_stays_with_what_living_customers_bring() -> None:
    """Sure of all or of none: neither chance is divided by, and what is lost is living value x (1 - chance)."""
    alive_now = np.array([1.0, 0.5, 1e-8])
    alive = np.array([[0.98, 0.4, 0.0], [1.0, 0.6, 2e-7]])
    visits = alive / alive_now  # every living customer does what they did
    columns = {
        "customers": np.array([100, 100, 100]),
        "p_alive": 100 * alive_now,
        "value_12": np.array([5000.0, 2500.0, 5e-5]),
        "at_risk": np.array([1e-9, 2500.0, 5000.0]),  # 50 each from the living
    }
    found = Portfolio(
        columns=columns,
        geometry=np.arange(3),
        redrawn=Redrawn({12: visits}, alive_now, alive, np.ones(3), np.ones((2, 3))),
        spend_ratio=np.ones((2, 3)),
        lost_mean=np.ones(3),
        rng=np.random.default_rng(1),
        error=np.ones((2, 1)),
        currency="HKD",
        method="x",
    ).at_risk(np.ones(3, dtype=bool))
    worst, best = 50 * 100 * (0.02 + 0.6 + 1), 50 * 100 * (0.0 + 0.4 + 1)
    assert found.mean == pytest.approx(7500)
    assert best <= found.p10 <= found.p90 <= worst
    assert found.p90 - found.p10 == pytest.approx(0.8 * (worst - best), rel=0.3)


def simulated(customers: int, rng: np.random.Generator) -> tuple[list[Line], Floats]:
    """MBG/NBD customers over three years with Gamma-Gamma spends: all lines, and everybody's value after the cut."""
    lines, later = [], np.zeros((customers, 2))
    cut, end = (CUT - START).days, (CUT - START).days + 365.25
    for number in range(customers):
        rate, leaves = rng.gamma(2.0, 1 / 12.0) / 7, rng.beta(0.8, 4.0)
        level = rng.gamma(4.0, 1 / 150.0)
        day = float(rng.integers(0, cut))
        while day < end:
            net = float(np.round(rng.gamma(5.0, 1 / level), 2))
            if day <= cut:
                lines.append(Line(number + 1, START + timedelta(days=int(day)), net))
            else:
                later[number] += (1, net)
            if rng.random() < leaves:
                break
            day += max(rng.exponential(1 / rate), 1.0)
    return lines, later


def test_a_simulated_base_brings_what_was_said(tmp_path: Path) -> None:
    lines, later = simulated(2500, np.random.default_rng(11))
    found = studied(lines, folder=tmp_path, as_of=CUT)
    visits, revenue = found.diagnosis.value.visits_12, found.diagnosis.value.revenue_12
    for estimate, actual in ((visits, later[:, 0].sum()), (revenue, later[:, 1].sum())):
        spread = (estimate.p90 - estimate.p10) / 2.563
        assert abs(actual - estimate.mean) < 3 * spread
        assert spread < 0.06 * actual, "a range so wide would say nothing"
    rows = found.by_customer
    brought = np.array([later[key - 1, 1] for key in rows])
    for low, high, promised in (("p10", "p90", 0.8), ("p05", "p95", 0.9)):
        held = np.mean(
            [
                row[f"value_12_{low}"] - 1e-9 <= brought[i] <= row[f"value_12_{high}"] + 1e-9
                for i, row in enumerate(rows.values())
            ]
        )
        assert promised - 0.03 < held < promised + 0.04, promised
