"""Spreads from the study: recovered from made-up totals, never below half of our judgement, ours where it is silent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regulars.base.estimate import Estimate
from regulars.strategy.believed import CEILING, FLOOR, JUDGED, Spreads, spreads_of
from regulars.strategy.draws import COST_SD, MACRO_SD, draw
from regulars.strategy.options import Column, Evaluator, Option
from regulars.strategy.returns import Push, compose
from support.planning import cell, effect, measure, measures, studied
from support.report import diagnosis


def total(mean: float, doubt: float, per_event: float, seed: int = 1) -> Estimate:
    """A total whose parameters are known up to ``doubt`` and whose events come by chance."""
    rng = np.random.default_rng(seed)
    expected = mean * np.exp(doubt * rng.standard_normal(200_000))
    drawn = expected + np.sqrt(per_event * mean) * rng.standard_normal(200_000)
    return Estimate.of_draws(drawn, unit="visits", method="test", n=1000)


def found(visits: float = 0.1, lost: float = 0.2, revenue: float = 0.15) -> Spreads:
    study = diagnosis()
    value = replace(study.value, visits_12=total(6000, visits, 2.0), revenue_12=total(5e6, revenue, 0.0, seed=2))
    wastage = replace(study.wastage, expected_lost_next_90=total(300, lost, 1.0, seed=3))
    return spreads_of(replace(study, value=value, wastage=wastage))


def test_doubt_about_parameters_is_recovered_and_chance_left_out() -> None:
    spreads = found()
    assert spreads.frequency.common == pytest.approx(0.1, rel=0.03)
    assert spreads.hazard.common == pytest.approx(0.2, rel=0.04)
    assert spreads.margin.common == pytest.approx((0.15**2 - 0.1017**2) ** 0.5, rel=0.06)
    assert spreads.frequency.told and spreads.hazard.told and spreads.margin.told
    assert spreads.frequency.own == JUDGED.frequency.own


def test_the_study_is_believed_within_bounds() -> None:
    sure, lost = found(visits=1e-4, lost=1e-4), found(lost=2.0)
    assert sure.frequency.common == FLOOR * JUDGED.frequency.common
    assert sure.hazard.common == FLOOR * JUDGED.hazard.common
    assert lost.hazard.common == CEILING * JUDGED.hazard.common


def test_where_the_study_is_silent_our_own_judgement_is_used() -> None:
    assert spreads_of(studied()).hazard == JUDGED.hazard


def test_a_bad_year_moves_the_visits_of_all_cells_alike() -> None:
    drawn = draw(measures(), count=50_000, seed=1, stream=0)
    still = replace(drawn, macro=np.zeros(drawn.count))
    logs = [
        np.log(drawn.primitives(cell=c, customers=100)["frequency"])
        - np.log(still.primitives(cell=c, customers=100)["frequency"])
        for c in (0, 1)
    ]
    np.testing.assert_allclose(logs[0], logs[1])
    assert logs[0].std() == pytest.approx(MACRO_SD, rel=0.02)
    assert drawn.primitives(cell=0, customers=100)["frequency"].mean() == pytest.approx(1.0, abs=0.005)


def test_a_contact_costs_on_average_exactly_what_the_pack_says() -> None:
    drawn = draw(measures(), count=2000, seed=1, stream=0)
    evaluator = Evaluator([cell("active")], drawn, discount=0.99, no_show=0.0)
    call = next(m for m in measures() if m.id == "call")
    cost = evaluator.returns(Column(0, Option.of(call))).cost
    assert cost.mean() == pytest.approx(6.0, abs=1e-9)
    assert cost.std() == pytest.approx(6.0 * COST_SD, rel=0.05)


def test_a_note_beside_an_offer_is_worth_what_the_stronger_one_is() -> None:
    note = measure("note", [effect("frequency", 0.2)], overlap={"offer": 0.0})
    offer = measure("offer", [effect("frequency", 0.1)])
    drawn = draw((note, offer), count=1000, seed=1, stream=0)
    evaluator = Evaluator([cell("active")], drawn, discount=0.99, no_show=0.0)
    together = evaluator.outcome(0, Option.of(note, offer).measures).value_36
    alone = evaluator.outcome(0, (note,)).value_36
    other = evaluator.outcome(0, (offer,)).value_36
    # Where the offer does harm the harm stays; what good it does is gone.
    np.testing.assert_allclose(together, np.minimum(alone, alone + other))


def test_an_overlap_stated_for_a_pair_holds_for_that_pair_alone() -> None:
    count = 4
    pushes = [(Push("attrition", np.full(count, -log), 3.0),) for log in (0.3, 0.2, 0.1)]
    theta = {"attrition": np.full(count, 0.7)}
    plain = compose(pushes, theta=theta, lapsed=False)["attrition"][0]
    np.testing.assert_allclose(plain, -(0.3 + 0.7 * 0.2 + 0.49 * 0.1))
    pair = {frozenset((0, 2)): np.full(count, 0.1)}
    stated = compose(pushes, theta=theta, lapsed=False, pairs=pair)["attrition"][0]
    np.testing.assert_allclose(stated, -(0.3 + 0.7 * 0.2 + 0.7 * 0.1 * 0.1))
    turned = compose(pushes[::-1], theta=theta, lapsed=False, pairs={frozenset((0, 2)): np.full(count, 0.1)})
    np.testing.assert_allclose(turned["attrition"][0], stated)
