"""How often a caller may ask: a fixed window a minute, the same for all processes that serve."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from regulars_web.rest.troubles import Trouble
from regulars_web.shared import counts
from regulars_web.shared.clock import now

WINDOW = 60
#: A process takes such a part of a minute's requests at once.
PART = 20


def count(who: str, most: int | None = None) -> tuple[int, int]:
    """Count one request of a caller; how many are left in this minute, and when the next one begins in seconds.

    Raises:
        Trouble: too many; the answer says when to come again.
    """
    limit = most if most is not None else settings.API_PER_MINUTE
    at = now()
    minute, gone = divmod(int(at.timestamp()), WINDOW)
    left_seconds = WINDOW - gone
    over = at + timedelta(seconds=left_seconds)
    used = counts.count(f"rest:{who}:{minute}", until=over, at_once=max(limit // PART, 1))
    if used > limit:
        raise Trouble(429, "too_many", retry=left_seconds)
    return limit - used, left_seconds
