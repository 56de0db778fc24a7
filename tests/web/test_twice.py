"""The same thing asked for twice in the same moment: done once, and who comes second is told, not failed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars_web.company.models import Role, User
from regulars_web.company.services import NotAllowed, change_person, make_owner, make_person
from regulars_web.intake.models import Batch
from regulars_web.intake.services import take_in
from regulars_web.people.models import Note
from regulars_web.people.services import write
from regulars_web.privacy import permissions
from regulars_web.privacy.models import Refusal
from regulars_web.shared.jobs import put_down
from regulars_web.shared.models import Entry, Job
from support.web import racing

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = b"Date,Customer ID,Customer Name,Amount\n2026-01-02,C1,Ling,380\n"


def test_the_same_files_sent_twice_at_once_are_one_batch_and_stay(folder: Path, person: Callable[..., User]) -> None:
    by = person()

    def send() -> int:
        return int(take_in(by, [SimpleUploadedFile("s.csv", GOOD)], ticket="0123456789abcdef" * 2).pk)

    found = racing(*[send] * 6)
    assert len(set(found)) == 1, found
    batch = Batch.objects.get()
    assert [path.read_bytes() for path in batch.paths] == [GOOD]
    assert len([p for p in (folder / "uploads").iterdir() if p.is_dir()]) == 1
    assert Entry.objects.filter(action="import.uploaded").count() == 1


def test_work_asked_for_twice_at_once_is_one_piece(person: Callable[..., User]) -> None:
    by = person()
    found = racing(*[lambda: put_down("study", by, as_of="").pk] * 6)
    assert len(set(found)) == 1 and Job.objects.count() == 1


def test_two_first_visitors_make_one_owner(db: None) -> None:
    def visit(n: int) -> Callable[[], Any]:
        return lambda: make_owner(name="A", email=f"a{n}@example.com", password="correct-horse-42", language="en").pk

    found = racing(*[visit(n) for n in range(4)])
    assert sum(isinstance(one, NotAllowed) for one in found) == 3, found
    assert User.objects.count() == 1


def test_a_person_a_note_and_a_refusal_stand_once(person: Callable[..., User]) -> None:
    by = person()
    made = racing(*[lambda: make_person(by, name="L", email="L@x.hk", role=Role.STAFF, branches=(), language="en")] * 4)
    assert sum(isinstance(one, NotAllowed) for one in made) == 3, made
    racing(*[lambda: write(by, "5", "prefers mornings")] * 4)
    racing(*[lambda: permissions.refuse(by, "5", channel="sms", how="at the counter")] * 4)
    assert Note.objects.count() == 1 and Refusal.objects.count() == 1


def test_two_directors_who_step_down_at_once_leave_one(person: Callable[..., User]) -> None:
    both = [person(), person()]

    def step_down(user: User) -> Callable[[], Any]:
        return lambda: change_person(user, user, role=Role.ANALYST, branches=(), active=True)

    found = racing(*[step_down(user) for user in both])
    assert sum(isinstance(one, NotAllowed) for one in found) == 1, found
    assert User.objects.filter(role=Role.DIRECTOR).count() == 1
