"""How values and sentences are shown in both languages."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import regulars
from regulars.base.text import Day, Listing, Local, Money, Month, Number, Param, Share, say
from regulars.base.words import UnknownLanguage, UnknownMessage, places, render, show, word_list


@pytest.mark.parametrize(
    ("value", "spec", "english", "chinese"),
    [
        (Money.of(1_020_000, "HKD"), "short", "HK$1.02M", "HK$102萬"),
        (Money.of(-1_250_000, "HKD"), "short", "−HK$1.25M", "−HK$125萬"),
        (Money.of(345_678_900, "HKD"), "short", "HK$345.68M", "HK$3.46億"),
        (Money.of(7_128_564, "HKD"), "round", "HK$7,130,000", "HK$7,130,000"),
        (Money.of(-121_965.37, "HKD"), "round", "−HK$122,000", "−HK$122,000"),
        (Money.of(999_700, "HKD"), "round", "HK$1,000,000", "HK$1,000,000"),
        (Money.of(41.27, "HKD"), "round", "HK$41", "HK$41"),
        (Money.of(0, "HKD"), "round", "HK$0", "HK$0"),
        (Money.of(48_373, "HKD"), "", "HK$48,373", "HK$48,373"),
        (Money.of(-0.001, "HKD"), "", "HK$0", "HK$0"),
        (Money.of(4.21, "HKD"), "", "HK$4.21", "HK$4.21"),
        (Money.of(12.5, "HKD"), "exact", "HK$12.50", "HK$12.50"),
        (Money.of(1_020_000, "USD"), "", "US$1,020,000", "US$1,020,000"),
        (Money.of(99, "GBP"), "", "£99", "£99"),
        (Share(0.31), "", "31%", "31%"),
        (Share(0.031), "", "3.1%", "3.1%"),
        (Share(0.0), "", "0%", "0%"),
        (Share(0.5), "1", "50.0%", "50.0%"),
        (Share(0.25), "round", "25%", "25%"),
        (Share(-0.31), "", "−31%", "−31%"),
        (Number(3.14159, 2), "", "3.14", "3.14"),
        (-7, "", "−7", "−7"),
        (1234567, "", "1,234,567", "1,234,567"),
        (Day(date(2026, 11, 21)), "", "21 Nov 2026", "2026年11月21日"),
        (Month(date(2026, 11, 1)), "", "Nov 2026", "2026年11月"),
        (Listing(("A", "B", "C")), "", "A, B and C", "A、B及C"),
        (Local({"en": "Central", "zh-Hant": "中環"}), "", "Central", "中環"),
        (Local({"en": "Central"}), "", "Central", "Central"),
    ],
)
def test_values(value: Param, spec: str, english: str, chinese: str) -> None:
    assert show(value, "en", spec) == english
    assert show(value, "zh-Hant", spec) == chinese


def test_money_is_exact_at_the_edge() -> None:
    assert Money.of(0.1 + 0.2, "HKD").amount == Decimal("0.30")
    assert Money.of(Decimal("2.675"), "HKD").amount == Decimal("2.68")


def test_singular_where_english_needs_it() -> None:
    assert render(say("cli.study.state_lapsed", n=1), "en").strip() == "1 lapsed"
    assert render(say("cli.study.state_overdue", n=2), "en").strip().startswith("2 overdue")


def test_nested_texts_and_plain_dates() -> None:
    text = say("cli.study.done", as_of=date(2026, 10, 31), version=3, customers=1200)
    assert "31 Oct 2026" in render(text, "en")
    assert "2026年10月31日" in render(text, "zh-Hant")


def test_misuse_says_what_was_wanted() -> None:
    with pytest.raises(UnknownMessage, match="no sentence"):
        render(say("cli.nothing.here"), "en")
    with pytest.raises(UnknownLanguage):
        word_list("fr")
    with pytest.raises(KeyError):
        render(say("cli.undo.done"), "en")
    assert places("{a} and {b:short}") == {"a", "b"}


def test_chinese_has_no_spaces_about_figures() -> None:
    han = r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]"
    apart = re.compile(rf"{han} (?=[{{\d−])|[}}\d%] (?={han})")
    lists = sorted(Path(regulars.__file__).parent.parent.glob("regulars*/**/zh-Hant/*.toml"))
    assert len(lists) > 50
    lines = [(f.name, line) for f in lists for line in f.read_text(encoding="utf-8").splitlines()]
    assert [(name, line) for name, line in lines if not line.startswith("#") and apart.search(line)] == []
