"""Every fact of a study on random ledgers against slow loops over the same lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest

from regulars.analysis.results.names import STATES
from regulars.analysis.rhythm import FEW
from regulars.ledger.schema import KINDS
from regulars.packs.load import load_pack
from support.analysis import Line, Studied, studied
from support.study_oracle import Oracle

START = date(2022, 1, 10)
WINDOWS = load_pack("beauty").windows
TOLERANCE = 1e-9


def random_lines(seed: int, *, customers: int, days: int) -> list[Line]:
    """Everything a till can do: several branches a day, refunds, packages, walk-ins, free visits, unnamed branches."""
    rng = np.random.default_rng(seed)
    kinds = [kind for kind in KINDS for _ in range(12 if kind in ("service", "product") else 2)]
    lines = []
    for customer in [None, *range(1, customers + 1)]:
        day = START + timedelta(days=int(rng.integers(days)))
        pace = rng.gamma(2.0, 25.0)
        for _ in range(int(rng.geometric(0.2))):
            for _ in range(int(rng.integers(1, 4))):
                kind = str(rng.choice(kinds))
                net = 0.0 if kind == "package_redemption" else float(np.round(rng.gamma(2, 150), 2))
                lines.append(
                    Line(
                        customer,
                        day,
                        -net if kind == "refund" else net * float(rng.random() > 0.05),
                        kind,
                        [None, "A", "B", "C"][rng.choice(4, p=[0.05, 0.6, 0.25, 0.1])],
                        gross=float(rng.integers(100, 900)) if rng.random() > 0.1 else None,
                        cost=float(rng.integers(5, 60)) if rng.random() > 0.5 else None,
                    )
                )
            day += timedelta(days=int(rng.exponential(pace)))
    return lines


@dataclass(frozen=True)
class Case:
    oracle: Oracle
    found: Studied


@pytest.fixture(scope="module", params=[(1, 60, 500), (2, 150, 900), (3, 15, 60)], ids=str)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    seed, customers, days = request.param
    lines = random_lines(seed, customers=customers, days=days)
    as_of = START + timedelta(days=days)
    return Case(
        Oracle(lines, as_of=as_of, windows=WINDOWS), studied(lines, folder=tmp_path_factory.mktemp("s"), as_of=as_of)
    )


def test_customers(case: Case) -> None:
    rows, people, typical = case.found.by_customer, case.oracle.people, case.oracle.typical(FEW)
    assert set(rows) == set(people)
    for key, person in people.items():
        row, days = rows[key], person.visit_days
        exact = {
            "x": person.x,
            "visits": len(person.presences),
            "first_day": days[0],
            "last_day": days[-1],
            "t_x_days": (days[-1] - days[0]).days,
            "T_days": (case.oracle.as_of - days[0]).days,
            "state": person.state(typical, WINDOWS),
            "branch": person.home(),
        }
        assert {name: row[name] for name in exact} == exact
        rhythm = person.rhythm(typical, WINDOWS.prior_strength)
        close = {
            "revenue": person.revenue(),
            "revenue_12": person.revenue(case.oracle.as_of - timedelta(days=365)),
            "mean_visit_value": person.revenue() / len(days),
            "rhythm_days": rhythm,
            "overdue_factor": person.since / rhythm,
            "package_balance": -1.0 if person.balance is None else person.balance,
        }
        row["package_balance"] = -1.0 if row["package_balance"] is None else row["package_balance"]
        assert {name: row[name] for name in close} == pytest.approx(close, rel=1e-6, abs=1e-6)
        assert row["due_on"] == days[-1] + timedelta(days=round(row["rhythm_days"]))


def test_base(case: Case) -> None:
    base, oracle = case.found.diagnosis.base, case.oracle
    unknown = [line for line in oracle.lines if line.customer is None]
    assert (base.customers, base.sale_lines) == (len(oracle.people), len(oracle.lines))
    assert base.visits == sum(len(p.presences) for p in oracle.people.values())
    assert base.anonymous_lines == len(unknown)
    assert base.anonymous_revenue == pytest.approx(sum(oracle.anyone.earns(line) for line in unknown))
    assert base.revenue == pytest.approx(oracle.anyone.revenue())
    assert base.revenue_12 == pytest.approx(oracle.anyone.revenue(oracle.as_of - timedelta(days=365)))
    assert base.takings == pytest.approx(sum(line.net for line in oracle.lines))
    assert base.first_day == min(line.day for line in oracle.lines)
    assert base.last_day == max(line.day for line in oracle.lines)


def test_movement(case: Case) -> None:
    found = case.found.diagnosis.movement
    assert (found.lapsing_after_days, found.lost_after_days) == (WINDOWS.lapsing_after, WINDOWS.lost_after)
    assert [row.month for row in found.months] == case.oracle.months()
    for row, expected in zip(found.months, case.oracle.movement(), strict=True):
        names = ("active", "new", "retained", "recovered", "lapsing", "lost")
        assert {n: getattr(row, n) for n in names} == {n: expected.get(n, 0) for n in names}
        assert row.active == row.new + row.retained + row.recovered
        after = row.month - timedelta(days=1)
        until = (row.month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        assert row.revenue == pytest.approx(case.oracle.anyone.revenue(after, until), abs=TOLERANCE)


def test_cohorts(case: Case) -> None:
    found = case.found.diagnosis.cohorts
    assert sum(found.sizes) == len(case.oracle.people)
    ended = case.oracle.as_of + timedelta(days=1)
    for cohort, shares in zip(found.months, found.share, strict=True):
        months = [month for month in case.oracle.months() if month >= cohort]
        assert shares[0] == 1.0
        for month, share in zip(months, shares, strict=True):
            if month > cohort and (month + timedelta(days=31)).replace(day=1) > ended:
                assert share is None
            else:
                assert share == pytest.approx(case.oracle.cohort_share(cohort, month))


def test_newcomers(case: Case) -> None:
    found, (counted, returned) = case.found.diagnosis.cohorts, case.oracle.newcomers()
    assert found.newcomers_counted == counted
    assert found.newcomers_returned == (pytest.approx(returned / counted) if counted else None)


def test_rhythm(case: Case) -> None:
    found, people = case.found.diagnosis.rhythm, case.oracle.people.values()
    typical = case.oracle.typical(FEW)
    own = [p.rhythm(typical, WINDOWS.prior_strength) for p in people if p.x]
    assert found.population_days == pytest.approx(typical, rel=1e-6)
    assert found.repeaters == len(own) == sum(b.customers for b in found.bins)
    assert found.median_days == pytest.approx(float(np.median(own)), rel=1e-6)
    for bin_ in found.bins:
        assert bin_.customers == sum(bin_.from_days <= r < bin_.to_days for r in own)
    rows = case.found.by_customer.values()
    soon = (case.oracle.as_of + timedelta(days=1), case.oracle.as_of + timedelta(days=30))
    assert found.due_next_30_days == sum(soon[0] <= r["due_on"] <= soon[1] and r["state"] != "lapsed" for r in rows)
    assert found.overdue == sum(r["state"] == "overdue" for r in rows)


def test_wastage(case: Case) -> None:
    found, (lost, spent) = case.found.diagnosis.wastage, case.oracle.lost_last_12()
    assert found.lost_last_12 == lost
    assert found.lost_last_12_revenue == pytest.approx(spent, abs=TOLERANCE)
    assert tuple(row.state for row in found.states) == STATES
    assert sum(row.customers for row in found.states) == len(case.oracle.people)
    rows = list(case.found.by_customer.values())
    for state in found.states:
        here = [row for row in rows if row["state"] == state.state]
        assert state.customers == len(here)
        assert state.revenue_12_past == pytest.approx(sum(row["revenue_12"] for row in here), abs=1e-6)
        assert state.value_12.mean == pytest.approx(sum(row["value_12"] for row in here))
    risk = sum(row["value_12"] * (1 / row["p_alive"] - 1) for row in rows if row["state"] == "overdue")
    assert found.overdue_value_at_risk.mean == pytest.approx(risk)


def test_concentration(case: Case) -> None:
    found, (tenth, fifth) = case.found.diagnosis.concentration, case.oracle.lorenz()
    # Above 100 customers the curve has 100 points and is a little below the exact one between them.
    assert (found.top_decile_share, found.top_fifth_share) == pytest.approx((tenth, fifth), abs=2e-3)
    assert found.one_visit_customers == sum(p.x == 0 for p in case.oracle.people.values())
    assert found.points[0] == (0.0, 0.0)
    assert found.points[-1] == (1.0, 1.0)
    slopes = np.diff(np.array(found.points), axis=0)
    assert (np.diff(slopes[:, 1] / slopes[:, 0]) <= 1e-9).all(), "a Lorenz curve, best first, bends one way"


def test_branches(case: Case) -> None:
    oracle, year = case.oracle, case.oracle.as_of - timedelta(days=365)
    for row in case.found.diagnosis.branches:
        name = row.branch
        assert row.customers == sum(p.home() == name for p in oracle.people.values())
        assert row.visits_12 == sum(day > year and b == name for p in oracle.people.values() for day, b in p.presences)
        lines = [line for line in oracle.lines if (line.branch or "unknown") == name and line.day > year]
        assert row.revenue_12 == pytest.approx(sum(oracle.anyone.earns(line) for line in lines))
    assert sum(row.customers for row in case.found.diagnosis.branches) == len(oracle.people)


def test_packages(case: Case) -> None:
    found, balances = case.found.diagnosis.packages, [p.balance for p in case.oracle.everybody.values()]
    assert found is not None
    owed = [balance for balance in balances if balance]
    assert found.outstanding == pytest.approx(sum(owed))
    assert found.holders == len(owed)
    sold = sum(line.net for line in case.oracle.lines if line.kind == "package_sale")
    assert found.sold == pytest.approx(sold)
    assert found.unused_share == pytest.approx(min(sum(owed) / sold, 1.0))


def test_margins(case: Case) -> None:
    for key, row in case.found.by_customer.items():
        person = case.oracle.people[key]
        costed = [line for line in person.lines if line.cost is not None]
        value, cost = sum(map(person.earns, costed)), sum(line.cost or 0.0 for line in costed)
        rate = 0.6
        if (revenue := person.revenue()) > 0:
            rate = min(max((value - cost + 0.6 * (revenue - value)) / revenue, -1.0), 1.0)
        assert row["margin_visit"] == pytest.approx(row["spend_visit"] * rate)


def test_everything_is_finite_and_in_order(case: Case) -> None:
    rows = case.found.by_customer.values()
    for row in rows:
        numbers = {name: value for name, value in row.items() if isinstance(value, float)}
        assert all(np.isfinite(value) for value in numbers.values()), numbers
        assert 0 < row["p_alive"] <= 1
        for h in (12, 36):
            assert row[f"value_{h}"] == pytest.approx(row[f"visits_{h}"] * row["spend_visit"])
            assert row[f"value_{h}_p10"] <= row[f"value_{h}_p90"]
    ranked = sorted(rows, key=lambda row: (-row["value_36"], row["customer"]))
    tiers = [row["tier"] for row in ranked]
    n = len(tiers)
    assert tiers == ["high" if i < 0.2 * n else "middle" if i < 0.5 * n else "low" for i in range(n)]


def test_classes(case: Case) -> None:
    found, rows = case.found.diagnosis.classes, list(case.found.by_customer.values())
    living = [row["value_36"] for row in rows if row["p_alive"] >= 0.5] or [row["value_36"] for row in rows]
    assert found.value_cut == pytest.approx(float(np.median(living)))
    assert found.duration_cut == 0.5
    names = {(True, True): "regulars", (True, False): "passing_stars", (False, True): "faithful_light"}
    for row in rows:
        place = (row["value_36"] >= found.value_cut, row["p_alive"] >= 0.5)
        assert row["class"] == names.get(place, "passers_by")
    for kind in found.rows:
        here = [row for row in rows if row["class"] == kind.name]
        assert kind.customers == len(here)
        assert kind.value_36.mean == pytest.approx(sum(row["value_36"] for row in here))
