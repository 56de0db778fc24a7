"""Runs: immutable results in the business folder, one folder each, written whole or not at all.

A run's id is made of what went into it (day, data version, settings, program version), so the same question on the
same data is the same run, and a killed attempt leaves only a ``.part`` folder that the next attempt clears away.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from regulars import __version__
from regulars.base.errors import BadData, Busy, NotThere
from regulars.base.text import say

DOCUMENT = "run.json"
#: Where studies keep what they found of the past, in the folder of the runs; may be deleted at any time.
CACHE = ".cache"


@dataclass(frozen=True)
class Run[T]:
    """A finished run: its id, its folder and its result. ``reused`` tells that it had been computed before, and
    ``recalled`` which parts of a new one had been, by an earlier study."""

    id: str
    folder: Path
    result: T
    reused: bool = False
    recalled: tuple[str, ...] = ()

    @property
    def standings(self) -> Path:
        """The per-customer Parquet of a study."""
        return self.folder / "standings.parquet"


@cache
def _adapter_of(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _adapter[T](kind: type[T]) -> TypeAdapter[T]:
    """How results of a kind are read and written; working it out takes long, so it is done once a process."""
    found: TypeAdapter[T] = _adapter_of(cast(Hashable, kind))
    return found


def digest_of(*parts: object) -> str:
    """Eight hex digits that change when any part changes. Parts must be JSON-able."""
    text = json.dumps([*parts, __version__], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def as_json(result: object) -> dict[str, Any]:
    """A result dataclass as plain JSON-able data."""
    plain: dict[str, Any] = _adapter(type(result)).dump_python(result, mode="json")
    return plain


def load_run[T](folder: Path, kind: type[T], *, reused: bool = True) -> Run[T]:
    """Read a finished run.

    Raises:
        NotThere: no such run.
        BadData: it was written by another version of the program and cannot be read.
    """
    file = folder / DOCUMENT
    try:
        written = file.stat()
        result: T = _read(file.resolve(), (written.st_ino, written.st_mtime_ns, written.st_size), cast(Hashable, kind))
    except FileNotFoundError as error:
        raise NotThere(say("api.run.missing", run=folder.name), say("api.run.missing_hint")) from error
    except ValidationError as error:
        raise BadData(say("api.run.unreadable", run=folder.name), say("api.run.unreadable_hint")) from error
    return Run(folder.name, folder, result, reused)


@lru_cache(maxsize=12)
def _read(file: Path, _written: tuple[int, int, int], kind: Hashable) -> Any:
    # Results do not change, so the few that a page of plans sets side by side are read once while they stand.
    return _adapter(cast(type, kind)).validate_json(file.read_bytes())


def run_folder(runs: Path, id: str) -> Path:
    """The folder of the finished run of that id. Raises NotThere: there is none, or it cannot be the name of one."""
    if not re.fullmatch(r"[a-z0-9][a-zA-Z0-9_-]{0,120}", id) or not is_finished(runs / id):
        raise NotThere(say("api.run.missing", run=id[:120]), say("api.run.missing_hint"))
    return runs / id


def latest_run(runs: Path, prefix: str) -> Path | None:
    """The newest finished run whose id begins with ``prefix`` (by the order in which runs were finished)."""
    done = [p for p in runs.glob(f"{prefix}-*") if is_finished(p) and not p.name.endswith(".part")]
    return max(done, key=finished_at, default=None)


def finished_at(folder: Path) -> tuple[int, str]:
    """Orders finished runs by when they were finished; what was never finished comes first."""
    return (folder / DOCUMENT).stat().st_mtime_ns if is_finished(folder) else 0, folder.name


def is_finished(folder: Path) -> bool:
    """Whether the folder holds a run that was written to its end."""
    return (folder / DOCUMENT).is_file()


@contextmanager
def new_run(runs: Path, id: str) -> Iterator[Path]:
    """A folder to work in, put in its place only when the work ends well. Raises Busy when another run works."""
    runs.mkdir(parents=True, exist_ok=True)
    final, part = runs / id, runs / f"{id}.part"
    try:
        with FileLock(runs / ".lock", timeout=0):
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            try:
                yield part
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise
            if final.exists():
                shutil.rmtree(final)
            part.replace(final)
    except Timeout as error:
        raise Busy(say("api.run.busy"), say("api.run.busy_hint")) from error


def write_document(folder: Path, result: object) -> None:
    """Write the run's document; last, because its presence marks the run as finished."""
    (folder / DOCUMENT).write_bytes(_adapter(type(result)).dump_json(result, indent=1))
