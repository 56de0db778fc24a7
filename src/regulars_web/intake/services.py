"""Taking files in, letting them go, having them read into the ledger, and taking that back."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db import transaction
from django.db.models import Q

from regulars import api
from regulars_web.company.businesses import business, health
from regulars_web.intake.limits import place
from regulars_web.intake.models import Batch
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.jobs import go, put_down
from regulars_web.shared.meant import meant
from regulars_web.shared.models import Entry, Job, Meant
from regulars_web.shared.turns import my_turn

#: Bytes of a name: file systems take 255, and names of files with bad rows are longer than those they come from.
LONGEST_NAME = 180
#: Seconds after which what an interrupted upload left behind is swept away.
LEFT = 86_400
#: How a folder is called while its files arrive, and the digests in it of what arrived.
ARRIVING, SUMS = ".arriving", ".sums"
#: The ledger's clock and the database's keep unlike fractions of a second.
_TICK = timedelta(seconds=1)


def take_in(by: Any, files: Iterable[UploadedFile[Any]], *, ticket: str = "") -> Batch:
    """Keep uploaded files in the business folder, under names that are safe there.

    ``ticket`` is the form's: the same form sent twice with the same files gives the batch there is.
    """
    files = list(files)
    names = _names(files)
    _sweep()
    arrived = place() / f"{secrets.token_hex(16)}{ARRIVING}"
    arrived.mkdir(mode=0o700)
    try:
        for file, name in zip(files, names, strict=True):
            _put(file, arrived / name)
        (arrived / SUMS).write_text(_sums(arrived, names), encoding="ascii")
        return _kept(by, arrived, names, ticket if re.fullmatch(r"[0-9a-f]{32}", ticket) else "")
    finally:
        shutil.rmtree(arrived, ignore_errors=True)


def _kept(by: Any, arrived: Path, names: list[str], ticket: str) -> Batch:
    """The batch of files that have arrived: the one there is for this ticket and these files, else a new one."""
    batch = Batch(by=by, place=ticket or secrets.token_hex(16), files=names)
    with transaction.atomic():
        my_turn()
        before = Batch.objects.filter(place=batch.place).first()
        if before is not None and before.by_id == by.pk and before.files == names and _alike(before.folder, arrived):
            return before
        if before is not None:  # the page was gone back to, and other files chosen
            batch.place = secrets.token_hex(16)
        shutil.rmtree(batch.folder, ignore_errors=True)  # what an upload killed just here left behind
        batch.save()
        note(by, "import.uploaded", about=", ".join(names), bytes=sum((arrived / n).stat().st_size for n in names))
        arrived.rename(batch.folder)
    return batch


def _sums(folder: Path, names: Iterable[str]) -> str:
    found = []
    for name in names:
        with (folder / name).open("rb") as file:
            found.append(hashlib.file_digest(file, "sha256").hexdigest())
    return "\n".join(found)


def _alike(there: Path, arrived: Path) -> bool:
    kept = there / SUMS
    return kept.is_file() and kept.read_bytes() == (arrived / SUMS).read_bytes()


def _names(files: Iterable[UploadedFile[Any]]) -> list[str]:
    names: list[str] = []
    for file in files:
        names.append(_free(_safe(file), names))
    return names


def _safe(file: UploadedFile[Any]) -> str:
    return safe_name(file.name or "file")


def _put(file: UploadedFile[Any], target: Path) -> None:
    if isinstance(file, TemporaryUploadedFile):
        Path(file.temporary_file_path()).rename(target)  # it arrived in the same folder
    else:
        with target.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
    target.chmod(0o600)


def _sweep() -> None:
    old = now().timestamp() - LEFT
    undone = Q(job=None) | ~Q(job__state=Job.State.DONE)  # what broke off can still be read
    wanted = set(Batch.objects.filter(undone, dropped_at=None).values_list("place", flat=True))
    for left in place().iterdir():
        with suppress(FileNotFoundError):  # somebody else's upload came to its end meanwhile
            if left.name in wanted or left.stat().st_mtime > old:
                continue
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink()


def safe_name(name: str) -> str:
    """The last part of a name, without what a file system or a shell could take for something else."""
    last = re.sub(r"[^\w. ()-]", "_", Path(name.replace("\\", "/")).name).strip(". ")
    while len(last.encode()) > LONGEST_NAME:
        last = last[1:].strip(". ")
    return last or "file"


def _free(name: str, taken: list[str]) -> str:
    path, number = Path(name), 2
    while name in taken:
        name, number = f"{path.stem}-{number}{path.suffix}", number + 1
    return name


def commit(batch: Batch, by: Any) -> Batch:
    """Have the files read into the ledger. Asked twice, it is done once; after it broke off or was stopped, once more:
    what is stored already changes nothing."""
    with transaction.atomic():
        locked = Batch.objects.select_for_update(of=("self",)).select_related("job").get(pk=batch.pk)
        if locked.undecided:
            locked.job = put_down("import", by, batch=locked.pk)
            locked.save(update_fields=["job"])
            note(by, "import.asked", about=", ".join(locked.files))
    if locked.job is not None:
        go(locked.job)
    return locked


def commit_again(job: Job, by: Any) -> Job:
    """The job of the same batch anew."""
    batch = Batch.objects.filter(job=job).first()
    found = commit(batch, by).job if batch is not None else None
    return found or job


def drop(batch: Batch, by: Any) -> bool:
    """Let go of files that were not read, or whose reading broke off. False where they are read, or will be."""
    with transaction.atomic():
        locked = Batch.objects.select_for_update(of=("self",)).select_related("job").get(pk=batch.pk)
        if locked.undecided:
            locked.dropped_at = now()
            locked.save(update_fields=["dropped_at"])
            note(by, "import.dropped", about=", ".join(locked.files))
    if locked.dropped_at is not None:  # only what is surely written down is done: files cannot be rolled back
        shutil.rmtree(locked.folder, ignore_errors=True)
    return locked.dropped_at is not None


def undo(by: Any, import_id: str) -> int:
    """Take an import back; how many rows left the ledger. Raises what ``api.undo_import`` does."""
    with meant(by, "import.undone", about=import_id) as line:
        undone = api.undo_import(business(), import_id)
        line.write(rows=undone.removed)
    return undone.removed


def undone(row: Meant) -> Mapping[str, Any] | None:
    """Whether an import was taken back, for the line of whoever was killed over it."""
    told = Entry.objects.filter(action=row.action, about=row.about).exists()
    there = any(record.undone for record in business().ledger.imports() if record.import_id == row.about)
    return {} if there and not told else None


def taken_back(batch: Batch) -> frozenset[str]:
    """Those files of a batch that were read and have left the ledger again."""
    job = batch.job
    if job is None or job.begun_at is None or job.ended_at is None:
        return frozenset()
    began, ended = job.begun_at - _TICK, job.ended_at + _TICK
    return frozenset(
        str(record.note.get("file", "")) for record in health().imports if record.undone and began <= record.at <= ended
    )


def rejects_file(batch: Batch, name: str) -> Path | None:
    """The bad rows of one of the batch's files; None where there is none of that name."""
    if batch.job is None:
        return None
    known = {file["rejects"] for file in batch.job.result.get("files", ())} - {None}
    path = business().rejects / name
    return path if name in known and path.is_file() else None
