"""Writing and checking the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from regulars.base.progress import Progress
from regulars_web.shared.clock import now
from regulars_web.shared.lock import chained
from regulars_web.shared.models import Checked, Entry, content_of
from regulars_web.shared.turns import my_turn

#: Lines gone over while a page waits.
AT_ONCE = 2_000


def note(who: Any, action: str, *, about: str = "", **detail: Any) -> Entry:
    """Put a line down, in the caller's transaction. ``who`` is a signed-in user, or None for the program itself.

    Where another program acts for them (``who.through``), its token and who made that stand among the details."""
    with transaction.atomic():
        my_turn()  # one end of the chain: writers wait until the one before has committed
        last = Entry.objects.order_by("-id").values_list("digest", flat=True).first() or ""
        at, by = now(), who.pk if who is not None and who.is_authenticated else None
        plain = _plain(getattr(who, "through", {}) | detail)
        digest = chained(content_of(last, at, by, action, about[:200], plain))
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
    return _walk(0, "", None)[2]


def _walk(after: int, digest: str, most: int | None) -> tuple[int, str, int | None]:
    """Go over lines after one of that digest: the last good line, its digest, and the first bad line.

    Lines with a plain hash stand at the beginning and never at the end: anybody can make such a chain.
    """
    line, seen = after, 0
    keyed = bool(after) and Entry.objects.filter(pk=after, keyed=True).exists()
    for entry in Entry.objects.filter(id__gt=after).order_by("id")[:most].iterator():
        if entry.before != digest or entry.digest != entry.expected() or (keyed and not entry.keyed):
            return line, digest, int(entry.pk)
        line, digest, keyed, seen = int(entry.pk), entry.digest, entry.keyed, seen + 1
    ended = most is None or seen < most
    return line, digest, (line if ended and line and not keyed else None)


def check_on() -> Checked:
    """Go over the lines that came since the last look, and over the line looked at last: cutting the log's end off
    shows too. A breach once found stays until all lines are gone over again."""
    with transaction.atomic():
        Checked.objects.get_or_create(pk=1)
        seen = Checked.objects.select_for_update().get(pk=1)
        if seen.breach is not None:
            return seen
        if seen.line and not Entry.objects.filter(pk=seen.line, digest=seen.digest).exists():
            seen.breach = seen.line
        else:
            seen.line, seen.digest, seen.breach = _walk(seen.line, seen.digest, AT_ONCE)
        seen.save()
        return seen


def check_all() -> Checked:
    """Go over every line."""
    before = Checked.objects.filter(pk=1).first()
    line, digest, breach = _walk(0, "", None)
    if breach is None and before is not None and before.line > line:
        breach = line + 1  # lines that were there are gone
    with transaction.atomic():
        seen, _ = Checked.objects.update_or_create(
            pk=1, defaults={"line": line, "digest": digest, "breach": breach, "whole_at": now()}
        )
    return seen


def work(_asked: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """The job: all lines."""
    seen = check_all()
    return {"lines": seen.line, "breach": seen.breach}
