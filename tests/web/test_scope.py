"""What those confined to a branch, and those who see no names, cannot come by on a side way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars_web.company.models import Role, User
from regulars_web.company.powers import may
from regulars_web.intake.models import Batch
from regulars_web.intake.services import take_in
from regulars_web.people import exporting
from regulars_web.rest.models import Export
from regulars_web.shared.clock import now
from regulars_web.shared.jobs import put_down
from regulars_web.shared.models import Entry, Job
from support.rest import Program

pytestmark = pytest.mark.django_db
BAD = "Date,Customer ID,Customer Name,Amount\n2026-01-02,C1,Ling Ngan,380\n2026-13-40,C2,Mei Ho,380\n"


def test_work_others_asked_for_is_not_told_to_a_branch(folder: Path, signed_in: Callable[..., Client]) -> None:
    director, manager = signed_in(), signed_in(Role.MANAGER, branches=("TST",))
    by, theirs = User.objects.get(role="director"), User.objects.get(role="manager")
    made = put_down("people_export", by, where="tier = high")
    trouble = {"id": "api.study.none", "params": {}}
    Job.objects.update(state="failed", begun_at=now(), ended_at=now(), result={"rows": 7313}, trouble=trouble)
    mine = put_down("people_export", theirs, where="everybody")
    assert director.get(f"/work/{made.pk}?stay=1").status_code == 200
    assert manager.get(f"/work/{made.pk}?stay=1").status_code == 404
    assert manager.get(f"/work/{mine.pk}?stay=1").status_code == 200
    for address in ("/", "/work/"):
        assert f"/work/{made.pk}" in director.get(address).content.decode(), address
        assert f"/work/{made.pk}" not in manager.get(address).content.decode(), address
    program = Program(theirs, "jobs:read")
    assert [job["id"] for job in program.get("jobs").json()["items"]] == [mine.pk]
    assert program.get(f"jobs/{made.pk}").status_code == 404
    confined = Program(by, "jobs:read", branches=("TST",))
    assert confined.get("jobs").json()["items"] == [], "what a director asks for is of the whole"
    assert Program(by, "jobs:read").get(f"jobs/{mine.pk}").status_code == 200


def test_a_file_made_before_is_not_for_who_may_less_since(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.MANAGER)
    by = User.objects.get()
    asked = {"where": "everybody", "columns": ["name", "state"], "for_user": by.pk}
    place = exporting.new_place("csv")
    place.write_text("x")
    job = Job.objects.create(
        kind="people_export", asked=asked, by=by, state="done", result={"file": place.name, "branches": []}
    )
    assert client.get(f"/people/take-away/{job.pk}").getvalue() == b"x"
    by.branches = ["TST"]
    by.save()
    assert client.get(f"/people/take-away/{job.pk}").status_code == 404, "it holds the whole business"
    Job.objects.update(result={"file": place.name, "branches": ["TST"]})
    assert client.get(f"/people/take-away/{job.pk}").getvalue() == b"x"
    by.role = Role.ANALYST
    by.save()
    assert client.get(f"/people/take-away/{job.pk}").status_code == 404, "it holds names"


def test_work_done_again_is_asked_for_by_who_may_and_in_their_own_name(
    folder: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    director, analyst = signed_in(), signed_in(Role.ANALYST)
    by, theirs = User.objects.get(role="director"), User.objects.get(role="analyst")
    export = Export.objects.create(by=by, place="0" * 32, people=True)
    asked: dict[str, dict[str, Any]] = {
        "export": {"export": export.pk},
        "formulate": {"drafter": by.signature},
        "people_export": {"where": "", "columns": ["name"], "purpose": "service", "format": "csv", "for_user": by.pk},
    }
    reader = SimpleNamespace(count=lambda *_, **__: SimpleNamespace(customers=5))
    monkeypatch.setattr(exporting, "reader_of", lambda: reader)
    for kind, what in asked.items():
        job = Job.objects.create(kind=kind, asked=what, by=by, state="failed", begun_at=now(), ended_at=now())
        before = Job.objects.count()
        refusal = 400 if kind == "people_export" else 403  # analysts take lists away, but none with names
        assert analyst.post(f"/work/{job.pk}/again").status_code == refusal, kind
        assert Job.objects.count() == before and not Entry.objects.filter(who=theirs).exists(), kind
        if kind != "export":  # the director's own is made at once: tests/web/test_rest_export.py
            assert director.post(f"/work/{job.pk}/again").status_code == 302, kind
            assert Job.objects.latest("pk").asked == what, kind
    assert Entry.objects.filter(action="customers.taken_away", who=by).count() == 1, "it leaves once more"


def test_work_is_stopped_by_who_asked_for_it_and_by_a_director(folder: Path, signed_in: Callable[..., Client]) -> None:
    who = {role: signed_in(role) for role in (Role.DIRECTOR, Role.MANAGER, Role.PRIVACY, Role.ANALYST)}
    user = {role: User.objects.get(role=role) for role in who}
    stops = (
        ("formulate", Role.DIRECTOR, {Role.DIRECTOR}),
        ("duplicates", Role.MANAGER, {Role.DIRECTOR, Role.MANAGER}),
        ("audit", Role.PRIVACY, {Role.DIRECTOR, Role.PRIVACY}),
    )
    for kind, by, allowed in stops:
        for role, client in who.items():
            job = Job.objects.create(kind=kind, by=user[by], state="running", begun_at=now(), beat=now())
            page = client.get(f"/work/{job.pk}", headers={"HX-Request": "true"}).content.decode()
            assert ('<button id="stop">' in page) == (role in allowed), (kind, role)
            assert client.post(f"/work/{job.pk}/stop").status_code == (302 if role in allowed else 403), (kind, role)
            job.refresh_from_db()
            assert job.stop_asked == (role in allowed), (kind, role)
    program = Program(user[Role.ANALYST])
    theirs = Job.objects.create(kind="formulate", by=user[Role.DIRECTOR], state="running", begun_at=now(), beat=now())
    own = Job.objects.create(kind="study", by=user[Role.ANALYST], state="running", begun_at=now(), beat=now())
    assert program.post(f"jobs/{theirs.pk}/stop", {}).json()["code"] == "not_theirs"
    assert program.post(f"jobs/{own.pk}/stop", {}).status_code == 200
    theirs.refresh_from_db()
    assert not theirs.stop_asked


def test_work_is_asked_for_again_by_who_may_ask_for_such_work(folder: Path, signed_in: Callable[..., Client]) -> None:
    powers = {"duplicates": "duplicates:decide", "audit": "audit:read", "study": "study:run", "push": None}
    for role in (Role.DIRECTOR, Role.MANAGER, Role.PRIVACY, Role.ANALYST):
        client = signed_in(role)
        by = User.objects.get(role=role)
        for kind, power in powers.items():
            job = Job.objects.create(kind=kind, by=by, state="cancelled", begun_at=now(), ended_at=now())
            page = client.get(f"/work/{job.pk}").content.decode()
            theirs = power is not None and may(by, power)
            assert ('<button id="again" class="go">' in page) == theirs, (kind, role)
            assert client.post(f"/work/{job.pk}/again").status_code == (302 if theirs else 403), (kind, role)


def test_rows_of_a_file_are_for_who_brought_it_and_who_may_see_names(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    director, analyst = signed_in(), signed_in(Role.ANALYST)
    take_in(User.objects.get(role="director"), [SimpleUploadedFile("s.csv", BAD.encode())])
    batch = Batch.objects.get()
    pages = (f"/imports/{batch.pk}", f"/imports/{batch.pk}/files/0")
    for address in pages:
        assert "Ling Ngan" in director.get(address).content.decode(), address
        assert "Ling" not in analyst.get(address).content.decode(), address
    assert analyst.get(pages[1]).status_code == 403 and analyst.post(f"{pages[1]}/try").status_code == 403
    assert "Director brought the files" in analyst.get(pages[1]).content.decode()
    analyst.post(f"/imports/{batch.pk}/read")
    batch.refresh_from_db()
    assert batch.job is not None
    kept = f"/imports/{batch.pk}/bad-rows/{batch.job.result['files'][0]['rejects']}"
    assert analyst.get(kept).status_code == 403 and "Mei Ho" in director.get(kept).getvalue().decode()
    analyst.post("/imports/new", {"files": SimpleUploadedFile("own.csv", BAD.encode())})
    own = Batch.objects.latest("id")
    assert "Ling Ngan" in analyst.get(f"/imports/{own.pk}").content.decode(), "who brings a file knows what is in it"


def test_a_bulk_read_is_written_down_at_whatever_page_it_begins(studied: Path, person: Callable[..., User]) -> None:
    by = person()
    first = Program(by, "people:read").get("people?limit=1&sort=customer").json()
    program = Program(by, "people:read")
    read = Entry.objects.filter(action="standings.read", detail__token=program.token.pk)
    program.get(f"people?limit=200&sort=customer&after={first['next']}")
    assert read.count() == 1
    program.get(f"people?limit=200&sort=customer&after={first['next']}")
    assert read.count() == 1, "another page of the same"
    program.get("people?where=state%20%3D%20overdue")
    assert read.count() == 2, "another read"
