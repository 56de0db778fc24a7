"""Contribution by line of the trade, branch and hour of serving: by hand, and by a slow loop over a random ledger."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from regulars.analysis.results.profit import Profit, ProfitLine, ProfitLines
from regulars.base.settings import Business, Costs, Margin
from support.analysis import Line, bookings_table, studied

AS_OF = date(2025, 12, 31)
WAGES = Costs(staff_hour=Decimal(120), commission_service=0.1, payment_fee=0.02)
USUAL = WAGES.model_copy(update={"service_minutes": 30.0})

LINES = [
    Line(1, AS_OF - timedelta(days=40), 900.0, cost=300.0, category="Colour", item="Full colour"),
    Line(1, AS_OF - timedelta(days=10), 500.0, cost=100.0, category="Colour", item="Full colour ", branch="B"),
    Line(2, AS_OF - timedelta(days=30), 200.0, "product", cost=60.0, category="Shelf", item="Oil"),
    Line(3, AS_OF - timedelta(days=20), 100.0, cost=0.0, category="Cut", item="Fringe"),
    Line(3, AS_OF - timedelta(days=9), 50.0, cost=0.0),
    Line(4, AS_OF - timedelta(days=400), 777.0, category="Colour"),
    Line(None, AS_OF - timedelta(days=5), 33.33, category="Cut"),
]
BOOKED = [
    {"day": AS_OF - timedelta(days=40), "service": "full COLOUR", "minutes": 120, "status": "completed"},
    {"day": AS_OF - timedelta(days=10), "service": "Full colour", "minutes": 60, "status": "completed"},
    {"day": AS_OF - timedelta(days=10), "service": "Full colour", "minutes": 600, "status": "no_show"},
    {"day": AS_OF - timedelta(days=20), "service": "Cut", "minutes": 20, "status": "completed"},
    {"day": AS_OF + timedelta(days=1), "service": "Cut", "minutes": 900, "status": "completed"},
]


def found(
    lines: list[Line], folder: Path, *, costs: Costs = WAGES, booked: list[dict[str, object]] | None = None
) -> Profit:
    business = Business(name={"en": "Test"}, pack="beauty", costs=costs, margin=Margin(share=0.55))
    bookings = None if booked is None else bookings_table(booked)
    result = studied(lines, folder=folder, as_of=AS_OF, business=business, bookings=bookings, parts=("profit",))
    assert result.diagnosis.profit is not None
    return result.diagnosis.profit


def by_line(profit: Profit) -> ProfitLines:
    assert profit.by_line is not None
    return profit.by_line


def rows(profit: Profit) -> dict[str, ProfitLine]:
    return {row.line or row.kind: row for row in by_line(profit).lines}


def test_an_hour_of_each_line_by_hand(tmp_path: Path) -> None:
    profit = found(LINES, tmp_path, booked=BOOKED)
    told = rows(profit)
    colour = told["Colour"]
    assert (colour.revenue, colour.services, colour.hours, colour.hours_from) == (1400.0, 2, 3.0, "bookings")
    before = 1400 - 400 - 0.1 * 1400 - 0.02 * 1400
    assert colour.before_time == pytest.approx(before) and colour.per_hour == pytest.approx(before / 3)
    assert told["Cut"].hours == pytest.approx(20 / 60)  # the item is not booked by its name, its category is
    assert (told["Shelf"].hours, told["Shelf"].hours_from) == (None, "none")
    assert (told["service"].hours, told["service"].hours_from) == (None, "unknown")  # neither name nor length
    assert by_line(profit).length_known == 3 / 4 and by_line(profit).wage == 120.0
    at = {(row.line, row.branch): row for row in by_line(profit).cells}
    assert at["Colour", "A"].per_hour == pytest.approx((900 - 300 - 108) / 1.5)
    assert at["Colour", "B"].per_hour == pytest.approx((500 - 100 - 60) / 1.5)


def test_the_usual_length_stands_in_where_nothing_was_booked(tmp_path: Path) -> None:
    told = rows(found(LINES, tmp_path, costs=USUAL, booked=BOOKED[:2]))
    assert (told["Colour"].hours_from, told["Cut"].hours_from) == ("bookings", "setting")
    assert told["Cut"].hours == 0.5
    assert told["Cut"].contribution == pytest.approx(told["Cut"].before_time - 60)


def test_without_lengths_nothing_is_said_of_hours(tmp_path: Path) -> None:
    profit = found(LINES, tmp_path)
    assert all(row.hours is None and row.per_hour is None for row in by_line(profit).lines)
    assert by_line(profit).length_known == 0.0


def random_lines(seed: int) -> list[Line]:
    rng = np.random.default_rng(seed)
    lines = []
    for i in range(600):
        kind = ("service", "product", "package_redemption", "refund", "repair")[int(rng.integers(5))]
        net = round(float(rng.gamma(2, 150)), 2) * (-1 if kind == "refund" else 1)
        lines.append(
            Line(
                int(rng.integers(80)),
                AS_OF - timedelta(days=int(rng.integers(500))),
                net,
                kind,
                branch=("A", "B", None)[i % 3],
                cost=round(net * float(rng.uniform(0.2, 1.2)), 2) if rng.random() < 0.4 else None,
                category=(None, *(f"line {k}" for k in range(40)))[int(rng.integers(41))],
            )
        )
    return lines


def test_lines_and_branches_sum_to_the_contribution_of_customers_to_the_cent(tmp_path: Path) -> None:
    lines = random_lines(1)
    profit = found(lines, tmp_path, costs=USUAL)
    of = by_line(profit)
    total = {line.id: line.amount for line in profit.bridge}
    assert of.difference == 0.0
    for parts in (of.lines, of.branches, of.cells):
        assert sum(row.contribution for row in parts) == pytest.approx(total["contribution"], abs=0.005)
        assert sum(row.revenue for row in parts) == pytest.approx(total["revenue"], abs=0.005)
    assert len(of.lines) == 35 and {row.branch for row in of.branches} == {"A", "B", "unknown"}
    # The contribution of each line, line by line.
    slow: dict[str, float] = defaultdict(float)
    visited = {x.customer for x in lines if x.kind != "refund"}
    for x in lines:
        if x.customer not in visited or x.day <= AS_OF - timedelta(days=365):
            continue
        service = x.kind in ("service", "package_redemption", "repair")
        goods = x.cost if x.cost is not None else 0.45 * x.net
        time = 60.0 if service and x.net > 0 else 0.0
        slow[x.category or ""] += x.net - goods - time - 0.1 * x.net * service - 0.02 * x.net
    named = [row for row in of.lines if row.line.startswith("line")]
    assert len(named) == 29  # and nameless lines by their five kinds, and the others together
    for row in named:
        assert row.contribution == pytest.approx(slow[row.line])
