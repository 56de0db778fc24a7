"""Where an import works: a private folder that is gone afterwards, even if the one before was killed.

Its files hold raw rows for a moment. The name carries the process's number, so that the next import can remove what
dead processes left behind without touching one that is at work.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "regulars-import-"


@contextmanager
def workplace() -> Iterator[Path]:
    """A new folder only its owner may enter."""
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        yield Path(folder)


def _sweep(place: Path) -> None:
    for left in place.glob(f"{_PREFIX}*"):
        number = re.match(rf"{_PREFIX}(\d+)-", left.name)
        if number and left.is_dir() and left.stat().st_uid == os.getuid() and not _alive(int(number.group(1))):
            shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
