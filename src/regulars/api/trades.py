"""Trade packs: what there is, what one says, what is wrong with one's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regulars.base.problem import Problem
from regulars.base.text import Text
from regulars.packs.check import check_pack as check
from regulars.packs.describe import describe_pack
from regulars.packs.load import load_pack, pack_ids
from regulars.packs.schema import Pack


@dataclass(frozen=True)
class PackShown:
    """A pack and how it describes itself."""

    pack: Pack
    lines: tuple[Text, ...]


def packs() -> tuple[Pack, ...]:
    """The packs that come with the program."""
    return tuple(load_pack(id) for id in pack_ids())


def show_pack(id_or_folder: str) -> PackShown:
    """One pack in sentences. Raises NotThere when there is none."""
    pack = load_pack(id_or_folder)
    return PackShown(pack, describe_pack(pack))


def check_pack(folder: Path) -> tuple[Problem, ...]:
    """All findings about a pack; those of severity ``rejected`` keep it from being used."""
    return check(folder)
