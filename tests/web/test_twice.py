"""The same thing asked for twice in the same moment: done once, and who comes second is told, not failed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars_web.company import twice
from regulars_web.company.models import Role, Sent, User
from regulars_web.company.services import NotAllowed, change_person, make_owner, make_person
from regulars_web.intake.models import Batch
from regulars_web.intake.services import take_in
from regulars_web.people.models import Note
from regulars_web.people.services import write
from regulars_web.privacy import permissions
from regulars_web.privacy.models import Refusal
from regulars_web.rest.models import Endpoint, Token
from regulars_web.shared.clock import now
from regulars_web.shared.jobs import put_down
from regulars_web.shared.models import Entry, Job
from support.web import racing

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
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


def form_of(client: Client, address: str, **filled: Any) -> dict[str, Any]:
    """A form of a page, filled in, with the token that this page was given."""
    found = TOKEN.search(client.get(address).content.decode())
    assert found is not None
    return {"csrfmiddlewaretoken": found[1], **filled}


def submit(client: Client, address: str, asked: dict[str, Any]) -> Any:
    """Send a form as browsers do."""
    return client.post(address, urlencode(asked, doseq=True), content_type="application/x-www-form-urlencoded")


def test_a_form_sent_twice_counts_once_and_leads_to_the_same_place(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    asked = form_of(client, "/house/export")
    first, second = (submit(client, "/house/export", asked) for _ in range(2))
    assert first["Location"] == second["Location"] and Job.objects.filter(kind="export").count() == 1
    assert "You sent this twice" in client.get("/house/export").content.decode()
    submit(client, "/house/export", form_of(client, "/house/export"))
    assert Job.objects.filter(kind="export").count() == 2, "the page was opened anew: that is meant"


def test_what_is_shown_once_is_not_made_twice(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    token = {"name": "till", "user": User.objects.get().pk, "scopes": ["business:read"], "days": 90}
    asked = form_of(client, "/house/tokens/new", **token)
    answers = [submit(client, "/house/tokens/new", asked) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 409] and Token.objects.count() == 1
    assert "make another one" in answers[1].content.decode()
    endpoint = Endpoint.objects.create(url="https://x.hk/", events=[], secret=b"old", by=User.objects.get())
    asked = form_of(client, f"/house/messages/{endpoint.pk}")
    for _ in range(2):
        submit(client, f"/house/messages/{endpoint.pk}/rotate", asked)
    endpoint.refresh_from_db()
    assert bytes(endpoint.before) == b"old", "the secret in use still signs for a day"
    other = submit(signed_in(), f"/house/messages/{endpoint.pk}/rotate", {"seen": "first"})
    assert other.status_code == 400 and "Somebody changed this secret" in other.content.decode()
    endpoint.refresh_from_db()
    assert bytes(endpoint.before) == b"old", "neither does somebody's page that was opened before"


def test_what_was_refused_or_broken_off_may_be_sent_again(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    person = {"name": "Ling", "email": "no address", "role": "staff", "language": "en"}
    asked = form_of(client, "/house/people/new", **person)
    for _ in range(2):
        assert submit(client, "/house/people/new", asked).status_code == 200, "told again what is wrong"
    assert not Sent.objects.exists()
    asked = form_of(client, "/house/people/new", **person | {"email": "ling@example.com"})
    assert submit(client, "/house/people/new", asked).status_code == 200
    Sent.objects.update(done=False, at=now() - twice.GIVEN_UP * 2)  # as if the server had been killed over it
    assert "There is an account" in submit(client, "/house/people/new", asked).content.decode()


def test_a_double_click_is_one_act(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    asked = form_of(client, "/house/export")
    found = racing(*[lambda: submit(client, "/house/export", asked)["Location"]] * 4)
    assert len(set(found)) == 1 and Job.objects.filter(kind="export").count() == 1, found
