"""Watched KPIs: counted as a loop counts them, with ranges that hold what comes; moved by what brings newcomers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from regulars.base.estimate import Estimate
from regulars.base.text import Local
from regulars.ledger.store import Ledger
from regulars.strategy.aims import IN_TIME, complaints_in_time, foretold
from regulars.strategy.mandate import with_more
from regulars.strategy.plan import TargetRow
from support.cli import regulars

DAY = date(2025, 12, 31)


def test_complaints_settled_in_time_are_counted_as_a_loop_counts_them(tmp_path: Path) -> None:
    rng, rows = np.random.default_rng(3), []
    for number in range(120):
        day = DAY - timedelta(days=int(rng.integers(0, 500)))
        settled = None if rng.random() < 0.2 else day + timedelta(days=int(rng.integers(0, 25)))
        rows.append((number, day, settled, ("Central", "Mong Kok")[number % 2]))
    lines = ["complaint id,date,customer id,branch,kind,resolved"]
    lines += [f"K{n},{day},C{n},{branch},result,{settled or ''}" for n, day, settled, branch in rows]
    (tmp_path / "complaints.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    salon = tmp_path / "salon"
    regulars("new", salon, "--pack", "hair")
    said = regulars("import", salon, tmp_path / "complaints.csv", "--json").json
    assert said["stored"] == 120
    for branches in ((), ("Central",)):
        old = [
            (day, settled)
            for _, day, settled, branch in rows
            if DAY - timedelta(days=365) < day <= DAY - timedelta(days=IN_TIME) and branch in (branches or (branch,))
        ]
        timely = sum(1 for day, settled in old if settled is not None and (settled - day).days <= IN_TIME)
        with Ledger(salon / "ledger").read() as reader:
            assert complaints_in_time(reader, branches, as_of=DAY) == (timely, len(old))
    with Ledger(tmp_path / "empty").read() as reader:
        assert complaints_in_time(reader, (), as_of=DAY) is None


@pytest.mark.parametrize("spread", [1.0, 3.0])
def test_the_range_of_newcomers_holds_the_year_that_comes(spread: float) -> None:
    """Months gamma-Poisson around a mean: the 80 % range holds the next year's total in about 80 of 100 worlds."""
    rng, held = np.random.default_rng(7), 0
    for _ in range(400):
        size = 30 / max(spread - 1, 1e-6)
        months = rng.poisson(rng.gamma(size, 30 / size, 24)) if spread > 1 else rng.poisson(30, 24)
        draws = foretold([int(m) for m in months[:12]], rng=rng, draws=400)
        low, high = np.quantile(draws, (0.1, 0.9))
        held += bool(low <= months[12:].sum() <= high)
    assert 0.74 <= held / 400 <= 0.90


def test_what_a_channel_brings_is_added_to_the_newcomers() -> None:
    expected = Estimate(100.0, 87.2, 100.0, 112.8, "customers", "targets", 12)
    row = TargetRow("new", Local({"en": "New"}), "new_customers", 120.0, 100.0, expected, 0.02, 20.0, None)
    moved = with_more(row, (20.0, 0.0))
    assert (moved.expected.mean, moved.shortfall, moved.baseline) == (120.0, 0.0, 100.0)
    assert moved.probability == pytest.approx(0.5)
    assert moved.expected.p90 - moved.expected.p10 == pytest.approx(25.6, rel=1e-3)
    wider = with_more(row, (20.0, 10.0))
    assert wider.expected.p90 - wider.expected.p10 == pytest.approx(25.6 * np.sqrt(2), rel=2e-2)
