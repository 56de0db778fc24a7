"""Statistics: grouping keeps everybody, the grid keeps order, impossible histories are refused."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.analysis.value import Statistics
from regulars.base.errors import BadData
from regulars.base.words import render


def test_collapse_groups_equal_customers() -> None:
    stats = Statistics.collapse([2, 0, 2, 1], [3.0, 0.0, 3.0, 1.0], [9.0, 5.0, 9.0, 9.0])
    assert stats.x.tolist() == [0, 1, 2]
    assert stats.T.tolist() == [5.0, 9.0, 9.0]
    assert stats.weight.tolist() == [1.0, 1.0, 2.0]
    assert (stats.customers, stats.repeaters, len(stats)) == (4.0, 3.0, 3)


def test_constructor_keeps_the_callers_order() -> None:
    stats = Statistics(np.array([5, 0]), np.array([4.0, 0.0]), np.array([6.0, 2.0]), np.array([1, 7]))
    assert stats.x.tolist() == [5, 0] and stats.weight.tolist() == [1.0, 7.0]


def test_coarsened_maps_back_and_stays_possible() -> None:
    rng = np.random.default_rng(3)
    T = rng.uniform(0, 50, 500)
    x = rng.integers(0, 5, 500)
    stats = Statistics(x, np.where(x > 0, T * rng.random(500), 0.0), T, np.ones(500))
    grid, back = stats.coarsened(2.0)
    assert grid.customers == 500 and len(grid) < 500
    assert (grid.x[back] == stats.x).all()
    assert np.abs(grid.T[back] - stats.T).max() <= 1.0
    assert np.abs(grid.t_x[back] - stats.t_x).max() <= 1.0
    assert (grid.t_x <= grid.T).all()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (([], [], [], []), "nobody"),
        (([1], [1.0], [2.0], [0.0]), "nobody"),
        (([1], [1.0], [2.0], [-1.0]), "nobody"),
        (([1, 2], [1.0], [2.0], [1.0]), "shapes"),
        (([1], [np.nan], [2.0], [1.0]), "not_finite"),
        (([1], [3.0], [2.0], [1.0]), "impossible"),
        (([-1], [0.0], [2.0], [1.0]), "impossible"),
        (([1.5], [1.0], [2.0], [1.0]), "impossible"),
        (([0], [1.0], [2.0], [1.0]), "impossible"),
    ],
)
def test_what_cannot_be_is_refused(rows: tuple[list[float], ...], message: str) -> None:
    with pytest.raises(BadData) as refused:
        Statistics(*(np.array(column) for column in rows))
    assert refused.value.text.id == f"value.data.{message}"
    for language in ("en", "zh-Hant"):
        assert render(refused.value.text, language)
