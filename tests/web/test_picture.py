"""The picture of the frontier: every point where its amounts say, axes with amounts at both ends, nothing outside."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from django.test import Client

from regulars import api
from regulars.base.text import Money
from regulars.base.words import show
from regulars_web.company.models import Role
from regulars_web.strategy.picture import pictures

CURVE = [(0.0, 0.0), (1200.0, 30_500.0), (2400.0, 41_000.0), (4800.0, 44_900.0)]


def read(label: str) -> float:
    return float(re.sub(r"[^0-9.\-]", "", label.replace("−", "-")))


def test_points_stand_where_the_axes_say() -> None:
    found = pictures(CURVE, (2400.0, 36_000.0), currency="HKD", language="en")
    assert [p.kind for p in found] == ["wide", "narrow"]
    for p in found:
        wide, high = (float(side) for side in p.box.split()[2:])
        budgets = [(read(m.label), float(m.at)) for m in p.budgets]
        values = [(read(m.label), float(m.at)) for m in p.values]
        ends = [*budgets[0], *budgets[-1], *values[0]]
        assert ends == [0, float(p.left), 4800, float(p.right), 0, float(p.bottom)], "amounts at both ends"
        assert values[-1][1] == float(p.top) and values[-1][0] >= 44_900
        assert all(0 <= a[1] < b[1] <= wide for a, b in pairwise(budgets))
        steps = {round(b[0] - a[0]) for a, b in pairwise(values)}
        assert len(steps) == 1 and str(steps.pop()).rstrip("0") in ("1", "2", "25", "5"), "round"
        across = (float(p.right) - float(p.left)) / 4800
        up = (float(p.top) - float(p.bottom)) / values[-1][0]
        drawn = [[float(n) for n in point.split(",")] for point in p.line.split()]
        drawn.append([float(n) for n in p.dot])
        for (budget, value), (x, y) in zip([*CURVE, (2400.0, 36_000.0)], drawn, strict=True):
            assert x == pytest.approx(float(p.left) + budget * across, abs=0.1)
            assert y == pytest.approx(float(p.bottom) + value * up, abs=0.1)
            assert 0 <= x <= wide and 0 <= y <= high


def test_losses_large_sums_and_too_few_points() -> None:
    below = pictures(CURVE, (6000.0, -9_000.0), currency="HKD", language="en")[0]
    labels = [read(m.label) for m in below.values]
    assert labels[0] <= -9_000 and 0 in labels and read(below.budgets[-1].label) == 6000
    assert float(below.values[labels.index(0)].at) == float(below.zero) < float(below.dot[1]) <= float(below.bottom)
    large = [(b * 1000, v * 1000) for b, v in CURVE]
    chinese = pictures(large, large[1], currency="HKD", language="zh-Hant")[1]
    assert chinese.budgets[-1].label == "HK$480萬"
    assert max(len(m.label) for m in chinese.values) <= 10
    nothing = pictures([(b, 0.0) for b, _ in CURVE], (0.0, 0.0), currency="HKD", language="en")[0]
    assert "nan" not in nothing.line
    for few in ([], CURVE[:1], [(0.0, 0.0), (0.0, 1.0)], [(0.0, 0.0), (5.0, float("nan"))]):
        assert pictures(few, (0.0, 0.0), currency="HKD", language="en") == ()


@pytest.mark.django_db
def test_the_studio_draws_it_without_styles_and_tells_it_in_figures(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    plan = api.Workbench(api.open_business(studied)).plan()
    page = signed_in(Role.ANALYST, language="zh-Hant").get("/strategy/studio").content.decode()
    drawn = page[page.index('<svg class="frontier') : page.index('id="where-h"')]
    assert drawn.count("<svg") == 2 and drawn.count('role="img" aria-label=') == 2 and "style=" not in drawn
    table = drawn[drawn.index("<table>") : drawn.index("</table>")]
    assert table.count("<tr>") == len(plan.frontier) + 2
    for point in plan.frontier:
        assert show(Money.of(point.value_36.mean, "HKD"), "zh-Hant", "round") in table
    assert "現行計劃" in table
