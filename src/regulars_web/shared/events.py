"""What happened, told to whoever asked to hear of it: upper floors register, lower ones announce.

An announcement is part of the caller's transaction: what is heard of what was rolled back is rolled back too.
"""

from __future__ import annotations

from collections.abc import Callable

type Listener = Callable[[str, dict[str, str | int]], None]
LISTENERS: list[Listener] = []


def listen(listener: Listener) -> None:
    """Hear of everything announced; called when an app is ready. Asked twice it is told once."""
    if listener not in LISTENERS:
        LISTENERS.append(listener)


def announce(thing: str, deed: str, **about: str | int) -> None:
    """Say what was done to a thing; ``about`` names things by their ids and never a person."""
    for listener in LISTENERS:
        listener(f"{thing}.{deed}", about)
