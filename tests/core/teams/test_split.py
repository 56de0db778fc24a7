"""The parts of branch, hands and chance: recovered from simulated customers whose parts are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from regulars.analysis.results.teams import Split
from regulars.analysis.teams.split import Cells, split


def of_newcomers(rng: np.random.Generator, *, branches: int, hands: int, each: int, of: tuple[float, float]) -> Cells:
    """Cells of newcomers who come again 40 times in 100, but for normal effects of their branch and hands."""
    rate = 0.4 + rng.normal(0, of[0], branches)[:, None] + rng.normal(0, of[1], (branches, hands))
    n = 1 + rng.poisson(each, rate.shape)
    hits = rng.binomial(n, np.clip(rate, 0.01, 0.99)).astype(float).ravel()
    return Cells.of(np.repeat(np.arange(branches), hands).tolist(), n.ravel().astype(float), hits, hits)


def of_money(rng: np.random.Generator, *, of: tuple[float, float], own: float) -> Cells:
    middle = 600 + rng.normal(0, of[0], 10)[:, None] + rng.normal(0, of[1], (10, 6))
    paid = middle[..., None] + rng.normal(0, own, (10, 6, 50))
    n = np.full(60, 50.0)
    return Cells.of(np.repeat(np.arange(10), 6).tolist(), n, paid.sum(axis=2).ravel(), (paid**2).sum(axis=2).ravel())


def many(make: Any, times: int = 60, **settings: Any) -> list[Split]:
    rng = np.random.default_rng(17)
    found = [split("back_90", make(rng, **settings)) for _ in range(times)]
    return [s for s in found if s is not None]


@pytest.mark.parametrize("of", [(0.0, 0.0), (0.08, 0.05), (0.0, 0.08), (0.08, 0.0)])
def test_the_parts_of_a_rate_are_recovered(of: tuple[float, float]) -> None:
    found = many(of_newcomers, times=200, branches=10, hands=6, each=80, of=of)
    assert len(found) == 200
    truth = [sd**2 / 0.24 for sd in of]  # the whole variance of a 0 or a 1 is p (1 - p)
    for s in found:
        assert s.in_branch.mid + s.in_hands.mid + s.in_rest.mid == pytest.approx(1)
    for part, true in zip(([s.in_branch for s in found], [s.in_hands for s in found]), truth, strict=True):
        assert np.mean([p.mid for p in part]) == pytest.approx(true, abs=0.003)
        # Nothing at all lies at the bound of its law, below every range; 0.84 is 0.9 less what 200 trials leave open.
        assert np.mean([p.low - 1e-4 <= true <= p.high for p in part]) >= 0.84


def test_the_parts_of_money_are_recovered() -> None:
    found = many(of_money, of=(60.0, 90.0), own=200.0)
    whole = 60**2 + 90**2 + 200**2
    assert np.mean([s.in_branch.mid for s in found]) == pytest.approx(60**2 / whole, abs=0.015)
    assert np.mean([s.in_hands.mid for s in found]) == pytest.approx(90**2 / whole, abs=0.015)
    assert np.mean([s.hands_apart.mid for s in found]) == pytest.approx(2 / np.sqrt(np.pi) * 90, rel=0.05)
    assert np.mean([s.in_rest.low <= 200**2 / whole <= s.in_rest.high for s in found]) >= 0.85


def test_few_branches_hardly_know_their_part() -> None:
    few = many(of_newcomers, branches=3, hands=6, each=200, of=(0.06, 0.03))
    more = many(of_newcomers, branches=20, hands=6, each=30, of=(0.06, 0.03))
    width = [np.mean([s.in_branch.high - s.in_branch.low for s in found]) for found in (few, more)]
    assert width[0] > 2 * width[1]


def test_too_few_are_no_split() -> None:
    n, hits = np.full(8, 50.0), np.full(8, 20.0)
    assert split("back_90", Cells.of([0, 0, 0, 0, 1, 1, 1, 1], n, hits, hits)) is None  # two branches
    assert split("back_90", Cells.of([0, 1, 2, 3, 4, 5, 6, 7], n, hits, hits)) is None  # one pair of hands in each
    assert split("back_90", Cells.of([0, 0, 1, 1, 2, 2, 3, 3], n, n, n)) is None  # everybody came again
    assert split("back_90", Cells.of([0] * 8, np.zeros(8), np.zeros(8), np.zeros(8))) is None
    assert split("back_90", Cells.of([0, 0, 1, 1, 2, 2, 3, 3], n, hits, hits)) is not None
