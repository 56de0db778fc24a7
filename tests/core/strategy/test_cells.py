"""Cells: counts are exact, small groups merge upward, primitives reproduce what the study expects."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.ledger.store import Ledger
from regulars.strategy.cells import CONSENT, Cells, Group, build_cells, cell_of, hazard_of, held, merge_up
from support.planning import LIVES, standings


def cells_of(tmp_path: Path, path: Path, **how: float) -> Cells:
    settings = {"holdout": 0.05, "assumed_permission": 0.5} | how
    with Ledger(tmp_path / "ledger").read() as reader:
        return build_cells(reader, path, **settings)


def group(branch: str, state: str, tier: str, size: int) -> Group:
    sums = dict.fromkeys(
        ("customers", "alive", "visits_12", "visits_36", "rate", "margin", "worth", "value_12", "returning"), 0.0
    )
    return Group(branch, state, frozenset({tier}), sums | {"customers": size}, {branch: size}, {0: size})


def test_primitives_are_recovered(tmp_path: Path) -> None:
    found = cells_of(tmp_path, standings(tmp_path, 4000))
    assert {cell.state for cell in found.cells} == set(LIVES)
    for cell in found.cells:
        alive, rate, hazard = LIVES[cell.state]
        assert cell.alive == pytest.approx(alive, rel=1e-9)
        assert cell.hazard == pytest.approx(hazard, rel=1e-9)
        assert cell.frequency == pytest.approx(rate, rel=1e-9)
        assert cell.margin == pytest.approx(200.0)
        assert cell.revenue_share == pytest.approx(1 / 0.6)


@given(st.floats(0.001, 0.5))
def test_the_hazard_has_a_closed_form(hazard: float) -> None:
    visits = [sum((1 - hazard) ** t for t in range(1, months + 1)) for months in (12, 36)]
    assert hazard_of(*visits) == pytest.approx(hazard, rel=1e-4)


@pytest.mark.parametrize("visits", [(0, 0), (5, 5), (5, 15), (5, 40), (5, 1)])
def test_impossible_visits_still_give_a_hazard(visits: tuple[float, float]) -> None:
    assert 0 < hazard_of(*visits) <= 0.6


def test_reach_is_counted_not_multiplied(tmp_path: Path) -> None:
    path = standings(tmp_path, 3000)
    table = pq.read_table(path)
    for cell in cells_of(tmp_path, path).cells:
        same = (pc.field("branch") == cell.branch) & (pc.field("state") == cell.state)
        mine = table.filter(same & pc.field("tier").isin(cell.tiers))
        assert cell.customers == mine.num_rows
        for size in (1, 2, 3):
            for channels in combinations(CONSENT, size):
                together = np.logical_and.reduce([mine[f"may_{c}"].to_numpy(zero_copy_only=False) for c in channels])
                assert cell.reach(sum(CONSENT[c] for c in channels)) == together.sum()


def test_unrecorded_permission_is_assumed_and_said(tmp_path: Path) -> None:
    found = cells_of(tmp_path, standings(tmp_path, 900, permission=None), assumed_permission=0.4)
    assert set(found.assumed) == set(CONSENT)
    for cell in found.cells:  # rounded down before tiers were merged
        assert 0.4 * cell.customers - len(cell.tiers) < cell.reach(CONSENT["whatsapp"]) <= 0.4 * cell.customers + 1e-9
        assert cell.reach(CONSENT["whatsapp"] | CONSENT["email"]) == cell.reach(CONSENT["whatsapp"])


def test_recorded_permission_is_never_assumed(tmp_path: Path) -> None:
    found = cells_of(tmp_path, standings(tmp_path, 900, permission=0.0), assumed_permission=0.9)
    assert found.assumed == ()
    assert all(cell.reach(bit) == 0 for cell in found.cells for bit in CONSENT.values())


@given(st.dictionaries(st.integers(0, 63), st.integers(0, 500), min_size=1), st.floats(0, 0.9))
def test_the_hold_out_is_whole_stratified_and_large_enough(patterns: dict[int, int], share: float) -> None:
    out = held(patterns, share)
    total = sum(patterns.values())
    assert share * total - 1e-6 <= sum(out.values()) < share * total + 1 + 1e-6
    for pattern, count in patterns.items():
        assert 0 <= out[pattern] <= count
        assert abs(out[pattern] - share * count) <= 1 + 1e-6


def test_small_groups_merge_with_the_next_tier_first() -> None:
    merged = merge_up([group("A", "active", t, n) for t, n in (("high", 10), ("middle", 100), ("low", 200))])
    assert [(sorted(g.tiers), g.size) for g in merged] == [(["high", "middle"], 110), (["low"], 200)]


def test_branches_too_small_share_a_cell() -> None:
    merged = merge_up(
        [group("A", "lapsed", "low", 20), group("B", "lapsed", "low", 15), group("C", "lapsed", "low", 90)]
    )
    assert [(g.branch, g.size) for g in merged] == [("*", 35), ("C", 90)]
    assert merged[0].branches == {"A": 20, "B": 15}


@given(
    st.lists(
        st.tuples(
            st.sampled_from([f"b{i}" for i in range(30)]),
            st.sampled_from(list(LIVES)),
            st.sampled_from(["high", "middle", "low"]),
            st.integers(1, 80),
        ),
        max_size=200,
        unique_by=lambda row: row[:3],
    )
)
def test_merging_loses_nobody_and_keeps_the_cells_few(rows: list[tuple[str, str, str, int]]) -> None:
    merged = merge_up([group(*row) for row in rows])
    assert sum(g.size for g in merged) == sum(row[3] for row in rows)
    assert len(merged) <= 110
    assert len({(g.branch, g.state, g.tiers) for g in merged}) == len(merged)
    for state in LIVES:
        mine = [g for g in merged if g.state == state]
        assert sum(g.size < 30 for g in mine) <= 1  # only what is left of a state over all branches


def test_an_empty_group_is_no_accident() -> None:
    assert merge_up([]) == ()
    cell = cell_of(group("A", "active", "low", 40), holdout=0.1)
    assert (cell.frequency, cell.margin, cell.held_out) == (0.0, 0.0, 4)
