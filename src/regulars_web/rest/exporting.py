"""Everything the business owns in one file: its facts, results, decisions, settings, people who work here, and the log.

What it never holds: passwords, secrets, tokens, and the key that pseudonyms are made with.
"""

from __future__ import annotations

import csv
import hashlib
import json
import secrets
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import FileResponse

from regulars import api
from regulars.base.errors import Refused
from regulars.base.progress import Progress
from regulars.base.text import say
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import may
from regulars_web.duplicates.models import Pair
from regulars_web.people.models import Note
from regulars_web.privacy import gate
from regulars_web.privacy.models import Consent, Refusal
from regulars_web.rest.models import EXPORTS, Export
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.jobs import begin
from regulars_web.shared.models import Entry, Job
from regulars_web.shared.sheets import harmless

KEPT = timedelta(hours=24)
#: Folders and files of the business folder that go in as they are, and what they are.
_AS_THEY_ARE = {
    "business.toml": "the settings",
    "strategy": "what was stated for the strategy document",
    "strategies": "the journal of decisions and the strategies approved",
    "settings": "the settings as they were before every change",
    "segments": "segments kept under a name, every change of them a line",
    "scorecards": "scorecards of one's own, by which customers are put in an order",
    "profiles": "how files are read",
    "learned": "what the business's own trials taught",
    "pack": "the trade pack of one's own",
    "runs": "studies, plans and other results: JSON documents and Parquet detail",
}
_README = """# Everything this business owns

{files}

Customers stand in the tables by keys; keys lead to names only where identities.csv is in this file. What was typed of a
customer (notes, and how a permission came about) may name people, and goes with the names only. Passwords, tokens and
the secret that keys are made with are not in it. sha256sum -c SHA256SUMS checks every file.
"""


def ask(by: User, *, people: bool = False) -> Export:
    """Have an export made in the background."""
    with transaction.atomic():
        export = Export.objects.create(by=by, place=secrets.token_hex(16), people=people)
        note(by, "export.asked", about=str(export.pk), people=people)
        export.job = begin("export", by, export=export.pk)
        export.save(update_fields=["job"])
    export.refresh_from_db()
    return export


def again(job: Job, by: User) -> Job:
    """The same anew, as an export of who asks now. Raises Refused where they may not."""
    before = Export.objects.get(pk=job.asked["export"])
    if not may(by, "export:take") or (before.people and not may(by, "export:people")):
        raise Refused(say("web.jobs.not_yours"), say("web.jobs.not_yours_hint"))
    return ask(by, people=before.people).job or job


def taken(by: User, export: Export) -> FileResponse:
    """The file, to be taken away; written down."""
    note(by, "export.taken", about=str(export.pk), bytes=export.bytes, sha256=export.sha256, people=export.people)
    response = FileResponse(
        export.path.open("rb"), as_attachment=True, filename=f"regulars-{export.made_at:%Y-%m-%d}.zip"
    )
    response["Content-Type"] = "application/zip"
    response["Cache-Control"] = "no-store"
    return response


def work(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The job: write the file beside its place, then put it there; it is removed a day later."""
    export = Export.objects.select_related("by").get(pk=asked["export"])
    export.path.parent.mkdir(mode=0o700, exist_ok=True)
    part, scratch = export.path.with_suffix(".part"), export.path.with_name(f"regulars-export-{export.place}")
    shutil.rmtree(scratch, ignore_errors=True)  # of a try that was killed
    scratch.mkdir(mode=0o700)
    part.touch(mode=0o600)
    try:
        _write(part, scratch, export, progress)
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        part.replace(export.path)
    finally:
        part.unlink(missing_ok=True)  # stopped, or no room: half of it would take the room there is
        shutil.rmtree(scratch, ignore_errors=True)
    with transaction.atomic():
        export.bytes, export.sha256, export.expires_at = export.path.stat().st_size, digest, now() + KEPT
        export.save(update_fields=["bytes", "sha256", "expires_at"])
        Job.objects.create(kind="forget_exports", not_before=export.expires_at)
        note(export.by, "export.made", about=str(export.pk), bytes=export.bytes, sha256=digest)
    return {"export": export.pk}


def _write(target: Path, scratch: Path, export: Export, progress: Progress) -> None:
    shop = business()
    told, sums = [], []
    tables = scratch / "ledger"
    tables.mkdir()
    api.write_tables(shop, tables, progress=progress)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for source, name in (*_files(tables, "ledger"), *_folder(shop.folder)):
            progress(say("rest.export.step", file=name), 0, None)
            file.write(source, name)
            with source.open("rb") as opened:
                sums.append(f"{hashlib.file_digest(opened, 'sha256').hexdigest()}  {name}")
        if export.people:
            _people(scratch / "identities.csv", export.by)
        for source in _of_the_web(scratch, people=export.people):
            file.write(source, source.name)
            with source.open("rb") as opened:
                sums.append(f"{hashlib.file_digest(opened, 'sha256').hexdigest()}  {source.name}")
        told = [f"- `{name}`: {about}" for name, about in (_ABOUT | _AS_THEY_ARE).items()]
        file.writestr("README.md", _README.format(files="\n".join(told)))
        file.writestr("SHA256SUMS", "\n".join(sums) + "\n")


_ABOUT = {
    "ledger": "every table of facts, as Parquet, and as CSV for spreadsheets, in which a text that begins as a formula "
    "does carries an apostrophe (docs/reference/ledger.md has the columns)",
    "identities.csv": "names, telephone numbers and addresses of customers, by key (only where asked for)",
    "notes.jsonl": "notes on customers, by key, those taken away too (only where names were asked for)",
    "permissions.jsonl": "what customers agreed to and refused, by key, ended ones too",
    "pairs.jsonl": "decisions on duplicates, by keys: merged (`moved` counts as `stays`) or two people",
    "users.json": "people who work here, their roles and branches; other files name them by `id`",
    "audit.jsonl": "the audit log, a line an entry, each with the hash of the one before",
}


def _folder(folder: Path) -> Iterator[tuple[Path, str]]:
    for name in _AS_THEY_ARE:
        place = folder / name
        if place.is_file():
            yield place, name
        elif place.is_dir():
            yield from _files(place, name)


def _files(place: Path, name: str) -> Iterator[tuple[Path, str]]:
    for path in sorted(place.rglob("*")):
        inside = path.relative_to(place)
        unfinished = any(part.endswith(".part") or part.startswith(".") for part in inside.parts)
        if path.is_file() and not path.is_symlink() and not unfinished:
            yield path, f"{name}/{inside.as_posix()}"


def _people(target: Path, by: User) -> None:
    """Who the customers are, by the gate."""
    with target.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["customer", "name", "phone", "email", "member"])
        for person in gate.everybody(by, purpose="export"):
            cells = (person.key, person.name, person.phone, person.email, person.member)
            writer.writerow([harmless(cell) for cell in cells])


def _of_the_web(scratch: Path, *, people: bool) -> Iterator[Path]:
    """What the database holds, as files. What was typed about customers may name them: it goes with ``people`` only."""
    users = [
        {
            "id": user.pk,
            "name": user.name,
            "email": user.email,
            "role": user.role,
            "branches": user.branches,
            "language": user.language,
            "active": user.is_active,
            "joined_at": user.joined_at.isoformat(),
        }
        for user in User.objects.order_by("id")
    ]
    (scratch / "users.json").write_text(json.dumps(users, ensure_ascii=False, indent=1), encoding="utf-8")
    fields = ("id", "at", "who_id", "action", "about", "detail", "before", "digest")
    _lines(scratch / "audit.jsonl", Entry.objects.order_by("id").values(*fields).iterator())
    if people:
        _lines(scratch / "notes.jsonl", Note.objects.order_by("id").values().iterator())
    _lines(scratch / "permissions.jsonl", _permissions(typed=people))
    decided = ("id", "one", "other", "reasons", "state", "moved", "stays", "decided_at", "decided_by_id")
    pairs = Pair.objects.exclude(decided_at=None).order_by("id")
    _lines(scratch / "pairs.jsonl", pairs.values(*decided).iterator())
    yield from sorted(path for path in scratch.iterdir() if path.is_file())


def _permissions(*, typed: bool) -> Iterator[dict[str, Any]]:
    for said, rows in (("agreed", Consent.objects), ("refused", Refusal.objects)):
        for row in rows.order_by("id").values():
            yield {"said": said, **{name: value for name, value in row.items() if typed or name != "how"}}


def _lines(target: Path, rows: Iterable[Any]) -> None:
    """A line a row, moments as ISO 8601."""
    with target.open("w", encoding="utf-8") as out:
        for row in rows:
            plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
            out.write(json.dumps(plain, ensure_ascii=False) + "\n")


def forget(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:  # noqa: ARG001 - all that is over is meant
    """The job: remove files whose day is over, and what a killed job left."""
    over = Export.objects.filter(expires_at__lte=now())
    gone = [export.path for export in over if export.path.is_file()]
    for path in gone:
        if not Entry.objects.filter(action="export.removed", about=path.stem).exists():  # killed before it was removed
            note(None, "export.removed", about=path.stem)
        path.unlink()
    if not Job.objects.filter(kind="export", state=Job.State.RUNNING).exists():
        place = business().folder / EXPORTS
        for left in (*place.glob("regulars-export-*"), *place.glob("*.part")):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
    return {"removed": len(gone)}
