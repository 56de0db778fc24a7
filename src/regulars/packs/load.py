"""Packs by id or by folder, ready for use: what is wrong with one stops here, with file, key and reason."""

from __future__ import annotations

from pathlib import Path

from regulars.base.errors import BadSettings, NotThere
from regulars.base.text import Listing, say
from regulars.packs.check import pack_problems
from regulars.packs.read import DATA, MAIN, read_pack
from regulars.packs.schema import Pack


def pack_ids() -> tuple[str, ...]:
    """The ids of the packs that come with the product, sorted."""
    return tuple(sorted(entry.name for entry in DATA.iterdir() if (entry / MAIN).is_file()))


def pack_folder(id_or_path: str | Path) -> Path:
    """The folder of a pack: a shipped id, or a path to a folder (or to its ``pack.toml``).

    Raises:
        NotThere: neither.
    """
    if isinstance(id_or_path, str) and id_or_path in pack_ids():
        return DATA / id_or_path
    path = Path(id_or_path)
    folder = path.parent if path.name == MAIN else path
    if (folder / MAIN).is_file():
        return folder
    raise NotThere(say("packs.load.unknown", pack=str(id_or_path)), say("packs.load.known", packs=Listing(pack_ids())))


def load_pack(id_or_path: str | Path) -> Pack:
    """One pack, checked; its conflicts hold both ways.

    Raises:
        NotThere: no such pack.
        BadSettings: a file is no TOML, or a key breaks the schema or a rule; the message names file, key and reason.
    """
    folder = pack_folder(id_or_path)
    read = read_pack(folder)
    found = read.problems if read.pack is None else pack_problems(read.pack, folder=folder)
    rejected = [problem for problem in found if problem.severity == "rejected"]
    if read.pack is not None and not rejected:
        return read.pack
    first = rejected[0]
    raise BadSettings(
        say("packs.load.bad_key", file=first.file, key=first.column or "", reason=first.reason),
        say("packs.load.bad_key_hint", n=len(rejected), count=len(rejected)),
    )
