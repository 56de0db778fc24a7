"""Make the fonts the report ships: static instances and Hong Kong subsets of open fonts. Build time only.

Usage: python tools/make_fonts.py LATIN_FOLDER [CJK_FOLDER]

LATIN_FOLDER holds node_modules/@fontsource-variable/{inter,source-serif-4} (`npm i @fontsource-variable/inter
@fontsource-variable/source-serif-4`); CJK_FOLDER defaults to Debian's fonts-noto-cjk. All sources are under the SIL
Open Font License. Results are renamed: a subset is a modified version, and "Source" is a reserved font name.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTCollection, TTFont
from fontTools.varLib.instancer import instantiateVariableFont

OUT = Path(__file__).parent.parent / "src" / "regulars" / "report" / "fonts"
DEBIAN = Path("/usr/share/fonts/opentype/noto")
FEATURES = ["kern", "liga", "tnum", "lnum", "calt", "ccmp", "locl", "mark", "mkmk", "halt", "palt"]

LATIN = (  # npm package, weight, style name, new family, file
    ("inter", 400, "Regular", "Regulars Sans", "RegularsSans-Regular.ttf"),
    ("inter", 600, "SemiBold", "Regulars Sans", "RegularsSans-SemiBold.ttf"),
    ("source-serif-4", 600, "SemiBold", "Regulars Serif", "RegularsSerif-SemiBold.ttf"),
)
CJK = (  # collection, face, which characters, new family, file
    ("NotoSansCJK-Regular.ttc", "Noto Sans CJK HK", "all", "Regulars Sans HK", "RegularsSansHK-Regular.otf"),
    (
        "NotoSansCJK-Medium.ttc",
        "Noto Sans CJK HK Medium",
        "common",
        "Regulars Sans HK Strong",
        "RegularsSansHK-Medium.otf",
    ),
    (
        "NotoSerifCJK-SemiBold.ttc",
        "Noto Serif CJK HK SemiBold",
        "common",
        "Regulars Serif HK",
        "RegularsSerifHK-SemiBold.otf",
    ),
)


def double_byte(encoding: str, leads: range) -> set[int]:
    """Every character a double-byte encoding writes with one of the lead bytes."""
    found: set[int] = set()
    for lead in leads:
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            try:
                found.update(map(ord, bytes((lead, trail)).decode(encoding)))
            except UnicodeDecodeError:
                continue
    return found


def product_characters() -> set[int]:
    """Characters of our own word lists and packs, so that a heading never falls back for our own words."""
    root = OUT.parent.parent
    texts = (path.read_text(encoding="utf-8") for path in root.rglob("*.toml"))
    return {ord(character) for text in texts for character in text}


def characters(which: str) -> set[int]:
    """`all`: Big5 with HKSCS; `common`: level 1 of Big5 (5,401 characters). Both with punctuation and ASCII."""
    marks = {
        *range(0x20, 0x7F),
        *range(0xA0, 0x100),
        *range(0x2010, 0x2040),
        *range(0x2190, 0x219A),
        0x2212,
        0x2264,
        0x2265,
    }
    marks |= {
        0x20AC,
        0x2122,
        *range(0x2460, 0x2474),
        *range(0x25A0, 0x2600),
        *range(0x3000, 0x3040),
        *range(0xFF00, 0xFFF0),
    }
    if which == "all":
        return marks | product_characters() | double_byte("big5hkscs", range(0x81, 0xFF))
    return marks | product_characters() | double_byte("big5", range(0xA4, 0xC7))


def rename(font: TTFont, family: str, style: str) -> None:
    """Give a font its own family name; copyright and licence entries stay as they are."""
    full = f"{family} {style}"
    postscript = f"{family.replace(' ', '')}-{style}"
    regular = style == "Regular"
    wanted = {
        1: family if regular else full,
        2: "Regular",
        3: postscript,
        4: full,
        6: postscript,
        16: family,
        17: style,
    }
    table = font["name"]
    for record in list(table.names):
        if record.nameID in {*wanted, 21, 22, 25} or record.langID not in (0, 0x409):
            table.removeNames(record.nameID, record.platformID, record.platEncID, record.langID)
    for number, text in wanted.items():
        table.setName(text, number, 3, 1, 0x409)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames = [postscript]
        cff.topDictIndex[0].FullName, cff.topDictIndex[0].FamilyName = full, family


def cut(font: TTFont, wanted: set[int]) -> None:
    """Keep only the wanted characters and the layout features the report uses."""
    options = subset.Options(
        layout_features=FEATURES, name_IDs=["*"], name_languages=["*"], hinting=False, notdef_outline=True
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)


def make_latin(folder: Path) -> None:
    """Static Latin fonts: the `latin` and `latin-ext` files at one weight, merged."""
    for package, weight, style, family, name in LATIN:
        parts: list[Path] = []
        for range_name in ("latin", "latin-ext"):
            source = (
                folder
                / "node_modules"
                / "@fontsource-variable"
                / package
                / "files"
                / f"{package}-{range_name}-wght-normal.woff2"
            )
            font = TTFont(source)
            font.flavor = None
            part = folder / f"{package}-{range_name}-{weight}.ttf"
            instantiateVariableFont(font, {"wght": weight}).save(part)
            parts.append(part)
        merged = Merger().merge([str(part) for part in parts])
        rename(merged, family, style)
        merged["OS/2"].usWeightClass = weight
        merged.recalcTimestamp = False
        merged.save(OUT / name)


def make_cjk(folder: Path) -> None:
    """Hong Kong faces of Noto CJK, cut down to what Hong Kong writes."""
    for collection, face, which, family, name in CJK:
        fonts = TTCollection(folder / collection).fonts
        font = next(f for f in fonts if f["name"].getDebugName(4) == face)
        cut(font, characters(which))
        rename(font, family, "Regular")
        font["OS/2"].usWeightClass = 400  # one face a family: no renderer may synthesise another weight from it
        font.recalcTimestamp = False  # the same sources give the same bytes
        font.save(OUT / name)


def main() -> None:
    """Make all fonts and print their sizes."""
    OUT.mkdir(exist_ok=True)
    make_latin(Path(sys.argv[1]))
    make_cjk(Path(sys.argv[2]) if len(sys.argv) > 2 else DEBIAN)
    for path in sorted(OUT.glob("*.?tf")):
        sys.stdout.write(f"{path.stat().st_size:>10,}  {path.name}\n")


if __name__ == "__main__":
    main()
