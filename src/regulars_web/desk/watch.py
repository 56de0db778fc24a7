"""What broke and what was taken away, for those who answer for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count

from regulars import api
from regulars_web.company.businesses import business
from regulars_web.company.powers import may
from regulars_web.insight.queries import ledger_mark
from regulars_web.intake.models import Batch
from regulars_web.shared.audit import check_on
from regulars_web.shared.clock import now
from regulars_web.shared.health import worker_lives
from regulars_web.shared.jobs import seen_by
from regulars_web.shared.models import Entry, Job

#: How far back a desk looks.
LATELY = timedelta(days=14)
#: Lines of the audit log a privacy officer is told of: what was handed out, changed or forgotten about persons.
TOLD = (
    "document.taken",
    "audit.taken",
    "export.taken",
    "customers.taken_away",
    "contacts.taken_away",
    "identities.erased",
    "identities.limit",
    "permission.refused",
    "permission.refusal_withdrawn",
    "account.sign_in_failed",
    "person.made",
    "person.changed",
)


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that needs a look: its sentence, what it is about, and where to look."""

    id: str
    params: Mapping[str, Any]
    address: str
    job: Job | None = None


def broken(who: Any) -> list[Broken]:
    """What went wrong lately that this reader may look after."""
    found: list[Broken] = []
    if may(who, "audit:read") and (breach := check_on().breach) is not None:
        found.append(Broken("audit", {"line": breach}, "log"))
    if may(who, "jobs:read"):
        if not worker_lives():
            found.append(Broken("worker", {}, "jobs"))
        failed = seen_by(who).filter(state=Job.State.FAILED, ended_at__gt=now() - LATELY).order_by("-id")[:4]
        found += [Broken("job", {}, "job", job) for job in failed if not _done_since(job)]
    if may(who, "imports:read"):
        batches = Batch.objects.filter(job__state=Job.State.DONE, made_at__gt=now() - LATELY).select_related("job")
        for batch in batches.order_by("-id")[:10]:
            files = batch.job.result.get("files", ()) if batch.job is not None else ()
            rows = sum(int(file.get("rejected") or 0) for file in files)
            if rows:
                found.append(Broken("rows", {"n": rows, "id": batch.pk}, "batch"))
    return found


def status() -> api.Status:
    """What waits for whom, looked at anew when a plan, a judgement, a setting or the ledger has changed."""
    folder = Path(settings.FOLDER)
    files = (folder / "runs", *folder.glob("*.toml"), *folder.glob("*/*.toml"), *(folder / "strategies").rglob("*"))
    changed = tuple(sorted((str(f), f.stat().st_mtime_ns) for f in files if f.exists()))
    return _status(folder, ledger_mark(), changed)


@lru_cache(maxsize=2)
def _status(folder: Path, ledger: object, changed: object) -> api.Status:  # noqa: ARG001 - they are the key
    return api.status(business())


def _done_since(job: Job) -> bool:
    return Job.objects.filter(kind=job.kind, state=Job.State.DONE, id__gt=job.pk).exists()


def handed_out() -> list[tuple[str, int]]:
    """What the audit log tells of the last days about persons, by action."""
    lines = Entry.objects.filter(at__gt=now() - LATELY, action__in=TOLD).order_by("action")
    return [(row["action"], row["n"]) for row in lines.values("action").annotate(n=Count("id"))]
