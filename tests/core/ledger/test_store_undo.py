"""Undo, against the law it promises: the ledger is what replaying the imports that still stand would give."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from regulars.base.errors import NotThere
from regulars.ledger import store
from regulars.ledger.store import CannotUndo, DataVersion, Ledger, Written
from support.ledger import line, nets, rows


def _write(ledger: Ledger, import_id: str, **net: int) -> Written:
    return ledger.write("sales", rows([line(key, net=value) for key, value in net.items()]), import_id=import_id)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def test_undo_of_the_last_import_brings_the_old_rows_back(ledger: Ledger) -> None:
    _write(ledger, "i1", a=1, b=2)
    _write(ledger, "i2", b=20, c=30)
    undone = ledger.undo("i2")
    assert (undone.table, undone.removed, undone.version) == ("sales", 1, DataVersion({"sales": 3}))
    assert nets(ledger) == {"a": 1, "b": 2}
    assert [(record.import_id, record.undone) for record in ledger.imports()] == [("i1", False), ("i2", True)]
    assert _write(ledger, "i3", b=20, c=30) == Written(1, 1, 0)
    assert nets(ledger) == {"a": 1, "b": 20, "c": 30}


def test_undo_of_the_first_and_only_import(ledger: Ledger) -> None:
    _write(ledger, "i1", a=1)
    assert ledger.undo("i1").removed == 1
    with ledger.read() as reader:
        assert not reader.has("sales")
    assert _write(ledger, "i1", a=1) == Written(1, 0, 0)
    assert [(record.version, record.undone) for record in ledger.imports()] == [(1, True), (3, False)]
    assert ledger.undo("i1").removed == 1


def test_undo_one_after_the_other(ledger: Ledger) -> None:
    for step in range(4):
        _write(ledger, f"i{step}", a=step, **{f"x{step}": 1})
    for step in (3, 2, 1, 0):
        assert nets(ledger)["a"] == step
        ledger.undo(f"i{step}")
    assert nets(ledger) == {}


def test_undo_of_an_earlier_import_that_only_added(ledger: Ledger) -> None:
    _write(ledger, "i1", a=1, b=2)
    _write(ledger, "i2", c=3)
    _write(ledger, "i3", b=20, d=4)
    assert ledger.undo("i1").removed == 1
    assert nets(ledger) == {"b": 20, "c": 3, "d": 4}, "what a later import said of b stays"
    assert ledger.undo("i3").removed == 2
    assert nets(ledger) == {"c": 3}, "the old b was of i1, which is undone"


def test_undo_of_an_import_that_replaced_rows_waits_for_later_ones(ledger: Ledger) -> None:
    _write(ledger, "i1", a=1)
    _write(ledger, "i2", a=2)
    _write(ledger, "i3", b=1)
    with pytest.raises(CannotUndo, match=r"i2 .* Undo these first, in this order: i3"):
        ledger.undo("i2")
    ledger.undo("i3")
    ledger.undo("i2")
    assert nets(ledger) == {"a": 1}


def test_undo_does_not_take_rows_that_a_later_file_repeated(ledger: Ledger) -> None:
    """January's file, then January to February: taking January back must not take it from the second file."""
    _write(ledger, "january", a=1, b=2)
    _write(ledger, "both", a=1, b=2, c=3)
    with pytest.raises(CannotUndo, match="both"):
        ledger.undo("january")
    assert nets(ledger) == {"a": 1, "b": 2, "c": 3}


def test_what_is_not_there_or_undone_cannot_be_undone(ledger: Ledger) -> None:
    with pytest.raises(NotThere):
        ledger.undo("i1")
    _write(ledger, "i1", a=1)
    _write(ledger, "i2", a=1)  # brought nothing
    ledger.undo("i1")
    for import_id in ("i1", "i2", "other"):
        with pytest.raises(NotThere):
            ledger.undo(import_id)


@dataclass
class _Import:
    id: str
    rows: dict[str, int]
    written: Written
    standing: bool = True


_batches = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 2)), max_size=6)


class Store(RuleBasedStateMachine):
    """Imports and undos at random, against plain dicts."""

    imported = Bundle("imported")

    def __init__(self) -> None:
        super().__init__()
        self.scratch = tempfile.TemporaryDirectory()
        self.ledger = Ledger(Path(self.scratch.name))
        self.log: list[_Import] = []
        self.pictures: list[tuple[DataVersion, dict[str, int]]] = []

    def teardown(self) -> None:
        self.scratch.cleanup()

    def expected(self) -> dict[str, int]:
        """Replay of what stands."""
        held: dict[str, int] = {}
        for one in self.log:
            if one.standing:
                held |= one.rows
        return held

    @rule(target=imported, batch=_batches)
    def write(self, batch: list[tuple[str, int]]) -> str:
        before = self.expected()
        import_id = f"i{len(self.log)}"
        written = self.ledger.write("sales", rows([line(k, net=v) for k, v in batch]), import_id=import_id)
        last = dict(batch)
        new = sum(key not in before for key in last)
        same = sum(before.get(key) == value for key, value in last.items())
        assert written == Written(new, len(last) - new - same, same, len(batch) - len(last))
        # An import that brought nothing is no import: it can be neither undone nor rested on.
        self.log.append(_Import(import_id, last, written, standing=new + written.changed > 0))
        return import_id

    @rule(import_id=consumes(imported))
    def undo(self, import_id: str) -> None:
        (one,) = (one for one in self.log if one.id == import_id)
        before = len(self.expected())
        if not one.standing:
            with pytest.raises(NotThere):
                self.ledger.undo(import_id)
            return
        later = [other for other in self.log[self.log.index(one) + 1 :] if other.standing]
        try:
            removed = self.ledger.undo(import_id).removed
        except CannotUndo:
            assert later, "the last import can always be undone"
            assert one.written.changed or any(other.written.unchanged for other in later)
            return
        one.standing = False
        assert removed == before - len(self.expected())

    @precondition(lambda self: self.log)
    @rule()
    def reopen(self) -> None:
        self.pictures.append((self.ledger.version(), self.expected()))
        self.ledger = Ledger(self.ledger.folder)

    @rule(data=st.data())
    @precondition(lambda self: self.pictures)
    def look_back(self, data: st.DataObject) -> None:
        version, picture = data.draw(st.sampled_from(self.pictures))
        assert nets(self.ledger, version=version) == picture

    @invariant()
    def as_expected(self) -> None:
        assert nets(self.ledger) == self.expected()
        standing = [record.import_id for record in self.ledger.imports() if not record.undone]
        assert standing == [one.id for one in self.log if one.standing]


class CrowdedStore(Store):
    """The same with files gathered all the time."""

    def __init__(self) -> None:
        super().__init__()
        self.usual, store.MANY_SMALL_FILES = store.MANY_SMALL_FILES, 1

    def teardown(self) -> None:
        store.MANY_SMALL_FILES = self.usual
        super().teardown()


class LargeFileStore(Store):
    """The same where every file counts as large and is rewritten on its own."""

    def __init__(self) -> None:
        super().__init__()
        self.usual, store.SMALL_BYTES = store.SMALL_BYTES, 0

    def teardown(self) -> None:
        store.SMALL_BYTES = self.usual
        super().teardown()


_often = settings(max_examples=8, stateful_step_count=14, deadline=None, derandomize=True)
TestStore = Store.TestCase
TestStore.settings = _often
TestCrowdedStore = CrowdedStore.TestCase
TestCrowdedStore.settings = _often
TestLargeFileStore = LargeFileStore.TestCase
TestLargeFileStore.settings = _often
