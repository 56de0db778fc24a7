"""The job: a batch's files read into the ledger, who their customers are handed to the gate, and the outcome told."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from regulars import api
from regulars.base.problem import Problem
from regulars.base.progress import Progress
from regulars.base.text import Text, say
from regulars_web.company.businesses import business
from regulars_web.intake.models import Batch, Correction
from regulars_web.privacy.gate import admit
from regulars_web.shared.clock import today
from regulars_web.shared.jobs import begin
from regulars_web.shared.texts import as_json

#: Findings of a file told on its page; all bad rows are in the file to be downloaded.
SHOWN = 200
#: Customers handed to the gate at a time.
PART = 5_000
_VAULT = "files.step.vault"
_BYTES = "importing.step.reading"


def work(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Read a batch's files; bad rows are kept by the core."""
    batch = Batch.objects.select_related("job__by", "by").get(pk=asked["batch"])
    by = batch.job.by if batch.job is not None else batch.by
    paths = batch.paths
    paced = _paced(progress, paths)
    corrections = Correction.objects.filter(batch=batch, mapping__isnull=False).values_list("file", "mapping")
    mappings = {batch.folder / file: api.Profile.model_validate(mapping) for file, mapping in corrections}
    shop = business()
    report = api.import_files(
        shop,
        paths,
        mappings=mappings,
        receive=_to_the_gate(by, paced),
        latest=today(shop.settings.zone) + timedelta(days=1),  # a till may keep the time of elsewhere
        progress=paced,
    )
    return {
        "files": [_told(result) for result in report.files],
        "refused": [
            {"file": Path(r.file).name, "text": as_json(r.text), "hint": as_json(r.hint) if r.hint else None}
            for r in report.refused
        ],
    }


def clear(asked: Mapping[str, Any]) -> None:
    """The files leave the waiting place when it is written down that all of them are stored; where they told who
    customers are, those on record twice are looked for, which nobody asked for."""
    for batch in Batch.objects.select_related("job").filter(pk=asked["batch"]):
        shutil.rmtree(batch.folder, ignore_errors=True)
        result = batch.job.result if batch.job is not None else None
        if any(file["identified"] for file in (result or {}).get("files", ())):
            begin("duplicates", None)


def _to_the_gate(by: Any, progress: Progress) -> api.Receiver:
    """Hands who the customers are to the gate, in parts between which the work can be stopped; the same again changes
    nothing."""

    def receive(told: api.Identified) -> None:
        step = say(_VAULT, file=told.file)
        for start in range(0, told.table.num_rows, PART):
            progress(step, start, told.table.num_rows)
            admit(by, told.table.slice(start, PART), source=told.file)

    return receive


def _paced(progress: Progress, paths: list[Path]) -> Progress:
    """Progress that says which file of how many it is, and how fast it goes."""
    names = [path.name for path in paths]
    begun: dict[str, float] = {}

    def watch(step: Text, done: int, total: int | None) -> None:
        name = str(step.params.get("file", ""))
        # Rows are counted from the beginning of the file, customers from the beginning of their own step.
        since = begun.setdefault(f"{name} {step.id == _VAULT}", time.monotonic())
        seconds = max(time.monotonic() - since, 0.001)
        at = names.index(name) + 1 if name in names else 1
        if not done:
            said = say("files.pace.begun", at=at, of=len(names), step=step)
        elif step.id == _BYTES and total and path_of_bytes(paths, at, total):
            said = say("files.pace.bytes", at=at, of=len(names), step=step, mb=max(round(done / seconds / 1e6), 1))
        elif step.id == _VAULT:
            said = say("files.pace.people", at=at, of=len(names), step=step, n=round(done / seconds))
        else:
            said = say("files.pace.rows", at=at, of=len(names), step=step, rows=round(done / seconds))
        part = (at - 1 + _part(step, done, total)) / len(names)
        progress(said, round(1000 * part), 1000)

    return watch


#: Where in the work on one file a step begins and ends, as measured on a million lines.
_STEPS = {
    "importing.step.reading": (0.0, 0.1),
    "importing.step.sorting": (0.1, 0.1),
    "importing.step.checking": (0.35, 0.75),
    "importing.step.keying": (0.5, 0.5),
    _VAULT: (0.75, 0.95),
    "importing.step.storing": (0.95, 1.0),
}


def _part(step: Text, done: int, total: int | None) -> float:
    begins, ends = _STEPS.get(step.id, (0.0, 0.0))
    return begins + (ends - begins) * (done / total if total else 0.0)


def path_of_bytes(paths: list[Path], at: int, total: int) -> bool:
    """Whether a step that reads counts the bytes of the file (of a workbook it counts rows)."""
    return paths[at - 1].stat().st_size == total


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
        "ignored": [name for name in result.ignored_columns if name not in result.identifier_columns],
        "identifiers": list(result.identifier_columns),
        "identified": result.identified,
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
                "code": problem.code,
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
