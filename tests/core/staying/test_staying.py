"""Retention in depth against slow loops, published data and ledgers in which one thing changed."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.analysis.results.staying import Change, Staying
from regulars.analysis.staying.change import shapley
from regulars.analysis.staying.kpis import wilson
from regulars.analysis.staying.survival import Waiting, kaplan_meier, log_rank
from support.analysis import Line, studied

AS_OF = date(2025, 12, 31)
PARTS = ("customers", "frequency", "price", "mix", "rest", "anonymous")


def found(lines: list[Line], folder: Path) -> Staying:
    result = studied(lines, folder=folder, as_of=AS_OF, parts=("staying",)).diagnosis.staying
    assert result is not None
    return result


def waiting(pairs: list[tuple[int, int]]) -> Waiting:
    """From (days, ended?) one by one."""
    days = np.unique([d for d, _ in pairs]).astype(float)
    came, open_ = (np.array([sum(1 for d, e in pairs if d == x and e == flag) for x in days]) for flag in (1, 0))
    return Waiting(days, came.astype(float), open_.astype(float))


#: Weeks of remission of leukaemia patients, 6-MP against placebo (Freireich et al. 1963); 0 = still in remission.
TREATED = [(6, 1)] * 3 + [
    (6, 0),
    (7, 1),
    (9, 0),
    (10, 1),
    (10, 0),
    (11, 0),
    (13, 1),
    (16, 1),
    (17, 0),
    (19, 0),
    (20, 0),
]
TREATED += [(22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]
PLACEBO = [(w, 1) for w in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)]


def test_kaplan_meier_of_the_leukaemia_data() -> None:
    curve = kaplan_meier(waiting(TREATED))
    assert curve.days.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.waiting == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    assert ((curve.low < curve.waiting) & (curve.waiting < curve.high)).all()


def test_log_rank_of_the_leukaemia_data() -> None:
    p = log_rank(waiting(TREATED), waiting(PLACEBO), window=1000)
    assert p == pytest.approx(4.17e-5, rel=0.01)  # chi-square 16.79 on one degree of freedom
    assert log_rank(waiting(TREATED), waiting(TREATED), window=1000) == pytest.approx(1.0)


@given(st.tuples(*[st.floats(0.1, 100.0)] * 3), st.tuples(*[st.floats(0.1, 100.0)] * 3))
def test_shapley_is_the_mean_over_all_orders(before: tuple[float, ...], after: tuple[float, ...]) -> None:
    mean = np.zeros(3)
    for order in permutations(range(3)):
        now = list(before)
        for i in order:
            old = float(np.prod(now))
            now[i] = after[i]
            mean[i] += (float(np.prod(now)) - old) / 6
    parts = shapley((before[0], before[1], before[2]), (after[0], after[1], after[2]))
    assert parts == pytest.approx(tuple(mean), rel=1e-9, abs=1e-9)
    assert sum(parts) == pytest.approx(float(np.prod(after) - np.prod(before)), rel=1e-9, abs=1e-7)


def test_wilson_against_the_quadratic_it_solves() -> None:
    low, high = wilson(7, 30)
    for edge in (low, high):
        assert abs(7 / 30 - edge) == pytest.approx(1.2816 * np.sqrt(edge * (1 - edge) / 30))
    assert wilson(0, 5)[0] == pytest.approx(0.0, abs=1e-12) and wilson(5, 5)[1] == pytest.approx(1.0)


def monthly(customers: range, start: date, months: int, net: float) -> list[Line]:
    return [Line(c, start + timedelta(days=30 * m), net) for c in customers for m in range(months)]


def total(change: Change) -> float:
    return round(sum(float(getattr(change, name)) for name in PARTS), 2)


def test_only_prices_changed(tmp_path: Path) -> None:
    lines = monthly(range(1, 21), date(2024, 1, 2), 12, 100.0) + monthly(range(1, 21), date(2025, 1, 2), 12, 110.0)
    change = found(lines, tmp_path).change
    assert change is not None
    assert (change.before, change.after) == (24_000.0, 26_400.0)
    assert change.price == 2400.0
    assert [getattr(change, n) for n in PARTS if n != "price"] == [0.0] * 5


def test_only_customers_changed_and_the_parts_sum_to_the_cent(tmp_path: Path) -> None:
    lines = monthly(range(1, 11), date(2024, 1, 2), 12, 33.33) + monthly(range(1, 16), date(2025, 1, 2), 12, 33.33)
    lines += [Line(None, date(2025, 5, 5), 77.77), Line(3, date(2025, 6, 5), -10.01, "refund")]
    change = found(lines, tmp_path).change
    assert change is not None
    assert change.customers == pytest.approx(5 * 12 * 33.33)
    assert (change.frequency, change.price, change.mix) == (0.0, 0.0, 0.0)
    assert (change.rest, change.anonymous) == (-10.01, 77.77)
    assert total(change) == round(change.after - change.before, 2)
    flows = {flow.name: flow for flow in change.flows}
    assert (flows["kept"].customers, flows["new"].customers) == (10, 5)


def test_dearer_prices_and_cheaper_choices_are_both_told_where_they_cancel(tmp_path: Path) -> None:
    """Prices rise by a tenth and customers choose cheaper things: the basket stays, price and mix do not."""

    def year(start: date, dear: float, cheap: float, *, of_dear: int) -> list[Line]:
        made = []
        for customer in range(1, 21):
            for visit in range(10):
                item, net = ("Dear", dear) if visit < of_dear else ("Cheap", cheap)
                made.append(Line(customer, start + timedelta(days=30 * visit), net, item=item))
        return made

    lines = year(date(2024, 1, 2), 200.0, 100.0, of_dear=5) + year(date(2025, 1, 2), 220.0, 110.0, of_dear=4)
    change = found(lines, tmp_path).change
    assert change is not None
    assert (change.before, change.after) == (30_000.0, 30_800.0)
    price = 200 * (0.45 * 20 + 0.55 * 10)  # mean units a visit times what they became dearer, over 200 visits
    assert change.price == pytest.approx(price) and change.mix == pytest.approx(800 - price)
    level = year(date(2024, 1, 2), 200.0, 100.0, of_dear=5) + year(date(2025, 1, 2), 220.0, 110.0, of_dear=4)
    level = [Line(x.customer, x.day, x.net - (4.0 if x.day.year == 2025 else 0.0), item=x.item) for x in level]
    (tmp_path / "level").mkdir()
    same = found(level, tmp_path / "level").change
    assert same is not None and same.before == same.after
    assert same.price == pytest.approx(price - 800) and same.mix == pytest.approx(-same.price)


def test_definitions_against_a_loop(tmp_path: Path) -> None:
    rng = np.random.default_rng(12)
    first = date(2022, 1, 1)
    lines = []
    for customer in range(1, 301):
        day = first + timedelta(days=int(rng.integers(0, 1400)))
        while day <= AS_OF:
            lines.append(Line(customer, day))
            if rng.random() < 0.15:
                break
            day += timedelta(days=int(rng.integers(5, 140)))
    visits = {c: sorted({line.day for line in lines if line.customer == c}) for c in range(1, 301)}
    end = (AS_OF - timedelta(days=90)).replace(day=1)
    start = end.replace(year=end.year - 1)
    counted = base = 0
    for days in visits.values():
        for at, day in enumerate(days):
            following = days[at + 1] if at + 1 < len(days) else None
            last_of_month = following is None or (following.year, following.month) != (day.year, day.month)
            new = days and (days[0].year, days[0].month) == (day.year, day.month)
            if start <= day.replace(day=1) < end and last_of_month and not new:
                base += 1
                counted += following is not None and (following - day).days <= 90
    kpis = {k.id: k for k in found(lines, tmp_path).kpis}
    assert (kpis["existing_back_90"].counted, kpis["existing_back_90"].base) == (counted, base)
    middle, begin = AS_OF - timedelta(days=365), AS_OF - timedelta(days=730)
    was = [c for c, days in visits.items() if any(begin < d <= middle for d in days)]
    both = [c for c in was if any(d > middle for d in visits[c])]
    assert (kpis["stayed_year"].counted, kpis["stayed_year"].base) == (len(both), len(was))
    assert kpis["no_show"].value is None and kpis["no_show"].locked is not None


def test_a_short_history_says_what_it_cannot(tmp_path: Path) -> None:
    result = found([Line(1, AS_OF - timedelta(days=40)), Line(1, AS_OF)], tmp_path)
    assert result.change is None and result.cohorts is None and result.curves == ()
    assert next(k for k in result.kpis if k.id == "lost_year").locked is not None
