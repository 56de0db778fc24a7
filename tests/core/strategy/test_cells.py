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
from regulars.strategy.cells import (
    CONSENT,
    LEAST,
    TIER_BITS,
    Cells,
    Group,
    build_cells,
    cell_of,
    early_factor,
    held,
    merge_up,
    newcomers,
    survival,
)
from support.planning import LIVES, standings


def cells_of(tmp_path: Path, path: Path, **how: float) -> Cells:
    share = {"holdout": 0.05, "assumed_permission": 0.5} | how
    with Ledger(tmp_path / "ledger").read() as reader:
        return build_cells(
            reader,
            path,
            holdout=share["holdout"],
            assumed_permission=share["assumed_permission"],
            lost_90=share.get("lost_90"),
        )


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
        assert cell.hazards == pytest.approx((hazard,) * 3, rel=1e-6)
        assert cell.frequency == pytest.approx(rate, rel=1e-6)
        assert cell.margin == pytest.approx(200.0)
        assert cell.revenue_share == pytest.approx(1 / 0.6)


def study_group(hazards: np.ndarray, *, state: str = "active", size: int = 200) -> Group:
    """Customers with own constant hazards and one rate: summed the way the study's expectations are."""
    rate, alive = 0.7, 0.9
    visits = {t: sum(float(((1 - h) ** np.arange(1, t + 1)).sum()) for h in hazards) for t in (12, 36)}
    scale = alive * rate * size / hazards.size
    sums = {
        "customers": size,
        "alive": alive * size,
        "visits_12": scale * visits[12],
        "visits_36": scale * visits[36],
        "rate": alive * rate * size,
        "margin": 100.0 * size,
        "worth": 100.0 * scale * visits[12],
        "value_12": 150.0 * scale * visits[12],
        "returning": 5.0,
    }
    return Group("A", state, frozenset({"low"}), sums, {"A": size}, {256: size})


@given(st.lists(st.floats(0.002, 0.6), min_size=1, max_size=5), st.floats(0.5, 2.0))
def test_visits_over_12_and_36_months_are_met_exactly(hazards: list[float], factor: float) -> None:
    group = study_group(np.array(hazards))
    cell = cell_of(group, holdout=0.1, factor=factor)
    stay = survival(cell.hazards)
    made = cell.customers * cell.alive * cell.frequency
    assert made * stay[:12].sum() == pytest.approx(group.sums["visits_12"], rel=1e-6)
    early, middle, late = cell.hazards
    if factor == 1.0 and min(early, middle, late) > LEAST:
        assert made * stay.sum() == pytest.approx(group.sums["visits_36"], rel=1e-6)


def test_a_mixed_group_is_met_over_both_horizons_and_its_hazard_falls() -> None:
    group = study_group(np.array([0.01, 0.02, 0.05, 0.2]))
    lost = sum(200 * 0.9 / 4 * (1 - (1 - h) ** 3) for h in (0.01, 0.02, 0.05, 0.2))
    factor = early_factor([group], lost)
    cell = cell_of(group, holdout=0.0, factor=factor)
    early, middle, late = cell.hazards
    assert early > middle > late
    stay = survival(cell.hazards)
    assert 180 * (1 - stay[2]) == pytest.approx(lost, rel=1e-6)
    assert 180 * cell.frequency * stay.sum() == pytest.approx(group.sums["visits_36"], rel=1e-6)
    assert cell.frequency == pytest.approx(0.7, rel=1e-6)


@pytest.mark.parametrize("lost", [None, 0.0, float("nan")])
def test_without_an_expected_loss_the_first_year_decides(lost: float | None) -> None:
    assert early_factor([study_group(np.array([0.05, 0.1]))], lost) == 1.0
    assert early_factor([], 10.0) == 1.0


def test_an_absurd_loss_is_followed_only_so_far() -> None:
    groups = [study_group(np.array([0.05, 0.1]))]
    assert early_factor(groups, 1e9) == 4.0
    assert early_factor(groups, 1e-9) == 0.5


@pytest.mark.parametrize("visits", [(0, 0), (5, 5), (5, 15), (5, 40), (5, 1), (1e6, 1e6)])
def test_impossible_visits_still_give_hazards(visits: tuple[float, float]) -> None:
    group = study_group(np.array([0.05]))
    sums = {**group.sums, "visits_12": visits[0], "visits_36": visits[1]}
    cell = cell_of(Group("A", "active", group.tiers, sums, {"A": 200}, {256: 200}), holdout=0.1)
    assert all(0 < hazard <= 0.9 for hazard in cell.hazards)
    assert np.isfinite(cell.untouched(months=36, discount=0.99))


def test_the_returned_are_as_likely_to_leave_again_as_newcomers() -> None:
    fresh = study_group(np.array([0.2, 0.1]), state="newcomer")
    lapsed = cell_of(study_group(np.array([0.02]), state="lapsed"), holdout=0, second=newcomers([fresh]))
    assert lapsed.second == pytest.approx(cell_of(fresh, holdout=0).hazards)
    assert newcomers([]) is None


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
                need = sum(CONSENT[c] for c in channels)
                assert cell.reach(need) == together.sum()
                for tier in cell.tiers:
                    mine_too = together & (mine["tier"].to_numpy(zero_copy_only=False) == tier)
                    assert cell.reach(need, tiers=TIER_BITS[tier]) == mine_too.sum()


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
