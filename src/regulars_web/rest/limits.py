"""How often a caller may ask: a fixed window a minute, counted in the process that serves."""

from __future__ import annotations

import time

from django.conf import settings
from django.core.cache import cache

from regulars_web.rest.troubles import Trouble

WINDOW = 60


def count(who: str, most: int | None = None) -> tuple[int, int]:
    """Count one request of a caller; how many are left in this minute, and when the next one begins in seconds.

    Raises:
        Trouble: too many; the answer says when to come again.
    """
    limit = most if most is not None else settings.API_PER_MINUTE
    passed = int(time.monotonic())
    left_seconds = WINDOW - passed % WINDOW
    key = f"rest:{who}:{passed // WINDOW}"
    cache.add(key, 0, WINDOW * 2)
    used = cache.incr(key)
    if used > limit:
        raise Trouble(429, "too_many", retry=left_seconds)
    return limit - used, left_seconds
