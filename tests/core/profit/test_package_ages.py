"""What is owed on packages by age and months to expiry: by hand, and by a slow loop over a random ledger."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from regulars.analysis.results.profit import Prepaid
from regulars.base.settings import Business, Packages
from support.analysis import Line, studied

AS_OF = date(2025, 12, 31)


def found(lines: list[Line], folder: Path, *, valid: int | None = None) -> Prepaid:
    business = Business(name={"en": "Test"}, pack="beauty", packages=Packages(valid_months=valid))
    result = studied(lines, folder=folder, as_of=AS_OF, business=business, parts=("profit",))
    assert result.diagnosis.profit is not None and result.diagnosis.profit.prepaid is not None
    return result.diagnosis.profit.prepaid


def session(customer: int, day: date, value: float) -> Line:
    return Line(customer, day, 0.0, "package_redemption", gross=value)


BY_HAND = [
    Line(1, date(2024, 11, 3), 1000.0, "package_sale"),
    Line(1, date(2025, 6, 3), 500.0, "package_sale"),
    session(1, date(2025, 7, 1), 700.0),
    Line(2, date(2025, 6, 9), 600.0, "package_sale"),
    session(2, date(2025, 6, 9), 900.0),  # some from before the ledger: they owe nothing and lessen nobody's balance
    Line(3, date(2025, 6, 20), 200.0, "package_sale"),
]


def test_balance_by_months_to_expiry_by_hand(tmp_path: Path) -> None:
    told = found(BY_HAND, tmp_path, valid=12)
    rows = [(r.sold_in, r.age_months, r.months_left, r.outstanding, r.holders) for r in told.ages]
    assert rows == [(date(2024, 11, 1), 13, -1, 300.0, 1), (date(2025, 6, 1), 6, 6, 700.0, 2)]
    assert (told.outstanding, told.difference, told.valid_months) == (1000.0, 0.0, 12)


def test_without_validity_no_month_of_expiry_is_told(tmp_path: Path) -> None:
    told = found(BY_HAND, tmp_path)
    assert {r.months_left for r in told.ages} == {None} and told.valid_months is None
    # Of the cohort whose quarters are over: nothing in quarters 0 to 2, 700 of 1000 in the third.
    assert [(p.age, round(p.redeemed, 6)) for p in told.pace[2:4]] == [(2, 0.0), (3, 0.7)]


def random_lines(seed: int) -> list[Line]:
    rng = np.random.default_rng(seed)
    lines = []
    for customer in range(120):
        for _ in range(int(rng.integers(1, 4))):
            day = AS_OF - timedelta(days=int(rng.integers(0, 1000)))
            lines.append(Line(customer, day, round(float(rng.uniform(300, 3000)), 2), "package_sale"))
            if rng.random() < 0.1:  # a sale taken back
                lines.append(Line(customer, day, -round(float(rng.uniform(50, 900)), 2), "package_sale"))
        for _ in range(int(rng.integers(0, 12))):
            day = AS_OF - timedelta(days=int(rng.integers(0, 900)))
            lines.append(session(customer, day, round(float(rng.uniform(80, 400)), 2)))
    return lines


def slow(lines: list[Line]) -> dict[date, float]:
    """What is left by month of sale, package by package, each session taken off the oldest with something left."""
    left: dict[date, float] = defaultdict(float)
    for customer in {x.customer for x in lines}:
        own = [x for x in lines if x.customer == customer]
        months: dict[date, float] = defaultdict(float)
        for x in own:
            if x.kind == "package_sale":
                months[x.day.replace(day=1)] += x.net
        use = sum(x.gross or 0.0 for x in own if x.kind == "package_redemption")
        use -= sum(v for v in months.values() if v < 0)
        for month in sorted(m for m, v in months.items() if v > 0):
            taken = min(use, months[month])
            use -= taken
            left[month] += months[month] - taken
    return {month: value for month, value in left.items() if value > 0.004}


def test_balances_by_age_are_what_is_owed_and_what_is_expected_of_it(tmp_path: Path) -> None:
    lines = random_lines(3)
    told = found(lines, tmp_path, valid=24)
    assert {r.sold_in: pytest.approx(r.outstanding) for r in told.ages} == slow(lines)
    assert told.difference == 0.0
    assert sum(r.outstanding for r in told.ages) == pytest.approx(told.outstanding, abs=0.005)
    assert told.expected_liability is not None and told.breakage is not None
    expected = [r.expected for r in told.ages if r.expected is not None]
    never = [r.breakage for r in told.ages if r.breakage is not None]
    assert len(expected) == len(never) == len(told.ages)
    assert sum(expected) == pytest.approx(told.expected_liability.mean, abs=0.005)
    assert sum(expected) + sum(never) == pytest.approx(told.outstanding, abs=0.005)
    assert all(0 <= v <= r.outstanding for v, r in zip(expected, told.ages, strict=True))
