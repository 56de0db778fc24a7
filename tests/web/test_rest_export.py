"""Everything taken away: whole, checked, without secrets, written down, and gone after a day."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import stat
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client

from regulars import api
from regulars.base.progress import unwatched
from regulars_web.company.models import Role, User
from regulars_web.duplicates import services as duplicates
from regulars_web.duplicates.models import Pair
from regulars_web.people import services
from regulars_web.privacy import permissions
from regulars_web.privacy.models import Consent
from regulars_web.rest import exporting
from regulars_web.rest.models import Export
from regulars_web.shared import lock
from regulars_web.shared.clock import now
from regulars_web.shared.models import Entry, Job
from support.rest import Program

pytestmark = pytest.mark.django_db


def taken(client: Client) -> zipfile.ZipFile:
    answer = client.get(f"/house/export/{Export.objects.get().place}")
    content = answer.getvalue()
    return zipfile.ZipFile(io.BytesIO(content))


def rows_of(file: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read(name).decode().splitlines()]


def test_it_holds_everything_and_every_sum_is_right(
    studied: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in()
    monkeypatch.setattr("regulars_web.rest.exporting.secrets.token_hex", lambda n=16: "ab" * n)
    left = studied / "exports" / f"regulars-export-{'ab' * 16}"  # by a try that was killed
    left.mkdir(parents=True)
    (left / "identities.csv").write_text("names")
    (studied / "strategies").mkdir(exist_ok=True)
    (studied / "strategies" / "journal.jsonl").write_text("{}\n")
    (studied / "segments").mkdir(exist_ok=True)
    (studied / "segments" / "journal.jsonl").write_text("{}\n")
    client.post("/house/export")
    file = taken(client)
    names = set(file.namelist())
    assert "identities.csv" not in names and not left.exists()
    runs = {run.id for run in api.finished_runs(api.open_business(studied))}
    wanted = {"README.md", "SHA256SUMS", "business.toml", "users.json", "audit.jsonl", "strategies/journal.jsonl"}
    wanted |= {"segments/journal.jsonl", "permissions.jsonl", "pairs.jsonl"}
    wanted |= {f"runs/{run}/run.json" for run in runs} | {"ledger/sales.parquet", "ledger/sales.csv"}
    assert wanted <= names
    rows = [row.split("  ", 1) for row in file.read("SHA256SUMS").decode().splitlines()]
    sums = {name: digest for digest, name in rows}
    assert set(sums) == names - {"README.md", "SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256(file.read(name)).hexdigest() == digest, name
    held = {h.table: h.rows for h in api.check_business(api.open_business(studied)).holdings}
    for table, count in held.items():
        assert pq.read_table(io.BytesIO(file.read(f"ledger/{table}.parquet"))).num_rows == count
        assert sum(1 for _ in csv.reader(io.StringIO(file.read(f"ledger/{table}.csv").decode()))) == count + 1
    assert [json.loads(row)["id"] for row in file.read("audit.jsonl").decode().splitlines()]


def test_no_secret_leaves_the_house(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    (studied / "web-secret").write_text("w" * 60)
    (studied / "vault-key").write_text("ab" * 32)
    lock._key.cache_clear()
    (studied / "runs" / "way-out").symlink_to(studied / "secret.key")
    client.post("/house/export")
    file = taken(client)
    secret = (studied / "secret.key").read_text().strip()
    password = User.objects.get().password
    for name in file.namelist():
        assert not name.endswith((".key", ".db", "web-secret", "vault-key", "way-out")), name
        content = file.read(name)
        assert secret.encode() not in content and password.encode() not in content and b"w" * 60 not in content
        assert b"ab" * 32 not in content


def test_it_is_only_for_who_asked_and_for_a_day(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    client.post("/house/export")
    export = Export.objects.get()
    assert stat.S_IMODE(export.path.stat().st_mode) == 0o600
    assert signed_in().get(f"/house/export/{export.place}").status_code == 404, "another director"
    assert signed_in(Role.ANALYST).get(f"/house/export/{export.place}").status_code == 403
    assert signed_in(Role.DIRECTOR, branches=("TST",)).get("/house/export").status_code == 403
    taken(client)
    actions = set(Entry.objects.values_list("action", flat=True))
    assert {"export.asked", "export.made", "export.taken"} <= actions
    assert Job.objects.get(kind="forget_exports").not_before == export.expires_at
    Export.objects.update(expires_at=now() - timedelta(seconds=1))
    assert client.get(f"/house/export/{export.place}").status_code == 404
    exporting.forget({}, unwatched)
    assert not export.path.exists() and Entry.objects.filter(action="export.removed").exists()


def test_a_program_takes_it_too(folder: Path, person: Callable[..., User]) -> None:
    program = Program(person(), "export:read")
    made = program.post("exports", {}).json()
    assert made["ready"] and made["job"]["state"] == "done"
    answer = program.get(f"exports/{made['id']}/file")
    assert hashlib.sha256(answer.content).hexdigest() == made["sha256"] and len(answer.content) == made["bytes"]
    assert program.post("exports", {"people": True}).status_code == 403


def test_names_go_with_it_only_where_asked_for_and_by_the_gate(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    till = Program(User.objects.get())
    till.post("push/customers", [{"customer": "C1", "customer_name": "=Chan Mei", "phone": "9123 4567"}])
    key = till.get("people/1/identity")
    assert key.status_code == 404
    client.post("/house/export", {"people": "1"})
    rows = list(csv.DictReader(io.StringIO(taken(client).read("identities.csv").decode("utf-8-sig"))))
    assert [(row["name"], row["phone"]) for row in rows] == [("'=Chan Mei", "+85291234567")]
    assert Entry.objects.get(action="identities.all").about == "export"
    found = till.get(f"people/{rows[0]['customer']}/identity").json()
    assert (found["name"], found["phone"]) == ("=Chan Mei", "+85291234567")
    Export.objects.all().delete()
    client.post("/house/export")
    assert "identities.csv" not in taken(client).namelist()


def test_what_staff_decided_and_wrote_goes_with_it_and_free_text_only_with_names(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    by = User.objects.get()
    services.write(by, "11", "Chan Mei likes Tuesdays")
    permissions.refuse(by, "11", channel="sms", how="told Chan Mei's sister")
    permissions.withdraw(by, ["11"], channel="sms")
    agreed = {"channel": "email", "marketing": "offers", "notice": "2026-01", "how": "Chan Mei signed"}
    Consent.objects.create(customer="12", by=by, **agreed)
    duplicates.tell_apart(by, Pair.objects.create(one="11", other="12", reasons=["phone"]))
    Pair.objects.create(one="11", other="13", reasons=["name"])  # nobody decided
    client.post("/house/export")
    file = taken(client)
    assert "notes.jsonl" not in file.namelist()
    assert [name for name in file.namelist() if b"Chan Mei" in file.read(name)] == []
    told = [(row["said"], row["customer"], row["channel"], row["by_id"]) for row in rows_of(file, "permissions.jsonl")]
    assert told == [("agreed", "12", "email", by.pk), ("refused", "11", "sms", by.pk)]
    assert rows_of(file, "permissions.jsonl")[1]["withdrawn_at"]
    (pair,) = rows_of(file, "pairs.jsonl")
    assert (pair["one"], pair["other"], pair["state"], pair["decided_by_id"]) == ("11", "12", "different", by.pk)
    assert [row["id"] for row in json.loads(file.read("users.json"))] == [by.pk]
    Export.objects.all().delete()
    client.post("/house/export", {"people": "1"})
    file = taken(client)
    (written,) = rows_of(file, "notes.jsonl")
    assert (written["customer"], written["text"], written["by_id"]) == ("11", "Chan Mei likes Tuesdays", by.pk)
    assert [row["how"] for row in rows_of(file, "permissions.jsonl")] == ["Chan Mei signed", "told Chan Mei's sister"]


def test_tables_for_spreadsheets_hold_no_formula_and_parquet_holds_what_was_there(
    folder: Path, signed_in: Callable[..., Client], tmp_path: Path
) -> None:
    sold = "Receipt,Date,Customer ID,Item,Amount\nR1,2026-01-05,C1,=cmd()|x,380\nR2,2026-01-06,C2,-5,380\n"
    (tmp_path / "s.csv").write_text(sold)
    api.import_files(api.open_business(folder), [tmp_path / "s.csv"])
    client = signed_in()
    client.post("/house/export")
    file = taken(client)
    rows = csv.DictReader(io.StringIO(file.read("ledger/sales.csv").decode()))
    assert sorted(row["item"] for row in rows) == ["'=cmd()|x", "-5"]
    kept = pq.read_table(io.BytesIO(file.read("ledger/sales.parquet"))).column("item").to_pylist()
    assert sorted(kept) == ["-5", "=cmd()|x"]


def test_half_an_export_takes_no_room(
    folder: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in()

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exporting, "_of_the_web", full)
    answer = client.post("/house/export")
    assert answer.status_code == 507 and "The disk is full" in answer.content.decode()
    assert list((folder / "exports").iterdir()) == []
