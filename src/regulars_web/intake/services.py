"""Taking files in, looking at them, reading them into the ledger, and taking that back."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from regulars import api
from regulars.base.errors import RegularsError
from regulars.base.problem import Problem
from regulars.base.progress import Progress
from regulars_web.company.businesses import business
from regulars_web.intake.models import Batch
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.jobs import begin
from regulars_web.shared.texts import as_json

MOST_FILES = 20
#: Findings of a file told on its page; all bad rows are in the file to be downloaded.
SHOWN = 200


def take_in(by: Any, files: Iterable[UploadedFile[Any]]) -> Batch:
    """Keep uploaded files in the business folder, under names that are safe there."""
    batch = Batch(by=by, place=secrets.token_hex(16))
    batch.folder.mkdir(parents=True, mode=0o700)
    names: list[str] = []
    try:
        for file in files:
            name = _free(safe_name(file.name or "file"), names)
            with (batch.folder / name).open("wb") as target:
                for chunk in file.chunks():
                    target.write(chunk)
            names.append(name)
        batch.files = names
        with transaction.atomic():
            batch.save()
            note(by, "import.uploaded", about=", ".join(names), bytes=sum(p.stat().st_size for p in batch.paths))
    except BaseException:
        shutil.rmtree(batch.folder, ignore_errors=True)
        raise
    return batch


def safe_name(name: str) -> str:
    """The last part of a name, without what a file system or a shell could take for something else."""
    last = re.sub(r"[^\w. ()-]", "_", Path(name.replace("\\", "/")).name).strip(". ")
    return last[-120:] or "file"


def _free(name: str, taken: list[str]) -> str:
    path, number = Path(name), 2
    while name in taken:
        name, number = f"{path.stem}-{number}{path.suffix}", number + 1
    return name


def looked_at(batch: Batch) -> list[dict[str, Any]]:
    """What each file is taken for, with its first rows; or why it cannot be used."""
    found = []
    for path in batch.paths:
        try:
            found.append({"name": path.name, "seen": api.recognise(path)})
        except RegularsError as error:
            found.append({"name": path.name, "trouble": error.text, "hint": error.hint})
    return found


def commit(batch: Batch, by: Any) -> Batch:
    """Have the files read into the ledger. Asked twice, it is done once."""
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.job is None and locked.dropped_at is None:
            locked.job = begin("import", by, batch=locked.pk)
            locked.save(update_fields=["job"])
            note(by, "import.asked", about=", ".join(locked.files))
    return locked


def drop(batch: Batch, by: Any) -> None:
    """Let go of files that were not read."""
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        if locked.job is None and locked.dropped_at is None:
            locked.dropped_at = now()
            locked.save(update_fields=["dropped_at"])
            note(by, "import.dropped", about=", ".join(locked.files))
            shutil.rmtree(locked.folder, ignore_errors=True)


def work(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The job: read a batch's files. They leave the waiting place when all is stored; bad rows are kept by the core."""
    batch = Batch.objects.get(pk=asked["batch"])
    report = api.import_files(business(), batch.paths, progress=progress)
    shutil.rmtree(batch.folder, ignore_errors=True)
    return {
        "files": [_told(result) for result in report.files],
        "refused": [
            {"file": Path(r.file).name, "text": as_json(r.text), "hint": as_json(r.hint) if r.hint else None}
            for r in report.refused
        ],
    }


def _told(result: api.ImportResult) -> dict[str, Any]:
    return {
        "file": Path(result.file).name,
        "source": result.source,
        "table": result.table,
        "rows": result.rows,
        "stored": result.stored,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "rejected": result.rejected,
        "ignored": list(result.ignored_columns),
        "rejects": result.rejects_file.name if result.rejects_file else None,
        "problems": grouped(result.problems),
    }


def grouped(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Findings of one kind in one column together: how often, and the first rows."""
    found: dict[tuple[str, str | None], dict[str, Any]] = {}
    for problem in problems:
        group = found.setdefault(
            (problem.code, problem.column),
            {
                "column": problem.column,
                "reason": as_json(problem.reason),
                "rejected": problem.severity == "rejected",
                "count": 0,
                "rows": [],
            },
        )
        group["count"] += problem.count
        if problem.row is not None and len(group["rows"]) < 5:
            group["rows"].append(problem.row)
    return sorted(found.values(), key=lambda group: (not group["rejected"], -group["count"]))[:SHOWN]


def undo(by: Any, import_id: str) -> int:
    """Take an import back; how many rows left the ledger. Raises what ``api.undo_import`` does."""
    undone = api.undo_import(business(), import_id)
    note(by, "import.undone", about=import_id, rows=undone.removed)
    return undone.removed


def rejects_file(batch: Batch, name: str) -> Path | None:
    """The bad rows of one of the batch's files; None where there is none of that name."""
    if batch.job is None:
        return None
    known = {file["rejects"] for file in batch.job.result.get("files", ())} - {None}
    path = business().rejects / name
    return path if name in known and path.is_file() else None
