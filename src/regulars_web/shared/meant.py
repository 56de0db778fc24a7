"""Changes outside of the database and their lines in the log: where one is made the other is written, kill or no kill.

Whoever is about to make a change writes down that they mean to. The line is written when the change is made, together
with the end of that. Who was killed in between left what they meant: the worker looks whether it was done, and writes
the line in their name.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction

from regulars.base.errors import RegularsError
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.models import Meant

#: What stands for so long was meant by somebody who was killed, if it is done; and was never done, if it is not.
MEANWHILE, GIVEN_UP = timedelta(seconds=30), timedelta(hours=1)
_LOG = logging.getLogger("regulars.meant")

#: What came of a change as its line tells it; None where it was not made.
type Look = Callable[[Meant], Mapping[str, Any] | None]
#: What else belongs to the change, done together with its line, which tells these things.
type Also = Callable[[Meant, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Kind:
    """How it is found out whether a change was made, and what else belongs to it."""

    look: Look
    also: Also | None = None


KINDS: dict[str, Kind] = {}


def register(action: str, look: Look, also: Also | None = None) -> None:
    """Make known how a change is looked for; called when the app is ready."""
    KINDS[action] = Kind(look, also)


class Line:
    """The line of a change that is about to be made."""

    def __init__(self, meant: Meant) -> None:
        self._meant = meant
        self.written = False

    def write(self, *, about: str = "", **told: Any) -> None:
        """The change is made: what was meant ends here, in the caller's transaction."""
        self.written = True
        _write(self._meant, {"about": about, **told} if about else told)


@contextmanager
def meant(
    by: Any, action: str, *, about: str = "", clue: Mapping[str, Any] | None = None, **told: Any
) -> Iterator[Line]:
    """Around a change outside of the database; the line is written by :meth:`Line.write` within.

    ``clue`` is what the change is looked for by. What was refused, or turned out not to be wanted, leaves no trace.
    """
    if action not in KINDS:
        raise KeyError(action)
    who = by if by is not None and by.is_authenticated else None
    row = Meant.objects.create(by=who, action=action, about=about[:200], told=told, clue=dict(clue or {}))
    line = Line(row)
    try:
        yield line
    except RegularsError:
        _withdraw(row)
        raise
    if not line.written:
        _withdraw(row)


def _withdraw(row: Meant) -> None:
    with suppress(DatabaseError), transaction.atomic():  # it is given up later otherwise
        Meant.objects.filter(pk=row.pk).delete()


def _write(row: Meant, told: Mapping[str, Any]) -> None:
    with transaction.atomic():
        if Meant.objects.filter(pk=row.pk).delete()[0]:  # the worker was quicker otherwise
            whole = {**row.told, **told}
            about = str(whole.pop("about", "") or row.about)
            note(row.by, row.action, about=about, **whole)
            also = KINDS[row.action].also
            if also is not None:
                also(row, whole)


def settle() -> int:
    """Write the lines of changes whose makers were killed before they wrote them; how many."""
    written = 0
    for row in Meant.objects.filter(at__lt=now() - MEANWHILE).select_related("by").order_by("id"):
        try:
            found = KINDS[row.action].look(row) if row.action in KINDS else None
        except (RegularsError, OSError, ValueError):
            _LOG.exception("it cannot be seen whether %s was done; looked at again later", row.action)
            continue
        if found is not None:
            _write(row, {**found, "begun": row.at.isoformat(timespec="seconds"), "broken_off": True})
            written += 1
        elif row.at < now() - GIVEN_UP:
            _withdraw(row)
    return written
