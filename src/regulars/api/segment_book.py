"""Segments under a name, kept in the business folder for both faces: every change with who, when and why.

``segments/journal.jsonl`` holds one change a line, oldest first; what a segment is now follows from its lines. Nothing
is taken out: a retired segment can be brought back, and an earlier version read again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from filelock import FileLock, Timeout

from regulars.analysis.catalogue import CATALOGUE
from regulars.api.business import OpenBusiness
from regulars.base.errors import BadData, BadSettings, Busy, NotThere, Refused
from regulars.base.predicate import parse, write
from regulars.base.text import say

type Act = Literal["saved", "retired", "restored"]
FOLDER, FILE = "segments", "journal.jsonl"
LONGEST = 80


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """One change. ``version`` counts those of a segment from 1; ``at`` is the moment as the caller gave it."""

    segment: int
    version: int
    act: Act
    name: str
    predicate: str
    by: str
    at: str
    why: str


@dataclass(frozen=True, slots=True)
class SavedSegment:
    """A segment as it is now, and how it came to be so, oldest change first."""

    id: int
    name: str
    predicate: str
    version: int
    retired: bool
    changes: tuple[SegmentChange, ...]


def saved_segments(business: OpenBusiness) -> tuple[SavedSegment, ...]:
    """All of them by name, retired ones too. Raises BadData where the file was damaged."""
    found: dict[int, SavedSegment] = {}
    for change in _changes(business):
        before = found.get(change.segment)
        found[change.segment] = SavedSegment(
            id=change.segment,
            name=change.name,
            predicate=change.predicate,
            version=change.version,
            retired=change.act == "retired",
            changes=(*(before.changes if before else ()), change),
        )
    return tuple(sorted(found.values(), key=lambda one: (one.name.casefold(), one.id)))


def saved_segment(business: OpenBusiness, id: int) -> SavedSegment:
    """One of them. Raises NotThere."""
    found = next((one for one in saved_segments(business) if one.id == id), None)
    if found is None:
        raise NotThere(say("api.segments.none", name=str(id)), say("api.segments.none_hint"))
    return found


def segment_named(business: OpenBusiness, name: str) -> SavedSegment:
    """The one of that name that is not retired. Raises NotThere."""
    wanted = name.strip().casefold()
    found = [one for one in saved_segments(business) if one.name.casefold() == wanted and not one.retired]
    if not found:
        raise NotThere(say("api.segments.none", name=name[:LONGEST]), say("api.segments.none_hint"))
    return found[0]


def save_segment(
    business: OpenBusiness,
    *,
    name: str,
    predicate: str,
    by: str,
    why: str = "",
    at: str = "",
    id: int | None = None,
    seen: int | None = None,
) -> SavedSegment:
    """Keep a predicate under a name: a new segment, or with ``id`` the next version of one.

    ``seen`` is the version the change was made from; one that is out of date by now is refused. What changes nothing
    makes no version.

    Raises:
        BadPredicate: the predicate cannot be understood.
        BadSettings: the name is empty, too long, or that of another segment.
        NotThere: there is no segment ``id``.
        Refused: somebody else changed it since.
        Busy: somebody is writing.
    """
    name, text = " ".join(name.split()), write(parse(predicate, CATALOGUE))
    if not name or len(name) > LONGEST:
        raise BadSettings(say("api.segments.name", most=LONGEST))
    with _held(business):
        all = saved_segments(business)
        if any(one.name.casefold() == name.casefold() and one.id != id and not one.retired for one in all):
            raise BadSettings(say("api.segments.taken", name=name), say("api.segments.taken_hint"))
        before = saved_segment(business, id) if id is not None else None
        _unchanged_since(before, seen)
        if before and (before.name, before.predicate, before.retired) == (name, text, False):
            return before
        number = before.id if before else max((one.id for one in all), default=0) + 1
        version = before.version + 1 if before else 1
        _append(business, SegmentChange(number, version, "saved", name, text, by, at, why.strip()))
    return saved_segment(business, number)


def retire_segment(
    business: OpenBusiness, id: int, *, by: str, why: str = "", at: str = "", back: bool = False
) -> SavedSegment:
    """Take a segment out of use, or bring it ``back``. Raises as :func:`save_segment`."""
    with _held(business):
        before = saved_segment(business, id)
        if before.retired is not back:
            return before
        if back and any(
            one.name.casefold() == before.name.casefold() and not one.retired for one in saved_segments(business)
        ):
            raise BadSettings(say("api.segments.taken", name=before.name), say("api.segments.taken_hint"))
        last = before.changes[-1]
        act: Act = "restored" if back else "retired"
        _append(business, replace(last, version=last.version + 1, act=act, by=by, at=at, why=why.strip()))
    return saved_segment(business, id)


def _unchanged_since(before: SavedSegment | None, seen: int | None) -> None:
    if before is not None and seen is not None and before.version != seen:
        raise Refused(say("api.segments.stale", name=before.name), say("api.segments.stale_hint"))


def _changes(business: OpenBusiness) -> Iterator[SegmentChange]:
    file = business.folder / FOLDER / FILE
    if not file.is_file():
        return
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            said: dict[str, Any] = json.loads(line)
            change = SegmentChange(**said)
        except (ValueError, TypeError) as error:
            raise BadData(say("api.segments.damaged", file=str(file), line=number)) from error
        yield change


def _append(business: OpenBusiness, change: SegmentChange) -> None:
    """The whole file anew and then in the old one's place: a killed process leaves one or the other."""
    file = business.folder / FOLDER / FILE
    before = file.read_bytes() if file.is_file() else b""
    part = file.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(before + json.dumps(asdict(change), ensure_ascii=False).encode() + b"\n")
    part.replace(file)


@contextmanager
def _held(business: OpenBusiness) -> Iterator[None]:
    folder = business.folder / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=5):
            yield
    except Timeout as error:
        raise Busy(say("api.segments.busy"), say("api.segments.busy_hint")) from error
