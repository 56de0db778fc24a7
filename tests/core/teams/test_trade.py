"""The trade beside the chain: the definitions of the table of KPIs, honest ranges, and no comparison of unlikes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from regulars.analysis.results.teams import Beside, Span
from regulars.analysis.staying.kpis import kpis
from regulars.analysis.teams.ratio import Ratio
from regulars.analysis.teams.trade import beside_the_trade, interval
from regulars.packs.load import load_pack
from support.analysis import Line, bookings_table, laid_out, sales_table

AS_OF = date(2025, 12, 31)


def history() -> tuple[dict[int, list[date]], list[dict[str, object]]]:
    rng = np.random.default_rng(3)
    visits, bookings = {}, []
    for customer in range(1, 121):
        day = date(2023, 1, 5) + timedelta(days=int(rng.integers(0, 900)))
        days: list[date] = []
        while day <= AS_OF and (not days or rng.random() < 0.85):
            days.append(day)
            made = datetime(day.year, day.month, day.day, 12)
            following = day + timedelta(days=5 + int(rng.exponential(50)))
            if rng.random() < 0.4:
                status = ("completed", "no_show", "cancelled")[int(rng.integers(0, 3))]
                bookings.append({"customer": customer, "day": following, "status": status, "booked_at": made})
            day = following
        visits[customer] = days
    bookings.append({"customer": None, "day": date(2025, 6, 1), "status": "no_show"})
    return visits, bookings


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Beside], dict[str, Any], dict[int, list[date]]]:
    visits, bookings = history()
    lines = [Line(customer, day, 100.0) for customer, days in visits.items() for day in days]
    tables = {"sales": sales_table(lines), "bookings": bookings_table(bookings)}
    with laid_out(tmp_path_factory.mktemp("trade"), as_of=AS_OF, **tables) as (_, setting, kept):
        scene: Any = SimpleNamespace(setting=setting, kept=kept, surely_new=None)
        beside = {b.id: b for b in beside_the_trade(scene)}
        return beside, {k.id: k for k in kpis(scene)}, visits


def test_every_figure_is_the_one_of_its_definition(found: Any) -> None:
    beside, defined, _ = found
    compared = [b for b in beside.values() if b.ours is not None]
    assert {b.defined for b in compared} == {
        *("new_back_90", "existing_back_90", "rebooked_24h", "no_show", "revisit_days")
    }
    for b in compared:
        assert b.ours.mid == pytest.approx(defined[b.defined].value, rel=1e-6), b.defined
        assert b.ours.low < b.ours.mid < b.ours.high


def test_new_customers_against_a_loop(found: Any) -> None:
    beside, _, visits = found
    base = back = 0
    for days in visits.values():
        first = [d for d in days if (d.year, d.month) == (days[0].year, days[0].month)]
        if date(2024, 10, 1) <= days[0] < date(2025, 10, 1):  # all of September has been watched for 90 days
            later = [d for d in days if d > first[-1]]
            base += 1
            back += bool(later) and (later[0] - first[-1]).days <= 90
    ours = beside["newcomers_returned"]
    assert ours.customers == base and ours.ours.mid == pytest.approx(back / base)


def test_what_the_trade_counts_otherwise_is_not_compared(found: Any) -> None:
    beside, _, _ = found
    assert beside["repeat_share"].untold == "otherwise" and beside["repeat_share"].verdict is None
    for pack in ("retail", "watch"):  # a second purchase in the same calendar year is no window of days
        assert all(b.defined is None for b in load_pack(pack).benchmarks)


def test_without_bookings_or_people_it_says_so(tmp_path: Path) -> None:
    lines = [Line(i, date(2025, 1, 1) + timedelta(days=i)) for i in range(1, 9)]
    with laid_out(tmp_path, as_of=AS_OF, sales=sales_table(lines)) as (_, setting, kept):
        scene: Any = SimpleNamespace(setting=setting, kept=kept, surely_new=None)
        untold = {b.id: b.untold for b in beside_the_trade(scene)}
    assert untold["rebooking"] == untold["no_show"] == "no_bookings"
    assert untold["newcomers_returned"] == untold["interval_days"] == "too_few"


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.2, 0.4, "inside"), (0.31, 0.4, "above"), (0.1, 0.29, "below"), (0.3, 0.5, "inside")]
)
def test_a_verdict_needs_the_whole_range(low: float, high: float, verdict: str) -> None:
    assert Beside("x", "no_show", 0.3, "s", 90, Span(low, (low + high) / 2, high)).verdict == verdict


def test_the_range_holds_though_visits_of_a_customer_are_alike() -> None:
    rng = np.random.default_rng(12)
    held, naive = [], []
    for _ in range(300):
        own = rng.beta(1.2, 1.8, 150)
        x = 1.0 + rng.poisson(9, 150)
        y = rng.binomial(x.astype(int), own).astype(float)
        n, sx, sy, xx, xy, yy = (np.array([v.sum()]) for v in (np.ones(150), x, y, x * x, x * y, y * y))
        span = interval(Ratio(("all",), n, sx, sy, xx, xy, yy), bounded=True)
        held.append(span.low <= 0.4 <= span.high)
        naive.append(abs(span.mid - 0.4) <= 1.645 * np.sqrt(0.24 / x.sum()))
    assert np.mean(held) >= 0.87
    assert np.mean(naive) < 0.7
