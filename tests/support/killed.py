"""Work that dies: a child process runs a piece of ledger work and is ended by a real SIGKILL on the way."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from regulars.ledger import store

_LEDGER_CODE = str(Path(store.__file__).parent)

# A server that has everything imported and starts no thread of its own forks a fresh child in some milliseconds.
_children = multiprocessing.get_context("forkserver")
_children.set_forkserver_preload(["regulars.ledger.store", "pandas", "pyarrow.dataset"])

type Work = Callable[[Path], None]


def _die_at_line(last: int) -> Callable[[FrameType, str, Any], Any]:
    """A trace function that kills its own process when the ledger's code has run ``last`` lines."""
    done = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal done
        if not frame.f_code.co_filename.startswith(_LEDGER_CODE):
            return None
        if event == "line":
            done += 1
            if done >= last:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    return trace


def _run(work: Work, folder: Path, last_line: int | None, started: Connection) -> None:
    started.send(True)
    if last_line is not None:
        sys.settrace(_die_at_line(last_line))
    work(folder)
    sys.settrace(None)


def _end(child: Any) -> bool:
    child.join(60)
    ended: int | None = child.exitcode
    assert ended in (0, -signal.SIGKILL), f"the child ended with {ended}"
    return ended != 0


def _start(work: Work, folder: Path, last_line: int | None) -> Any:
    ours, theirs = _children.Pipe(duplex=False)
    child = _children.Process(target=_run, args=(work, folder, last_line, theirs))
    child.start()
    theirs.close()
    assert ours.recv()
    return child


def killed_at_line(work: Work, folder: Path, *, line: int) -> bool:
    """Run ``work`` until the ledger has run that many lines of its code; gives whether it was killed before its end."""
    return _end(_start(work, folder, line))


def killed_after(work: Work, folder: Path, *, seconds: float) -> bool:
    """Run ``work`` and kill it from outside after so long, wherever it is; gives whether it was killed."""
    child = _start(work, folder, None)
    killer = threading.Timer(seconds, child.kill)
    killer.start()
    killed = _end(child)
    killer.cancel()
    killer.join()
    return killed


def held_by_another(work: Work, folder: Path, *, until: Path) -> Any:
    """Start ``work`` and wait until it has made the file ``until``; the caller kills the child it is given."""
    child = _start(work, folder, None)
    while not until.exists():
        time.sleep(0.005)
    return child
