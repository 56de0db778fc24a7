"""Ranges that held too little because more came than any past day had shown are told so; others are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regulars.analysis.results.tournament import Coverage, Trust
from regulars.base.text import say
from regulars.base.words import render
from regulars.report.chapters.trust import one_sided

NOTHING = Trust((), (), (), say("study.trust.nothing_came"))


@pytest.mark.parametrize(
    ("held", "above", "customers", "said"),
    [(0.85, 0.148, 3357, True), (0.85, 0.08, 3357, False), (0.9, 0.1, 3357, False), (0.85, 0.15, 100, False)],
)
def test_only_many_and_nearly_all_above_are_told(held: float, above: float, customers: int, said: bool) -> None:
    trust = replace(NOTHING, coverage=(Coverage("visits", "all", customers, 0.8, held, above),))
    assert (one_sided(trust) is not None) == said


def test_both_languages_tell_the_shares() -> None:
    trust = replace(NOTHING, coverage=(Coverage("revenue", "all", 9683, 0.752, 0.863, 0.133),))
    told = one_sided(trust)
    assert told is not None
    assert "14% fell outside 90% ranges, 13% above" in render(told, "en")
    assert "14%落在" in render(told, "zh-Hant") and "13%高於" in render(told, "zh-Hant")
