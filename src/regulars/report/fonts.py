"""The shipped fonts, and subsets of them holding just the characters of one page, as base64 for inline CSS."""

from __future__ import annotations

import base64
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent / "fonts"

#: CSS family -> weight -> file.
FACES: dict[str, tuple[int, str]] = {
    "Regulars Sans": (400, "RegularsSans-Regular.ttf"),
    "Regulars Sans Strong": (600, "RegularsSans-SemiBold.ttf"),
    "Regulars Serif": (600, "RegularsSerif-SemiBold.ttf"),
    "Regulars Sans HK": (400, "RegularsSansHK-Regular.otf"),
    "Regulars Sans HK Strong": (400, "RegularsSansHK-Medium.otf"),
    "Regulars Serif HK": (400, "RegularsSerifHK-SemiBold.otf"),
}
#: Which families set which role, in order: a character is embedded in the first that has it.
ROLES = {
    "sans": ("Regulars Sans", "Regulars Sans HK"),
    "strong": ("Regulars Sans Strong", "Regulars Sans HK Strong", "Regulars Sans HK"),
    "serif": ("Regulars Serif", "Regulars Serif HK", "Regulars Sans HK Strong", "Regulars Sans HK"),
}


@lru_cache(maxsize=8)
def _coverage(file: str) -> frozenset[int]:
    with TTFont(FOLDER / file, lazy=True) as font:
        return frozenset(font.getBestCmap())


def shares(used: dict[str, set[str]]) -> dict[str, str]:
    """Family -> characters it must carry, for the characters used in each role."""
    wanted: dict[str, set[int]] = {}
    for role, characters in used.items():
        left = {ord(c) for c in characters if c > " "}
        for family in ROLES[role]:
            mine = left & _coverage(FACES[family][1])
            if mine:
                wanted.setdefault(family, {0x20}).update(mine)
            left -= mine
    return {family: "".join(map(chr, sorted(codes))) for family, codes in wanted.items()}


@lru_cache(maxsize=32)
def subset_woff(family: str, characters: str) -> str:
    """One face cut down to some characters, as base64 WOFF. The same request gives the same bytes.

    WOFF, not WOFF2: its Brotli takes most of the time of a Chinese report and saves a tenth. Chinese faces are made for
    Hong Kong, so they need no variants of other regions, which would double the glyphs.
    """
    latin = FACES[family][1].endswith(".ttf")
    options = subset.Options(
        layout_features=["kern", "liga", "tnum", "lnum", "ccmp", "locl", "mark"] if latin else [],
        flavor="woff",
        hinting=True,  # the shipped fonts have none; looking for some to remove costs seconds
        notdef_outline=True,
        recalc_timestamp=False,
    )
    out = BytesIO()
    with subset.load_font(str(FOLDER / FACES[family][1]), options) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=characters)
        cutter.subset(font)
        subset.save_font(font, out, options)
    return base64.b64encode(out.getvalue()).decode()


def font_faces(used: dict[str, set[str]]) -> str:
    """``@font-face`` rules with everything embedded."""
    rules = []
    for family, characters in shares(used).items():
        weight, _ = FACES[family]
        # The strong Latin face is the 600 of one family to CSS; files are named apart only for the subsets.
        name = "Regulars Sans" if family == "Regulars Sans Strong" else family
        data = subset_woff(family, characters)
        rules.append(
            f'@font-face{{font-family:"{name}";font-weight:{weight};font-style:normal;'
            f"src:url(data:font/woff;base64,{data}) format('woff')}}"
        )
    return "\n".join(rules)
