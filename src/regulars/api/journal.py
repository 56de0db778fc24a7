"""The journal of strategies: who judged, approved or rejected what and why. Append-only, each line bound to the last.

``strategies/journal.jsonl`` holds one JSON object a line. ``hash`` is SHA-256 over the line without it, ``prev`` the
hash before it, ``number`` counts from 1, and ``strategies/head.json`` repeats the last number and hash, so that a line
changed, inserted, left out or cut off at the end is found when the journal is next read. It does not keep out
somebody who may write to the folder and recomputes every hash; a copy of ``head.json`` kept elsewhere does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from regulars.base.errors import BadData, Busy
from regulars.base.text import say

type Kind = Literal["drafted", "judged", "approved", "rejected", "changed"]
FILE, HEAD, LOCK = "journal.jsonl", "head.json", ".lock"
_START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``at`` is the moment as the caller gave it (ISO 8601), empty when it gave none."""

    number: int
    kind: Kind
    by: str
    at: str
    plan: str
    body: dict[str, Any]
    prev: str
    hash: str


def sha256(content: bytes) -> str:
    """SHA-256 in hex digits."""
    return hashlib.sha256(content).hexdigest()


def _line(number: int, kind: str, by: str, at: str, plan: str, body: dict[str, Any], prev: str) -> dict[str, Any]:
    line = {"number": number, "kind": kind, "by": by, "at": at, "plan": plan, "body": body, "prev": prev}
    canonical = json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return {**line, "hash": sha256(canonical.encode())}


class Journal:
    """The journal of one business."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self) -> tuple[Entry, ...]:
        """All entries, the chain checked from end to end.

        Raises:
            BadData: the journal was changed by something other than this program.
        """
        path = self.folder / FILE
        raw = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        entries: list[Entry] = []
        prev = _START
        for number, text in enumerate(raw, 1):
            entry = self._checked(text, number, prev)
            entries.append(entry)
            prev = entry.hash
        # One line more than the head knows is a call that was killed before it wrote the head.
        known = {(len(entries), prev), (len(entries) - 1, entries[-1].prev)} if entries else {(0, _START)}
        if self._head() not in known:
            raise self._broken(len(entries) + 1)
        return tuple(entries)

    def _checked(self, text: str, number: int, prev: str) -> Entry:
        try:
            found = json.loads(text)
            wanted = _line(number, found["kind"], found["by"], found["at"], found["plan"], found["body"], prev)
        except (ValueError, KeyError, TypeError) as error:
            raise self._broken(number) from error
        if found != wanted:
            raise self._broken(number)
        return Entry(**wanted)

    def _head(self) -> tuple[int, str]:
        try:
            found = json.loads((self.folder / HEAD).read_text(encoding="utf-8"))
            return int(found["number"]), str(found["hash"])
        except FileNotFoundError:
            return 0, _START
        except (ValueError, KeyError, TypeError) as error:
            raise self._broken(1) from error

    def _broken(self, number: int) -> BadData:
        return BadData(
            say("mandate.journal.broken", line=number, file=str(self.folder / FILE)), say("mandate.journal.broken_hint")
        )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the journal: nobody else writes meanwhile. Raises Busy when somebody else holds it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / LOCK, timeout=0):
                yield
        except Timeout as error:
            raise Busy(say("mandate.journal.busy"), say("mandate.journal.busy_hint")) from error

    def append(self, kind: Kind, *, by: str, at: str, plan: str, body: dict[str, Any]) -> Entry:
        """Add an entry; call it while :meth:`held`. Raises BadData as :meth:`read`."""
        entries = self.read()
        prev = entries[-1].hash if entries else _START
        line = _line(len(entries) + 1, kind, by, at, plan, body, prev)
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(line, ensure_ascii=False, sort_keys=True)
        before = (self.folder / FILE).read_bytes() if entries else b""
        self._put(FILE, before + text.encode() + b"\n")
        self._put(HEAD, json.dumps({"number": line["number"], "hash": line["hash"]}).encode())
        return Entry(**line)

    def _put(self, name: str, content: bytes) -> None:
        partial = self.folder / f"{name}.part"
        partial.write_bytes(content)
        partial.replace(self.folder / name)
