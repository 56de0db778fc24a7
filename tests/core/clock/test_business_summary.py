"""Customers in business time: the engine's join against a slow loop."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regulars.analysis.clock import Clocks
from regulars.analysis.clock.business import BusinessClock
from regulars.analysis.clock.trial import expected_repeats
from regulars.analysis.summary import log_gaps_query, summary, timed_days
from regulars.analysis.value import HORIZONS
from regulars.analysis.value.outlook import CALENDAR, Outlook
from regulars.analysis.value.statistics import Floats
from regulars.analysis.visits import in_order
from support.value import visit_fit

FIRST = date(2023, 1, 2)
AS_OF = date(2023, 12, 31)


def test_summary_by_a_clock_agrees_with_a_loop() -> None:
    rng = np.random.default_rng(5)
    rows: list[dict[str, Any]] = [
        {"customer": c, "day": FIRST + timedelta(days=int(d)), "value": 100.0, "visit": True}
        for c in range(40)
        for d in sorted(set(rng.integers(0, 364, 1 + c % 5).tolist()))
    ]
    speed = rng.choice([0.0, 0.5, 1.0, 1.6], 364)
    number = np.round(np.cumsum(speed)).astype(int)
    every = [FIRST + timedelta(days=d) for d in range(364)]
    engine = ibis.duckdb.connect()
    days = engine.create_table("days", pa.Table.from_pylist(rows))
    clock = engine.create_table("clock", pa.table({"day": pa.array(every, pa.date32()), "business_day": number}))
    found = engine.to_pyarrow(summary(timed_days(in_order(days), clock), as_of=AS_OF, now=int(number[-1]))).to_pylist()
    assert len(found) == 40
    at = dict(zip(every, number.tolist(), strict=True))
    for row in found:
        mine = sorted(r["day"] for r in rows if r["customer"] == row["customer"])
        t_x = max(at[mine[-1]] - at[mine[0]], 1 if len(mine) > 1 else 0)
        assert row["t_x_clock"] == t_x
        assert row["T_clock"] == max(at[AS_OF] - at[mine[0]], t_x)
        assert row["t_x_days"] == (mine[-1] - mine[0]).days
        assert row["T_days"] == (AS_OF - mine[0]).days
        assert row["since_days"] == (AS_OF - mine[-1]).days


def test_gaps_by_a_clock_agree_with_a_loop() -> None:
    engine = ibis.duckdb.connect()
    visits = [(1, 0), (1, 10), (1, 12), (2, 5), (2, 20)]
    rows = [{"customer": c, "day": FIRST + timedelta(days=d), "value": 1.0, "visit": True} for c, d in visits]
    days = in_order(engine.create_table("days", pa.Table.from_pylist(rows)))
    number = [0, 0, 1, 1, 1, 1, 4, 7, 9, 9, 9, 9, 9, *range(10, 31)]  # closed between the two visits on days 10 and 12
    every = [FIRST + timedelta(days=d) for d in range(len(number))]
    clock = engine.create_table("clock", pa.table({"day": pa.array(every, pa.date32()), "business_day": number}))

    def total(table: ibis.Table) -> float:
        return float(engine.to_pyarrow(log_gaps_query(table, until=AS_OF))["total"][0].as_py())

    timed = timed_days(days, clock)
    gaps = [number[10] - number[0], 1, number[20] - number[5]]  # came again within the closure: after a day
    assert total(timed) == pytest.approx(np.log(np.array(gaps) / 7).sum(), abs=1e-6)
    assert total(timed_days(timed, None)) == total(days) == pytest.approx(np.log(np.array([10, 2, 15]) / 7).sum())


def test_the_outlook_turns_days_into_weeks_and_back() -> None:
    speed = np.r_[np.ones(50), np.full(50, 2.0), np.zeros(10), np.ones(90)]
    ahead = Outlook(np.concatenate([[0.0], np.cumsum(speed)]) / 7, now=40)
    assert ahead.weeks(20) == pytest.approx((10 + 2 * 10) / 7)
    assert ahead.weeks(65) == ahead.weeks(70) == pytest.approx(110 / 7), "no time passes while the doors are closed"
    assert ahead.weeks(360) == pytest.approx((110 + 90 + 200) / 7), "beyond the clock time is the calendar's"
    days = np.array([0.0, 5.0, 30.0, 59.0, 100.0, 400.0])
    assert ahead.days_ahead(np.array([ahead.weeks(d) for d in days])) == pytest.approx(days)
    assert ahead.days_ago(np.array([0.0, 1.0, 50 / 7])) == pytest.approx([0, 7, 50])
    assert CALENDAR.weeks(21) == 3.0
    assert CALENDAR.days_ahead(np.array([2.0])) == CALENDAR.days_ago(np.array([2.0])) == 14.0
    assert CALENDAR.horizons == HORIZONS


def test_the_clock_of_an_earlier_day_knows_nothing_later() -> None:
    rng = np.random.default_rng(3)
    dates = np.datetime64(FIRST, "D") + np.arange(4 * 365)
    busy = np.where(dates.astype("datetime64[M]").astype(int) % 12 == 11, 1.8, 1.0)
    newcomers = np.full(len(dates), 4.0)
    fit = visit_fit("mbg-nbd", (2.0, 10.0, 0.6, 2.0))
    repeats = rng.poisson(expected_repeats(newcomers, fit) * busy).astype(float)
    cut = FIRST + timedelta(days=1000)

    def at(later: Floats) -> BusinessClock:
        known = np.r_[repeats[:1001], later]
        clocks = Clocks(FIRST, newcomers, known, fit, (), BusinessClock(FIRST, np.zeros(1)))
        found = clocks.at(cut)
        assert found is not None
        assert clocks.at(FIRST + timedelta(days=600)) is None, "too little was known"
        return found

    one, other = at(repeats[1001:]), at(np.full(len(repeats) - 1001, 500.0))
    assert np.array_equal(one.passed, other.passed)
    december = one.between(date(2026, 11, 30), date(2026, 12, 31))
    assert december / one.between(date(2026, 8, 31), date(2026, 9, 30)) == pytest.approx(1.8 * 31 / 30, rel=0.15)
