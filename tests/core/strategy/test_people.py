"""Who may receive what: the rows of people are exact, also for whole customers (against maximum flow)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from regulars.strategy.cells import Cell
from regulars.strategy.options import Column, Option
from regulars.strategy.people import admits, atoms_of, kind_of, people_limits, unions
from support.planning import effect, measure

KINDS = (
    measure("email", [effect("attrition", -0.1)], channel="email"),
    measure("whatsapp", [effect("attrition", -0.1)], channel="whatsapp"),
    measure("phone", [effect("attrition", -0.1)], channel="phone"),
    measure("talk", [effect("attrition", -0.1)], channel="in_person", purpose="service"),
    measure("best", [effect("attrition", -0.1)], channel="email", tiers=("high",)),
    measure("package", [effect("attrition", -0.1)], channel="phone", purpose="service", needs=("packages",)),
)
OPTIONS = (*(Option.of(m) for m in KINDS), Option.of(KINDS[0], KINDS[1]), Option.of(KINDS[1], KINDS[5]))


def random_cell(rng: np.random.Generator) -> Cell:
    patterns = {int(p): int(rng.integers(0, 12)) for p in rng.choice(64, 8, replace=False)}
    patterns = {p + int(rng.choice((64, 128))): n for p, n in patterns.items()}
    held = {p: int(rng.integers(0, n // 3 + 1)) for p, n in patterns.items()}
    total = sum(patterns.values())
    return Cell(
        branch="A",
        state="active",
        tiers=("high", "middle"),
        customers=total,
        branches={"A": total},
        patterns=patterns,
        held=held,
        alive=1.0,
        hazards=(0.05, 0.05, 0.05),
        frequency=0.5,
        margin=200.0,
        revenue_share=1.6,
        revenue_12=0.0,
        returning=0.0,
    )


def can_be_carried_out(cell: Cell, options: tuple[Option, ...], x: np.ndarray) -> bool:
    """Maximum flow from options to customers."""
    atoms = atoms_of(cell)
    names = list(atoms)
    kinds = [kind_of(o) for o in options]
    size = len(options) + len(names) + 2
    flow = np.zeros((size, size), dtype=np.int32)
    for i, count in enumerate(x):
        flow[0, 1 + i] = count
        for j, atom in enumerate(names):
            if admits(kinds[i], atom):
                flow[1 + i, 1 + len(options) + j] = 10_000
    for j, atom in enumerate(names):
        flow[1 + len(options) + j, size - 1] = atoms[atom]
    return int(maximum_flow(csr_array(flow), 0, size - 1).flow_value) == int(x.sum())


@pytest.mark.parametrize("seed", range(40))
def test_the_rows_hold_exactly_when_somebody_can_be_found_for_every_option(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cell = random_cell(rng)
    options = tuple(OPTIONS[i] for i in rng.choice(len(OPTIONS), 4, replace=False))
    columns = [Column(0, option) for option in options]
    rows = people_limits(0, cell, columns, range(len(columns)))
    seen = set()
    for _ in range(60):
        x = rng.integers(0, max(2, cell.customers // 3), len(options))
        within = all(sum(x[c] for c in row.columns) <= row.count for row in rows)
        assert within == can_be_carried_out(cell, options, x)
        seen.add(within)
    assert seen <= {True, False}


def test_the_held_out_get_service_but_no_promotion() -> None:
    someone = (64 + 31, True)
    assert not admits(kind_of(Option.of(KINDS[0])), someone)
    assert admits(kind_of(Option.of(KINDS[3])), someone)


def test_unions_are_all_unions() -> None:
    assert sorted(unions([1, 2, 4])) == list(range(1, 8))
    assert unions([1, 1]) == [1]
    assert unions([]) == []
