"""What counts as a visit and what as revenue, on ledgers small enough to add up by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from regulars.base.settings import Branch, Business
from support.analysis import Line, customers_table, studied

DAY = date(2024, 3, 1)
AS_OF = date(2024, 12, 31)


def on(number: int) -> date:
    return DAY + timedelta(days=number)


def course(*, value: float | None, net: float = 0.0) -> list[Line]:
    """Five sessions bought for 2,000 at the first visit, two of them redeemed later; another customer as company."""
    return [
        Line(1, on(0), 300.0),
        Line(1, on(0), 2000.0, "package_sale"),
        Line(1, on(30), net, "package_redemption", gross=value),
        Line(1, on(60), net, "package_redemption", gross=value),
        Line(2, on(0), 500.0),
    ]


def test_a_package_is_revenue_when_redeemed(tmp_path: Path) -> None:
    found = studied(course(value=400.0), folder=tmp_path, as_of=AS_OF)
    assert found.diagnosis.base.revenue == 300 + 2 * 400 + 500
    assert found.diagnosis.base.takings == 300 + 2000 + 500
    row = found.by_customer[1]
    assert (row["x"], row["visits"], row["revenue"], row["mean_visit_value"]) == (2, 3, 1100.0, pytest.approx(1100 / 3))
    assert row["package_balance"] == 1200.0
    assert found.by_customer[2]["package_balance"] is None
    packages = found.diagnosis.packages
    assert packages is not None
    assert (packages.sold, packages.redeemed, packages.outstanding) == (2000.0, 800.0, 1200.0)
    assert (packages.holders, packages.unused_share) == (1, 0.6)


def test_the_net_of_a_redemption_goes_before_its_gross(tmp_path: Path) -> None:
    found = studied(course(value=450.0, net=400.0), folder=tmp_path, as_of=AS_OF)
    assert found.by_customer[1]["revenue"] == 1100.0
    assert found.by_customer[1]["package_balance"] == 1200.0


def test_packages_count_when_sold_where_redemptions_carry_no_value(tmp_path: Path) -> None:
    found = studied(course(value=None), folder=tmp_path, as_of=AS_OF)
    assert found.diagnosis.base.revenue == found.diagnosis.base.takings == 2800.0
    assert found.by_customer[1]["revenue"] == 2300.0
    assert found.by_customer[1]["x"] == 2, "a redemption without value is a visit all the same"
    assert found.diagnosis.packages is None
    assert "packages_at_sale" in {problem.code for problem in found.diagnosis.quality}
    assert "study.locked.packages" in {lock.what.id for lock in found.diagnosis.locked}


def test_redemptions_of_packages_sold_before_the_ledger_began_owe_nothing(tmp_path: Path) -> None:
    lines = [Line(1, on(i), 0.0, "package_redemption", gross=400.0) for i in range(3)]
    lines += [Line(2, on(0), 1000.0, "package_sale"), Line(2, on(1), 100.0)]
    packages = studied(lines, folder=tmp_path, as_of=AS_OF).diagnosis.packages
    assert packages is not None
    assert (packages.outstanding, packages.holders) == (1000.0, 1)


def test_what_is_bought_with_a_gift_card_counts_once(tmp_path: Path) -> None:
    lines = [Line(1, on(0), 500.0, "gift_card_sale"), Line(1, on(0), 100.0), Line(2, on(9), 500.0)]
    base = studied(lines, folder=tmp_path, as_of=AS_OF).diagnosis.base
    assert (base.revenue, base.takings) == (600.0, 1100.0)


def test_a_refund_nets_without_being_a_visit(tmp_path: Path) -> None:
    lines = [Line(1, on(0), 300.0), Line(1, on(20), 300.0), Line(1, on(25), -300.0, "refund"), Line(2, on(0))]
    row = studied(lines, folder=tmp_path, as_of=AS_OF).by_customer[1]
    assert (row["x"], row["last_day"], row["revenue"], row["mean_visit_value"]) == (1, on(20), 300.0, 150.0)


def test_a_day_at_two_branches_is_two_visits_and_one_day(tmp_path: Path) -> None:
    lines = [
        Line(1, on(0), branch="A"),
        Line(1, on(0), branch="B"),
        Line(1, on(0), 50.0, "product", "B"),
        Line(2, on(0)),
    ]
    found = studied(lines, folder=tmp_path, as_of=AS_OF)
    assert found.diagnosis.base.visits == 3
    assert (found.by_customer[1]["visits"], found.by_customer[1]["x"]) == (2, 0)


def test_the_home_branch_is_the_latest_among_equals(tmp_path: Path) -> None:
    lines = [Line(1, on(0), branch="A"), Line(1, on(9), branch="B"), Line(2, on(0), branch="C")]
    lines += [Line(2, DAY - timedelta(days=1000 + i), branch="A") for i in range(5)]  # more, but not in 24 months
    found = studied(lines, folder=tmp_path, as_of=AS_OF).by_customer
    assert (found[1]["branch"], found[2]["branch"]) == ("B", "C")


@pytest.mark.parametrize(
    ("in_lines", "known", "shown"),
    [
        ([None], (), "main"),
        ([None], ("Central",), "Central"),
        ([None, "A"], (), "A"),
        ([None, "A", "B"], (), "unknown"),
    ],
)
def test_lines_without_a_branch(in_lines: list[str | None], known: tuple[str, ...], shown: str, tmp_path: Path) -> None:
    lines = [Line(number, on(0), branch=branch) for number, branch in enumerate(in_lines, 1)]
    business = Business(name={"en": "X"}, pack="beauty", branches=tuple(Branch(id=b) for b in known))
    assert studied(lines, folder=tmp_path, as_of=AS_OF, business=business).by_customer[1]["branch"] == shown


def test_real_costs_go_before_the_assumed_margin(tmp_path: Path) -> None:
    lines = [Line(1, on(0), 200.0, cost=50.0), Line(1, on(30), 200.0), Line(2, on(0), 100.0)]
    found = studied(lines, folder=tmp_path, as_of=AS_OF).by_customer
    # 150 known of 200, and 0.6 of the other 200.
    assert found[1]["margin_visit"] == pytest.approx(found[1]["spend_visit"] * (150 + 120) / 400)
    assert found[2]["margin_visit"] == pytest.approx(found[2]["spend_visit"] * 0.6)


def test_one_refusal_is_a_refusal(tmp_path: Path) -> None:
    people = customers_table(
        [
            {"customer": 1, "may_email": True, "may_sms": True},
            {"customer": 1, "system": "other", "may_email": False},
            {"customer": 9, "may_email": True},
        ]
    )
    found = studied([Line(1, on(0)), Line(2, on(0))], folder=tmp_path, as_of=AS_OF, customers=people)
    row = found.by_customer[1]
    assert (row["may_email"], row["may_sms"], row["may_post"]) == (False, True, None)
    assert found.by_customer[2]["may_email"] is None
    assert {9} & set(found.by_customer) == set(), "a name on a list is no customer of the study"
    assert "study.locked.customers" not in {lock.what.id for lock in found.diagnosis.locked}
