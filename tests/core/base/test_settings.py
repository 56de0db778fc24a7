"""business.toml: what is read, and what is said when it cannot be."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from regulars.base.errors import BadSettings, NotThere
from regulars.base.settings import read_business
from regulars.base.words import LANGUAGES, render

GOOD = """
name = { en = "Harbour Beauty", zh-Hant = "海港美容" }
pack = "beauty"
[budget]
amount = 180000.50
[[branches]]
id = "Central"
name = { zh-Hant = "中環" }
[[objectives]]
id = "gain"
name = { en = "Gain" }
kpi = "gain_36"
target = 100000
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "business.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_what_is_there_and_defaults_the_rest(tmp_path: Path) -> None:
    business = read_business(written(tmp_path, GOOD))
    assert business.budget.amount == Decimal("180000.50")
    assert business.branches[0].label().in_language("en") == "中環"
    assert business.contact.holdout == 0.05
    assert business.objectives[0].kpi == "gain_36"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ('colour = "red"\n' + GOOD, "colour"),
        (GOOD.replace("gain_36", "happiness"), "objectives.0.kpi"),
        (GOOD + "[contact]\nholdout = 1.5\n", "contact.holdout"),
        ('zone = "Asia/Atlantis"\n' + GOOD, "zone"),
        (GOOD + '[[branches]]\nid = "Central"\n', "Central"),
        (GOOD.replace('pack = "beauty"', ""), "pack"),
    ],
)
def test_a_bad_key_is_named_in_both_languages(tmp_path: Path, change: str, key: str) -> None:
    with pytest.raises(BadSettings) as caught:
        read_business(written(tmp_path, change))
    for language in LANGUAGES:
        assert key in render(caught.value.text, language)


def test_no_file_and_no_toml(tmp_path: Path) -> None:
    with pytest.raises(NotThere, match="regulars new"):
        read_business(tmp_path / "business.toml")
    with pytest.raises(BadSettings, match="TOML"):
        read_business(written(tmp_path, "name = "))
