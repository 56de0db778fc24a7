"""The journal: what was written is read, what was tampered with is found, two writers do not meet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from regulars.api.journal import FILE, HEAD, LOCK, Journal
from regulars.base.errors import BadData, Busy


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal(tmp_path / "strategies")
    with made.held():
        for number in range(4):
            made.append("judged", by=f"person {number}", at="2026-11-01", plan="plan-1", body={"about": f"由{number}"})
    return made


def test_what_was_written_is_read_and_chained_as_documented(journal: Journal) -> None:
    entries = journal.read()
    assert [e.number for e in entries] == [1, 2, 3, 4]
    assert entries[2].by == "person 2" and entries[2].body == {"about": "由2"}
    prev = "0" * 64
    for line in (journal.folder / FILE).read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        own = found.pop("hash")
        canonical = json.dumps(found, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert found["prev"] == prev
        assert hashlib.sha256(canonical.encode()).hexdigest() == own
        prev = own
    assert json.loads((journal.folder / HEAD).read_text()) == {"number": 4, "hash": prev}


TAMPER: dict[str, Callable[[list[str]], list[str]]] = {
    "a word changed": lambda lines: [lines[0].replace("person 0", "person 9"), *lines[1:]],
    "a line left out": lambda lines: [lines[0], *lines[2:]],
    "lines changed round": lambda lines: [lines[0], lines[2], lines[1], lines[3]],
    "a line twice": lambda lines: [*lines[:2], lines[1], *lines[2:]],
    "cut off at the end": lambda lines: lines[:2],
    "all gone": lambda lines: [],
    "half a line": lambda lines: [*lines[:3], lines[3][:40]],
    "a key too many": lambda lines: [*lines[:3], lines[3][:-1] + ', "more": 1}'],
    "no JSON": lambda lines: [*lines, "hello"],
}


@pytest.mark.parametrize("how", TAMPER)
def test_what_was_tampered_with_is_found(how: str, journal: Journal) -> None:
    path = journal.folder / FILE
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(line + "\n" for line in TAMPER[how](lines)), encoding="utf-8")
    with pytest.raises(BadData):
        journal.read()
    with journal.held(), pytest.raises(BadData):
        journal.append("judged", by="a", at="", plan="p", body={})


def test_a_call_killed_before_it_wrote_the_head_is_taken_up_again(journal: Journal) -> None:
    head = (journal.folder / HEAD).read_bytes()
    with journal.held():
        journal.append("judged", by="a", at="", plan="p", body={})
    (journal.folder / HEAD).write_bytes(head)
    assert len(journal.read()) == 5
    with journal.held():
        journal.append("judged", by="b", at="", plan="p", body={})
    assert [e.by for e in journal.read()][-2:] == ["a", "b"]


def test_nobody_writes_while_somebody_else_does(journal: Journal) -> None:
    with FileLock(journal.folder / LOCK), pytest.raises(Busy), journal.held():
        pytest.fail("held twice")
    with journal.held():
        assert len(journal.read()) == 4
