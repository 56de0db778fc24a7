"""What takes long to make and is only read: made once for all processes of a run of the tests."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

#: Where a process started by a test finds what others made.
PLACE = "REGULARS_TEST_ONCE"


def shared(factory: pytest.TempPathFactory) -> Path:
    """The folder all processes of this run share."""
    if said := os.environ.get(PLACE):
        return Path(said)
    own = factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


def once(name: str, make: Callable[[Path], None], factory: pytest.TempPathFactory) -> Path:
    """The folder ``name``, made by whoever comes first; the others wait."""
    place = shared(factory) / f"once-{name}"
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "made").exists():
            place.mkdir(exist_ok=True)
            make(place)
            (place / "made").touch()
    return place
