"""Segments kept, changed, retired: one change of the folder and one line of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars import api
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.shared import meant as meaning
from regulars_web.shared.clock import now
from regulars_web.shared.meant import meant
from regulars_web.shared.models import Meant


def keep(
    by: User, *, name: str, where: str, why: str, id: int | None = None, seen: int | None = None
) -> api.SavedSegment:
    """Keep a filter as a segment, or as the next version of one. Raises what ``api.save_segment`` does."""
    at = now().isoformat(timespec="seconds")
    with meant(by, "segment.kept", clue={"at": at, "act": "saved"}, reason=why) as line:
        kept = api.save_segment(
            business(), name=name, predicate=where, by=by.signature, why=why, at=at, id=id, seen=seen
        )
        line.write(about=f"{kept.id} {kept.name}", version=kept.version, where=kept.predicate)
    return kept


def retire(by: User, id: int, *, why: str, back: bool) -> api.SavedSegment:
    """Take a segment out of use, or bring it back. Raises what ``api.retire_segment`` does."""
    at, act = now().isoformat(timespec="seconds"), "restored" if back else "retired"
    with meant(by, f"segment.{act}", clue={"at": at, "act": act}, reason=why) as line:
        kept = api.retire_segment(business(), id, by=by.signature, why=why, at=at, back=back)
        line.write(about=f"{kept.id} {kept.name}")
    return kept


def register() -> None:
    """Make known how these changes are looked for."""
    for action in ("segment.kept", "segment.retired", "segment.restored"):
        meaning.register(action, _changed)


def _changed(row: Meant) -> Mapping[str, Any] | None:
    assert isinstance(row.by, User)
    wanted = (row.by.signature, row.clue["at"], row.clue["act"])
    for segment in api.saved_segments(business()):
        for change in segment.changes:
            if (change.by, change.at, change.act) == wanted:
                told = {"version": change.version, "where": change.predicate} if change.act == "saved" else {}
                return {"about": f"{change.segment} {change.name}", **told}
    return None
