"""Newcomers of a small ledger against plain loops over its customers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from regulars.analysis.acquisition import acquisition
from regulars.analysis.results.acquisition import Acquisition
from regulars.packs.load import load_pack
from support.analysis import Line, customers_table, laid_out, sales_table, spend_table

AS_OF = date(2025, 12, 31)
OPENED = date(2023, 1, 1)
NUMBER = 500


@dataclass
class Person:
    source: str | None
    referrer: int | None = None
    days: list[date] = field(default_factory=list)
    deals: list[bool] = field(default_factory=list)


@dataclass
class Looked:
    result: Acquisition | None
    by_customer: dict[int, dict[str, Any]]


def people() -> dict[int, Person]:
    rng = np.random.default_rng(11)
    found = {}
    for key in range(1, NUMBER + 1):
        source = (None, "Ads", "Friend", "Walk-in")[int(rng.integers(0, 4))]
        person = Person(source, int(rng.integers(1, key)) if source == "Friend" and key > 1 else None)
        day = OPENED + timedelta(days=int(rng.integers(0, 1000)))
        while day <= AS_OF and (not person.days or rng.random() < (0.5 if source == "Ads" else 0.8)):
            person.days.append(day)
            person.deals.append(bool(rng.random() < (0.5 if len(person.days) == 1 else 0.1)))
            day += timedelta(days=1 + int(rng.exponential(80)))
        found[key] = person
    found[7].referrer = 7  # themselves
    found[20].referrer, found[21].referrer = 21, 20  # round
    return found


@pytest.fixture(scope="module")
def base() -> dict[int, Person]:
    return people()


@pytest.fixture(scope="module")
def told(base: dict[int, Person], tmp_path_factory: pytest.TempPathFactory) -> Looked:
    visits = [(key, day, deal) for key, p in base.items() for day, deal in zip(p.days, p.deals, strict=True)]
    sales = sales_table(Line(key, day, 70.0 if deal else 100.0, gross=100.0) for key, day, deal in visits)
    off = pa.array([Decimal(30 if deal else 0) for *_, deal in visits], sales.schema.field("discount").type)
    sales = sales.set_column(sales.schema.get_field_index("discount"), sales.schema.field("discount"), off)
    rows: list[dict[str, object]] = [
        {"customer": k, "source": p.source, "referrer": p.referrer} for k, p in base.items()
    ]
    money: list[dict[str, object]] = [
        {"day": date(2024, 1, 1), "until": date(2024, 1, 31), "source": "Ads", "amount": 3100},
        {"day": date(2024, 2, 1), "until": None, "source": "Ads", "amount": 100},
        {"day": date(2025, 12, 1), "until": date(2026, 1, 29), "source": "Ads", "amount": 600},
    ]
    folder = tmp_path_factory.mktemp("acquisition")
    return looked_at(folder, sales, customers=customers_table(rows), spend=spend_table(money))


def looked_at(folder: Path, sales: pa.Table, **others: pa.Table) -> Looked:
    """The part alone on a ledger: expected values are made up, so that no model need be fitted."""
    with laid_out(folder, as_of=AS_OF, sales=sales, **others) as (reader, setting, kept):
        c = kept.customers
        scene: Any = SimpleNamespace(
            setting=setting,
            kept=kept,
            people=c.mutate(value_36=c.customer.cast("float64"), margin_visit=0.6, spend_visit=1.0),
            rng=np.random.default_rng(1),
        )
        part = acquisition(scene)
        each = reader.arrow(part.of_each).to_pylist() if part.of_each is not None else []
    return Looked(part.result, {row["customer"]: row for row in each})


@pytest.fixture(scope="module")
def found(told: Looked) -> Acquisition:
    assert told.result is not None
    return told.result


def gaps(person: Person) -> list[int]:
    return [(day - person.days[0]).days for day in person.days[1:]]


def test_sources_against_a_loop(base: dict[int, Person], found: Acquisition) -> None:
    lost = load_pack("beauty").windows.lost_after
    assert found.since == min(p.days[0] for p in base.values()) + timedelta(days=lost)
    fresh = [p for p in base.values() if p.days[0] >= found.since]
    assert found.newcomers == len(fresh)
    assert [r.kind for r in found.sources] == ["named", "named", "named", "unknown"]
    for row in found.sources:
        own = [p for p in fresh if p.source == row.source]
        assert row.newcomers == len(own)
        windows = ((row.back_90, 1, 90, 90), (row.back_180, 1, 180, 180), (row.still_12, 366, 548, 548))
        for shown, low, high, watched in windows:
            seen = [p for p in own if (AS_OF - p.days[0]).days >= watched]
            came = sum(any(low <= g <= high for g in gaps(p)) for p in seen)
            assert shown is not None
            assert shown.n == len(seen)
            assert shown.raw == pytest.approx(came / len(seen))
        seen = [p for p in own if (AS_OF - p.days[0]).days >= 365]
        earned = sum(
            70 if deal else 100
            for p in seen
            for day, deal in zip(p.days, p.deals, strict=True)
            if (day - p.days[0]).days <= 365
        )
        assert row.first_year is not None and row.first_year.raw == pytest.approx(earned / len(seen))
    ads = next(r for r in found.sources if r.source == "Ads")
    assert ads.back_180 is not None and ads.back_180.told == "below"


def test_cost_counts_the_days_told_of(base: dict[int, Person], found: Acquisition) -> None:
    row = next(r for r in found.sources if r.source == "Ads")
    assert [r.cost for r in found.sources if r.source != "Ads"] == [None, None, None]
    cost = row.cost
    assert cost is not None
    # Of the last period 31 of 60 days have come.
    assert cost.spend == pytest.approx(3200 + 310)
    own = [p for p in base.values() if p.source == "Ads" and p.days[0] >= date(2024, 1, 1)]
    old = AS_OF - timedelta(days=548)
    kept = sum(p.days[0] <= old and any(366 <= g <= 548 for g in gaps(p)) for p in own)
    assert (cost.newcomers, cost.retained) == (len(own), kept)
    assert cost.spend_told == pytest.approx(3200)
    assert cost.per_newcomer.mean == pytest.approx(3510 / len(own))
    assert cost.per_newcomer.p10 < cost.per_newcomer.mean < cost.per_newcomer.p90
    assert cost.per_retained is not None and cost.per_retained.mean == pytest.approx(3200 / kept)
    assert [r.source for r in found.responses] == ["Ads"]


def test_referrals_against_a_walk_up_the_tree(base: dict[int, Person], told: Looked, found: Acquisition) -> None:
    depths: list[int] = []
    roots: dict[int, int] = {}
    direct: dict[int, list[int]] = {}
    round_ = 0
    for key, person in base.items():
        if person.referrer in (None, key):
            continue
        at, steps = key, 0
        while (up := base[at].referrer) not in (None, at) and steps <= NUMBER:
            assert up is not None
            at, steps = up, steps + 1
        if steps > NUMBER:
            round_ += 1
            continue
        depths.append(steps)
        roots[at] = roots.get(at, 0) + 1
        assert person.referrer is not None
        direct.setdefault(person.referrer, []).append(key)
    tree = found.referrals
    assert tree is not None
    assert (tree.referred, tree.referrers, tree.trees) == (len(depths), len(direct), len(roots))
    assert tree.generations == tuple(depths.count(k) for k in range(1, max(depths) + 1))
    assert (tree.selves, tree.circles) == (1, round_)
    assert [t.members for t in tree.top] == sorted(roots.values(), reverse=True)[:5]
    for key, row in told.by_customer.items():
        assert row["referred"] == (len(direct[key]) if key in direct else None)
        if key in direct:
            assert row["referral_value"] == pytest.approx(sum(direct[key]))


def test_deals_against_a_loop(base: dict[int, Person], told: Looked, found: Acquisition) -> None:
    assert found.deals is not None
    fresh = {k: p for k, p in base.items() if p.days[0] >= found.since}
    for first, group in ((True, found.deals.on_deal), (False, found.deals.others)):
        own = [p for p in fresh.values() if p.deals[0] is first and (AS_OF - p.days[0]).days >= 180]
        back = sum(any(not deal and gap <= 180 for deal, gap in zip(p.deals[1:], gaps(p), strict=True)) for p in own)
        assert (group.newcomers, group.full_price) == (len(own), back)
    old = {k for k, p in fresh.items() if (AS_OF - p.days[0]).days >= 180}
    hunters = {k for k in old if all(fresh[k].deals)}
    assert found.deals.hunters == len(hunters)
    for key, row in told.by_customer.items():
        assert row["deal_hunter"] == (key in hunters if key in old else None)
    assert 0 <= found.deals.lower <= 1


def test_few_newcomers_are_nothing_to_say(tmp_path: Path) -> None:
    lines = [Line(k, AS_OF - timedelta(days=20 * k + d)) for k in range(1, 29) for d in (0, 3)]
    assert looked_at(tmp_path, sales_table(lines)).result is None


def test_a_ledger_without_customers_list_knows_no_source(tmp_path: Path) -> None:
    lines = [Line(k, OPENED + timedelta(days=5 * k), -10.0 if k == 80 else 0.0) for k in range(200)]
    found = looked_at(tmp_path, sales_table(lines)).result
    assert found is not None
    assert [(r.kind, r.source) for r in found.sources] == [("unknown", None)]
    assert (found.responses, found.referrals, found.deals) == ((), None, None)
    shown = found.sources[0].back_180
    assert shown is not None and shown.raw == 0 and 0 < shown.mean < 0.05


def test_all_on_one_day(tmp_path: Path) -> None:
    lines = [Line(k, AS_OF) for k in range(200)]
    assert looked_at(tmp_path, sales_table(lines)).result is None
