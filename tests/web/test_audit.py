"""The audit log: a chain that shows when somebody has touched it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from regulars_web.company.models import User
from regulars_web.shared.audit import first_breach, note
from regulars_web.shared.models import Entry

pytestmark = pytest.mark.django_db


def test_lines_are_chained_and_whole(person: Callable[..., User]) -> None:
    somebody = person()
    for number in range(5):
        note(somebody, "something.done", about=f"thing {number}", count=number, names=["a", "b"])
    note(None, "program.did")
    assert first_breach() is None
    assert Entry.objects.count() == 6 and Entry.objects.last().who is None  # type: ignore[union-attr]


def test_a_line_is_never_changed_or_taken_out_by_the_program(person: Callable[..., User]) -> None:
    entry = note(person(), "something.done")
    entry.about = "something else"
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


@pytest.mark.parametrize(
    "touch", ["UPDATE shared_entry SET about = 'x' WHERE id = %s", "DELETE FROM shared_entry WHERE id = %s"]
)
def test_a_line_touched_in_the_database_shows(touch: str, person: Callable[..., User]) -> None:
    lines = [note(person(), "something.done", about=str(number)) for number in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(touch, [lines[1].pk])
    assert first_breach() == lines[1 if touch.startswith("UPDATE") else 2].pk
