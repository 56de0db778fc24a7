"""The Weibull gap with a share that never ends: against a loop, SciPy, simulated truth and hand-computed cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.random import Generator
from scipy.stats import CensoredData, weibull_min

from regulars.analysis.servicing import verdict
from regulars.analysis.servicing.ahead import Fitted, ever, expected, fitted, groups, late
from regulars.analysis.servicing.gap import (
    Beforehand,
    Gaps,
    fit,
    kaplan_meier,
    log_likelihood,
    quantile,
    survival,
    within,
)

THETA = np.array([math.log(1.7), math.log(900.0), -0.4])


def of(days: np.ndarray, ended: np.ndarray) -> Gaps:
    pairs, n = np.unique(np.stack([np.maximum(np.floor(days / 7), 0), ended]), axis=1, return_counts=True)
    return Gaps.of({"weeks": w, "ended": e, "n": k} for (w, e), k in zip(pairs.T, n, strict=True))


def drawn(rng: Generator, pieces: int, k: float, b: float, never: float, longest: float) -> tuple[Gaps, np.ndarray]:
    """Pieces begun at any time of ``longest`` days, and the gap each would have in the end (inf: none)."""
    begun = rng.uniform(0, longest, pieces)
    gap = np.where(rng.random(pieces) < never, np.inf, b * rng.weibull(k, pieces))
    seen = longest - begun
    return of(np.minimum(gap, seen), gap <= seen), np.where(gap > seen, gap - seen, np.nan)


def test_the_likelihood_against_a_loop_and_its_gradient_against_differences() -> None:
    gaps = Gaps(np.array([100.0, 700.0, 950.0, 2000.0]), np.array([1.0, 0.0, 1.0, 0.0]), np.array([2.0, 5.0, 3.0, 4.0]))
    k, b, c = 1.7, 900.0, 1 / (1 + math.exp(0.4))
    total = 0.0
    for t, ended, n in zip(gaps.days, gaps.ended, gaps.n, strict=True):
        alive = math.exp(-((t / b) ** k))
        density = (1 - c) * k / b * (t / b) ** (k - 1) * alive
        total += n * math.log(density if ended else c + (1 - c) * alive)
    value, gradient = log_likelihood(gaps, THETA)
    assert value == pytest.approx(total, rel=1e-12)
    for i in range(3):
        move = np.zeros(3)
        move[i] = 1e-6
        slope = (log_likelihood(gaps, THETA + move)[0] - log_likelihood(gaps, THETA - move)[0]) / 2e-6
        assert gradient[i] == pytest.approx(slope, rel=1e-5, abs=1e-6)


def test_where_every_gap_ends_it_is_the_censored_weibull_of_scipy() -> None:
    gaps, _ = drawn(np.random.default_rng(4), 400, 2.2, 800.0, 0.0, 1500.0)
    days, ended = (np.repeat(v, gaps.n.astype(int)) for v in (gaps.days, gaps.ended))
    data = CensoredData(uncensored=days[ended == 1], right=days[ended == 0])
    shape, _, scale = weibull_min.fit(data, floc=0)
    law = weibull_min(shape, scale=scale)
    theirs_says = law.logpdf(days[ended == 1]).sum() + law.logsf(days[ended == 0]).sum()
    theirs = np.array([math.log(shape), math.log(scale), -40.0])
    assert log_likelihood(gaps, theirs)[0] == pytest.approx(theirs_says, rel=1e-9)
    assert np.abs(log_likelihood(gaps, theirs)[1][:2]).max() < 0.1  # their optimum is one of ours
    ours = fit(gaps).named
    assert ours["never"] < 0.1
    assert ours["shape"] == pytest.approx(shape, rel=0.1) and ours["scale_days"] == pytest.approx(scale, rel=0.1)


@pytest.mark.parametrize(("k", "b", "never"), [(3.0, 1500.0, 0.4), (1.2, 500.0, 0.15), (6.0, 1700.0, 0.7)])
def test_the_truth_is_recovered(k: float, b: float, never: float) -> None:
    gaps, _ = drawn(np.random.default_rng(7), 4000, k, b, never, 4000.0)
    found = fit(gaps)
    assert not found.held
    for name, truth in {"shape": k, "scale_days": b, "never": never}.items():
        assert abs(found.named[name] - truth) < 3 * found.standard_errors[name] + 1e-9


def test_a_short_history_does_not_know_how_many_never_come() -> None:
    gaps, _ = drawn(np.random.default_rng(8), 400, 3.0, 1800.0, 0.5, 1200.0)
    found = fitted({}, gaps, np.random.default_rng(1))[None]
    assert verdict(found, gaps.services).id in ("study.servicing.short", "study.servicing.wide")
    longer, _ = drawn(np.random.default_rng(8), 400, 3.0, 1800.0, 0.5, 5000.0)
    assert verdict(fitted({}, longer, np.random.default_rng(1))[None], longer.services).id == "study.servicing.clear"
    assert verdict(None, 9).id == "study.servicing.few"


def test_beliefs_move_ranges_where_the_history_is_short_and_hardly_where_it_is_long() -> None:
    strong = Beforehand(interval=1800.0, silent=0.9)
    moved = []
    for longest in (1200.0, 6000.0):
        gaps, _ = drawn(np.random.default_rng(8), 1500, 3.0, 1800.0, 0.5, longest)
        plain, believing = fit(gaps), fit(gaps, beforehand=strong)
        if not plain.held:
            assert believing.theta == pytest.approx(plain.theta, abs=1e-3)  # the likeliest stays the data's own
        rows = [one.draw(np.random.default_rng(1)) for one in (plain, believing)]
        never = [float(np.mean(1 / (1 + np.exp(-row[:, 2])))) for row in rows]
        moved.append(never[1] - never[0])
    assert moved[0] > 0.05 and abs(moved[1]) < 0.01


def test_what_was_foretold_of_the_year_ahead_holds_as_often_as_it_says() -> None:
    held = 0
    for number in range(16):
        rng = np.random.default_rng(100 + number)
        gaps, left = drawn(rng, 500, 2.5, 1400.0, 0.4, 3000.0)
        told = expected(groups(fitted({}, gaps, rng)), ahead=365.0, rng=rng)
        held += bool(told.p10 <= np.sum(left <= 365.0) <= told.p90)
    assert 9 <= held <= 15  # 13 of 16, give or take


def test_kaplan_meier_by_hand() -> None:
    gaps = Gaps(np.array([10.0, 20.0, 20.0, 30.0]), np.array([1.0, 1.0, 0.0, 1.0]), np.array([1.0, 2.0, 1.0, 1.0]))
    seen = kaplan_meier(gaps, np.array([0.0, 10.0, 19.0, 20.0, 29.0, 30.0]))
    assert seen == pytest.approx([1.0, 0.8, 0.8, 0.4, 0.4, 0.0])


def test_chances_of_a_piece_away_by_hand() -> None:
    c = 1 / (1 + math.exp(0.4))
    s = [c + (1 - c) * math.exp(-((t / 900.0) ** 1.7)) for t in (400.0, 765.0)]
    assert survival(THETA[None], np.array([400.0])) == pytest.approx(s[0])
    assert within(THETA[None], np.array([400.0]), 365.0) == pytest.approx(1 - s[1] / s[0])
    assert within(THETA[None], np.array([400.0]), np.inf) == pytest.approx(1 - c / s[0])
    assert quantile(THETA, 0.5) == pytest.approx(900.0 * math.log(2) ** (1 / 1.7))


def test_families_are_drawn_towards_the_whole_and_small_ones_go_by_it() -> None:
    rng = np.random.default_rng(9)
    quick, _ = drawn(rng, 300, 3.0, 700.0, 0.2, 3000.0)
    slow, _ = drawn(rng, 300, 3.0, 1500.0, 0.2, 3000.0)
    small, _ = drawn(rng, 12, 3.0, 700.0, 0.2, 3000.0)
    parts = (quick, slow, small)
    days, ended, n = (np.concatenate([getattr(p, name) for p in parts]) for name in ("days", "ended", "n"))
    keys, where = np.unique(np.stack([days, ended]), axis=1, return_inverse=True)
    whole = Gaps(keys[0], keys[1], np.bincount(where.ravel(), n))
    found = fitted({"quick": quick, "slow": slow, "small": small}, whole, rng)
    assert found["quick"].usual_days < found[None].usual_days < found["slow"].usual_days
    assert abs(fit(quick).theta[1] - found[None].fit.theta[1]) > abs(
        found["quick"].fit.theta[1] - found[None].fit.theta[1]
    )
    assert not found["small"].own and found["small"].fit is found[None].fit
    still = groups(found)
    assert sum(float(gaps.n.sum()) for _, gaps in still) == whole.open.n.sum()
    behind = late(still)
    assert all((gaps.days > one.late_days).all() for one, gaps in behind)
    assert ever(behind).mean < ever(still).mean
    assert isinstance(found[None], Fitted) and list(fitted({"quick": quick}, quick, rng)) == [None]
