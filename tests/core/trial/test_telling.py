"""What one customer tells of an effect, beside the scatter of estimates from counted events."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.trial.telling import Events, fade, told

ONE = Events(months=3, first_month=0.7, visits=1.8, left=0.2, missed=0.05, back=0.03)


def test_the_log_ratio_of_counts_scatters_as_told() -> None:
    rng = np.random.default_rng(1)
    arms = rng.poisson(ONE.visits * 400, (20_000, 2))
    scatter = np.log(arms[:, 0] / arms[:, 1]).std()
    lasting = told("frequency", 1e9, ONE)
    assert scatter == pytest.approx(np.sqrt((1 / 400 + 1 / 400) / lasting), rel=0.03)


def test_the_share_coming_back_scatters_as_told() -> None:
    rng = np.random.default_rng(2)
    shares = rng.binomial(500, ONE.back, (20_000, 2)) / 500
    assert (shares[:, 0] - shares[:, 1]).std() == pytest.approx(
        np.sqrt((2 / 500) / told("reactivation", 1.0, ONE)), rel=0.03
    )


def test_what_fades_shows_less_and_what_is_over_soon_shows_in_the_first_month() -> None:
    assert fade(1e9, 3) == pytest.approx(1.0)
    assert fade(3.0, 3) == pytest.approx((1 + np.exp(-1 / 3) + np.exp(-2 / 3)) / 3)
    assert told("attrition", 3.0, ONE) < told("attrition", 30.0, ONE) < ONE.left
    assert told("frequency", 2.0, ONE) == ONE.first_month
    assert told("margin", 3.0, ONE) == 0.0
    assert told("no_show", 1e9, ONE) == pytest.approx(ONE.missed)
