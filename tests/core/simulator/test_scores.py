"""Scores against closed forms: coverage of normal ranges, shares, wins, regret."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from regulars.simulator.result import SCHEMA
from regulars.simulator.run import Cycle, SeedRun
from regulars.simulator.score import scores
from support.simulator import small


def cycle(**changes: object) -> Cycle:
    base: dict[str, object] = {
        "oracle": 100.0,
        "oracle_found": 99.0,
        "cell_oracle": 90.0,
        "cell_oracle_held": 86.0,
        "plan": 80.0,
        "intended": 82.0,
        "expected": 78.0,
        "low": 60.0,
        "high": 95.0,
        "target": 62.0,
        "chance": 0.8,
        "rivals": {"nothing": 0.0, "top_value:a": 30.0, "top_value:b": 70.0, "reminder": 50.0},
        "violations": {"budget": 0, "hours": 0},
        "budget": 1000.0,
        "spent": 900.0,
        "treated": 200,
        "harmed": 20,
        "withheld": 5,
        "effect_error": 0.7,
        "given": {"a": 3, "b": 1},
    }
    return Cycle(**(base | changes))  # type: ignore[arg-type]


def run(seed: int, *cycles: Cycle) -> SeedRun:
    return SeedRun(seed, cycles, 1.5, 0.8, 70.0, 80.0)


def test_shares_wins_and_regret() -> None:
    won, lost = cycle(), cycle(plan=60.0, intended=60.0)
    result = scores(small(), [run(1, won, won), run(2, won, lost)])
    assert result.schema == SCHEMA
    assert result.plan_share_of_oracle == pytest.approx(0.7)  # the last cycle: (80 + 60) / 200
    assert result.best_rival_share_of_oracle == pytest.approx(0.7)
    assert result.wins == pytest.approx(0.5), "160 beats 140, 140 does not"
    assert result.whole_run.plan_share_of_oracle == pytest.approx(0.75)
    assert [c.wins for c in result.by_cycle] == pytest.approx([1.0, 0.5])
    assert [c.regret_so_far for c in result.by_cycle] == pytest.approx([0.2, 0.25])
    assert result.regret.granularity == pytest.approx(0.10)
    assert result.regret.hold_out == pytest.approx(0.04)
    assert {r.id: r.share_of_oracle for r in result.rivals} == pytest.approx(
        {"top_value": 0.7, "reminder": 0.5, "nothing": 0.0}
    )
    assert result.harmed_share == pytest.approx(0.1)
    assert result.duality_gap == pytest.approx(0.01)
    assert result.stability == pytest.approx(1.0)
    assert result.target.brier == pytest.approx((3 * 0.2**2 + 0.8**2) / 4)


@pytest.mark.parametrize(("mult", "expected"), [(1.0, 0.8), (2.5, 2 * norm.cdf(norm.ppf(0.9) / 2.5) - 1)])
def test_coverage_of_normal_ranges(mult: float, expected: float) -> None:
    """Truth N(0, mult^2) in ranges of +-1.2816: 0.8 when calibrated, 0.39 when it scatters 2.5 times as wide."""
    rng, z = np.random.default_rng(1), float(norm.ppf(0.9))
    runs = [run(s, cycle(plan=100 + mult * rng.standard_normal(), low=100 - z, high=100 + z)) for s in range(4000)]
    assert scores(small(), runs).coverage_80 == pytest.approx(expected, abs=0.02)


def test_violations_and_overspending_are_counted() -> None:
    over = cycle(spent=1100.0, violations={"budget": 1, "hours": 2})
    result = scores(small(), [run(1, over), run(2, cycle())])
    assert result.violations == 3
    assert result.violations_by_rule == {"budget": 1, "hours": 2}
    assert result.overspend.share_of_cycles == 0.5
    assert result.overspend.mean_excess == pytest.approx(0.1)
    assert not result.overspend.within_reserve
