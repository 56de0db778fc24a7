"""Writing and checking the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from regulars_web.shared.clock import now
from regulars_web.shared.models import Entry, digest_of

_LOCK = 7_316_001  # of the log's end, on PostgreSQL


def note(who: Any, action: str, *, about: str = "", **detail: Any) -> Entry:
    """Put a line down, in the caller's transaction. ``who`` is a signed-in user, or None for the program itself."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:  # one end of the chain: writers take turns until they commit
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = Entry.objects.order_by("-id").values_list("digest", flat=True).first() or ""
        at, by = now(), who.pk if who is not None and who.is_authenticated else None
        plain = _plain(detail)
        digest = digest_of(last, at, by, action, about[:200], plain)
        entry = Entry(at=at, who_id=by, action=action, about=about[:200], detail=plain, before=last, digest=digest)
        entry.save()
        return entry


def _plain(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value if isinstance(value, bool | int | float | list | None) else str(value)
        for key, value in detail.items()
    }


def first_breach() -> int | None:
    """The id of the first line that does not follow from the one before it; None where the log is whole."""
    before = ""
    for entry in Entry.objects.order_by("id").iterator():
        if entry.before != before or entry.digest != entry.expected():
            return int(entry.pk)
        before = entry.digest
    return None
