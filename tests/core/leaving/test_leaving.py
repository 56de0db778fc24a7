"""Wastage in depth: small parts by hand and brute force, and bases in which the truth is known."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.analysis.leaving.criteria import _crossing, pooled
from regulars.analysis.leaving.reasons import associations
from regulars.analysis.leaving.warnings import area, difference, judged, verdict
from regulars.analysis.results.leaving import Leaving
from support.analysis import Line, Studied, studied

AS_OF = date(2025, 12, 31)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 9)), min_size=1, max_size=7))
def test_pooling_is_the_closest_falling_curve(points: list[tuple[float, int]]) -> None:
    share, weight = np.array([p for p, _ in points]), np.array([float(w) for _, w in points])
    found = pooled(share, weight)
    assert (np.diff(found) <= 1e-12).all()
    # The min-max formula of isotonic regression, by brute force.
    n = len(share)

    def mean(i: int, j: int) -> float:
        return float((share[i : j + 1] * weight[i : j + 1]).sum() / weight[i : j + 1].sum())

    wanted = [min(max(mean(i, j) for j in range(k, n)) for i in range(k + 1)) for k in range(n)]
    assert found == pytest.approx(wanted)


def test_the_criterion_lies_on_the_line_between_points() -> None:
    factor, share = np.array([1.0, 2.0, 4.0]), np.array([0.8, 0.6, 0.2])
    assert _crossing(factor, share, 0.5) == pytest.approx(2.5)
    assert _crossing(factor, share, 0.1) is None
    assert _crossing(factor, share, 0.9) == 1.0


def test_alarms_against_every_pair() -> None:
    rng = np.random.default_rng(2)
    score, silent = np.round(rng.random(80), 1), (rng.random(80) < 0.4).astype(float)
    pairs = [(a > b) + 0.5 * (a == b) for a in score[silent > 0] for b in score[silent == 0]]
    assert area(score, silent) == pytest.approx(np.mean(pairs))
    assert judged("recency", silent, silent).auc == 1.0
    assert judged("recency", silent, silent).precision == pytest.approx(1.0)
    flat = judged("recency", np.zeros(80), silent)
    assert flat.auc == pytest.approx(0.5) and flat.lift == pytest.approx(1.0)


def test_a_difference_of_alarms_has_its_sampling_error() -> None:
    rng = np.random.default_rng(3)
    found = []
    for _ in range(300):
        silent = (rng.random(300) < 0.4).astype(float)
        truth = silent + rng.normal(0, 1, 300)
        found.append(difference(truth + rng.normal(0, 0.5, 300), truth + rng.normal(0, 1.5, 300), silent))
    gains, errors = np.array(found).T
    assert errors.mean() == pytest.approx(gains.std(), rel=0.12)
    assert gains.mean() > 0.03


def test_a_better_rule_is_preferred_to_the_model() -> None:
    rng = np.random.default_rng(4)
    silent = (rng.random(4000) < 0.4).astype(float)
    noise, good = rng.random(4000), silent + rng.normal(0, 0.7, 4000)
    assert verdict(good, noise, silent, rival="recency", origins=1).id == "study.leaving.model_better"
    assert verdict(noise, good, silent, rival="recency", origins=1).id == "study.leaving.model_worse"
    assert verdict(good, good, silent, rival="recency", origins=1).id == "study.leaving.model_alike"


def test_a_true_association_is_found_and_none_is_not() -> None:
    rng = np.random.default_rng(5)
    held = rng.normal(0, 1, (2, 6000))
    exposed = (rng.random((2, 6000)) < [[0.2], [0.3]]).astype(float)
    logit = -0.5 + 0.8 * held[0] + np.log(2) * exposed[0]
    y = (rng.random(6000) < 1 / (1 + np.exp(-logit))).astype(float)
    true, none = associations(exposed, held, y)
    assert np.exp(true[0]) == pytest.approx(2.0, rel=0.15)
    assert abs(none[0]) < 3 * none[1]
    odds = np.exp(logit[exposed[0] > 0])
    extra = (odds / (1 + odds) - (odds / 2) / (1 + odds / 2)).sum()
    assert true[2] == pytest.approx(extra, rel=0.2)


def test_few_are_called_clear_where_nothing_goes_with_leaving() -> None:
    rng = np.random.default_rng(6)
    clear = 0
    for _ in range(60):
        exposed = (rng.random((1, 400)) < 0.2).astype(float)
        beta, sd, _ = associations(exposed, rng.normal(0, 1, (1, 400)), (rng.random(400) < 0.4).astype(float))[0]
        clear += abs(beta) > 1.2816 * sd
    assert clear <= 18  # two in ten would be 12


@cache
def salon(folder: Path) -> Studied:
    """Customers of a five-week rhythm; one in three leaves for good after any visit with the pound-wise staff."""
    rng = np.random.default_rng(7)
    lines = []
    for customer in range(1, 501):
        day = date(2023, 1, 1) + timedelta(days=int(rng.integers(0, 900)))
        while day <= AS_OF:
            lines.append(Line(customer, day, float(rng.integers(100, 400))))
            if rng.random() < 0.12:
                break
            day += timedelta(days=int(rng.integers(25, 46)))
    lines += [Line(900, AS_OF - timedelta(days=10 * n), -50.0 if n % 2 else 40.0) for n in range(8)]
    return studied(lines, folder=folder, as_of=AS_OF)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Leaving, Studied]:
    result = salon(tmp_path_factory.mktemp("salon"))
    assert result.diagnosis.leaving is not None
    return result.diagnosis.leaving, result


def test_criteria_are_those_of_the_rhythm(found: tuple[Leaving, Studied]) -> None:
    """Nobody who stays is ever silent for more than 46 days: beyond, next to nobody comes."""
    criteria = found[0].criteria
    assert criteria is not None
    for band in criteria.bands:
        tenth = next(c for c in band.criteria if c.below == 0.1)
        assert tenth.days is not None and 36 <= tenth.days <= 75
        assert [p.share for p in band.points] == sorted((p.share for p in band.points), reverse=True)


def test_the_parts_of_leaving_add_up(found: tuple[Leaving, Studied]) -> None:
    leaving, result = found
    rows = result.by_customer.values()
    assert sum(s.leaving_90.mean for s in leaving.states) == pytest.approx(sum(r["leaving_90"] for r in rows), rel=0.02)
    assert sum(s.revenue.mean for s in leaving.states) == pytest.approx(leaving.cost.leaving.mean, rel=1e-6)
    assert leaving.cost.leaving.p10 < leaving.cost.leaving.mean < leaving.cost.leaving.p90


def test_candidates_are_ranked_by_value_recovered(found: tuple[Leaving, Studied]) -> None:
    leaving, result = found
    rows = [r for r in result.by_customer.values() if r["winback_rank"] is not None]
    assert leaving.win_back.candidates == len(rows) > 50
    ordered = sorted(rows, key=lambda r: r["winback_rank"])
    assert [r["winback_value"] for r in ordered] == sorted((r["winback_value"] for r in rows), reverse=True)
    assert {r["state"] for r in rows} <= {"overdue", "lapsed"}
    assert leaving.win_back.by_value >= leaving.win_back.by_risk


def test_who_costs_more_than_they_bring_is_proposed_and_never_won_back(found: tuple[Leaving, Studied]) -> None:
    leaving, result = found
    assert result.by_customer[900]["deliberate_exit"] and result.by_customer[900]["winback_rank"] is None
    assert leaving.exit.customers == 1


def test_silence_is_foretold_better_than_by_chance(found: tuple[Leaving, Studied]) -> None:
    model = next(w for w in found[0].warnings if w.id == "model")
    assert model.auc > 0.7 and model.lift > 1.5 and model.brier is not None
    assert found[0].warnings_verdict is not None
