"""Intervals, bookings, discounts, refunds and margins of a ledger small enough to count by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regulars.analysis.results.teams import Measured
from regulars.analysis.shrink import means
from regulars.analysis.teams import teams_at
from regulars.analysis.teams.gathering import values_by_hands
from regulars.analysis.teams.measured import measured
from regulars.analysis.teams.of_staff import discounted_at_the_same_mix, ratio_at_the_same_branch
from regulars.analysis.teams.queries import served_by
from regulars.analysis.teams.ratio import Ratio
from support.analysis import Line, bookings_table, laid_out, sales_table

AS_OF = date(2025, 12, 31)
MAY, JUNE, JULY = date(2025, 5, 1), date(2025, 6, 10), date(2025, 7, 30)

#: East: two customers, two visits each 40 and 90 days apart. West: one of three visits, one who comes once and returns
#: goods; one line of nobody known. Costs are known of every line of customers 1 and 3, of none of 2's.
LINES = [
    Line(1, MAY, 80.0, gross=100.0, branch="East", staff="a", category="Cut", cost=20.0),
    Line(1, JUNE, 100.0, gross=100.0, branch="East", staff="a", category="Cut", cost=20.0),
    Line(2, MAY, 300.0, gross=400.0, branch="East", staff="b", category="Colour"),
    Line(2, JULY, 400.0, branch="East", staff="b", category="Colour"),
    Line(3, MAY, 100.0, gross=100.0, branch="West", staff="a", category="Cut", cost=50.0),
    Line(3, JUNE, 100.0, gross=100.0, branch="West", staff="a", category="Cut", cost=50.0),
    Line(3, JULY, 100.0, gross=100.0, branch="West", staff="b", category="Cut", cost=50.0),
    Line(4, JUNE, 200.0, branch="West", kind="product"),
    Line(4, JULY, -50.0, branch="West", kind="refund"),
    Line(4, JULY, 900.0, gross=1000.0, branch="West", kind="package_sale"),
    Line(4, JULY + timedelta(days=7), 0.0, gross=300.0, branch="West", kind="package_redemption"),
    Line(None, JUNE, 70.0, gross=90.0, branch="West"),
    Line(5, date(2023, 1, 2), 10.0, gross=90.0, branch="West"),  # long ago: in no figure of the year
]


def booked(customer: int | None, day: date, status: str, branch: str, made: date | None = None) -> dict[str, object]:
    at = None if made is None else datetime(made.year, made.month, made.day, 12)
    return {"customer": customer, "day": day, "status": status, "branch": branch, "booked_at": at}


BOOKINGS = [
    booked(1, JUNE, "completed", "East", MAY),  # made on the day of the visit in May
    booked(1, JULY, "no_show", "East", JUNE + timedelta(days=1)),  # made the day after June's
    booked(2, JULY, "completed", "East", JULY - timedelta(days=3)),
    booked(3, JUNE, "completed", "West", MAY + timedelta(days=2)),  # too late to count as rebooked
    booked(3, JULY, "late_cancelled", "West"),
    booked(3, JULY + timedelta(days=1), "no_show", "West"),
    booked(None, JULY, "no_show", "West"),
    booked(None, JULY, "booked", "West"),  # not settled
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, tuple[int, float]]]]:
    tables = {"sales": sales_table(LINES), "bookings": bookings_table(BOOKINGS)}
    with laid_out(tmp_path_factory.mktemp("teams"), as_of=AS_OF, **tables) as (_, setting, kept):
        assert kept.home is not None
        people = kept.customers.join(kept.home.select("customer", "branch"), "customer")
        people = people.mutate(state=ibis.literal("active"))
        scene: Any = SimpleNamespace(setting=setting, kept=kept, people=people)
        result = teams_at(scene)
        assert result is not None
        names = ("East", "West")
        hands = setting.desk.ask("hands", values_by_hands(scene, served_by(scene))).to_pylist()
        values = {f"{names[row['branch']]} {row['staff']}": (row["n"], row["total"]) for row in hands}
        of_staff = {f"staff {m.measure}": counted(m) for m in result.staff}
        yield {m.measure: counted(m) for m in result.branches} | of_staff | {"hands": values}


def counted(m: Measured) -> dict[str, tuple[int, float]]:
    return {row.name: (row.figure.n, row.figure.raw) for row in m.rows if row.figure}


def near(value: float) -> Any:
    return pytest.approx(value, rel=1e-6)


def test_the_usual_interval_is_each_customers_own(found: dict[str, Any]) -> None:
    west = [math.exp((math.log(40) + math.log(50)) / 2), (JULY + timedelta(days=7) - JUNE).days]
    assert found["interval"] == {"East": (2, near(math.sqrt(40 * 90))), "West": (2, near(math.sqrt(west[0] * west[1])))}


def test_discounts_leave_packages_and_strangers_out(found: dict[str, Any]) -> None:
    assert found["discount"] == {"East": (2, near(120 / 1000)), "West": (2, near(0.0))}


def test_refunds_are_of_the_money_taken(found: dict[str, Any]) -> None:
    assert found["refunded"] == {"East": (2, near(0.0)), "West": (2, near(50 / (300 + 200 + 900)))}


def test_margins_are_of_customers_whose_costs_are_known(found: dict[str, Any]) -> None:
    assert found["margin"] == {"East": (1, near(140 / 180)), "West": (1, near(150 / 300))}


def test_rebooked_by_the_next_day(found: dict[str, Any]) -> None:
    assert found["rebooked"] == {"East": (2, near(2 / 4)), "West": (2, near(0.0))}


def test_missed_bookings_count_strangers_one_by_one(found: dict[str, Any]) -> None:
    assert found["no_show"] == {"East": (2, near(1 / 3)), "West": (2, near(2 / 4))}


def test_staff_give_discounts_at_the_same_mix(found: dict[str, Any]) -> None:
    # Usual: 20 of 200 on East's cuts, 100 of 800 on East's colours, nothing on West's cuts; 120 of 1300 of all.
    a = (20 - 20 + 0) / 400 + 120 / 1300
    b = (100 - 100 + 0) / 900 + 120 / 1300
    assert found["staff discount"] == {"a": (2, near(a)), "b": (2, near(b))}


def test_staff_are_rebooked_at_the_same_branch(found: dict[str, Any]) -> None:
    # East's share is 2 of 4, West's 0 of 3 that one of the staff served; all: 2 of 7.
    a = (2 - 2 / 4 * 2 + 0) / 4 + 2 / 7
    b = (0 - 2 / 4 * 2 + 0) / 3 + 2 / 7
    assert found["staff rebooked"] == {"a": (2, near(a)), "b": (2, near(b))}


def test_customers_stand_where_they_were_served_last(found: dict[str, Any]) -> None:
    assert found["hands"] == {"East a": (1, near(90.0)), "East b": (1, near(350.0)), "West b": (1, near(100.0))}


def test_a_ratio_of_ones_is_a_mean() -> None:
    rng = np.random.default_rng(6)
    values = rng.random((5, 40))
    n, y, yy = np.full(5, 40.0), values.sum(axis=1), (values**2).sum(axis=1)
    ratio = Ratio(tuple("abcde"), n, n, y, n, y, yy)
    for one, other in zip(ratio.shrunk(), means(y, yy, n), strict=True):
        assert one is not None and other is not None
        assert (one.raw, one.mean, one.low, one.high) == pytest.approx((other.raw, other.mean, other.low, other.high))
        assert one.told == other.told


def of_customers(rng: np.random.Generator, shares: np.ndarray[Any, Any], customers: int) -> Ratio:
    """Groups of customers with many visits each, whose own shares scatter widely around the group's."""
    sums = []
    for share in shares:
        own = rng.beta(2 * share, 2 * (1 - share), customers)
        x = 1.0 + rng.poisson(9, customers)
        y = rng.binomial(x.astype(int), own).astype(float)
        sums.append([customers, x.sum(), y.sum(), (x * x).sum(), (x * y).sum(), (y * y).sum()])
    return Ratio(tuple(map(str, range(len(shares)))), *np.array(sums, dtype=float).T)


def test_ranges_know_that_visits_of_one_customer_are_alike() -> None:
    rng = np.random.default_rng(11)
    held, wrong, naive = [], 0, []
    for _ in range(60):
        ratio = of_customers(rng, np.full(6, 0.4), 80)
        for s in ratio.shrunk():
            assert s is not None
            held.append(s.low <= 0.4 <= s.high)
            wrong += s.told != "alike"
        raw = ratio.y / ratio.x
        naive += (np.abs(raw - 0.4) <= 1.645 * np.sqrt(0.4 * 0.6 / ratio.x)).tolist()
    assert np.mean(held) >= 0.88
    assert wrong <= 0.05 * len(held)
    assert np.mean(naive) < 0.7  # counting visits one by one would be too sure of itself


def test_a_branch_that_differs_is_told() -> None:
    shares = np.array([0.4, 0.4, 0.4, 0.4, 0.65])
    result = measured("rebooked", of_customers(np.random.default_rng(2), shares, 200))
    assert result is not None and result.chance is not None
    assert {r.name for r in result.rows if r.figure and r.figure.told == "above"} == {"4"}
    assert result.chance.mid < 0.3


def test_nobody_and_nothing_give_no_figure() -> None:
    nought = np.zeros(3)
    ratio = Ratio(("a", "b", "c"), nought, nought, nought, nought, nought, nought)
    assert ratio.shrunk() == [None, None, None]
    assert ratio.overall == 0.0 and ratio.chance() is None
    assert measured("discount", ratio) is None
    lonely = replace(ratio, n=np.array([1.0, 1, 0]), x=np.array([5.0, 5, 0]), xx=np.array([25.0, 25, 0]))
    assert all(s is None or math.isfinite(s.low) for s in lonely.shrunk())


def test_who_works_where_little_is_rebooked_is_not_blamed() -> None:
    table = pa.table(
        {
            "staff": ["a", "b", "c", "d"],
            "branch": [0, 0, 1, 1],
            "n": [50, 50, 50, 50],
            "x": [100.0, 100, 100, 100],
            "y": [60.0, 60, 20, 20],
            "xx": [250.0] * 4,
            "xy": [130.0, 130, 45, 45],
            "yy": [90.0, 90, 30, 30],
        }
    )
    moved = ratio_at_the_same_branch(("a", "b", "c", "d"), table)
    assert (moved.y / moved.x).tolist() == pytest.approx([0.4] * 4)
    given = pa.table(
        {"staff": ["a"], "n": [2], "x": [200.0], "y": [-10.0], "xx": [20_500.0], "xy": [-900.0], "yy": [60.0]}
        | {"given": [30.0]}
    )
    one = discounted_at_the_same_mix(("a",), given)
    assert one.y.tolist() == pytest.approx([20.0])  # 30 of 200 are usual, and 10 less were given
    assert one.xy.tolist() == pytest.approx([-900 + 0.15 * 20_500])
