"""Making and opening a business folder."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from regulars.api.starters import investment_starter
from regulars.base.errors import BadSettings
from regulars.base.settings import Business, parse_business, read_business
from regulars.base.starter import AIM_OF, corporate_lines
from regulars.base.text import say
from regulars.ledger.store import Ledger
from regulars.packs.load import load_pack, pack_ids
from regulars.packs.schema import Pack
from regulars.privacy.pseudonym import Pseudonyms, load_or_make_secret

SETTINGS = "business.toml"
OWN_PACK = "pack"
#: What the business's own trials have taught.
LEARNED = "learned/effects.json"


@dataclass(frozen=True)
class OpenBusiness:
    """A business folder opened for work.

    ``pack`` is the trade pack its settings name, with the effects of measures as believed after the business's own
    trials (``learned/effects.json``).
    """

    folder: Path
    settings: Business
    pack: Pack
    ledger: Ledger

    @property
    def rejects(self) -> Path:
        """Where rejected rows are kept for correction (readable by the owner alone)."""
        return self.folder / "rejected"

    @property
    def profiles(self) -> Path:
        """Where saved import mappings are."""
        return self.folder / "profiles"

    @property
    def runs(self) -> Path:
        """Where immutable results are."""
        return self.folder / "runs"

    @property
    def reports(self) -> Path:
        """Where reports are written."""
        return self.folder / "reports"

    def pseudonyms(self) -> Pseudonyms:
        """The keyed pseudonyms of this business; its secret is made at the first call."""
        return Pseudonyms(load_or_make_secret(self.folder / "secret.key"))


def open_business(folder: Path) -> OpenBusiness:
    """Open an existing business folder.

    Raises:
        NotThere: the folder has no ``business.toml``.
        BadSettings: the settings or the pack they name cannot be used.
        BadData: what was learned cannot be read.
    """
    settings = read_business(folder / SETTINGS)
    own = folder / OWN_PACK
    pack = load_pack(own if own.is_dir() else settings.pack)
    if (folder / LEARNED).is_file():
        from regulars.strategy.learned import read_memory, updated

        pack, _ = updated(pack, read_memory(folder / LEARNED))
    return OpenBusiness(folder, settings, pack, Ledger(folder / "ledger"))


def create_business(
    folder: Path,
    *,
    pack: str,
    name: str | None = None,
    currency: str | None = None,
    zone: str = "Asia/Hong_Kong",
    owner: str = "",
    settings_toml: str | None = None,
) -> OpenBusiness:
    """Make a business folder with a commented ``business.toml`` and an empty ledger.

    Args:
        folder: must not hold a business yet.
        pack: a trade pack's id, or a folder with a pack of one's own, which is copied into the business.
        name: shown on reports; the folder's name when not given.
        currency: ISO 4217 code of the sales; the pack's when not given.
        zone: IANA time zone of the business day.
        owner: who answers for the starter's objectives; to be named later when not given.
        settings_toml: complete settings to write instead of the starter.

    Raises:
        BadSettings: there is a business already, or the settings cannot be used. Nothing is left behind then.
    """
    if (folder / SETTINGS).exists():
        raise BadSettings(say("api.business.exists", folder=str(folder)), say("api.business.exists_hint"))
    own = Path(pack) if settings_toml is None and pack not in pack_ids() and Path(pack).is_dir() else None
    text = settings_toml or starter_settings(
        load_pack(pack), name or folder.absolute().name, currency=currency, zone=zone, owner=owner
    )
    parse_business(text.encode(), file=folder / SETTINGS)
    folder.mkdir(parents=True, exist_ok=True)
    for sub in ("runs", "profiles"):
        (folder / sub).mkdir(exist_ok=True)
    if own:
        shutil.copytree(own, folder / OWN_PACK, dirs_exist_ok=True)
    partial = folder / f"{SETTINGS}.part"
    partial.write_text(text, encoding="utf-8")
    partial.replace(folder / SETTINGS)
    return open_business(folder)


def _quoted(value: str) -> str:
    return '"' + re.sub(r"[\x00-\x1f\x7f]", " ", value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def starter_settings(
    pack: Pack, name: str, *, currency: str | None = None, zone: str = "Asia/Hong_Kong", owner: str = ""
) -> str:
    """A ``business.toml`` with the pack's starter objectives, every setting explained, ready to be edited."""
    lines = [
        "# The settings of one business. docs/reference/business.md explains every key.",
        f"name = {{ en = {_quoted(name)} }}",
        f"pack = {_quoted(pack.id)}",
        f"currency = {_quoted(currency or pack.currency)}",
        f"zone = {_quoted(zone)}",
        'languages = ["en", "zh-Hant"]',
        f"mission = {{ en = {_quoted(pack.mission['en'])}, zh-Hant = {_quoted(pack.mission['zh-Hant'])} }}",
        "cycle_months = 3              # a plan covers one cycle",
        "veto = []                     # measures never to be used, by id (see `regulars pack show`)",
        "",
        "[budget]",
        "amount = 60000                # money for customer relations in one cycle",
        "",
        "[capacity]",
        "staff_hours_per_branch = 60   # hours for customer relations in one cycle; a branch may state its own",
        "",
        "[contact]",
        "max_contacts = 3              # marketing contacts a customer may get in one cycle",
        "holdout = 0.05                # share who hear nothing, so that the effect can be measured",
        "assumed_permission = 0.5      # only used where no contact permission is on record at all",
        "",
        "[margin]",
        f"share = {pack.margin_share}                  # contribution margin where sale lines carry no cost",
        "monthly_discount = 0.99",
        "",
        "# Branches as the exports name them; `also` lists other spellings.",
        "# [[branches]]",
        '# id = "Central"',
        '# name = { en = "Central", zh-Hant = "中環" }',
        '# also = ["CTR"]',
        "# staff_hours = 80",
    ]
    lines += corporate_lines(objective.kpi for objective in pack.objectives)
    for objective in pack.objectives:
        lines += [
            "",
            "[[objectives]]",
            f"id = {_quoted(objective.id)}",
            f"name = {{ en = {_quoted(objective.name['en'])}, zh-Hant = {_quoted(objective.name['zh-Hant'])} }}",
            f"kpi = {_quoted(objective.kpi)}",
            f"target = {objective.target}",
            f"priority = {objective.priority}",
            f"serves = {_quoted(AIM_OF[objective.kpi])}",
            *([f"owner = {_quoted(owner)}"] if owner else []),
        ]
    lines += ["", *investment_starter(pack.id)]
    return "\n".join(lines) + "\n"
