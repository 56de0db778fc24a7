"""What comes over the line: too much, nobody's, broken off, twice, under strange names, onto a full disk."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from regulars import api
from regulars_web.intake import limits
from regulars_web.intake.models import Batch
from regulars_web.intake.services import LEFT, safe_name, take_in
from regulars_web.shared.jobs import put_down
from regulars_web.shared.models import Job
from support.rest import Program

pytestmark = pytest.mark.django_db
ROW = "2026-01-05,C1,Cut,380\n"
GOOD = "Date,Customer ID,Item,Amount\n" + ROW
LARGE = GOOD + ROW * 60_000  # more than the forms of other pages may hold in memory


def sent(name: str, content: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode())


def left(folder: Path) -> list[Path]:
    return sorted(p for p in (folder / "uploads").rglob("*") if p.is_file()) if (folder / "uploads").exists() else []


def test_what_is_too_large_is_told_and_nothing_is_kept(
    folder: Path, signed_in: Callable[..., Client], settings: Any
) -> None:
    client = signed_in()
    settings.UPLOAD_MB = 1
    assert 'data-most-bytes="1048576"' in client.get("/imports/new").content.decode()
    answer = client.post("/imports/new", {"files": sent("big.csv", LARGE)})
    assert answer.status_code == 413 and "at most 1 MB may come at once" in answer.content.decode()
    assert left(folder) == [] and not Batch.objects.exists()


def test_where_there_is_no_room_it_is_told_before(
    folder: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in()
    monkeypatch.setattr(limits, "SPARE", 1 << 60)
    answer = client.post("/imports/new", {"files": sent("s.csv", GOOD)})
    assert answer.status_code == 507 and "not enough room" in answer.content.decode()
    assert left(folder) == []


def test_a_disk_that_fills_up_on_the_way_is_told(
    folder: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in()

    class Full(limits._Arriving):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self.file = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115 - closed by its owner

    monkeypatch.setattr(limits, "_Arriving", Full)
    answer = client.post("/imports/new", {"files": sent("s.csv", LARGE)})
    assert answer.status_code == 400 and "disk is full; nothing was kept" in answer.content.decode()
    assert not Batch.objects.exists()


def test_files_go_to_no_other_page_and_come_from_nobody_unknown(folder: Path, person: Callable[..., Any]) -> None:
    person()
    big = GOOD + ROW * 300_000
    answer = Client().post("/house/language", {"language": "en", "next": "/", "x": sent("big.csv", big)})
    assert answer.status_code == 413
    answer = Client().post("/imports/new", {"files": sent("big.csv", big)})
    assert answer.status_code == 302 and "next=/imports/new" in answer["Location"]
    assert "choose them once more" in answer.wsgi_request._messages._queued_messages[0].message  # type: ignore[attr-defined]
    assert left(folder) == []


def test_the_same_form_sent_twice_is_one_batch_and_with_other_files_another(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    ticket = "0123456789abcdef" * 2
    for _ in range(2):
        client.post("/imports/new", {"files": sent("s.csv", GOOD), "ticket": ticket})
    assert Batch.objects.count() == 1 and len([p for p in left(folder) if p.suffix == ".csv"]) == 1
    client.post("/imports/new", {"files": sent("other.csv", GOOD), "ticket": ticket})
    assert Batch.objects.count() == 2, "the page was gone back to and other files chosen"
    client.post("/imports/new", {"files": sent("s.csv", GOOD.replace("380", "390")), "ticket": ticket})
    assert Batch.objects.count() == 3, "or the same file, mended meanwhile"
    client.post("/imports/new", {"files": sent("s.csv", GOOD), "ticket": "../../secret"})
    assert {b.place for b in Batch.objects.all()} == {p.name for p in (folder / "uploads").iterdir()}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Django lets go of the file unclosed
def test_an_upload_broken_off_leaves_nothing(folder: Path) -> None:
    body = encode_multipart(BOUNDARY, {"files": sent("s.csv", LARGE)})

    class Breaks(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 800_000:
                raise OSError("the other side is gone")
            return super().read(min(65_536, size) if size and size > 0 else 65_536)

    request = RequestFactory().generic("POST", "/imports/new", body, content_type=MULTIPART_CONTENT)
    request._stream = Breaks(body)
    with pytest.raises(OSError, match="gone"):
        _ = request.FILES
    del request
    gc.collect()
    assert left(folder) == []


def test_large_files_arrive_where_they_wait_and_only_their_owner_reads_them(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    client.post("/imports/new", {"files": sent("big.csv", LARGE)})
    (file,) = [p for p in left(folder) if p.name == "big.csv"]
    assert file.stat().st_size == len(LARGE) and file.stat().st_mode & 0o777 == 0o600
    assert not list((folder / "uploads").glob("*.upload"))


def test_names_of_any_length_fit_the_disk(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    name = "客" * 100 + ".csv"
    assert len(safe_name(name).encode()) <= 180 and safe_name(name).endswith("客.csv")
    answer = client.post("/imports/new", {"files": [sent(name, GOOD), sent(name, GOOD), sent("../../x.csv", GOOD)]})
    id = int(answer["Location"].rsplit("/", 1)[1])
    client.post(f"/imports/{id}/read")
    assert [h.rows for h in api.check_business(api.open_business(folder)).holdings] == [1]


def test_what_nobody_waits_for_any_more_is_swept_away(folder: Path, person: Callable[..., Any]) -> None:
    by = person()
    old = take_in(by, [sent("a.csv", GOOD)])
    for name in ("half.upload", "orphan"):
        path = folder / "uploads" / name
        path.write_text("x") if "." in name else path.mkdir()
        os.utime(path, (0, 0))
    broken = take_in(by, [sent("c.csv", GOOD)])
    broken.job = put_down("import", by, batch=broken.pk)
    broken.save()
    Job.objects.update(state=Job.State.FAILED)
    for batch in (old, broken):
        os.utime(batch.folder, (0, 0))
    take_in(by, [sent("b.csv", GOOD)])
    assert not (folder / "uploads" / "half.upload").exists() and not (folder / "uploads" / "orphan").exists()
    assert old.folder.exists() and broken.folder.exists(), "they wait for a decision, however long"
    assert LEFT > 3600


def test_mended_rows_come_in_once(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    bad = GOOD + "2026-13-40,C3,=1+1,380\n"
    id = int(client.post("/imports/new", {"files": sent("s.csv", bad)})["Location"].rsplit("/", 1)[1])
    client.post(f"/imports/{id}/read")
    batch = Batch.objects.select_related("job").get(pk=id)
    assert batch.job is not None
    taken = client.get(f"/imports/{id}/bad-rows/{batch.job.result['files'][0]['rejects']}").getvalue().decode()
    assert "'=1+1" in taken, "no spreadsheet takes it for a formula"
    mended = taken.replace("2026-13-40", "2026-02-04")
    for content in (mended, mended, bad):
        id = int(client.post("/imports/new", {"files": sent("m.csv", content)})["Location"].rsplit("/", 1)[1])
        client.post(f"/imports/{id}/read")
    assert [h.rows for h in api.check_business(api.open_business(folder)).holdings] == [2]
    page = client.get(f"/imports/{id}").content.decode()
    assert "Write the day as 2026-03-31" in page and "only the mended rows are added" in page


def test_pages_of_imports_are_few_queries_and_look_once(
    folder: Path,
    signed_in: Callable[..., Client],
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    client = signed_in()
    files = [sent(f"s{at}.csv", GOOD) for at in range(8)]
    id = int(client.post("/imports/new", {"files": files})["Location"].rsplit("/", 1)[1])
    client.get(f"/imports/{id}")
    kept = {p: p.stat().st_mtime_ns for p in Batch.objects.get().folder.glob(".look-*")}
    for address in ("/imports/", "/imports/new", f"/imports/{id}", f"/imports/{id}/files/0"):
        with django_assert_max_num_queries(9):
            assert client.get(address).status_code == 200
    assert len(kept) == 8 and {p: p.stat().st_mtime_ns for p in kept} == kept


def test_programs_send_files_as_large_as_people_do(
    folder: Path, person: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_OTHER", 100)
    program = Program(person())

    def send(content: str) -> Any:
        headers = program.headers | {"Idempotency-Key": str(len(content))}
        return program.client.post("/api/v1/imports", {"files": sent("s.csv", content)}, headers=headers)

    assert send(GOOD).status_code == 202 and Batch.objects.count() == 1
    monkeypatch.setattr(limits, "SPARE", 1 << 60)
    answer = send(GOOD + ROW)
    assert (answer.status_code, answer.json()["code"]) == (507, "no_room") and "not enough room" in answer.json()[
        "title"
    ]
    assert Batch.objects.count() == 1
