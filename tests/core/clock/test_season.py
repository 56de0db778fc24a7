"""Season recovered from counts whose factors are known; nothing found where there is none."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from regulars.analysis.clock import SURE
from regulars.analysis.clock.business import make_clock, runs
from regulars.analysis.clock.season import Daily, months_of, season, since_new_year, within
from regulars.analysis.results.clock import Closed
from regulars.base.new_year import NEW_YEARS

FIRST = date(2021, 3, 1)
DAYS = 3 * 365
MONTHS = np.array([1.15, 0.85, 0.95, 0.9, 1.0, 1.0, 0.9, 0.95, 1.05, 1.0, 1.05, 1.2])
NOBODY = np.zeros(DAYS, dtype=bool)


def counts(
    seed: int, *, months: np.ndarray = MONTHS, rush: float = 1.0, a_day: float = 40.0
) -> tuple[Daily, np.ndarray]:
    """Growing exposure, closed on Mondays, Poisson visits; and the true mean."""
    dates = np.datetime64(FIRST, "D") + np.arange(DAYS)
    exposure = a_day * np.linspace(0.4, 1.6, DAYS)
    mean = exposure * months[months_of(dates)]
    new_year = since_new_year(dates)
    mean = np.where(within(new_year, (-21, -1)), mean * rush, mean)
    mean = np.where(within(new_year, (0, 3)), 0.0, mean) if rush > 1 else mean
    weekday = (np.arange(DAYS) + FIRST.weekday()) % 7
    mean = mean * np.array([0.0, 0.9, 0.9, 1.0, 1.1, 1.5, 1.3])[weekday]
    return Daily(FIRST, np.random.default_rng(seed).poisson(mean).astype(float), exposure), mean


def test_known_factors_are_recovered() -> None:
    daily, _ = counts(1, rush=1.5, a_day=200.0)
    found = season(daily, closed=NOBODY)
    assert found is not None
    shown = np.exp(found.months - np.mean(found.months))
    assert np.allclose(shown, MONTHS / np.exp(np.mean(np.log(MONTHS))), rtol=0.035)
    assert np.exp(found.new_year[0]) == pytest.approx(1.5, rel=0.04)
    assert np.exp(found.new_year[1]) == pytest.approx(1.0, rel=0.05)
    assert found.first_days < 0.05
    assert found.chance < 1e-6
    assert found.zero_days == ()


def test_ranges_hold_the_truth_as_often_as_they_say() -> None:
    inside = []
    for seed in range(12):
        found = season(counts(seed)[0], closed=NOBODY)
        assert found is not None
        truth = np.log(MONTHS) - np.log(MONTHS).mean()
        got = found.months - found.months.mean()
        inside += list(np.abs(got - truth) < 1.2816 * found.months_sd)
    assert 0.68 < np.mean(inside) < 0.92  # 80 % wanted of 144 factors


def test_without_season_nothing_is_found() -> None:
    """In 19 of 20 at least; the rule allows one in a hundred."""
    flat = np.ones(12)
    found = [season(counts(seed, months=flat)[0], closed=NOBODY) for seed in range(20)]
    assert sum(f is not None and f.chance < SURE for f in found) <= 1
    assert all(f is not None and np.abs(f.months).max() < 0.05 for f in found)


def test_a_typhoon_is_seen_and_a_quiet_monday_is_not() -> None:
    daily, _ = counts(4)
    gone = [200, 201, 640]  # no Mondays among them
    assert all((FIRST + timedelta(days=d)).weekday() for d in gone)
    repeats = daily.repeats.copy()
    repeats[gone] = 0
    found = season(Daily(FIRST, repeats, daily.exposure), closed=NOBODY)
    assert found is not None
    assert found.zero_days == tuple(FIRST + timedelta(days=d) for d in gone)
    assert runs(found.zero_days) == [(found.zero_days[0], found.zero_days[1]), (found.zero_days[2],) * 2]


def test_too_little_is_no_season() -> None:
    daily, _ = counts(1)
    assert season(Daily(FIRST, daily.repeats[:700], daily.exposure[:700]), closed=NOBODY[:700]) is None
    assert season(Daily(FIRST, np.zeros(DAYS), daily.exposure), closed=NOBODY) is None


def test_the_clock_keeps_the_year_and_stops_when_closed() -> None:
    found = season(counts(1, rush=1.5)[0], closed=NOBODY)
    assert found is not None
    last = FIRST + timedelta(days=DAYS - 1)
    shut = Closed(date(2022, 6, 1), date(2022, 6, 20), "", 1.0, "entered")
    half = Closed(date(2022, 9, 1), date(2022, 9, 10), "A", 0.5, "entered")
    open_, closed = (make_clock(found, first_day=FIRST, last_day=last, closures=c) for c in ((), (shut, half)))
    assert open_.outlook(last).months(12) == pytest.approx(365.25 / 7, rel=0.01)
    assert open_.outlook(last).months(36) == pytest.approx(3 * 365.25 / 7, rel=0.005)
    assert np.all(np.diff(open_.passed) >= 0)
    assert closed.between(date(2022, 5, 31), date(2022, 6, 20)) == 0
    assert closed.between(date(2022, 8, 31), date(2022, 9, 10)) == pytest.approx(
        open_.between(date(2022, 8, 31), date(2022, 9, 10)) / 2
    )
    december = open_.between(date(2022, 11, 30), date(2022, 12, 31)) / 31
    april = open_.between(date(2022, 3, 31), date(2022, 4, 30)) / 30
    assert december / april == pytest.approx(MONTHS[11] / MONTHS[3], rel=0.08)
    table = open_.table(last)
    assert table.num_rows == DAYS
    assert table["business_day"].to_pylist() == sorted(table["business_day"].to_pylist())


def test_days_since_new_year() -> None:
    first = NEW_YEARS[30]
    dates = np.array([first - timedelta(days=21), first, first + timedelta(days=17), date(1900, 1, 1)], "datetime64[D]")
    assert since_new_year(dates).tolist() == [-21, 0, 17, 999]
