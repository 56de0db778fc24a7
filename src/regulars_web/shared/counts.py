"""How often somebody did something in a stretch of time, counted over all processes that serve.

The count is a row of the database. So that reading does not become a write for every request, a process takes several
at once and uses them up; what it has taken and not used counts as used for everybody else, never the other way round.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from regulars_web.shared.clock import now
from regulars_web.shared.models import Count

#: Counts a process remembers at most; older ones are taken anew.
MOST_HELD = 10_000


@dataclass(slots=True)
class _Held:
    used: int  # by everybody, when this was taken
    left: int  # of what this process took


_HELD: dict[str, _Held] = {}
_GUARD = threading.Lock()


def count(key: str, n: int = 1, *, until: datetime, at_once: int = 1) -> int:
    """Count ``n`` more; how many there are now. ``until`` is when the count is over, ``at_once`` how many are taken."""
    with _GUARD:
        held = _HELD.get(key)
        if held is not None and held.left >= n:
            held.left -= n
            return held.used - held.left
    taken = max(n, at_once)
    used = _take(key, taken, until)
    with _GUARD:
        if len(_HELD) >= MOST_HELD:
            _HELD.clear()
        before = _HELD.get(key)
        left = taken - n + (before.left if before is not None else 0)
        _HELD[key] = _Held(max(used, before.used if before is not None else 0), left)
        return _HELD[key].used - left


def _take(key: str, n: int, until: datetime) -> int:
    """One statement, so that two who count at once both count."""
    table = connection.ops.quote_name(Count._meta.db_table)
    sql = (
        f"INSERT INTO {table} (key, used, until) VALUES (%s, %s, %s) "
        f"ON CONFLICT (key) DO UPDATE SET used = {table}.used + excluded.used RETURNING used"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [key, n, connection.ops.adapt_datetimefield_value(until)])
        return int(cursor.fetchone()[0])


def sweep() -> None:
    """Let go of counts that are over."""
    Count.objects.filter(until__lt=now()).delete()


def forget() -> None:
    """Let go of what this process holds."""
    with _GUARD:
        _HELD.clear()
