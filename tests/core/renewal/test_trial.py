"""The test of renewals on the own past: against a loop, against simulated truth, and when nothing is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regulars.analysis.renewal.holding import told_at
from regulars.analysis.renewal.trial import query, trial
from regulars.analysis.visits import YEAR

AS_OF = date(2025, 12, 31)
CUT = AS_OF - 2 * YEAR
OPENED = AS_OF - 5 * YEAR
AFTER = 180


def scene(contracts: dict[int, list[date]], visits: dict[int, list[date]], opened: date = OPENED) -> Any:
    lines = [(c, day, "package_sale") for c, days in contracts.items() for day in days]
    lines += [(c, day, "package_sale") for c, days in contracts.items() for day in days[:1]]  # two on one day are one
    came = [(c, day, True) for c, days in visits.items() for day in days]
    sales = pa.table(
        {
            "customer": pa.array([line[0] for line in lines], pa.int64()),
            "day": pa.array([line[1] for line in lines], pa.date32()),
            "kind": [line[2] for line in lines],
        }
    )
    days = pa.table(
        {
            "customer": pa.array([v[0] for v in came], pa.int64()),
            "day": pa.array([v[1] for v in came], pa.date32()),
            "visit": pa.array([v[2] for v in came], pa.bool_()),
        }
    )
    desk = SimpleNamespace(ask=lambda _, expr: expr.to_pyarrow())
    setting = SimpleNamespace(as_of=AS_OF, first_day=opened, lines=ibis.memtable(sales), desk=desk)
    kept = SimpleNamespace(days=ibis.memtable(days))
    return SimpleNamespace(setting=setting, kept=kept, rng=np.random.default_rng(2))


def holders(rng: np.random.Generator, *, n: int = 1500, tired: float = 0.0) -> Iterator[list[date]]:
    """Holders who lapse at each renewal with a chance of their own, Beta(1, 2); ``tired`` more since the cut."""
    for _ in range(n):
        day, leave = OPENED + timedelta(days=int(rng.integers(0, 4 * 365))), rng.beta(1.0, 2.0)
        found = [day]
        while rng.random() >= leave + (tired if day > CUT else 0.0):
            day += timedelta(days=90 + int(rng.integers(-20, 21)))
            if day > AS_OF:
                break
            found.append(day)
        yield found


def base(rng: np.random.Generator, *, n: int = 1500, tired: float = 0.0) -> Any:
    contracts = dict(enumerate(holders(rng, n=n, tired=tired), 1))
    return scene(contracts, contracts)


def test_counts_against_a_loop() -> None:
    rng = np.random.default_rng(7)
    contracts = dict(enumerate(holders(rng, n=300), 1))
    visits = {
        c: sorted({*days, *(day + timedelta(days=int(rng.integers(1, 300))) for day in days)})
        for c, days in contracts.items()
    }
    visits = {c: [day for day in days if day <= AS_OF] for c, days in visits.items() if c % 5}
    rows = query(scene(contracts, visits), kind="package_sale", after=AFTER, told=200, cut=CUT).to_pyarrow().to_pylist()
    expected: dict[tuple[int, int, bool], list[int]] = {}
    for c, days in contracts.items():
        known = [day for day in days if day <= CUT]
        came = [day for day in visits.get(c, []) if day <= CUT]
        old = sum((CUT - day).days > 200 for day in known)
        lapsed_then = 0 < old == len(known) and (CUT - max(known + came)).days > AFTER
        reached = old + 1 if len(known) > old else old
        counts = expected.setdefault((len(known), reached, lapsed_then), [0, 0, 0, 0])
        counts[0] += 1
        if not any(CUT < day <= CUT + YEAR for day in days):
            continue
        last = max(days + visits.get(c, []))
        renewed = len(days) > len(known) + 1
        counts[1 if renewed else 2 if (AS_OF - last).days > AFTER else 3] += 1
    found = {
        (row["before"], row["reached"], row["lapsed_then"]): [
            row[name] for name in ("holders", "renewed", "lapsed", "open")
        ]
        for row in rows
    }
    assert found == expected
    assert sum(row["open"] for row in rows) > 0


def test_the_range_holds_what_came_where_the_world_stays_as_it_is() -> None:
    inside, off = 0, []
    for seed in range(40):
        found = trial(base(np.random.default_rng(seed)), kind="package_sale", after=AFTER)
        assert found is not None
        assert found.told > 200 and found.foretold.p10 < found.foretold.mean < found.foretold.p90 <= found.told
        inside += found.foretold.p10 <= found.renewed <= found.foretold.p90
        off.append((found.renewed - found.foretold.mean) / (found.foretold.p90 - found.foretold.p10) * 2 * 1.2816)
    assert 24 <= inside <= 39  # 32 of 40 promised; three standard errors are 7.6
    assert abs(np.mean(off)) < 0.48  # three standard errors of a mean of 40: no lean to one side


def test_a_world_that_changed_shows() -> None:
    found = trial(base(np.random.default_rng(3), tired=0.3), kind="package_sale", after=AFTER)
    assert found is not None
    assert found.renewed < found.foretold.p10


def test_a_contract_counts_once_most_gaps_would_have_passed() -> None:
    assert told_at({}, after=180) == told_at({30: 9, 60: 1}, after=180) == 180
    assert told_at({100: 5, 300: 4, 500: 1}, after=180) == 300
    assert told_at({100: 5, 300: 3, 500: 2}, after=180) == 500


@pytest.mark.parametrize("case", ["few", "short", "nobody lapsed"])
def test_too_little_is_not_judged(case: str) -> None:
    if case == "few":
        assert trial(base(np.random.default_rng(1), n=25), kind="package_sale", after=AFTER) is None
    elif case == "short":
        contracts = dict(enumerate(holders(np.random.default_rng(1), n=200), 1))
        assert trial(scene(contracts, contracts, AS_OF - 3 * YEAR + timedelta(1)), kind="package_sale", after=1) is None
    else:
        every = {c: [OPENED + timedelta(days=90 * k) for k in range(20)] for c in range(1, 101)}
        assert trial(scene(every, every), kind="package_sale", after=AFTER) is None
