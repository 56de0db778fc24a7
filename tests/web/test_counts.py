"""Limits hold for everybody together, however many processes serve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from regulars.base.errors import NotUsable
from regulars_web.company.models import Role, User
from regulars_web.privacy import gate
from regulars_web.shared import counts
from regulars_web.shared.clock import now
from regulars_web.shared.models import Count
from support.rest import Program
from support.web import racing

pytestmark = pytest.mark.django_db


def another_process() -> None:
    """What goes on in a process that has taken nothing yet."""
    counts.forget()


def test_what_other_processes_took_counts_as_used() -> None:
    over = now() + timedelta(hours=1)
    assert [counts.count("a", until=over, at_once=4) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert Count.objects.get().used == 8
    another_process()
    assert counts.count("a", 3, until=over, at_once=4) == 11, "three more, and the three that were taken and not used"
    assert counts.count("a", 7, until=over, at_once=4) == 18
    Count.objects.update(until=now() - timedelta(seconds=1))
    counts.sweep()
    assert not Count.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_is_left_uncounted_where_many_count_at_once() -> None:
    over = now() + timedelta(hours=1)
    found = racing(*[lambda: [counts.count("a", until=over) for _ in range(5)]] * 6)
    assert sorted(n for five in found for n in five)[-1] == 30 and Count.objects.get().used == 30


def test_a_program_is_stopped_whichever_process_it_asks(
    folder: Path, person: Callable[..., User], settings: Any
) -> None:
    settings.API_PER_MINUTE = 6
    program = Program(person())
    answers = []
    for _ in range(9):
        answers.append(program.get("business").status_code)
        another_process()
    assert answers == [200] * 6 + [429] * 3


def test_names_end_after_so_many_whichever_process_shows_them(
    folder: Path, person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "MOST_AN_HOUR", 5)
    who = person(Role.STAFF)
    told = {"customer": "1", "name": "Ling", "phone": None, "email": None, "member": None}
    gate.admit(who, pa.table({key: pa.array([said], pa.string()) for key, said in told.items()}), source="x")
    for _ in range(5):
        assert gate.one(who, "1", purpose="test").named
        another_process()
    with pytest.raises(NotUsable):
        gate.one(who, "1", purpose="test")
