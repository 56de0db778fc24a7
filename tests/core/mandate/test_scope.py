"""KPIs of some branches: against a base that holds nobody else, and as parts that add up to the whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from regulars.base.mandate import Kpi
from regulars.ledger.store import Ledger
from regulars.strategy.cells import Cell, build_cells
from regulars.strategy.draws import draw
from regulars.strategy.objectives import baseline, living_today, part_of
from regulars.strategy.options import Evaluator
from support.planning import LIVES, business_of, measures, objective, plan_of, standings_table

COUNTS: tuple[Kpi, ...] = ("retained_customers", "active_customers", "reactivated", "revenue_12", "margin_12")
RATES: tuple[Kpi, ...] = ("retention_rate", "wastage_90d")


def cells_of(folder: Path, *, branch: str | None = None) -> tuple[Cell, ...]:
    table = standings_table(3000, np.random.default_rng(4))
    if branch is not None:
        table = table.filter(pc.equal(table["branch"], branch))
    path = folder / f"{branch}.parquet"
    pq.write_table(table, path)
    with Ledger(folder / "ledger").read() as reader:
        return build_cells(reader, path, holdout=0.05, assumed_permission=0.5).cells


def evaluator_of(cells: tuple[Cell, ...]) -> Evaluator:
    # Base primitives without their own noise: a cell's noise is its number's, and the numbers differ between the bases.
    drawn = draw(measures(), count=2, seed=1, stream=0)
    return Evaluator(cells, drawn, discount=0.99, no_show=0.0)


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evaluator, Evaluator]:
    folder = tmp_path_factory.mktemp("bases")
    return evaluator_of(cells_of(folder)), evaluator_of(cells_of(folder, branch="Central"))


@pytest.mark.parametrize("kpi", [*COUNTS, *RATES])
def test_a_branchs_kpi_is_that_of_a_base_of_its_customers_alone(kpi: Kpi, bases: tuple[Evaluator, Evaluator]) -> None:
    whole, alone = bases
    assert all(cell.branch != "*" for cell in whole.cells)
    scoped = float(baseline(kpi, whole, ("Central",)).draws.mean())
    # Two antithetic draws per base primitive differ between the bases by their cells' numbers: a few per mille.
    assert scoped == pytest.approx(float(baseline(kpi, alone).draws.mean()), rel=0.02)
    assert living_today(whole, ("Central",)) == pytest.approx(living_today(alone), rel=1e-9)


@pytest.mark.parametrize("kpi", COUNTS)
def test_branches_add_up_to_the_whole(kpi: Kpi, bases: tuple[Evaluator, Evaluator]) -> None:
    whole = bases[0]
    parts = [baseline(kpi, whole, (branch,)) for branch in ("Central", "Mong Kok")]
    together = baseline(kpi, whole)
    assert np.allclose(sum(p.draws for p in parts), together.draws, rtol=1e-9)
    assert sum(p.noise for p in parts) == pytest.approx(together.noise, rel=1e-9)


def test_active_customers_and_contribution_by_their_definition(bases: tuple[Evaluator, Evaluator]) -> None:
    cells = bases[0].cells
    expected = 0.0
    for cell in cells:
        alive, rate, hazard = LIVES[cell.state]
        if cell.state == "lapsed":
            expected += cell.customers * alive * (1 - np.exp(-3 * rate))
        else:
            expected += cell.customers * alive * (1 - hazard) ** 3
    assert float(baseline("active_customers", bases[0]).draws.mean()) == pytest.approx(expected, rel=0.01)
    revenue, margin = (float(baseline(kpi, bases[0]).draws.mean()) for kpi in ("revenue_12", "margin_12"))
    assert margin == pytest.approx(0.6 * revenue, rel=1e-9)  # a visit spends margin / 0.6


def test_a_joined_cell_counts_by_the_part_that_is_the_branchs(tmp_path: Path) -> None:
    joined = next(c for c in cells_of(tmp_path) if c.state == "lapsed")
    assert part_of(joined, ()) == 1.0
    assert part_of(joined, ("nowhere",)) == 0.0
    assert part_of(joined, (joined.branch, joined.branch)) == 1.0


def test_a_branchs_target_moves_the_plan_to_its_customers(tmp_path: Path) -> None:
    wish = objective("stay", "retained_customers", 5000.0)
    found = {}
    for branch in ("Central", "Mong Kok"):
        business = business_of(3000, 30, objectives=[{**wish, "branches": [branch]}])
        plan = plan_of(tmp_path, business)
        cost = {cell.branch: 0.0 for cell in plan.cells}
        for line in plan.lines:
            cost[line.cell.split("/")[0]] += line.cost
        found[branch] = cost
        assert plan.targets[0].baseline < plan.targets[0].expected.mean
    assert found["Central"]["Central"] > found["Mong Kok"]["Central"]
    assert found["Mong Kok"]["Mong Kok"] > found["Central"]["Mong Kok"]
