"""What may be read."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from regulars import api
from regulars.api.runs import as_json
from regulars.base.text import Text
from regulars.base.words import render
from regulars_web.company.businesses import business
from regulars_web.rest import shapes
from regulars_web.rest.interface import Scope
from regulars_web.rest.models import Receipt, Token
from regulars_web.rest.troubles import Trouble, language_of
from regulars_web.shared.jobs import seen_by
from regulars_web.shared.models import Job
from regulars_web.shared.texts import text_of

router = Router()
Limit = Annotated[int, Query(ge=1, le=200, description="how many at most")]
After = Annotated[str, Query(max_length=200, description="`next` of the page before; empty for the first")]
RunId = Annotated[str, Path(pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=120)]
Number = Annotated[int, Path(ge=1, le=2**62)]


def cursor(said: str) -> str:
    """What a page ended with. Raises Trouble for what no page gave."""
    try:
        return base64.urlsafe_b64decode(said.encode() + b"=" * (-len(said) % 4)).decode()
    except (binascii.Error, UnicodeError) as error:
        raise Trouble(422, "cursor") from error


def pointing(id: object) -> str:
    """What to ask with for what comes after ``id``."""
    return base64.urlsafe_b64encode(str(id).encode()).decode().rstrip("=")


def paged[T](items: Sequence[T], ids: Sequence[str], limit: int, after: str) -> tuple[list[T], str | None]:
    """A page of a list that is newest first: what stands behind the item it ended with."""
    start = 0
    if after:
        found = cursor(after)
        if found not in ids:
            raise Trouble(422, "cursor")
        start = ids.index(found) + 1
    page = list(items[start : start + limit])
    more = start + limit < len(items)
    return page, pointing(ids[start + limit - 1]) if more else None


def tagged(request: HttpRequest, *parts: object) -> HttpResponse | None:
    """304 where the caller has this already."""
    tag = etag(*parts)
    request.etag = tag  # type: ignore[attr-defined]
    if request.headers.get("If-None-Match", "") == tag:
        response = HttpResponse(status=304)
        response["ETag"] = tag
        return response
    return None


def etag(*parts: object) -> str:
    """The tag of a state."""
    return '"' + hashlib.sha256(repr(parts).encode()).hexdigest()[:24] + '"'


@router.get("/business", auth=Scope("business:read"), response=shapes.Business, tags=["business"])
def business_(request: HttpRequest, response: HttpResponse) -> Any:
    """The business: its names, trade, currency, zone and branches (those within the token's reach)."""
    shop, found = business(), request.token  # type: ignore[attr-defined]
    branches = [{"id": b.id, "name": dict(b.label().names)} for b in shop.settings.branches if found.sees(b.id)]
    version = shop.ledger.version().number
    response["ETag"] = etag("business", version, shop.settings.deciding())
    return {
        "name": dict(shop.settings.label().names),
        "pack": shop.settings.pack,
        "currency": shop.settings.currency,
        "zone": shop.settings.zone,
        "branches": branches,
        "data_version": version,
    }


@router.get("/ledger", auth=Scope("imports:read"), response=shapes.Ledger, tags=["facts"])
def ledger(request: HttpRequest, response: HttpResponse) -> Any:
    """How many rows each table of the ledger holds, and its data version. Its ETag is what `If-Match` takes."""
    health = api.check_business(business())
    response["ETag"] = etag("ledger", health.data_version)
    return {"data_version": health.data_version, "tables": health.holdings}


@router.get("/imports", auth=Scope("imports:read"), response=shapes.Imports, tags=["facts"])
def imports(request: HttpRequest, limit: Limit = 50, after: After = "") -> Any:
    """Imports and pushes that stored something, newest first."""
    records = business().ledger.imports()[::-1]
    page, following = paged(records, [f"{r.table} {r.version}" for r in records], limit, after)
    items = [
        {
            "id": r.import_id,
            "table": r.table,
            "at": r.at,
            "stored": r.written.stored,
            "changed": r.written.changed,
            "unchanged": r.written.unchanged,
            "undone": r.undone,
        }
        for r in page
    ]
    return {"items": items, "next": following}


@router.get("/runs", auth=Scope("runs:read"), response=shapes.Runs, tags=["studies"])
def runs(request: HttpRequest, limit: Limit = 50, after: After = "") -> Any:
    """Studies, newest first."""
    return _runs("study", limit, after)


def _runs(kind: str, limit: int, after: str) -> dict[str, Any]:
    found = [run for run in api.finished_runs(business()) if run.kind == kind]
    page, following = paged(found, [run.id for run in found], limit, after)
    items = [{"id": r.id, "kind": r.kind, "finished_at": r.at, "bytes": r.bytes} for r in page]
    return {"items": items, "next": following}


@router.get("/runs/{id}", auth=Scope("runs:read"), response=shapes.Run, tags=["studies"])
def run(request: HttpRequest, id: RunId) -> Any:
    """One study; the newest with the id `latest`."""
    return _run("study", id)


def _run(kind: str, id: str) -> dict[str, Any]:
    found = [r for r in api.finished_runs(business()) if r.kind == kind and id in (r.id, "latest")]
    if not found:
        raise Trouble(404, "not_found")
    return {"id": found[0].id, "kind": kind, "finished_at": found[0].at, "bytes": found[0].bytes}


@router.get("/runs/{id}/document", auth=Scope("runs:read"), response=dict[str, Any], tags=["studies"])
def run_document(request: HttpRequest, id: RunId) -> HttpResponse:
    """The JSON document of a study (docs/reference/json.md); it never changes."""
    return _document(request, _run("study", id)["id"])


def _document(request: HttpRequest, id: str) -> HttpResponse:
    path = api.run_document(business(), id)
    facts = path.stat()
    if (same := tagged(request, id, facts.st_mtime_ns, facts.st_size)) is not None:
        return same
    response = HttpResponse(path.read_bytes(), content_type="application/json")
    response["ETag"] = request.etag  # type: ignore[attr-defined]
    return response


@router.get("/plans", auth=Scope("plans:read"), response=shapes.Plans, tags=["plans"])
def plans(request: HttpRequest, limit: Limit = 50, after: After = "") -> Any:
    """Plans with their key figures, newest first."""
    shop = business()
    listed, current = api.plans(shop), api.strategy_in_force(shop)
    newest = listed.plans[::-1]
    page, following = paged(newest, [plan.run for plan in newest], limit, after)
    items = [
        {
            "id": plan.run,
            "figures": as_json(plan),
            "in_force": current is not None and current.plan == plan.run,
        }
        for plan in page
    ]
    return {"items": items, "unreadable": list(listed.unreadable), "next": following}


@router.get("/plans/{id}/document", auth=Scope("plans:read"), response=dict[str, Any], tags=["plans"])
def plan_document(request: HttpRequest, id: RunId) -> HttpResponse:
    """The JSON document of a plan with its lines, rivals and prices; `latest` is the newest."""
    return _document(request, _run("plan", id)["id"])


@router.get("/strategy", auth=Scope("plans:read"), response=shapes.Strategy, tags=["plans"])
def strategy(request: HttpRequest) -> Any:
    """The strategy in force, and what the newest plan waits for."""
    status, language = api.status(business()), language_of(request)
    current = status.in_force
    return {
        "version": current.version if current else None,
        "plan": current.plan if current else None,
        "approved_at": current.approved_at if current else None,
        "newest_plan": status.plan,
        "waits_for": render(status.waits_for, language),
        "blocks": [render(block.text, language) for block in status.blocks],
    }


@router.get("/segment", auth=Scope("runs:read"), response=shapes.Segment, tags=["studies"])
def segment(request: HttpRequest, predicate: Annotated[str, Query(min_length=1, max_length=2000)]) -> Any:
    """How many customers of the newest study a predicate selects, and what they are worth (docs/how-to/segments.md)."""
    found = api.segment(business(), predicate)
    return {"study": _run("study", "latest")["id"], "segment": as_json(found)}


def _work_of(request: HttpRequest) -> QuerySet[Job]:
    """The work a token may look at; one of fewer branches than its person has sees none: theirs is of more."""
    token: Token = request.token  # type: ignore[attr-defined]
    same = set(token.within) == set(token.user.branches)
    return seen_by(token.user) if same else Job.objects.none()


@router.get("/jobs", auth=Scope("jobs:read"), response=shapes.Jobs, tags=["work"])
def jobs(request: HttpRequest, limit: Limit = 50, after: After = "") -> Any:
    """Work in the background, newest first."""
    listed = _work_of(request)
    if after:
        said = cursor(after)
        if not said.isdecimal() or len(said) > 18:
            raise Trouble(422, "cursor")
        listed = listed.filter(pk__lt=int(said))
    page = list(listed[: limit + 1])
    items = [told_job(job, language_of(request)) for job in page[:limit]]
    return {"items": items, "next": pointing(page[limit - 1].pk) if len(page) > limit else None}


@router.get("/jobs/{id}", auth=Scope("jobs:read"), response=shapes.Job, tags=["work"])
def job(request: HttpRequest, id: Number) -> Any:
    """One piece of work."""
    found = _work_of(request).filter(pk=id).first()
    if found is None:
        raise Trouble(404, "not_found")
    return told_job(found, language_of(request))


def told_job(job: Job, language: str) -> dict[str, Any]:
    """A piece of work as it is told; its result only by ids."""
    trouble, step = text_of(job.trouble), text_of(job.step)
    ids = {name: job.result[name] for name in ("run", "rows") if name in job.result}
    return {
        "id": job.pk,
        "kind": job.kind,
        "state": job.state,
        "made_at": job.made_at,
        "ended_at": job.ended_at,
        "share": job.share,
        "step": _said(step, language),
        "trouble": _said(trouble, language),
        "result": ids,
    }


def _said(text: Text | None, language: str) -> str | None:
    return None if text is None else render(text, language)


@router.get("/receipts/{id}", auth=Scope("facts:write"), response=shapes.Receipt, tags=["facts"])
def receipt(request: HttpRequest, id: UUID) -> Any:
    """What became of rows this token pushed."""
    found = Receipt.objects.defer("rows", "places").filter(pk=id, token=request.token).first()  # type: ignore[attr-defined]
    if found is None:
        raise Trouble(404, "not_found")
    return told_receipt(found)


def told_receipt(receipt: Receipt) -> dict[str, Any]:
    """A receipt as it is told."""
    return {
        "id": str(receipt.pk),
        "table": receipt.table,
        "state": receipt.state,
        "sent": receipt.sent,
        "accepted": receipt.accepted,
        "rejected": receipt.sent - receipt.accepted,
        "problems": receipt.problems,
        "commit": receipt.commit,
        "made_at": receipt.made_at,
        "stored_at": receipt.stored_at,
    }
