"""What earlier studies of a business found about its past, kept to be found again. Docs: docs/reference/scale.md.

A finding is put away under a digest of all it was made from: the facts before the day it looks from (their
fingerprint, so that a late line, a correction or an undone import makes another digest), what was asked of them, the
settings, the pack, the program's own text and the libraries it counts with. So nothing is ever out of date, only no
longer asked for; the folder may be deleted at any time and is kept small.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.parquet as pq

import regulars
from regulars.base.plain_file import read_plain, write_plain

#: Findings kept at most, and bytes of them together; the longest unused go first.
MOST, MOST_BYTES = 64, 400 * 2**20
_COUNTING = ("numpy", "scipy", "pyarrow", "duckdb", "ibis-framework", "sqlglot")
#: The floors of the program that a study is made by.
STUDYING = ("base", "packs", "ledger", "analysis")


@dataclass(frozen=True, slots=True)
class Finding[T]:
    """What was found, and the queries that were asked for it, by section."""

    value: T
    queries: dict[str, str]


@dataclass(slots=True)
class Memory:
    """A folder of findings; without a folder everything is found anew and nothing is kept.

    ``rests_on`` is what all findings of one study have in common; ``again`` finds everything anew and keeps that.
    ``recalled`` and ``found`` are the parts that were there already and those that were not.
    """

    folder: Path | None = None
    rests_on: str = ""
    again: bool = False
    recalled: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path, *, engine: str, settings: object, again: bool = False) -> Memory:
        """The memory of a business studied on an engine with some settings (JSON-able)."""
        return cls(folder, digest(program(), engine, settings), again)

    @property
    def keeps(self) -> bool:
        """Whether there is anything to keep findings in."""
        return self.folder is not None

    def recall[T](self, part: str, of: object, make: Callable[[], Finding[T]]) -> Finding[T]:
        """The finding of ``part`` made from ``of`` (JSON-able) and from what all rest on; made and kept if new."""
        if self.folder is None:
            return make()
        path = self.folder / f"{part}-{digest(self.rests_on, part, of)}.npz"
        known = None if self.again else read_plain(path)
        if isinstance(known, Finding):
            path.touch()
            self.recalled.append(part)
            return cast(Finding[T], known)
        made = make()
        self.folder.mkdir(parents=True, exist_ok=True)
        write_plain(made, path)
        self.found.append(part)
        _tidy(self.folder)
        return made

    def file(self, part: str, of: object, write: Callable[[Path], None]) -> Path:
        """The table (Parquet) of ``part`` made from ``of``, as :meth:`recall`; ``write`` writes it whole or not at all.

        To be read at once: it may be let go of when the next finding is kept. There must be a folder (:attr:`keeps`).
        """
        assert self.folder is not None
        path = self.folder / f"{part}-{digest(self.rests_on, part, of)}.parquet"
        if not self.again and _is_table(path):
            path.touch()
            self.recalled.append(part)
            return path
        self.folder.mkdir(parents=True, exist_ok=True)
        write(path)
        self.found.append(part)
        _tidy(self.folder)
        return path


def _is_table(path: Path) -> bool:
    """Whether there is such a table, not cut short nor changed by hand."""
    try:
        pq.read_metadata(path)
    except (OSError, pa.ArrowInvalid):
        return False
    return True


def digest(*parts: object) -> str:
    """Changes when any part changes; parts must be JSON-able."""
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@cache
def program(*floors: str, home: Path = Path(regulars.__file__).parent) -> str:
    """A digest of the program's own text (of what studies, and of more ``floors``) and of the versions it counts with:
    other code, other findings and other runs."""
    found = hashlib.sha256()
    for part in (*STUDYING, *floors):
        for file in sorted((home / part).rglob("*.py")):
            found.update(str(file.relative_to(home)).encode() + b"\0" + file.read_bytes())
    for name in _COUNTING:
        found.update(f"{name} {version(name)}".encode())
    return found.hexdigest()


def _tidy(folder: Path) -> None:
    """Let go of the findings that have not been asked for the longest, and of unfinished files."""
    found = (file for kind in ("npz", "parquet") for file in folder.glob(f"*.{kind}"))
    files = sorted(found, key=lambda file: file.stat().st_mtime_ns, reverse=True)
    total = 0
    for place, file in enumerate(files):
        total += file.stat().st_size
        if place >= MOST or (total > MOST_BYTES and place):
            file.unlink(missing_ok=True)
