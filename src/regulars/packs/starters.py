"""Starter files of ``strategy/``: the trade's own, else those all trades share, put into the trade's words.

A starter is ours and says so: it is never signed, and it never holds what only the business can have measured. Shared
starters lie in ``data/strategy`` and may use the pack's words: ``{staff}``, ``{branch}``, ``{service}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from regulars.base.errors import BadSettings
from regulars.base.inputs.common import InputFile, in_one_language
from regulars.base.inputs.files import FILES, FOLDER, parse_input
from regulars.base.problem import Problem
from regulars.base.text import Listing, say
from regulars.packs.read import DATA
from regulars.packs.schema import Pack

SHARED = DATA / FOLDER
_TEXT = re.compile(r'(?P<language>en|zh-Hant) = "(?P<text>(?:[^"\\]|\\.)*)"')
_WORD = re.compile(r"\{(\w+)\}")


def starter(pack: Pack, *, folder: Path, name: str) -> bytes | None:
    """The starter of one file, or None where neither the pack in ``folder`` nor the shared shelf has one."""
    own, shared = folder / FOLDER / f"{name}.toml", SHARED / f"{name}.toml"
    if own.is_file():
        return own.read_bytes()
    return _in_words(shared.read_text(encoding="utf-8"), pack).encode() if shared.is_file() else None


def _in_words(text: str, pack: Pack) -> str:
    """The pack's words in every place that asks for one, a sentence still beginning with a capital."""
    words = {str(key): {str(k): v for k, v in names.items()} for key, names in pack.words.items()}

    def said(found: re.Match[str]) -> str:
        language, inner = found["language"], found["text"]
        spoken = _WORD.sub(lambda w: words.get(w[1], {}).get(language, w[1]), inner)
        if inner.startswith("{"):
            spoken = spoken[:1].upper() + spoken[1:]
        return f"{language} = {json.dumps(spoken, ensure_ascii=False)}" if spoken != inner else found[0]

    return _TEXT.sub(said, text)


def starter_problems(folder: Path) -> Iterator[Problem]:
    """What is wrong with the starters in a pack's folder: unreadable, unknown, signed, measured, or one language."""
    for path in sorted((folder / FOLDER).glob("*.toml")):
        kind = FILES.get(path.stem)
        if kind is None:
            yield _problem(path, "", "starter_unknown", files=Listing(tuple(f"{name}.toml" for name in FILES)))
            continue
        try:
            found = parse_input(path.read_bytes(), kind=kind, file=f"{FOLDER}/{path.name}")
        except BadSettings as error:
            yield Problem(str(path), None, "", "pack_starter_unreadable", error.text)
            continue
        if found.stated is not None:
            yield _problem(path, "stated", "starter_signed")
        for key in measured_in(found):
            yield _problem(path, key, "starter_measured")
        if single := in_one_language(found):
            yield Problem(
                str(path), None, "", "pack_starter_language", say("packs.reason.starter_language", n=single), "warning"
            )


def _problem(path: Path, key: str, code: str, **params: Listing) -> Problem:
    return Problem(str(path), None, key, f"pack_{code}", say(f"packs.reason.{code}", **params))


#: Keys by file and list that only the business can know; a starter that has one would be inventing it.
_OWN = {
    "scores": ("perceived",),
    "audits": ("on", "found"),
    "pledges": ("kept", "on"),
    "roles": ("held_by",),
    "devices": ("bought", "load"),
    "orientation": ("score",),
}


def measured_in(found: InputFile) -> tuple[str, ...]:
    """Keys of a file that hold something measured, judged or named by the business."""
    return tuple(
        f"{part}[{i}].{key}"
        for part, keys in _OWN.items()
        for i, entry in enumerate(getattr(found, part, ()), 1)
        for key in keys
        if getattr(entry, key) is not None
    )
