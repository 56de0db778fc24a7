"""The customers' own interest: who must not be promoted to, what is owed, exact counts of statements, fair offers."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from regulars.ledger.store import Ledger
from regulars.strategy.assignment import assign_customers
from regulars.strategy.plan import Plan
from support.planning import CHANNELS, business_of, effect, measure, pack_of, standings
from support.rules import day, planned, recovering


def complaint(customer: int | None, *, ago: int = 10, resolved: int | None = None) -> dict[str, Any]:
    """A complaint of so many days ago, resolved so many days ago."""
    settled = None if resolved is None else day() - timedelta(days=resolved)
    return {"customer": customer, "day": day() - timedelta(days=ago), "resolved": settled}


def promoted(plan: Plan, pack: Any, cell: str | None = None) -> int:
    return sum(
        line.customers
        for line in plan.lines
        if cell in (None, line.cell) and any(pack.measure(id).purpose == "marketing" for id in line.measures)
    )


def test_open_complaints_are_answered_and_nothing_is_promoted_to_them(tmp_path: Path) -> None:
    path = standings(tmp_path, 1500, permission=1.0)
    table = pq.read_table(path)
    state = table["state"].to_pylist()
    open_ones = [complaint(c) for c in range(0, 1500, 10)]
    settled = [complaint(c, resolved=2) for c in range(5, 1500, 10)]
    later = [complaint(7, ago=-3), complaint(None)]
    business = business_of(60_000, 900, contact={"holdout": 0.0})
    plan = planned(tmp_path, business, path=path, pack=recovering(), complaints=[*open_ones, *settled, *later])
    owed = sum(1 for c in range(0, 1500, 10) if state[c] != "lapsed")
    answered = sum(line.customers for line in plan.lines if "recovery" in line.measures)
    assert answered == owed
    row = next(r for r in plan.rules if r.kind == "recovery")
    assert (row.lo, row.used) == (owed, owed)
    # Everybody permits everything, so in each cell promotions reach at most those without an open complaint.
    pack = recovering()
    inside: dict[str, int] = defaultdict(int)
    for c in range(1500):
        if c % 10:
            inside[f"{table['branch'][c].as_py()}/{state[c]}/{table['tier'][c].as_py()}"] += 1
    for cell in plan.cells:
        if "-" not in cell.tier and cell.tier != "all":
            assert promoted(plan, pack, cell.id) <= inside[cell.id]
    assert not any({"recovery", "reminder"} <= set(line.measures) for line in plan.lines)


def test_people_are_assigned_by_the_same_marks(tmp_path: Path) -> None:
    path = standings(tmp_path, 1500)
    table = pq.read_table(path)
    complaints = [complaint(c) for c in range(0, 1500, 10)]
    rules = {"eligible": [{"measure": "voucher", "where": "branch = Central"}]}
    locks = [{"measure": "voucher", "at_least": 60}]
    business = business_of(60_000, 900, rules=rules, locks=locks)
    pack = recovering()
    plan = planned(tmp_path, business, path=path, pack=pack, complaints=complaints)
    with Ledger(tmp_path / "ledger").read() as reader:
        found, _ = assign_customers(
            reader, standings=path, plan=plan, plan_run="plan-1", business=business, pack=pack, salt="s"
        )
    arms = {row["customer"]: row["arm"].split("+") for row in found.to_pylist() if row["line"] is not None}
    assert arms
    for customer, measures in arms.items():
        kinds = {pack.measure(id).purpose for id in measures}
        assert customer % 10 or "marketing" not in kinds
        assert "voucher" not in measures or table["branch"][customer].as_py() == "Central"
    owed = {c for c in range(0, 1500, 10) if table["state"][c].as_py() != "lapsed"}
    assert {c for c, measures in arms.items() if "recovery" in measures} == owed


def test_without_complaints_in_the_ledger_nobody_is_owed_anything(tmp_path: Path) -> None:
    plan = planned(tmp_path, business_of(), pack=recovering(), customers=800)
    assert not any(r.kind in ("recovery", "complaints") for r in plan.rules)
    reason = next(n.reason for n in plan.not_chosen if n.measure == "recovery")
    assert reason.id == "strategy.left.complaints"


def test_what_is_owed_and_cannot_be_paid_is_named(tmp_path: Path) -> None:
    everybody = [complaint(c) for c in range(800)]
    plan = planned(tmp_path, business_of(100, 1), pack=recovering(), customers=800, complaints=everybody)
    (one,) = [r for r in plan.relaxations if r.rule == "recovery"]
    assert one.kept < one.wanted
    assert plan.cost <= 100


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ("eligible", lambda t: pc.and_(pc.greater(t["visits_12"], 3.0), t["may_whatsapp"])),
        ("excluded", lambda t: pc.and_(pc.invert(pc.greater(t["visits_12"], 3.0)), t["may_whatsapp"])),
    ],
)
def test_statements_are_counted_exactly_and_never_multiplied(tmp_path: Path, how: str, wanted: Any) -> None:
    path = standings(tmp_path, 2000)
    table = pq.read_table(path)
    # Permission and the statement are made to go together: multiplying their rates would be far off.
    often = pc.greater(table["visits_12"], 3.0)
    agreed = pc.if_else(often, table["may_email"], pc.and_(table["may_email"], table["may_sms"]))
    table = table.set_column(table.schema.get_field_index("may_whatsapp"), "may_whatsapp", agreed)
    pq.write_table(table, path)
    rules = {how: [{"measure": "voucher", "where": "visits_12 > 3"}]}
    business = business_of(
        1e7, 1e5, rules=rules, contact={"holdout": 0.0}, locks=[{"measure": "voucher", "at_least": 9999}]
    )
    plan = planned(tmp_path, business, path=path)
    (one,) = [r for r in plan.relaxations if r.rule.startswith("lock")]
    living = pc.not_equal(table["state"], "lapsed")
    assert one.kept == int(pc.sum(pc.and_(wanted(table), living)).as_py())
    assert sum(line.customers for line in plan.lines if "voucher" in line.measures) == one.kept


def test_nothing_is_promoted_to_the_vulnerable_but_service_reaches_them(tmp_path: Path) -> None:
    pack = pack_of(
        (
            measure("offer", [effect("attrition", -0.3)], cost=0.5),
            measure("visit", [effect("attrition", -0.3)], cost=9.0, purpose="service"),
        )
    )
    free = planned(tmp_path / "a", business_of(), pack=pack)
    plan = planned(tmp_path / "b", business_of(care={"vulnerable": ["tier = low"]}), pack=pack)
    low = {cell.id for cell in plan.cells if cell.tier == "low"}
    assert any("offer" in line.measures and line.cell in low for line in free.lines)
    assert not any("offer" in line.measures and line.cell in low for line in plan.lines)
    assert any("visit" in line.measures and line.cell in low for line in plan.lines)
    row = next(r for r in plan.rules if r.kind == "vulnerable")
    assert row.price > 0


def test_no_option_is_used_that_is_expected_to_drive_customers_away(tmp_path: Path) -> None:
    # Frequency pays for what attrition costs: worth money, and not in the customer's interest.
    pushy = measure("pushy", [effect("attrition", 0.3), effect("frequency", 0.9, months=6)], cost=0.1)
    pack = pack_of((pushy,))
    greedy = planned(tmp_path / "a", business_of(care={"no_harm": False}), pack=pack)
    plan = planned(tmp_path / "b", business_of(), pack=pack)
    assert greedy.lines
    assert not plan.lines
    price = next(r for r in plan.rules if r.kind == "no_harm").price
    assert price == pytest.approx(greedy.value_36.mean, rel=0.1)


def test_customers_prepay_no_more_than_the_cap(tmp_path: Path) -> None:
    path = standings(tmp_path, 1500)
    table = pq.read_table(path)
    balance = np.where(np.arange(1500) < 20, 100.0, np.nan)
    pq.write_table(
        table.set_column(table.schema.get_field_index("package_balance"), "package_balance", [balance]), path
    )
    care = {"prepaid": {"voucher": 500.0}, "prepaid_most": 12_000}
    plan = planned(tmp_path, business_of(care=care, locks=[{"measure": "voucher", "at_least": 100}]), path=path)
    sold = sum(line.customers for line in plan.lines if "voucher" in line.measures)
    assert sold * 500 == 12_000 - 2_000
    assert plan.relaxations[0].drop == ("prepaid",)
    assert next(r for r in plan.rules if r.kind == "prepaid").hi == 10_000


def test_offers_are_fair_between_groups_who_decide_nothing(tmp_path: Path) -> None:
    path = standings(tmp_path, 3000, permission=0.0, branches=("Central",))
    table = pq.read_table(path)
    rng = np.random.default_rng(2)
    old = rng.random(3000) < 0.5
    for channel in CHANNELS:  # the young permit far more often
        agreed = [bool(x) for x in rng.random(3000) < np.where(old, 0.2, 0.8)]
        table = table.set_column(table.schema.get_field_index(f"may_{channel}"), f"may_{channel}", [agreed])
    pq.write_table(table, path)
    people = [{"customer": c, "birth_year": 1950 if old[c] else 2000} for c in range(3000)]
    plain = planned(tmp_path / "a", business_of(9000, 90), path=path, people=people)
    fair = planned(tmp_path / "b", business_of(9000, 90, care={"fair_within": 0.05}), path=path, people=people)
    gaps = {state: max(r.gap for r in plain.fairness if r.state == state) for state in ("active", "overdue", "lapsed")}
    assert max(gaps.values()) > 0.2
    assert all(r.gap <= 0.05 + 0.01 for r in fair.fairness)
    assert {r.group for r in fair.fairness} == {"under 30", "60+"}
    assert next(r for r in fair.rules if r.kind == "fair").price > 0
    # The rate is what it says: promotions over customers, both counted.
    total = sum(r.rate * r.customers for r in plain.fairness)
    assert total == pytest.approx(promoted(plain, pack_of_measures()), abs=1.5)


def pack_of_measures() -> Any:
    from support.planning import measures

    return pack_of(measures())
