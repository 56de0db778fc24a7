"""Draws along slopes equal draws scored one by one."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.analysis import redraw
from regulars.analysis.redraw import Histories, Redrawn
from regulars.analysis.value import VisitFit, fit_mbgnbd
from regulars.analysis.value.pareto import fit_pareto
from regulars.analysis.value.statistics import Floats
from support.cdnow import cdnow


def totals(drawn: Redrawn, fit: VisitFit, histories: Histories, weight: Floats) -> list[Floats]:
    visits = fit.expected_visits(histories.x, histories.t_x, histories.T, 52.18)
    return [(drawn.visits[12] * visits) @ weight, drawn.alive @ weight, (drawn.alive * drawn.lost) @ weight]


@pytest.mark.parametrize("model", ["mbg-nbd", "pareto-nbd"])
def test_slopes_give_the_ranges_of_exact_draws(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stats = cdnow("sample").stats
    fit = fit_mbgnbd(stats) if model == "mbg-nbd" else fit_pareto(stats)
    histories = Histories(stats.x.astype(float), stats.t_x, stats.T)
    found = []
    for most in (10**9, 0):
        monkeypatch.setattr(redraw, "EXACT", most)
        drawn = redraw.redraw(fit, histories, rng=np.random.default_rng(1), draws=100)
        found.append(totals(drawn, fit, histories, stats.weight))
    for exact, quick in zip(*found, strict=True):
        ends = np.quantile(exact, (0.1, 0.5, 0.9))
        width = ends[2] - ends[0]
        assert np.quantile(quick, (0.1, 0.5, 0.9)) == pytest.approx(ends, abs=0.2 * width)
