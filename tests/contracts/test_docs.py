"""The reference pages say what the code says; every method named in a result has its card."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_reference_pages_are_fresh() -> None:
    module = runpy.run_path(str(ROOT / "tools" / "make_reference.py"))
    assert module["stale"]() == [], "run python tools/make_reference.py"


def test_every_method_card_says_the_five_things() -> None:
    cards = sorted((ROOT / "docs" / "methods").glob("*.md"))
    assert len(cards) >= 10
    for card in cards:
        if card.name == "README.md":
            continue
        text = card.read_text(encoding="utf-8").lower()
        for part in ("what", "formula", "data", "fail", "used"):
            assert part in text, f"{card.name} does not say: {part}"


def test_every_method_card_is_in_the_index() -> None:
    folder = ROOT / "docs" / "methods"
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [c.name for c in sorted(folder.glob("*.md")) if c.name != "README.md" and f"]({c.name})" not in index] == []
