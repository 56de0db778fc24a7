"""kill -9 at any point of an import or an undo: the ledger opens, and the next attempt completes it once."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from deltalake import DeltaTable

from regulars.base.errors import Busy
from regulars.ledger import store
from regulars.ledger.store import Ledger
from support.killed import Work, held_by_another, killed_after, killed_at_line
from support.ledger import nets
from support.ledger_work import (
    NEW,
    OLD,
    both,
    hold,
    import_first,
    import_more,
    import_more_into_large_files,
    nothing,
    three,
    undo_earlier,
    undo_last,
)

#: name -> (what was there before, the work that is killed, the rows before, the rows after)
_CASES: dict[str, tuple[Work, Work, dict[str, int], dict[str, int]]] = {
    "first import": (nothing, import_first, {}, OLD),
    "upsert": (import_first, import_more, OLD, OLD | NEW),
    "upsert into large files": (import_first, import_more_into_large_files, OLD, OLD | NEW),
    "undo of the last": (both, undo_last, OLD | NEW, OLD),
    "undo of an earlier": (three, undo_earlier, OLD | NEW | {"only": 3}, OLD | NEW),
}


def _check(folder: Path, work: Work, before: dict[str, int], after: dict[str, int]) -> None:
    """The promise: whole before or whole after; the next attempt completes it, once, and leaves no rubbish."""
    left = nets(Ledger(folder))
    assert left in (before, after)
    commits = len(Ledger(folder).imports())
    small = store.SMALL_BYTES
    try:
        work(folder)
    finally:
        store.SMALL_BYTES = small
    assert nets(Ledger(folder)) == after
    assert len(Ledger(folder).imports()) - commits <= (left == before)
    named = set()
    for version in range(Ledger(folder).version().tables["sales"] + 1):
        added = DeltaTable(folder / "sales", version=version).get_add_actions()
        named |= set(added.column("path").to_pylist())
    on_disk = {file.name for file in (folder / "sales").iterdir() if file.is_file()}
    assert on_disk == named


@pytest.mark.slow
@pytest.mark.parametrize("case", _CASES)
def test_killed_between_two_lines(tmp_path: Path, case: str) -> None:
    prepare, work, before, after = _CASES[case]
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    prepare(prepared)
    last_line, step = 1, 23
    while True:
        folder = shutil.copytree(prepared, tmp_path / str(last_line))
        killed = killed_at_line(work, folder, line=last_line)
        _check(folder, work, before, after)
        if not killed:
            break
        last_line += step
    assert last_line > 3 * step, "the work was never interrupted"


@pytest.mark.slow
def test_killed_at_any_moment(tmp_path: Path) -> None:
    """From outside, also in the middle of writing a file or committing."""
    rng = np.random.default_rng(9)
    killed = 0
    import_first(tmp_path / "prepared")
    for attempt in range(30):
        folder = shutil.copytree(tmp_path / "prepared", tmp_path / str(attempt))
        killed += killed_after(import_more, folder, seconds=float(rng.uniform(0, 0.12)))
        _check(folder, import_more, OLD, OLD | NEW)
    assert killed >= 10, "too few attempts were interrupted to mean anything"


def test_the_lock_of_another_process_holds_and_dies_with_it(tmp_path: Path) -> None:
    import_first(tmp_path)
    child = held_by_another(hold, tmp_path, until=tmp_path / "held")
    with pytest.raises(Busy):
        import_more(tmp_path)
    assert nets(Ledger(tmp_path)) == OLD
    child.kill()
    child.join()
    import_more(tmp_path)
    assert nets(Ledger(tmp_path)) == OLD | NEW
