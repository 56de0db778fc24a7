"""The settings as they were before every change, kept in ``settings/`` of the business folder, and what a process that
was killed over a change left half: the journal is told of what was done, and what was not done leaves nothing behind.

``0007.toml`` is the file before the seventh change, ``0007.json`` what the change made of it and who asked for it.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

from regulars.api.business import SETTINGS, OpenBusiness
from regulars.api.journal import Entry, Journal, Kind, sha256
from regulars.api.strategies import journal_of

FOLDER = "settings"


def kept(business: OpenBusiness) -> list[Path]:
    """The former versions, oldest first."""
    return sorted((business.folder / FOLDER).glob("[0-9]*.toml"))


def known(version: Path) -> dict[str, Any]:
    """What is known of the change that replaced a version."""
    found: dict[str, Any] = json.loads(version.with_suffix(".json").read_text(encoding="utf-8"))
    return found


def keep(business: OpenBusiness, before: bytes, after: bytes, *, key: str, author: str, at: str) -> None:
    """Keep a version that is about to be replaced. It counts once its own file is there, which comes last."""
    there = kept(business)
    version = business.folder / FOLDER / f"{int(there[-1].stem) + 1 if there else 1:04d}.toml"
    version.parent.mkdir(exist_ok=True)
    _tell(version, {"after": sha256(after), "key": key, "by": author, "at": at})
    put(version, before)


def about_to_undo(version: Path, *, author: str, at: str) -> None:
    """Write down who takes a change back, before it is done."""
    _tell(version, known(version) | {"undo": {"by": author, "at": at}})


def let_go(version: Path) -> None:
    """A version that is the settings again is kept no more."""
    version.unlink()
    version.with_suffix(".json").unlink(missing_ok=True)


def put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(content)
    partial.replace(path)


def record(journal: Journal, key: str, author: str, at: str, before: str, after: str) -> None:
    """A change's line in the journal; ``before`` and ``after`` are digests of the file."""
    journal.append("changed", by=author, at=at, plan="", body={"key": key, "before": before, "after": after})


def settle(business: OpenBusiness, journal: Journal) -> None:
    """Bring to its end what a killed process left half. Call it while the journal is held."""
    there = kept(business)
    if not there:
        return
    last, told = there[-1], known(there[-1])
    before, now = sha256(last.read_bytes()), sha256((business.folder / SETTINGS).read_bytes())
    changes = [entry for entry in journal.read() if entry.kind == "changed"]
    written = bool(changes) and changes[-1].body["after"] == told["after"]
    if now == told["after"]:
        if not written and "by" in told:  # made, and killed before its line
            record(journal, told["key"], told["by"], told["at"], before, now)
    elif now == before and not written:  # killed before it was made
        let_go(last)
    elif now == before and "undo" in told:  # taken back, and killed before its line
        record(journal, "undo", told["undo"]["by"], told["undo"]["at"], told["after"], now)
        let_go(last)


def recorded(business: OpenBusiness, kind: Kind, *, by: str, at: str, plan: str = "") -> tuple[Entry, ...]:
    """Lines of the journal about what somebody did at a moment, what was left half brought to its end before.

    Raises Busy when somebody is writing, BadData as :meth:`Journal.read`.
    """
    journal = journal_of(business)
    with journal.held():
        settle(business, journal)
        found = [e for e in journal.read() if (e.kind, e.at, e.plan) == (kind, at, plan)]
    return tuple(entry for entry in found if _same(entry.by) == _same(by))


def _same(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split())


def _tell(version: Path, told: dict[str, Any]) -> None:
    put(version.with_suffix(".json"), json.dumps(told).encode())
