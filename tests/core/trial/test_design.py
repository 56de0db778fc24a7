"""Assignment: exact counts and chances, nobody who may not, the best sharing out, the same again for the same salt."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.trial.chance import uniform
from regulars.trial.design import (
    NONE,
    Assigned,
    CannotAssign,
    Lines,
    People,
    Strata,
    assign,
    assign_branches,
    exchanged,
    transport,
)


def small(rng: np.random.Generator, n: int = 400, cells: int = 2) -> tuple[People, Strata, Lines]:
    """Two cells of four strata (no permission, A, B, both); a line needs A, another B, a third is service for all."""
    stratum = np.arange(n) % (4 * cells)
    size = np.bincount(stratum, minlength=4 * cells)
    pattern = np.arange(4 * cells) % 4
    cell = np.arange(4 * cells) // 4
    line_cell = np.repeat(np.arange(cells), 3)
    need = np.tile([1, 2, 0], cells)
    promotes = np.tile([True, True, False], cells)
    may = (cell[:, None] == line_cell) & ((pattern[:, None] & need) == need)
    lines = Lines(
        line_cell, np.tile([40, 30, 25], cells), np.tile([90.0, 60.0, 20.0], cells), np.zeros(3 * cells), promotes
    )
    key = rng.permutation(10 * n)[:n].astype(np.int64)
    people = People(key, stratum, rng.gamma(1.0, 500.0, n))
    return people, Strata(cell, np.floor(0.1 * size).astype(np.int64), may, may & ~promotes), lines


def laws(people: People, strata: Strata, lines: Lines, found: Assigned) -> None:
    got = found.line != NONE
    assert np.array_equal(np.bincount(found.line[got], minlength=lines.count.size), lines.count)
    assert np.array_equal(np.bincount(people.stratum[found.held], minlength=strata.cell.size), strata.held)
    allowed = np.where(found.held[:, None], strata.held_may[people.stratum], strata.may[people.stratum])
    assert allowed[np.flatnonzero(got), found.line[got]].all()
    assert np.all((found.propensity > 0) & (found.propensity <= 1))
    meant = found.intended != NONE
    assert strata.may[people.stratum[meant], found.intended[meant]].all()


@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.0, 0.05, 0.5, 1.0]))
@settings(max_examples=25, deadline=None)
def test_the_laws_of_assignment(seed: int, share: float) -> None:
    people, strata, lines = small(np.random.default_rng(seed))
    found = assign(people, strata, lines, salt=f"plan-{seed}", share=share)
    laws(people, strata, lines, found)
    order = np.random.default_rng(seed).permutation(people.key.size)
    again = assign(
        People(people.key[order], people.stratum[order], people.value[order]),
        strata,
        lines,
        salt=f"plan-{seed}",
        share=share,
    )
    for name in ("held", "line", "intended", "propensity"):
        assert np.array_equal(getattr(found, name)[order], getattr(again, name)), "order must not matter"


def test_everybodys_chance_of_being_held_out_is_what_is_logged() -> None:
    people, strata, _ = small(np.random.default_rng(0), n=80, cells=1)
    times = np.zeros(80)
    for salt in range(3000):
        found = assign(people, strata, Lines(*(np.zeros(0, dtype=t) for t in "iiffb")), salt=str(salt))
        times += found.held
    assert times / 3000 == pytest.approx(found.held_chance, abs=4.5 * np.sqrt(0.1 * 0.9 / 3000))


def test_the_chance_of_every_line_is_what_is_logged() -> None:
    line = np.array([0, 0, 0, 1, 1, NONE, NONE, NONE, NONE, NONE])
    group, key = np.zeros(10, dtype=np.int64), np.arange(10, dtype=np.int64)
    wanted: dict[tuple[int, int], float] = {}
    seen: dict[tuple[int, int], int] = {}
    rounds = 8000
    for salt in range(rounds):
        after, chance = exchanged(line, group, key, salt=str(salt), share=0.35)
        assert sorted(after) == sorted(line)
        for who, (got, told) in enumerate(zip(after.tolist(), chance.tolist(), strict=True)):
            seen[who, got] = seen.get((who, got), 0) + 1
            assert wanted.setdefault((who, got), told) == told
    assert len(wanted) == 30, "whatever somebody got, everybody might have got"
    for place, told in wanted.items():
        assert seen[place] / rounds == pytest.approx(told, abs=4.5 * np.sqrt(told * (1 - told) / rounds))
    for who in range(10):
        assert sum(told for (w, _), told in wanted.items() if w == who) == pytest.approx(1)


def test_the_best_get_the_line_that_brings_most() -> None:
    value = np.arange(100, dtype=float)
    people = People(np.arange(100, dtype=np.int64), np.zeros(100, dtype=np.int64), value)
    strata = Strata(np.zeros(1, int), np.zeros(1, int), np.ones((1, 2), bool), np.zeros((1, 2), bool))
    lines = Lines(np.zeros(2, int), np.array([20, 10]), np.array([5.0, 9.0]), np.zeros(2), np.ones(2, bool))
    found = assign(people, strata, lines, salt="s", share=0.0)
    assert found.line.tolist() == [NONE] * 70 + [0] * 20 + [1] * 10
    assert np.all(found.propensity == 1)


def test_the_transport_is_the_best_there_is() -> None:
    rng = np.random.default_rng(6)
    for _ in range(25):
        sizes, counts = rng.integers(0, 4, 3), rng.integers(0, 3, 2)
        may, score = rng.random((3, 2)) < 0.7, rng.normal(size=(3, 2))
        best = None
        for flat in product(range(4), repeat=6):
            x = np.array(flat).reshape(3, 2)
            fits = (x.sum(axis=0) == counts).all() and (x.sum(axis=1) <= sizes).all() and not x[~may].any()
            if fits and (best is None or (x * score).sum() > best):
                best = float((x * score).sum())
        found = transport(sizes, counts, may, score)
        if best is None:
            assert found is None
        else:
            assert found is not None
            assert float((found * score).sum()) == pytest.approx(best)


def test_counts_that_cannot_be_met_are_refused() -> None:
    people, strata, lines = small(np.random.default_rng(1))
    with pytest.raises(CannotAssign) as caught:
        assign(people, strata, Lines(lines.cell, lines.count + np.array([0, 0, 0, 0, 99, 0]), *_rest(lines)), salt="s")
    assert caught.value.cell == 1


def _rest(lines: Lines) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return lines.gain, lines.spends, lines.promotes


def test_those_left_without_a_line_are_like_those_who_got_it() -> None:
    people, strata, lines = small(np.random.default_rng(12), n=40_000, cells=1)
    lines = Lines(lines.cell, np.array([5_000, 4_000, 0]), *_rest(lines))
    found = assign(people, strata, lines, salt="s")
    for line in (0, 1):
        meant = found.intended == line
        got, spared = people.value[meant & (found.line == line)], people.value[meant & (found.line == NONE)]
        assert spared.size > 400
        error = np.sqrt(got.var() / got.size + spared.var() / spared.size)
        assert abs(got.mean() - spared.mean()) < 3.5 * error


def test_numbers_are_uniform_and_salts_strangers_to_each_other() -> None:
    keys = np.arange(-50_000, 50_000, dtype=np.int64)
    one, two = uniform(keys, "a"), uniform(keys, "b")
    assert np.histogram(one, bins=20, range=(0, 1))[0] == pytest.approx(5_000, abs=350)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.015
    assert np.array_equal(one, uniform(keys, "a"))


def test_branches_are_drawn_with_the_chance_told() -> None:
    names = tuple(f"b{i}" for i in range(5))
    times = dict.fromkeys(names, 0)
    for salt in range(2000):
        drawn = assign_branches(names, treated=2, salt=str(salt))
        assert (len(drawn.treated), drawn.propensity) == (2, 0.4)
        for name in drawn.treated:
            times[name] += 1
    assert list(times.values()) == pytest.approx([800] * 5, abs=100)
    with pytest.raises(ValueError, match="compare"):
        assign_branches(names, treated=5, salt="s")


def test_the_hold_out_stays_for_a_year_while_lines_are_drawn_anew() -> None:
    people, strata, lines = small(np.random.default_rng(4))
    spring = assign(people, strata, lines, salt="spring", hold_salt="2026", share=0.5)
    summer = assign(people, strata, lines, salt="summer", hold_salt="2026", share=0.5)
    assert np.array_equal(spring.held, summer.held)
    assert not np.array_equal(spring.line, summer.line)
    assert not np.array_equal(spring.held, assign(people, strata, lines, salt="spring", hold_salt="2027").held)
