"""Packs to break: a copy of a shipped pack with one place of one file changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from regulars.packs.read import DATA


def copy_of(pack_id: str, folder: Path) -> Path:
    """A writable copy of a shipped pack."""
    return Path(shutil.copytree(DATA / pack_id, folder / pack_id))


def planted(folder: Path, *, file: str, old: str, new: str, pack_id: str = "beauty") -> Path:
    """A copy with the first ``old`` in ``file`` replaced; fails when the shipped pack has no such place."""
    broken = copy_of(pack_id, folder)
    text = (broken / file).read_text(encoding="utf-8")
    assert old in text, f"{pack_id}/{file} has no {old!r}"
    (broken / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return broken
