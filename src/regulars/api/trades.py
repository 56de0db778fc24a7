"""Trade packs: what there is, what one says, what is wrong with one's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regulars.api.business import OWN_PACK, SETTINGS, OpenBusiness, starter_settings
from regulars.base.errors import BadSettings
from regulars.base.problem import Problem
from regulars.base.text import Text, say
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


def change_trade(business: OpenBusiness, pack: str) -> None:
    """Give a business that was made for the wrong trade the starter settings of another; files and ledger stay.

    Raises:
        BadSettings: the settings are no longer those it was made with (they would be lost), or it has its own pack.
        NotThere: no such pack.
    """
    path, said = business.folder / SETTINGS, business.settings
    owner = next((objective.owner for objective in said.objectives), "")
    name = said.name["en"]

    def starter(pack: Pack) -> str:
        return starter_settings(pack, name, currency=said.currency, zone=said.zone, owner=owner)

    if (business.folder / OWN_PACK).is_dir() or path.read_text(encoding="utf-8") != starter(business.pack):
        raise BadSettings(say("api.business.trade_kept"), say("api.business.trade_kept_hint"))
    partial = path.with_suffix(".toml.part")
    partial.write_text(starter(load_pack(pack)), encoding="utf-8")
    partial.replace(path)
