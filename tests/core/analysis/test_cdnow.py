"""CDNOW through the real store and the whole study, to the published digits."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from regulars.analysis.diagnosis import Diagnosis, ModelFit
from support.analysis import Studied, cdnow_sales, studied
from support.cdnow import cdnow

CUT, END = date(1997, 9, 30), date(1998, 6, 30)


@pytest.fixture(scope="module")
def calibration(tmp_path_factory: pytest.TempPathFactory) -> Studied:
    return studied(cdnow_sales(), folder=tmp_path_factory.mktemp("cut"), as_of=CUT)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Studied:
    return studied(cdnow_sales(), folder=tmp_path_factory.mktemp("end"), as_of=END)


def model(found: Diagnosis, name: str) -> ModelFit:
    return next(fit for fit in found.value_models if fit.model == name)


def test_visits_are_customer_days(calibration: Studied, whole: Studied) -> None:
    assert whole.diagnosis.base.sale_lines == 6919
    assert whole.diagnosis.base.visits == 6696
    assert whole.diagnosis.base.customers == calibration.diagnosis.base.customers == 2357
    assert sum(row["x"] for row in calibration.standings.to_pylist()) == 2457
    assert whole.diagnosis.base.visits - calibration.diagnosis.base.visits == 1882


def test_visit_models(calibration: Studied) -> None:
    bg, mbg = (model(calibration.diagnosis, name) for name in ("bg-nbd", "mbg-nbd"))
    assert bg.log_likelihood == pytest.approx(-9582.4292, abs=5e-5)
    printed = {"r": 0.2425945, "alpha": 4.4136019, "a": 0.7929199, "b": 2.4258881}
    assert bg.parameters == pytest.approx(printed, rel=2e-5)
    assert mbg.log_likelihood == pytest.approx(-9582.1357, abs=5e-5)
    assert mbg.parameters == pytest.approx({"r": 0.5248, "alpha": 6.1831, "a": 0.8914, "b": 1.6140}, abs=5e-5)


def test_the_contest_decides(calibration: Studied) -> None:
    """BG/NBD and MBG/NBD are too close here for 68 held-out days to part them: the simpler is taken, and it is said."""
    contest = calibration.diagnosis.tournament
    assert contest is not None
    chosen = next(row for row in contest.contenders if row.chosen)
    assert chosen.behind <= chosen.behind_se
    assert [fit.model for fit in calibration.diagnosis.value_models if fit.chosen] == [chosen.model, "gamma-gamma"]
    assert max(row.behind for row in contest.contenders) < 0.01
    assert contest.skill > 0.25
    assert all(row.cut < CUT for row in contest.origins)


def test_every_fit_says_how_it_foretold(whole: Studied) -> None:
    visits = [fit for fit in whole.diagnosis.value_models if fit.role == "visits"]
    assert len(visits) >= 2
    for fit in visits:
        assert fit.crps is not None and 0.2 < fit.crps < 0.3
        assert fit.coverage_90 is not None and 0.87 <= fit.coverage_90 <= 0.93
        assert fit.coverage_80 is not None and 0.78 <= fit.coverage_80 <= 0.9


def test_spend_model(calibration: Studied) -> None:
    fit = model(calibration.diagnosis, "gamma-gamma")
    assert fit.customers == 946
    assert fit.log_likelihood == pytest.approx(-4055.9177, abs=5e-5)
    assert fit.parameters == pytest.approx({"p": 6.25, "q": 3.74, "gamma": 15.44}, abs=5e-3)


def test_summary_equals_the_published_one(calibration: Studied) -> None:
    reference = cdnow("sample")
    rows = sorted(calibration.standings.to_pylist(), key=lambda row: row["customer"])
    assert [row["x"] for row in rows] == reference.x.tolist()
    assert [row["t_x_days"] for row in rows] == pytest.approx((reference.t_x * 7).tolist())
    assert [row["T_days"] for row in rows] == pytest.approx((reference.T * 7).tolist())


def test_backtest_opens_the_ledger_only_after_the_forecast(whole: Studied) -> None:
    tested = whole.diagnosis.backtest
    assert tested is not None
    assert tested.cut == date(1998, 2, 14)  # a quarter of 545 days back
    assert tested.horizon_days == 136
    assert sum(row[1] for row in tested.by_frequency) == tested.customers == 2357
    seen = sum(row[1] * row[3] for row in tested.by_frequency)
    assert seen == pytest.approx(tested.actual_visits)
    assert tested.predicted_visits.mean == pytest.approx(tested.actual_visits, rel=0.2)


def test_later_lines_change_nothing(calibration: Studied, tmp_path: Path) -> None:
    """The law of as_of: the same study of a ledger that ends at the cut."""
    sales = cdnow_sales()
    known = sales.filter([day <= CUT for day in sales["day"].to_pylist()])
    ended = studied(known, folder=tmp_path, as_of=CUT)
    assert ended.diagnosis == calibration.diagnosis
    assert ended.standings.equals(calibration.standings)
