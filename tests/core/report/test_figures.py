"""Numbers into words and positions: rounding, ranges, scales, and the month's losses out of month-end stocks."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.analysis.diagnosis import Movement, MovementMonth
from regulars.base.estimate import Estimate
from regulars.base.words import show
from regulars.report.chapters.bundles import bundles
from regulars.report.chapters.movement import monthly
from regulars.report.chapters.rhythm import OPEN, shown_bins
from regulars.report.document import Range, Unknown
from regulars.report.figures import Purse, Scale, significant
from support import report as sample
from support.report_plan import sample_plan

finite = st.floats(-1e9, 1e9, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "shown"), [(1_023_456, 1_020_000), (-21_049, -21_000), (4.2149, 4.21), (0.0, 0.0), (999.6, 1000.0)]
)
def test_estimates_keep_three_significant_digits(value: float, shown: float) -> None:
    assert significant(value) == pytest.approx(shown)


@given(st.tuples(finite, finite, finite), st.tuples(finite, finite, finite))
def test_range_bars_lie_in_their_column_and_keep_their_order(a: tuple[float, ...], b: tuple[float, ...]) -> None:
    estimates = [Estimate(mid, low, mid, high, "HKD", "allocation", 5) for low, mid, high in (sorted(a), sorted(b))]
    scale = Scale.of(estimates)
    for estimate in estimates:
        cell = scale.cell(estimate, Purse("HKD"))
        assert isinstance(cell, Range)
        assert 0 <= cell.low <= cell.mid <= cell.high <= 1
        assert cell.mark is not None and 0 <= cell.mark <= 1


@pytest.mark.parametrize(
    "estimate",
    [
        Estimate(float("nan"), 0, 0, 0, "HKD", "m", 5),
        Estimate(1, float("-inf"), 0, 2, "HKD", "m", 5),
        Estimate(1, 0, 1, 2, "HKD", "m", 0),
    ],
)
def test_what_says_nothing_is_not_yet_known(estimate: Estimate) -> None:
    assert isinstance(Scale.of([estimate]).cell(estimate, Purse("HKD")), Unknown)
    assert Purse("HKD").key(sample.both("a", "甲"), estimate).value is None


def test_losses_of_a_month_are_those_counted_customer_by_customer() -> None:
    """Stocks and returns as the study makes them, from simulated visits; losses counted directly as the oracle."""
    rng = np.random.default_rng(7)
    start, lost_after = date(2025, 1, 1), 60
    starts = [date(2025, m, 1) for m in range(1, 13)]
    ends = [*(d - timedelta(days=1) for d in starts[1:]), date(2025, 12, 31)]
    people = [sorted(set(rng.integers(0, 365, rng.integers(1, 7)).tolist())) for _ in range(400)]
    visits = [[start + timedelta(days=d) for d in days] for days in people]

    def lost_at(days: list[date], on: date) -> bool:
        past = [d for d in days if d <= on]
        return bool(past) and (on - past[-1]).days > lost_after

    months, direct = [], []
    for first, last in zip(starts, ends, strict=True):
        back = sum(
            any(first <= b <= last and (b - a).days > lost_after for a, b in itertools.pairwise(days))
            for days in visits
        )
        stock = sum(lost_at(days, last) for days in visits)
        months.append(MovementMonth(first, 0, 0, 0, back, 0, stock, 0.0))
        # A customer is lost in the month in which the day after the limit falls before the next visit.
        gone = 0
        for days in visits:
            for a, b in zip(days, [*days[1:], date.max], strict=True):
                day = a + timedelta(days=lost_after + 1)
                gone += first <= day <= last and day <= b
        direct.append(gone)
    assert [flow.lost for flow in monthly(Movement(30, lost_after, tuple(months)))] == direct


def test_the_long_tail_of_rhythms_is_drawn_as_one_open_bin() -> None:
    bins = sample.diagnosis().rhythm.bins
    shown = shown_bins(bins)
    assert shown[-1].to_days == OPEN and len(shown) < len(bins)
    assert sum(b.customers for b in shown) == sum(b.customers for b in bins)


def test_bundles_add_up_to_the_lines_and_come_best_first() -> None:
    plan = sample_plan()
    found = bundles(plan)
    assert sum(b.customers for b in found) == sum(line.customers for line in plan.lines)
    assert sum(b.value_36.mean for b in found) == pytest.approx(sum(line.value_36.mean for line in plan.lines))
    assert [b.value_36.mean for b in found] == sorted((b.value_36.mean for b in found), reverse=True)
    assert len({b.first.measures for b in found}) == len(found) < len(plan.lines)


def test_money_is_said_as_each_language_says_it() -> None:
    gain = Purse("HKD").between(sample.money(1_020_000, 580_000, 1_470_000))
    assert show(gain, "en") == "between HK$580,000 and HK$1,470,000"
    assert show(gain, "zh-Hant") == "介乎HK$580,000至HK$1,470,000"
