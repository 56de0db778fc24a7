"""Files in, looked at, read, told what was wrong with them, and taken back; hostile files among them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from regulars import api
from regulars_web.company.models import Role, User
from regulars_web.intake.models import Batch
from regulars_web.intake.services import commit, safe_name, take_in
from regulars_web.privacy import gate
from regulars_web.shared import jobs
from regulars_web.shared.clock import now, today
from regulars_web.shared.models import Entry, Job

pytestmark = pytest.mark.django_db
GOOD = "Date,Customer ID,Item,Amount\n2026-01-05,C1,Cut,380\n2026-02-03,C1,Cut,380\n2026-02-04,C2,Colour,980\n"
BAD = GOOD + "2026-13-40,C3,Cut,380\n2026-02-05,C3,Cut,many\n"


def put(client: Client, name: str, content: str | bytes) -> int:
    data = content.encode() if isinstance(content, str) else content
    answer = client.post("/imports/new", {"files": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()
    return int(answer["Location"].rsplit("/", 1)[1])


def test_a_file_is_shown_before_anything_is_stored(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    id = put(client, "sales.csv", GOOD)
    page = client.get(f"/imports/{id}").content.decode()
    assert "Customer ID" in page and "Nothing is stored yet" in page
    assert api.check_business(api.open_business(folder)).holdings == ()
    client.post(f"/imports/{id}/read")
    page = client.get(f"/imports/{id}").content.decode()
    assert "3 rows read: 3 new" in page
    assert not list((folder / "uploads").glob("*/*")), "the file has left the waiting place"
    client.post(f"/imports/{id}/read")  # pressed twice
    assert [h.rows for h in api.check_business(api.open_business(folder)).holdings] == [3]


def test_bad_rows_are_told_grouped_and_can_be_taken_away(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    id = put(client, "sales.csv", BAD)
    client.post(f"/imports/{id}/read")
    page = client.get(f"/imports/{id}").content.decode()
    assert "2 set aside" in page and "Download the 2 rows set aside" in page
    batch = Batch.objects.get(pk=id)
    assert batch.job is not None
    name = batch.job.result["files"][0]["rejects"]
    answer = client.get(f"/imports/{id}/bad-rows/{name}")
    assert b"2026-13-40" in answer.getvalue()
    assert Entry.objects.filter(action="import.bad_rows").exists()
    for other in ("..%2F..%2Fsecret.key", "secret.key", "business.toml"):
        assert client.get(f"/imports/{id}/bad-rows/{other}").status_code == 404


def test_a_sale_that_is_still_to_come_is_set_aside(folder: Path, signed_in: Callable[..., Client]) -> None:
    client, shop = signed_in(), api.open_business(folder)
    here = today(shop.settings.zone)
    ahead = [f"{here + timedelta(days=days):%Y-%m-%d},C3,Cut,380\n" for days in (0, 1, 2, 400)]
    id = put(client, "sales.csv", GOOD + "".join(ahead))
    client.post(f"/imports/{id}/read")
    page = client.get(f"/imports/{id}").content.decode()
    assert "7 rows read: 5 new" in page and "still to come" in page and "slip in the year" in page
    assert api.check_business(shop).holdings[0].last_day == here + timedelta(days=1)


def test_an_import_is_taken_back_after_its_consequence_was_shown(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    id = put(client, "sales.csv", GOOD)
    client.post(f"/imports/{id}/read")
    record = api.open_business(folder).ledger.imports()[0]
    assert "have left the ledger" not in client.get(f"/imports/{id}").content.decode()
    assert "3 rows leave the ledger" in client.get(f"/imports/undo/{record.import_id}").content.decode()
    client.post(f"/imports/undo/{record.import_id}")
    assert "Taken back: 3 rows" in client.get("/imports/").content.decode()
    assert client.get(f"/imports/undo/{record.import_id}").status_code == 404, "taken back already"
    assert "have left the ledger" in client.get(f"/imports/{id}").content.decode(), "its own page says so too"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(300)),
        ("bomb.xlsx", b"PK\x03\x04" + bytes(500)),
        ("one-line.csv", b"a" * 3_000_000),
        ("formula.csv", b"=cmd|' /C calc'!A0,b\n1,2\n"),
        ("utf16.csv", "日期,金額\n".encode("utf-16")),
        ("truncated.parquet", b"PAR1" + bytes(40)),
    ],
)
def test_what_cannot_be_used_is_told_and_nothing_breaks(
    name: str, content: bytes, folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    id = put(client, name, content)
    page = client.get(f"/imports/{id}")
    assert page.status_code == 200
    client.post(f"/imports/{id}/read")
    assert client.get(f"/imports/{id}").status_code == 200
    client.post(f"/imports/{id}/drop")
    assert api.check_business(api.open_business(folder)).holdings == ()


NAMED = "Date,Customer ID,Customer Name,Mobile,Amount\n2026-01-05,C1,Invented Ann,9123 4567,380\n"


def test_who_the_customers_are_goes_through_the_gate_once_and_never_into_the_ledger(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    by = User.objects.get()
    api.import_files(api.open_business(folder), [_written(folder, NAMED)])  # the command line drops them
    assert gate.held() == 0
    for _ in range(2):
        id = put(client, "sales.csv", NAMED)
        client.post(f"/imports/{id}/read")
    page = client.get(f"/imports/{id}").content.decode()
    assert "1 known already" in page and "Names and contacts of one customer went to the vault" in page
    assert "Customer ID, Customer Name, Mobile" in page and "Columns not read" not in page
    (found,) = gate.find(by, "Invented")
    with api.open_business(folder).ledger.read() as reader:
        (line,) = reader.arrow(reader.table("sales")).to_pylist()
    assert str(line["customer"]) == found.key, "the key of the facts, made at either door"
    assert "Invented" not in str(line)
    record = api.open_business(folder).ledger.imports()[0]
    assert "Names in the vault stay" in client.get(f"/imports/undo/{record.import_id}").content.decode()
    client.post(f"/imports/undo/{record.import_id}")
    assert gate.held() == 1


def test_rows_set_aside_say_nothing_of_anybody(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    id = put(client, "sales.csv", NAMED + "2026-13-40,C2,Invented Ben,9222 3333,380\n")
    client.post(f"/imports/{id}/read")
    assert gate.held() == 1


def _written(folder: Path, content: str) -> Path:
    path = folder.parent / "till.csv"
    path.write_text(content)
    return path


def test_files_let_go_are_gone(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    id = put(client, "sales.csv", GOOD)
    client.post(f"/imports/{id}/drop")
    assert not Batch.objects.get(pk=id).folder.exists()
    client.post(f"/imports/{id}/read")
    assert Batch.objects.get(pk=id).job is None
    other = put(client, "more.csv", GOOD)
    client.post(f"/imports/{other}/read")
    late = client.post(f"/imports/{other}/drop", follow=True).content.decode()
    assert "These files are read already" in late and Batch.objects.get(pk=other).dropped_at is None


def test_who_may_only_read_brings_nothing_in(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.MANAGER)
    assert client.post("/imports/new", {"files": SimpleUploadedFile("s.csv", GOOD.encode())}).status_code == 403
    assert not Batch.objects.exists()


@given(st.text(max_size=200))
def test_names_are_safe_in_a_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe and "/" not in safe and "\\" not in safe and safe not in (".", "..") and not safe.startswith(".")
    assert (Path("/waiting") / safe).resolve().parent == Path("/waiting") and len(safe) <= 120


def test_a_worker_that_dies_when_all_is_stored_finds_the_files_again(
    folder: Path, person: Callable[..., User], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.INLINE = False
    by = person()
    batch = commit(take_in(by, [SimpleUploadedFile("s.csv", b"Date,Customer ID,Amount\n2026-01-05,C1,380\n")]), by)
    end = jobs._end

    def dies(*args: Any, **more: Any) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(jobs, "_end", dies)
    with pytest.raises(OperationalError):
        jobs.run(claimed())
    monkeypatch.setattr(jobs, "_end", end)
    Job.objects.update(beat=now() - jobs.SILENT * 2)
    jobs.run(claimed())
    assert Job.objects.get(kind="import").state == "done" and not batch.folder.exists()
    assert [h.rows for h in api.check_business(api.open_business(folder)).holdings] == [1]


def claimed() -> Job:
    """The piece that a worker takes up now."""
    taken = jobs.claim("a")
    assert taken is not None
    return taken
