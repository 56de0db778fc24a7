"""Contribution and prepaid packages, added up by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from regulars.analysis.profit.prepaid import project, tried
from regulars.analysis.results.profit import PackageCohort, Profit
from regulars.analysis.value.statistics import Floats
from regulars.base.settings import Business, Costs
from support.analysis import Line, Studied, studied

AS_OF = date(2025, 12, 31)
COSTS = Costs(staff_hour=Decimal(120), service_minutes=30, commission_service=0.1, payment_fee=0.02)


def found(lines: list[Line], folder: Path, *, costs: Costs | None = None) -> tuple[Profit, Studied]:
    business = Business(name={"en": "Test"}, pack="beauty", costs=costs or Costs())
    result = studied(lines, folder=folder, as_of=AS_OF, business=business, parts=("profit",))
    assert result.diagnosis.profit is not None
    return result.diagnosis.profit, result


LINES = [
    Line(1, AS_OF - timedelta(days=40), 900.0, gross=1000.0, cost=300.0),
    Line(1, AS_OF - timedelta(days=10), 500.0, gross=500.0, cost=100.0),
    Line(2, AS_OF - timedelta(days=30), 200.0, "product", gross=200.0, cost=260.0),
    Line(3, AS_OF - timedelta(days=20), 100.0, gross=100.0),
    Line(4, AS_OF - timedelta(days=400), 777.0),
    Line(None, AS_OF - timedelta(days=5), 33.33),
    Line(5, AS_OF - timedelta(days=5), -10.0, "refund"),
]


def test_the_bridge_by_hand(tmp_path: Path) -> None:
    profit, result = found(LINES, tmp_path, costs=COSTS)
    amounts = {line.id: line.amount for line in profit.bridge}
    assert amounts["listed"] == 1800.0 and amounts["discount"] == -100.0 and amounts["revenue"] == 1700.0
    assert amounts["goods"] == pytest.approx(-(300 + 100 + 260 + 0.4 * 100))  # margin share 0.6 where no cost is told
    assert amounts["time"] == pytest.approx(-3 * 60.0)  # three services of half an hour at 120
    assert amounts["commission"] == pytest.approx(-0.1 * 1500)
    assert amounts["fees"] == pytest.approx(-0.02 * 1700)
    assert amounts["contact"] is None
    whole = sum(a for n, a in amounts.items() if n in ("revenue", "goods", "time", "commission", "fees") and a)
    assert amounts["contribution"] == pytest.approx(whole)
    each = {key: row["contribution_12"] for key, row in result.by_customer.items()}
    assert each[2] == pytest.approx(200 - 260 - 4)
    assert sum(v or 0.0 for v in each.values()) == pytest.approx(whole)
    assert profit.whale.below_zero == 2 and profit.whale.peak > 1  # the third customer, after time and commission


def test_every_cent_is_somewhere(tmp_path: Path) -> None:
    profit, _ = found(LINES, tmp_path)
    r = profit.reconciled
    assert (r.ledger, r.studied, r.set_aside, r.anonymous, r.difference) == (1723.33, 1700.0, -10.0, 33.33, 0.0)


def test_what_nobody_stated_is_not_counted_and_said(tmp_path: Path) -> None:
    profit, _ = found([Line(1, AS_OF, 100.0)], tmp_path)
    assert {line.id for line in profit.bridge if line.basis == "unknown"} == {"time", "commission", "fees", "contact"}
    assert len(profit.missing) == 5 and profit.prepaid is None and profit.cost_known_share == 0.0


def test_chain_ladder_by_hand() -> None:
    nan = np.nan
    sold = np.array([100.0, 100.0, 200.0, 100.0, 100.0])
    upto = np.array(
        [[10, 40, 60, 70], [20, 50, 65, nan], [30, 90, nan, nan], [10, nan, nan, nan], [nan, nan, nan, nan]],
        dtype=float,
    )
    f0, f1, f2 = (40 + 50 + 90) / (10 + 20 + 30), (60 + 65) / (40 + 50), 70 / 60
    begin = (10 + 20 + 30 + 10) / 500
    ends = 70 + 65 * f2 + 90 * f1 * f2 + 10 * f0 * f1 * f2 + 100 * begin * f0 * f1 * f2
    estimate = project(sold, upto, rng=np.random.default_rng(1), n=5)
    assert estimate is not None
    assert estimate.mean == pytest.approx(1 - ends / 600)
    assert estimate.p10 <= estimate.mean <= estimate.p90
    assert project(sold[:3], upto[2:], rng=np.random.default_rng(1), n=5) is None  # too short to tell


def played(
    rng: np.random.Generator, *, scatter: float, quarters: int = 12
) -> tuple[tuple[PackageCohort, ...], Floats, Floats]:
    """Cohorts of packages whose value is used by a common pattern, each quarter's use scattered around it: those, their
    triangle, and what each will have used in the end."""
    pattern = np.array([0.2, 0.25, 0.18, 0.12, 0.07, 0.04, 0.02, 0.01, 0, 0, 0, 0])[:quarters]
    upto = np.full((quarters, quarters + 1), np.nan)
    cohorts, ends = [], np.zeros(quarters)
    for i in range(quarters):
        sold, age = float(rng.uniform(50, 150)), quarters - i
        used = sold * pattern * (rng.gamma(1 / scatter**2, scatter**2, quarters) if scatter else 1.0)
        upto[i, :age], ends[i] = np.cumsum(used)[:age], used.sum()
        month = 12 * 2022 + 3 * i
        cohorts.append(PackageCohort(date(month // 12, month % 12 + 1, 1), sold, ()))
    return tuple(cohorts), upto, ends


def test_a_year_of_redemptions_is_foretold_from_what_was_known_then() -> None:
    cohorts, upto, _ = played(np.random.default_rng(1), scatter=0)
    trial = tried(cohorts, upto, rng=np.random.default_rng(2), currency="HKD")
    assert trial is not None
    assert trial.since == date(2024, 1, 1), "eight quarters were over"
    # What all cohorts used in the first eight quarters of their lives is known of the oldest, so nothing is missed.
    assert trial.foretold.mean == pytest.approx(trial.redeemed)
    later = upto.copy()
    later[:, 8:] *= 3.0
    moved = tried(cohorts, later, rng=np.random.default_rng(2), currency="HKD")
    assert moved is not None and moved.foretold == trial.foretold, "nothing of the last year enters"
    assert tried(cohorts[6:], upto[6:, :7], rng=np.random.default_rng(2), currency="HKD") is None, "too young then"


def test_ranges_of_a_years_redemptions_and_of_breakage_hold() -> None:
    held = lost = 0
    for seed in range(200):
        cohorts, upto, ends = played(np.random.default_rng(seed), scatter=0.3)
        rng = np.random.default_rng(seed + 1000)
        trial = tried(cohorts, upto, rng=rng, currency="HKD")
        assert trial is not None
        held += trial.foretold.p10 <= trial.redeemed <= trial.foretold.p90
        sold = np.array([cohort.sold for cohort in cohorts])
        breakage = project(sold, upto, rng=rng, n=1)
        assert breakage is not None
        lost += breakage.p10 <= 1 - ends.sum() / sold.sum() <= breakage.p90
    assert 0.73 <= held / 200 <= 0.87
    assert 0.73 <= lost / 200 <= 0.87


def test_packages_are_used_first_in_first_out(tmp_path: Path) -> None:
    lines = [
        Line(1, date(2024, 1, 10), 1000.0, "package_sale"),
        Line(1, date(2024, 7, 10), 500.0, "package_sale"),
    ]
    lines += [Line(1, date(2024, 2 + m, 15), 0.0, "package_redemption", gross=300.0) for m in range(4)]
    profit, _ = found(lines, tmp_path)
    assert profit.prepaid is not None
    first, second = profit.prepaid.cohorts
    assert (first.sold, second.sold) == (1000.0, 500.0)
    assert first.redeemed[:2] == (0.6, 1.0)  # 600 in the first quarter, all by the second
    assert second.redeemed[0] == 0.4  # the 200 over, though redeemed before that package was sold: age nought
    assert profit.prepaid.outstanding == 300.0
