"""One after the other: what looks first and acts on what it saw must not do so beside another that does the same."""

from __future__ import annotations

from django.db import connection

_LOCK = 7_316_001  # the same for everybody: whoever writes also writes into the log, which has one end


def my_turn() -> None:
    """Go on alone until the caller's transaction ends; others who ask for their turn wait. Call it before looking.

    On PostgreSQL a lock that the transaction's end lets go of; on SQLite every transaction holds the database anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
