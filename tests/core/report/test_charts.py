"""Charts: one valid specification for page and PDF, words in both languages, the numbers that were given."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from regulars.base.words import LANGUAGES
from regulars.report.build import build_document
from regulars.report.charts import CONFIG, SCHEMA_URL, nice_ticks
from regulars.report.document import Figure
from regulars.report.drawing import VEGA_LITE, localise, to_svg
from support import report as sample
from support.report_plan import sample_plan

FIGURES = (
    *("frontier", "movement", "cohorts", "rhythm", "acquisition_sources", "acquisition_curve_1", "states", "reasons"),
    *("classes", "concentration", "backtest", "servicing_curve", "opportunity_ranked", "opportunity_hours", "branches"),
    *("teams_branch_late", "teams_branch_interval", "teams_course_back_90"),
)


def figures() -> dict[str, Figure]:
    document = build_document(sample.diagnosis(), sample_plan(), business=sample.business(), pack=sample.sample_pack())
    return {b.id: b for section in document.sections for b in section.blocks if isinstance(b, Figure)}


def test_every_picture_of_the_sample_is_there() -> None:
    assert tuple(figures()) == FIGURES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id", FIGURES)
def test_a_specification_is_plain_valid_vega_lite_with_the_shared_theme(id: str, language: str) -> None:
    spec = localise(figures()[id].chart, language)
    assert json.loads(json.dumps(spec)) == spec
    assert spec["$schema"] == SCHEMA_URL and spec["config"] == CONFIG
    compiled = vl_convert.vegalite_to_vega({**spec, "width": 400}, vl_version=VEGA_LITE)
    assert compiled["marks"]
    assert "url" not in _keys(spec)


def _keys(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield str(key)
            yield from _keys(value)
    elif isinstance(part, list):
        for value in part:
            yield from _keys(value)


def test_words_are_the_readers_language_and_ids_are_apart() -> None:
    chart = figures()["states"].chart
    english = to_svg(chart, "en", width=500, prefix="one")
    chinese = to_svg(chart, "zh-Hant", width=500, prefix="two")
    assert "Overdue" in english and "逾期" in chinese and "Overdue" not in chinese
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (english, chinese)]
    assert ids[0].isdisjoint(ids[1])
    assert all(id.startswith("one-") for id in ids[0])


def test_the_same_chart_is_the_same_picture() -> None:
    chart = figures()["movement"].chart
    assert to_svg(chart, "en", width=500, prefix="a") == to_svg(chart, "en", width=500, prefix="a")


def test_pictures_use_the_shipped_fonts_and_take_the_width_they_are_given() -> None:
    svg = to_svg(figures()["rhythm"].chart, "zh-Hant", width=330, prefix="a")
    assert "Regulars Sans" in svg
    width = re.search(r'<svg[^>]*\bwidth="([\d.]+)"', svg)
    assert width is not None and float(width[1]) == pytest.approx(330, abs=12)


def test_the_marked_median_lies_inside_its_bin() -> None:
    # 41 days in the bins 14, 21, 28, 35, 42, ...: the fourth bin, six sevenths along.
    layers = figures()["rhythm"].chart["layer"]
    assert layers[1]["data"]["values"][0]["a"] == pytest.approx(3 + 6 / 7)


@given(st.floats(1e-6, 1e12))
def test_ticks_are_even_start_at_zero_and_reach_the_top(top: float) -> None:
    ticks = nice_ticks(top)
    steps = {round((b - a) / ticks[-1], 9) for a, b in itertools.pairwise(ticks)}
    assert ticks[0] == 0 and ticks[-1] >= top * (1 - 1e-9) and ticks[-2] < top * (1 + 1e-9)
    assert len(steps) == 1 and 2 <= len(ticks) <= 7
