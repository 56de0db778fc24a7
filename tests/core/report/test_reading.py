"""What a director trips over: figures that contradict each other, logarithms, hyphens that should be minuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regulars.base.estimate import Estimate
from regulars.base.text import Local, say
from regulars.base.words import show
from regulars.report.chapters.asks import missed
from regulars.report.chapters.limits import _binds
from regulars.report.chapters.plan import _change
from regulars.report.typeset import typeset
from regulars.strategy.plan import Evidence, Price, TargetRow

TARGET = TargetRow(
    objective="keep",
    name=Local({"en": "Keep"}),
    kpi="retention_rate",
    target=0.836,
    baseline=0.83,
    expected=Estimate(mean=0.83597, p10=0.80, p50=0.837, p90=0.867, unit="share", method="targets", n=2000),
    probability=0.52,
    shortfall=0.00003,
    remedy=say("report.say.plain", text="more budget"),
)


def test_a_target_reached_with_an_even_chance_asks_nothing_of_the_director() -> None:
    assert not missed(TARGET)
    assert missed(replace(TARGET, probability=0.49))
    assert not missed(replace(TARGET, probability=0.3, shortfall=0.0))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("-HK$2.44", "−HK$2.44"),
        ("每名客戶為-HK$8.22。", "每名客戶為−HK$8.22。"),
        ("-£3 to -US$4", "−£3 to −US$4"),
        ("-12%", "−12%"),
        ("e-mail, win-back 2-3 of A-12", "e-mail, win-back 2-3 of A-12"),
        ("-x", "-x"),
    ],
)
def test_a_minus_is_a_minus(words: str, wanted: str) -> None:
    assert typeset(words) == wanted


def test_an_effect_is_told_as_a_change_not_as_a_logarithm() -> None:
    often = Evidence("frequency", 0.30, 0.18, 0.5, "B", "a source")
    back = Evidence("reactivation", 0.04, 0.03, 3, "E", "a source")
    assert show(_change(often), "en") == "35% (13% to 62%)"
    assert show(_change(back), "en") == "4.0 in 100 (1.0 to 7.0)"
    assert show(_change(back), "zh-Hant") == "每百人4.0人（1.0至7.0）"


def test_a_limit_with_room_left_has_no_price() -> None:
    idle = Price("reach:phone:x", say("report.say.plain", text="Phone"), 0.0, 10.0, "customers", 80.0, True)
    assert not _binds(idle)
    assert _binds(replace(idle, used=10.0))
