"""The chapters of hygiene and clock: the answer in the heading, a waterfall that ends where it should, empty states."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from regulars.analysis.results.clock import ClockFound, MonthFactor, NewYearFactor, TrialRow
from regulars.base.estimate import Estimate
from regulars.base.text import Text, say
from regulars.base.words import LANGUAGES, render
from regulars.report.chapters.clock import _heading, _season, _trial
from regulars.report.charts import Labels
from regulars.report.charts.clock import factor_ticks
from regulars.report.charts.hygiene import Step, waterfall


def factor(middle: float, width: float = 0.02) -> Estimate:
    return Estimate(middle, middle - width, middle, middle + width, "factor", "clock", 900)


def found(spread: float, **more: Any) -> ClockFound:
    months = tuple(MonthFactor(m, factor(1 + spread * (m == 12) - spread * (m == 2))) for m in range(1, 13))
    new_year = (NewYearFactor("rush", -21, -1, factor(1.4)),)
    told = ClockFound(False, True, say("study.clock.no_trial", years="3"), 3.0, months, new_year, season_chance=0.0)
    return replace(told, **more)


def test_the_heading_names_months_only_where_their_ranges_do() -> None:
    assert render(_heading(found(0.2)), "en") == "Dec runs 20% above the year's average, Feb 20% below it"
    assert _heading(found(0.01)).id == "report.clock.head_some"
    assert _heading(found(0.2, wins=False, season_chance=0.4)).id == "report.clock.head_none"
    assert _heading(ClockFound(False, False, Text("x"), 0.5)).id == "report.clock.head_unknown"
    for language in LANGUAGES:
        assert render(_heading(found(0.2)), language)


def test_pictures_hold_what_was_found() -> None:
    row = TrialRow(date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 31), 120.0, 100.0, 100)
    assert row.errors == (0.19999999999999996, 0.0)
    figure = _trial(found(0.2, trial=(row,)))
    assert figure is not None and len(figure.data.rows) == 1
    assert _trial(found(0.2)) is None
    assert len(_season(found(0.2)).data.rows) == 13
    assert factor_ticks(0.78, 1.22) == [0.6, 0.8, 1.0, 1.2, 1.4]


def test_the_waterfall_steps_down_and_back() -> None:
    steps = [
        Step("all", 0.0, 100.0, "100", True),
        Step("given back", 100.0, 110.0, "-10", False),
        Step("aside", 110.0, 70.0, "40", False),
        Step("studied", 0.0, 70.0, "70", True),
    ]
    bars = waterfall(steps, Labels({0.0: "0", 100.0: "100"}))["data"]["values"]
    assert [(bar["a"], bar["b"]) for bar in bars] == [(0, 100), (100, 110), (70, 110), (0, 70)]
