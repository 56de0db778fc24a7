"""The prior of the settings reaches the fits of the contest, and no other does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from regulars.analysis.tournament import fitting
from regulars.analysis.value.contest import Trial
from regulars.base.settings import Business
from support.analysis import BUSINESS, Line, laid_out, sales_table
from support.value import simulate


def test_the_contest_fits_with_the_prior_of_the_settings(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    base = simulate("mbg-nbd", (1.5, 6.0, 0.9, 1.6), (2.0, 4.0, 60.0), customers=400, rng=rng)
    none, half = np.zeros(400), np.arange(400) % 2 == 0
    case = Trial(base.x.astype(float), base.t_x, base.T, none, none, none, none, none, none, half, 90)
    sales = sales_table([Line(1, date(2025, 1, 6)), Line(1, date(2025, 2, 3))])
    with laid_out(tmp_path, as_of=date(2025, 3, 1), sales=sales) as (_, setting, _kept):
        asked = Business.model_validate(BUSINESS.model_dump() | {"forecast": {"prior": "pack"}})
        plain, drawn = fitting(setting)(case), fitting(replace(setting, business=asked))(case)
    assert {fit.prior for fit in plain.values()} == {None}
    assert {fit.prior for fit in drawn.values()} == {"pack"}
    assert drawn["mbg-nbd"].log_likelihood < plain["mbg-nbd"].log_likelihood
