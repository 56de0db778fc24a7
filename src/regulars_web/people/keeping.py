"""Segments kept, changed, retired: one change of the folder and one line of the log."""

from __future__ import annotations

from django.db import transaction

from regulars import api
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now


def keep(
    by: User, *, name: str, where: str, why: str, id: int | None = None, seen: int | None = None
) -> api.SavedSegment:
    """Keep a filter as a segment, or as the next version of one. Raises what ``api.save_segment`` does."""
    at = now().isoformat(timespec="seconds")
    with transaction.atomic():
        kept = api.save_segment(
            business(), name=name, predicate=where, by=by.signature, why=why, at=at, id=id, seen=seen
        )
        note(by, "segment.kept", about=f"{kept.id} {kept.name}", version=kept.version, where=kept.predicate, reason=why)
    return kept


def retire(by: User, id: int, *, why: str, back: bool) -> api.SavedSegment:
    """Take a segment out of use, or bring it back. Raises what ``api.retire_segment`` does."""
    at = now().isoformat(timespec="seconds")
    with transaction.atomic():
        kept = api.retire_segment(business(), id, by=by.signature, why=why, at=at, back=back)
        note(by, "segment.restored" if back else "segment.retired", about=f"{kept.id} {kept.name}", reason=why)
    return kept
