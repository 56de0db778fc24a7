"""Figures with their unit and names side by side, as each language writes them."""

from __future__ import annotations

import pytest

from regulars_web.shared.templatetags.words import aimed, joined
from regulars_web.strategy.templatetags.bounds import counted


@pytest.mark.parametrize(("language", "said"), [("en", "15 customers"), ("zh-Hant", "15名客戶")])
def test_a_number_of_customers_says_so(language: str, said: str) -> None:
    page = {"language": language, "currency": "HKD"}
    assert aimed(page, 15.2, "reactivated") == counted(page, 15.0, "reactivated", "HKD") == said
    assert aimed(page, 0.9, "retention_rate") == "90.0%"


def test_names_stand_with_the_comma_of_the_language_and_stay_harmless() -> None:
    assert joined({"language": "zh-Hant"}, ["客人", "電話"]) == "客人、電話"
    assert joined({"language": "en"}, ["a.csv", "<b>.csv"]) == "a.csv, &lt;b&gt;.csv"
