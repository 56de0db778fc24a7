"""Draw a chart: words filled in, then SVG by Vega-Lite's converter with the shipped fonts. No network, no browser."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert

from regulars.base.text import Day, Listing, Local, Money, Month, Number, Share, Text
from regulars.base.words import show
from regulars.report.charts import Labels

FONTS = Path(__file__).parent / "fonts"
_SHOWN = (Money, Share, Number, Day, Month, Local, Listing, Text)
VEGA_LITE = "6.1"


def localise(part: Any, language: str) -> Any:
    """A specification with every Text in words: plain JSON."""
    if isinstance(part, Labels):
        words = {_key(k): lines(show(v, language), part.line) for k, v in part.words.items()}
        return json.dumps(words, ensure_ascii=False) + "[datum.value]"
    if isinstance(part, _SHOWN):
        return show(part, language)
    if isinstance(part, dict):
        return {k: localise(v, language) for k, v in part.items()}
    if isinstance(part, list | tuple):
        return [localise(v, language) for v in part]
    return part


def lines(words: str, line: int, most: int = 3) -> str | list[str]:
    """Words broken at spaces, or between Chinese letters, into as many lines for every label, so that all stand on one
    foot: the upper ones may be empty. Lines are about as long as each other, and what ``most`` do not hold is left out.
    """
    if not line:
        return words
    kept = _broken(words, line)
    kept = next(found for width in range(line // 2, line + 1) if len(found := _broken(words, width)) <= len(kept))
    if len(kept) > most:
        kept = [*kept[: most - 1], kept[most - 1] + "…"]
    return [""] * (most - len(kept)) + kept


def _broken(words: str, line: int) -> list[str]:
    found = [""]
    for piece in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+", words):
        if found[-1].strip() and _wide(found[-1] + piece.rstrip()) > line:
            found.append("")
        found[-1] += piece
    return [part.strip() for part in found if part.strip()]


def _wide(words: str) -> int:
    return sum(2 if letter >= "\u2e80" else 1 for letter in words)


def _key(value: float | str) -> str:
    # The key must be what JavaScript prints for the number: 180000, not 180000.0.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@cache
def _fonts_registered() -> bool:
    vl_convert.register_font_directory(str(FONTS))
    return True


def to_svg(chart: dict[str, Any], language: str, *, width: int, prefix: str, squeeze: float = 1.0) -> str:
    """The chart as SVG, ``width`` pixels wide, its height times ``squeeze``.

    ``prefix`` keeps its inner ids apart from those of other charts on the page.
    """
    spec = _spec(chart, language, width, squeeze)
    svg = str(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE))
    svg = re.sub(r'(id="|url\(#|href="#)(\w+)', rf"\g<1>{prefix}-\2", svg)
    return re.sub(r"\s*<\?xml.*?\?>\s*", "", svg)


def to_png(chart: dict[str, Any], language: str, *, width: int, scale: float = 2.0, squeeze: float = 1.0) -> bytes:
    """The chart as a picture of ``width`` times ``scale`` pixels, for files that hold no SVG."""
    spec = {**_spec(chart, language, width, squeeze), "background": "white"}
    return bytes(vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=scale))


def _spec(chart: dict[str, Any], language: str, width: int, squeeze: float) -> dict[str, Any]:
    _fonts_registered()
    rigid = chart.get("usermeta", {}).get("rigid", False)  # a chart whose rows need the height they ask for
    return {
        **localise(chart, language),
        "width": width,
        "height": chart["height"] * (1.0 if rigid else squeeze),
        "autosize": {"type": "fit-x", "contains": "padding"},
    }
