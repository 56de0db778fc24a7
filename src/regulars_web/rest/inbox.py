"""Rows that tills push: accepted into the database in the request, then stored in the ledger together.

A push job takes what waits for one table and system (and one set of branches), up to ``API_PUSH_ROWS`` rows, names it
a batch, and stores the batch in one commit. Killed in between, the next job finds the batch unfinished and stores it
under the same name, which the ledger does once (``api.push_rows``).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from regulars import api
from regulars.api.pushed import PLACE
from regulars.base.errors import Busy, RegularsError
from regulars.base.problem import Problem
from regulars.base.progress import Progress, unwatched
from regulars.base.text import say
from regulars_web.company.businesses import business
from regulars_web.privacy import gate
from regulars_web.rest.models import Receipt, Token
from regulars_web.rest.tokens import acting
from regulars_web.rest.troubles import Trouble, language_of, rows_wrong
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.models import Job
from regulars_web.shared.texts import as_json

MOST_ROWS = 10_000
#: When to come again where the ledger is busy, and where a job died.
_AGAIN, _AFTER_FAULT = timedelta(seconds=5), timedelta(seconds=20)


def rows_of(request: HttpRequest) -> list[object]:
    """The rows of a request: a JSON array, or JSON line by line. Raises Trouble where it is neither."""
    try:
        text = request.body.decode()
        if request.content_type == "application/x-ndjson":
            rows: Any = [json.loads(line, parse_constant=_no_number) for line in text.splitlines() if line.strip()]
        else:
            rows = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Trouble(400, "not_json") from error
    if not isinstance(rows, list) or not rows:
        raise Trouble(422, "not_rows")
    if len(rows) > MOST_ROWS:
        raise Trouble(413, "too_many_rows", most=MOST_ROWS)
    return rows


def _no_number(said: str) -> float:
    raise ValueError(said)


def accept(request: HttpRequest, token: Token, table: str, *, system: str, atomic: bool) -> Receipt:
    """Take rows in. The bad ones are told; the good ones wait to be stored (none of them, where all or none was asked).

    Raises:
        Trouble: no row can be kept, or one cannot and ``atomic`` was asked for.
    """
    shop, rows = business(), rows_of(request)
    checked = api.check_rows(shop, table, rows)
    good, refused = _within(token, table, checked.good)
    problems = rows_wrong((*checked.problems, *refused), language_of(request))
    if problems and (atomic or not good):
        raise Trouble(422, "rows_refused", errors=problems[:1000], n=len(rows) - len(good))
    keyed = api.key_rows(shop, [row for _, row in good], system=system)
    with transaction.atomic():
        receipt = Receipt.objects.create(
            token=token,
            table=table,
            system=system,
            sent=len(rows),
            accepted=len(good),
            places=[at for at, _ in good],
            rows=keyed,
            problems=problems[:1000],
        )
        _admit(token, table, good, keyed)
        note(token.user, "push.accepted", about=f"{receipt.pk} {table}", token=token.pk, rows=len(good))
        wake()
    return receipt


def _admit(
    token: Token, table: str, good: Sequence[tuple[int, dict[str, Any]]], keyed: Sequence[Mapping[str, str]]
) -> None:
    """Hand who the customers are to the gate; of a token of some branches only those that are theirs, for it could
    rename another's."""
    if table != "customers":
        return
    fields = {"name": "customer_name", "phone": "phone", "email": "email", "member": "reference"}
    allowed = gate.admissible(acting(token), [row["key"] for row in keyed])
    told = [(row["key"], said) for row, (_, said) in zip(keyed, good, strict=True) if row["key"] in allowed]
    if not told:
        return
    cells: dict[str, list[str | None]] = {"customer": [key for key, _ in told]}
    cells |= {ours: [said.get(theirs) for _, said in told] for ours, theirs in fields.items()}
    admitted = pa.table({name: pa.array(values, pa.string()) for name, values in cells.items()})
    gate.admit(token.user, admitted, source="push")


def _within(
    token: Token, table: str, good: Sequence[tuple[int, dict[str, Any]]]
) -> tuple[list[tuple[int, dict[str, Any]]], list[Problem]]:
    """Rows within the token's branches; a row that names none belongs to the only branch there is."""
    if not token.within:
        return list(good), []
    column, kept, refused = PLACE[table], [], []
    spelled = {
        spelling.strip().lower(): branch.id
        for branch in business().settings.branches
        for spelling in (*branch.also, *branch.name.values(), branch.id)
    }
    for at, row in good:
        said = row.get(column) or (token.within[0] if len(token.within) == 1 else "")
        branch = spelled.get(str(said).strip().lower(), said)
        if branch and token.sees(branch):
            kept.append((at, {**row, column: branch}))
        else:
            refused.append(Problem(table, at + 1, column, "push_branch", say("rest.trouble.branch")))
    return kept, refused


def wake() -> None:
    """Have what waits stored soon: one job waits at a time, and finds all that was accepted before it began."""
    if settings.INLINE:
        work({}, unwatched)
    elif not Job.objects.select_for_update().filter(kind="push", state=Job.State.WAITING).first():
        # Locked while it waits: a worker that would take it now takes it after these rows are there to be seen.
        wait = timedelta(seconds=settings.API_PUSH_SECONDS)
        Job.objects.create(kind="push", not_before=now() + wait)


def hear(event: str, about: Mapping[str, str | int]) -> None:
    """A push job that failed or was stopped leaves rows waiting: another one is put down for them."""
    if event not in ("job.failed", "job.cancelled") or about.get("kind") != "push":
        return
    if Receipt.objects.filter(state=Receipt.State.ACCEPTED).exists():
        waiting = Job.objects.select_for_update().filter(kind="push", state=Job.State.WAITING)
        if not waiting.first():
            Job.objects.create(kind="push", not_before=now() + _AFTER_FAULT)


def work(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:  # noqa: ARG001 - all that waits is asked for
    """The job: store what waits, batch by batch."""
    stored = 0
    while batch := _take():
        try:
            stored += _store(batch, progress)
        except Busy:
            Job.objects.create(kind="push", not_before=now() + _AGAIN)
            break
    return {"rows": stored}


def _take() -> str | None:
    """The name of a batch to store: one that was begun and not finished, else the next."""
    with transaction.atomic():
        waiting = Receipt.objects.select_for_update().filter(state=Receipt.State.ACCEPTED)
        begun = waiting.exclude(batch="").first()
        if begun is not None:
            return begun.batch
        first = waiting.select_related("token__user").first()
        if first is None:
            return None
        alike = waiting.filter(table=first.table, system=first.system).select_related("token__user")
        name, rows = uuid.uuid4().hex, 0
        taken: list[uuid.UUID] = []
        for receipt in alike.defer("rows", "places")[:1000]:
            if receipt.token.within != first.token.within or (
                taken and rows + receipt.accepted > settings.API_PUSH_ROWS
            ):
                continue
            taken.append(receipt.pk)
            rows += receipt.accepted
        Receipt.objects.filter(pk__in=taken).update(batch=name)
        return name


def _store(batch: str, progress: Progress) -> int:
    receipts = list(Receipt.objects.filter(batch=batch).select_related("token__user"))
    first = receipts[0]
    rows = [row for receipt in receipts for row in receipt.rows]
    try:
        done = api.push_rows(
            business(),
            first.table,
            rows,
            system=first.system,
            push_id=batch,
            within=first.token.within,
            progress=progress,
        )
    except Busy:
        raise
    except RegularsError as error:
        failed = Receipt.objects.filter(batch=batch)
        failed.update(state=Receipt.State.FAILED, trouble=as_json(error.text), stored_at=now())
        return 0
    _finish(receipts, done)
    return len(rows)


def _finish(receipts: Sequence[Receipt], done: api.Pushed) -> None:
    """Write down what became of every receipt of a batch, and let go of its rows."""
    commit = {name: getattr(done, name) for name in ("import_id", "rows", "stored", "changed", "unchanged", "rejected")}
    start = 0
    with transaction.atomic():
        for receipt in receipts:
            end = start + receipt.accepted
            mine = [p for p in done.problems if p.row is None or start < p.row <= end]
            found = rows_wrong((_moved(p, receipt, start) for p in mine), "en")
            receipt.problems = [*receipt.problems, *found][:1000]
            receipt.rows, receipt.places = [], []
            receipt.state, receipt.commit, receipt.stored_at = Receipt.State.STORED, commit, now()
            receipt.save()
            start = end
        note(receipts[0].token.user, "push.stored", about=f"{done.import_id or '-'} {receipts[0].table}", **commit)


def _moved(problem: Problem, receipt: Receipt, start: int) -> Problem:
    """A problem of a batch at its place in what one receipt was given."""
    row = None if problem.row is None else receipt.places[problem.row - 1 - start] + 1
    return Problem(problem.file, row, problem.column, problem.code, problem.reason, problem.severity, problem.count)
