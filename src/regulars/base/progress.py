"""How long work tells that it goes on, without knowing who is watching."""

from __future__ import annotations

from typing import Protocol

from regulars.base.text import Text


class Progress(Protocol):
    """A watcher of long work. ``done`` counts up to ``total``; a None total means 'not known yet'."""

    def __call__(self, step: Text, done: int, total: int | None) -> None: ...


def unwatched(step: Text, done: int, total: int | None) -> None:
    """The watcher nobody looks at."""
