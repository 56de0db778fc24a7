"""The memory of own results and the pack as believed with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from regulars.base.errors import BadData
from regulars.packs.schema import Pack
from regulars.strategy.draws import apart_of, prior_of
from regulars.strategy.learned import Memory, Result, read_memory, updated, write_memory
from regulars.strategy.own import share_own
from regulars.trial.learning import Belief, Results, learn
from support.planning import effect, measure, pack_of

DAY = date(2026, 3, 31)


def result(id: str, y: float, se: float, *, unit: str = "active", run: str = "assign-1", on: date = DAY) -> Result:
    return Result(id, 0, "attrition", unit, y, se, on, run)


def pack(count: int = 5) -> Pack:
    return pack_of(tuple(measure(f"m{i}", [effect("attrition", -0.15, 0.2)]) for i in range(count)))


def test_without_results_the_pack_is_the_pack() -> None:
    found, memory = updated(pack(), Memory())
    assert found == pack()
    assert memory.believed == ()


def test_the_posterior_replaces_the_prior_and_says_how_much_is_own() -> None:
    found, memory = updated(pack(), Memory((result("m1", -0.4, 0.1),)))
    wanted = learn(Results.of([-0.4], [0.1]), belief=Belief(-0.15, 0.2))
    changed, same = found.measures[1].effects[0], found.measures[0].effects[0]
    assert prior_of(changed).mean == pytest.approx(wanted.mu.mean)
    assert share_own(changed) == pytest.approx(wanted.own, abs=1e-6)
    assert 0.3 < share_own(changed) < 0.8
    assert prior_of(changed).sd < 0.2
    assert (same, share_own(same)) == (pack().measures[0].effects[0], 0.0)
    assert [(b.measure, b.results, b.prior_mean) for b in memory.believed] == [("m1", 1, -0.15)]
    found.model_dump(mode="json")  # runs are named by it


def test_measured_again_it_counts_once() -> None:
    once = Memory().with_results((result("m1", -0.4, 0.1),), run="assign-1")
    twice = once.with_results((result("m1", -0.38, 0.1),), run="assign-1")
    assert [r.y for r in twice.results] == [-0.38]
    later = twice.with_results((result("m1", -0.1, 0.1, run="assign-2"),), run="assign-2")
    assert len(later.results) == 2


def test_old_results_fade() -> None:
    old = result("m1", -0.6, 0.1, on=date(2023, 3, 31))
    newest = result("m0", -0.15, 0.1, run="assign-2")
    fresh = updated(pack(), Memory((result("m1", -0.6, 0.1), newest)))[0].measures[1].effects[0]
    faded = updated(pack(), Memory((old, newest)))[0].measures[1].effects[0]
    assert prior_of(fresh).mean < prior_of(faded).mean < -0.15


def test_priors_of_a_business_whose_results_scatter_are_widened() -> None:
    off = tuple(result(f"m{i}", y, 0.05) for i, y in enumerate((0.6, -0.9, 0.5, -0.8)))
    found, memory = updated(pack(), Memory(off))
    assert memory.wider is not None
    assert memory.wider["all"] > 2
    untried = found.measures[4].effects[0]
    assert prior_of(untried).sd == pytest.approx(0.2 * memory.wider["all"], rel=1e-5)
    assert share_own(untried) == 0.0
    calm = updated(pack(), Memory(tuple(result(f"m{i}", -0.15, 0.05) for i in range(4))))[1].wider
    assert calm is not None
    assert 1 < calm["all"] < 1.3
    assert updated(pack(), Memory(off[:2]))[1].wider == {}, "two results say nothing of all priors"


def test_the_file_comes_back_as_it_was(tmp_path: Path) -> None:
    _, memory = updated(pack(), Memory((result("m1", -0.4, 0.1),)))
    write_memory(tmp_path / "learned" / "effects.json", memory)
    assert read_memory(tmp_path / "learned" / "effects.json") == memory
    assert read_memory(tmp_path / "none.json") == Memory()
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(BadData, match="cannot be read"):
        read_memory(tmp_path / "bad.json")


def test_a_result_for_an_effect_the_pack_no_longer_has_is_left_alone() -> None:
    stranger = Result("gone", 0, "attrition", "active", -1.0, 0.1, DAY, "assign-1")
    other = Result("m1", 0, "frequency", "active", -1.0, 0.1, DAY, "assign-1")
    assert updated(pack(), Memory((stranger, other)))[0] == pack()


def test_the_mean_is_learned_and_cells_still_differ() -> None:
    results = tuple(result("m1", -0.4, 0.05, unit=unit) for unit in ("a", "b", "c", "d"))
    changed = updated(pack(), Memory(results))[0].measures[1].effects[0]
    assert prior_of(changed).sd < 0.08
    assert apart_of(changed) == pytest.approx(0.5 * 0.2)
    scattered = tuple(result("m1", y, 0.05, unit=str(y)) for y in (-0.9, 0.3, -0.7, 0.2, -1.1))
    assert apart_of(updated(pack(), Memory(scattered))[0].measures[1].effects[0]) > 0.3
