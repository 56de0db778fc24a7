"""One optimisation: against trying every set of levels, each with the measures valued on the base it leaves."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from regulars.base.settings import Business
from regulars.strategy.allocate import Offer, offer_of
from regulars.strategy.draws import draw
from regulars.strategy.invest import About, Invested, invest, settle, with_steps
from regulars.strategy.optimise import Infeasible, Program
from regulars.strategy.options import Evaluator
from regulars.strategy.solve import all_columns
from support.cells import cell
from support.planning import business_of, measures, pack_of

CASES: dict[str, dict[str, Any]] = {
    "cheap service": {"service": 800.0, "reward": 0.02, "budget": 4000.0},
    "dear service": {"service": 9000.0, "reward": 0.02, "budget": 9500.0},
    "tight": {"service": 800.0, "reward": 0.02, "budget": 900.0},
    "rich": {"service": 800.0, "reward": 0.05, "budget": 60_000.0},
    "poor": {"service": 800.0, "reward": 0.05, "budget": 100.0},
}


def business(service: float, reward: float, budget: float) -> Business:
    levels = [
        {"id": "low", "cost": service, "satisfied": 0.03, "sd": 0.02},
        {"id": "high", "cost": 3 * service, "satisfied": 0.08, "sd": 0.02},
    ]
    return business_of(
        budget,
        30,
        branches=[{"id": "A"}],
        service=[{"id": "s", "levels": levels}],
        loyalty=[{"id": "a", "reward_rate": reward}, {"id": "b", "reward_rate": 2 * reward, "tier": "high"}],
        acquisition=[{"id": "ads", "spend": 500, "arrivals": 12, "ceiling": 30}],
    )


@pytest.mark.parametrize("case", CASES)
def test_no_set_of_levels_does_much_better(case: str) -> None:
    given = business(**CASES[case])
    cells = (cell("newcomer"), cell("active"), cell("active", tiers=("high",)), cell("overdue", alive=0.6))
    evaluator = Evaluator(cells, draw(measures(), count=60, seed=5, stream=0), discount=0.99, no_show=0.0)
    columns = all_columns(measures(), evaluator, given)
    invested = invest(evaluator, About(given, pack_of(measures())))

    def build(on: Evaluator) -> Offer:
        return offer_of(columns, on, given)

    found = settle(build, evaluator, invested)
    tried = max(_value(build, evaluator, invested, taken) for taken in _sets(invested))
    assert found.solution.value <= tried + 1e-6
    assert found.solution.value >= tried - 0.02 * abs(tried)
    # What it says it is worth is what it is worth on its own base.
    levels = {id for id in invested.common() if found.solution.levels[id] > 0.5}
    assert found.solution.value == pytest.approx(_value(build, evaluator, invested, levels), rel=1e-9)


def _sets(invested: Invested) -> list[set[str]]:
    groups: dict[str, list[str | None]] = {}
    for step in invested.steps:
        if step.id in invested.common():
            groups.setdefault(step.group, [None]).append(step.id)
    return [{id for id in choice if id is not None} for choice in product(*groups.values())]


def _value(build: Any, evaluator: Evaluator, invested: Invested, taken: set[str]) -> float:
    levels = {id: float(id in taken) for id in invested.common()}
    if len(taken) > 1 and invested.about is not None:
        invested = invest(evaluator, invested.about, taken=levels)
    offer = build(evaluator.under(invested.environment(levels)))
    try:
        return Program(with_steps(offer, invested.steps, fixed=levels).problem).best().value
    except Infeasible:
        return -1e18


def test_programmes_taken_together_add_up_to_what_they_do_together() -> None:
    """Two programmes, each on what the other leaves: their values are the value of both changes at once."""
    levels = [{"id": "l", "cost": 0.0, "satisfied": 0.1, "sd": 0.02, "months": 0}]
    given = business_of(branches=[{"id": "A"}], service=[{"id": "s", "levels": levels}, {"id": "t", "levels": levels}])
    cells = (cell("active"), cell("overdue", alive=0.6))
    evaluator = Evaluator(cells, draw(measures(), count=60, seed=5, stream=0), discount=0.99, no_show=0.0)
    about = About(given, pack_of(measures()))
    both = {"service:s:l": 1.0, "service:t:l": 1.0}
    alone, together = invest(evaluator, about), invest(evaluator, about, taken=both)
    moved = evaluator.under(together.environment(both))
    lives = [(moved.ground(at)[1].cash_36 - evaluator.base(at)[1].cash_36) * 100 for at in range(2)]
    assert sum(v.step.value_36 for v in together.levels) == pytest.approx(sum(lives))
    # The second does less beside the first than alone: what it acts on is better already.
    assert together.levels[0].step.value_36 == pytest.approx(alone.levels[0].step.value_36)
    assert together.levels[1].step.value_36.mean() < 0.8 * alone.levels[1].step.value_36.mean()
