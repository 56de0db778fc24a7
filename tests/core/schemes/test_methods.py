"""The methods of the schemes: published numbers, closed forms, planted truth."""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import norm

from regulars.analysis.catalogue import RELATIONSHIPS
from regulars.analysis.results.names import CLASSES
from regulars.analysis.schemes.agreement import adjusted_rand, table_of
from regulars.analysis.schemes.definitions import digest
from regulars.analysis.schemes.needs import cluster, halves_agree, named
from regulars.analysis.schemes.odds import with_odds
from regulars.analysis.schemes.relations import SIGNS, habit_weights, with_habit, with_relationship, with_scores
from regulars.analysis.schemes.worth import agreement, steadiness, usefulness_grade

ENGINE = ibis.duckdb.connect()


def rows_of(expr: ibis.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ENGINE.to_pyarrow(expr).to_pylist()
    return found


def rand_of(one: list[int], two: list[int]) -> float:
    return adjusted_rand(table_of(np.array(one), np.array(two), np.ones(len(one))))


def test_adjusted_rand_is_that_of_the_literature() -> None:
    # Hubert and Arabie (1985) as worked in the scikit-learn documentation of adjusted_rand_score.
    assert rand_of([0, 0, 1, 2], [0, 0, 1, 1]) == pytest.approx(0.5714285714)
    assert rand_of([0, 0, 1, 1], [1, 1, 0, 0]) == 1.0
    assert rand_of([0, 0, 0, 0], [0, 1, 2, 3]) == 0.0
    assert rand_of([0, 0, 0], [0, 0, 0]) == 1.0
    rng = np.random.default_rng(1)
    random = [rand_of(list(rng.integers(0, 4, 300)), list(rng.integers(0, 4, 300))) for _ in range(200)]
    assert abs(float(np.mean(random))) < 0.003


def test_class_chances_are_those_of_the_normal_distribution() -> None:
    mean, sd, alive, cut = np.array([500.0, 1000.0, 3000.0]), np.array([900.0, 300.0, 1500.0]), 0.7, 1000.0
    z80 = norm.ppf(0.9)
    t = ibis.memtable(
        pa.table(
            {"value_36": mean, "value_36_p10": mean - z80 * sd, "value_36_p90": mean + z80 * sd, "p_alive": [alive] * 3}
        )
    )
    s2 = np.log1p((sd / mean) ** 2)
    much = norm.cdf((np.log(mean) - s2 / 2 - np.log(cut)) / np.sqrt(s2))
    for row, p in zip(rows_of(with_odds(t, value_cut=cut)), much, strict=True):
        wanted = (p * alive, p * (1 - alive), (1 - p) * alive, (1 - p) * (1 - alive))
        assert [row[f"class_p_{name}"] for name in CLASSES] == pytest.approx(wanted, abs=2e-4)


@pytest.mark.parametrize(("mean", "low", "high", "cut"), [(0, 0, 0, 10), (-5, -9, 0, 10), (5, 5, 5, 5), (5, 1, 9, 0)])
def test_without_width_a_chance_is_one_or_none(mean: float, low: float, high: float, cut: float) -> None:
    t = ibis.memtable(
        pa.table(
            {
                k: [float(v)]
                for k, v in zip(("value_36", "value_36_p10", "value_36_p90"), (mean, low, high), strict=True)
            }
            | {"p_alive": [0.25]}
        )
    )
    row = rows_of(with_odds(t, value_cut=cut))[0]
    assert row["class_p_regulars"] == (0.25 if mean >= cut else 0.0)
    assert sum(row[f"class_p_{name}"] for name in CLASSES) == pytest.approx(1)


def test_planted_needs_are_found_and_named() -> None:
    rng = np.random.default_rng(4)
    planted = np.array([[0.8, 0.2, 0.0, 0.0], [0.0, 0.0, 0.9, 0.1], [0.1, 0.1, 0.0, 0.8]])
    truth = rng.integers(0, 3, 3000)
    counts = np.array([rng.multinomial(12, planted[k]) for k in truth])
    steps = np.floor(counts / counts.sum(axis=1, keepdims=True) * 5 + 0.5)
    mixes, of, n = np.unique(steps / steps.sum(axis=1, keepdims=True), axis=0, return_inverse=True, return_counts=True)
    halves = np.stack([n // 2, n - n // 2], axis=1).astype(float)
    found = cluster(mixes, halves)
    assert found is not None and len(found.centres) == 3
    assert rand_of(list(truth), list(found.of(mixes)[of])) > 0.97
    assert set(named(found.centres, ("Cut", "Colour", "Facial", "Retail"))) == {"Cut", "Facial", "Retail"}
    agreed = halves_agree(mixes, halves, 3)
    assert agreed is not None and agreed[0] > 0.97
    again = cluster(mixes, halves)
    assert again is not None and np.array_equal(again.centres, found.centres)


def test_needs_of_one_mix_are_none() -> None:
    assert cluster(np.array([[1.0, 0.0]]), np.array([[5.0, 5.0]])) is None
    assert cluster(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[5.0, 5.0], [0.0, 0.0]])) is None


def test_needs_called_the_same_get_another_word() -> None:
    centres = np.array([[0.9, 0.1, 0.0], [0.8, 0.0, 0.2], [0.85, 0.0, 0.15]])
    assert named(centres, ("Cut", "Colour", "Care")) == ("Cut", "Cut + Care", "Cut + Care + Colour")


def signs(**given: float) -> ibis.Table:
    return ibis.memtable(pa.table({name: [given.get(name, 0.0)] for name in SIGNS}))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"discount": 1.0}, "deal"),
        ({"regularity": 0.9, "alive": 0.9, "tenure": 0.4, "value": 0.4}, "functional"),
        ({"tenure": 0.8, "alive": 1.0, "value": 0.2}, "affiliation"),
        ({"breadth": 1.0, "staff": 0.8, "alive": 0.5, "value": 0.4}, "consultant"),
        ({"value": 0.9, "staff": 0.9, "tenure": 0.7, "alive": 1.0, "prepaid": 1.0}, "partnership"),
    ],
)
def test_a_textbook_customer_gets_the_textbook_relationship(given: dict[str, float], wanted: str) -> None:
    row = rows_of(with_relationship(with_scores(signs(**given), shift={})))[0]
    assert row["relationship"] == wanted
    assert sum(row[f"relationship_p_{kind}"] for kind in RELATIONSHIPS) == pytest.approx(1)
    other = sorted(RELATIONSHIPS, key=lambda kind: row[f"relationship_p_{kind}"])[-2]
    moved = rows_of(with_relationship(with_scores(signs(**given), shift={other: 5.0})))[0]
    assert moved["relationship"] == other
    ratio = moved[f"relationship_p_{other}"] / moved[f"relationship_p_{wanted}"]
    assert ratio == pytest.approx(np.exp(5) * row[f"relationship_p_{other}"] / row[f"relationship_p_{wanted}"])


@pytest.mark.parametrize("staffed", [True, False])
@pytest.mark.parametrize("prepaid", [True, False])
def test_the_habit_index_is_the_sum_of_its_points(staffed: bool, prepaid: bool) -> None:
    weights = habit_weights(staffed=staffed, prepaid=prepaid)
    assert sum(weights.values()) == pytest.approx(1)
    row = rows_of(with_habit(signs(regularity=0.5, tenure=0.25, staff=1.0, prepaid=1.0), weights))[0]
    assert row["habit"] == sum(row[f"habit_{name}"] for name in weights)
    full = rows_of(with_habit(signs(regularity=1.0, tenure=1.0, staff=1.0, prepaid=1.0), weights))[0]
    assert full["habit"] == pytest.approx(1)


def test_what_stays_the_same_by_chance_alone_is_not_called_steady() -> None:
    """19 in 20 in one class, drawn anew each time: nine in ten stay where they were, and that says nothing."""
    rng = np.random.default_rng(3)
    one, two = (np.where(rng.random(20_000) < 0.975, "a", "b") for _ in range(2))
    pairs, counts = np.unique(np.stack([one, two]), axis=1, return_counts=True)
    found = agreement(pa.table({"a": pairs[0], "b": pairs[1], "customers": counts}))
    assert found is not None and found[0] > 0.9 and abs(found[1]) < 0.05
    assert steadiness(found, None).grade == "weak"
    assert steadiness((1.0, 1.0), None).grade == "good"


def test_grades_and_digests() -> None:
    assert steadiness((0.95, 0.9), (0.8, 0.7)).grade == "fair"
    assert steadiness((0.95, 0.9), (0.92, 0.81)).grade == "good"
    assert steadiness(None, None).grade == "unknown"
    assert usefulness_grade(0.3, 1.0) == "good"
    assert usefulness_grade(0.3, 0.8) == "fair"
    assert usefulness_grade(0.01, 1.0) == "weak"
    assert usefulness_grade(None, 1.0) == "unknown"
    assert digest("rfm", 1, {"a": 1, "b": 2}) == digest("rfm", 1, {"b": 2, "a": 1})
    assert digest("rfm", 1, {"a": 1}) != digest("rfm", 2, {"a": 1})
