"""Contribution and prepaid packages, added up by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from regulars.analysis.results.profit import Profit
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
