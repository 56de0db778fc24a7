"""Pieces of ledger work that a child process can be told to do (it must be able to import them by name)."""

from __future__ import annotations

import time
from pathlib import Path

from regulars.ledger import store
from regulars.ledger.store import Ledger
from support.ledger import line, rows

OLD = {f"s{i}": i for i in range(60)}
NEW = {f"s{i}": i * (2 if i % 3 == 0 else 1) for i in range(20, 90)}


def _write(folder: Path, import_id: str, held: dict[str, int]) -> None:
    batch = rows([line(key, net=net, customer=net % 7) for key, net in held.items()])
    Ledger(folder).write("sales", batch, import_id=import_id)


def import_first(folder: Path) -> None:
    _write(folder, "i1", OLD)


def import_more(folder: Path) -> None:
    _write(folder, "i2", NEW)


def import_more_into_large_files(folder: Path) -> None:
    store.SMALL_BYTES = 0
    _write(folder, "i2", NEW)


def undo_last(folder: Path) -> None:
    if any(record.import_id == "i2" and not record.undone for record in Ledger(folder).imports()):
        Ledger(folder).undo("i2")


def undo_earlier(folder: Path) -> None:
    if any(record.import_id == "i3" and not record.undone for record in Ledger(folder).imports()):
        Ledger(folder).undo("i3")


def nothing(folder: Path) -> None:
    return None


def both(folder: Path) -> None:
    import_first(folder)
    import_more(folder)


def three(folder: Path) -> None:
    import_first(folder)
    _write(folder, "i3", {"only": 3})
    import_more(folder)


def hold(folder: Path) -> None:
    with Ledger(folder).lock():
        (folder / "held").touch()
        time.sleep(60)
