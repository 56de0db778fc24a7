"""What may be done. Every operation here is asked for with an ``Idempotency-Key`` (``rest.answers``)."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import transaction
from django.http import FileResponse, HttpRequest
from ninja import File, Path, Query, Status
from ninja.files import UploadedFile

from regulars.api.pushed import MODELS
from regulars.base.text import say
from regulars_web.company.businesses import business
from regulars_web.company.powers import may, may_stop
from regulars_web.intake.limits import FULL, MOST_FILES
from regulars_web.intake.services import commit, take_in, undo
from regulars_web.rest import shapes
from regulars_web.rest.exporting import ask, taken
from regulars_web.rest.inbox import accept
from regulars_web.rest.interface import Scope
from regulars_web.rest.models import Export, Token
from regulars_web.rest.reads import Number, etag, router, told_job, told_receipt
from regulars_web.rest.troubles import Trouble, language_of
from regulars_web.shared.jobs import begin, stop
from regulars_web.shared.models import Job

System = Annotated[
    str,
    Query(
        pattern="^[a-z0-9][a-z0-9_-]{0,39}$",
        description="whose ids these are: the `system` of import profiles, so that files and pushes meet",
    ),
]
ZIP = {
    "responses": {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
}
Atomic = Annotated[bool, Query(description="take all rows or none; otherwise the good ones are kept")]


def _rows(table: str) -> dict[str, Any]:
    """The description of a push's body."""
    item = MODELS[table].model_json_schema()
    rows = {"type": "array", "items": item, "minItems": 1, "maxItems": 10_000}
    line = {"schema": {"type": "string", "description": "one such row a line"}}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": rows}, "application/x-ndjson": line},
        }
    }


def _push(request: HttpRequest, table: str, system: str, atomic: bool) -> Status[Any]:
    return Status(202, told_receipt(accept(request, _token(request), table, system=system, atomic=atomic)))


def _token(request: HttpRequest) -> Token:
    found: Token = request.token  # type: ignore[attr-defined]
    return found


_PUSH: dict[str, Any] = {"auth": Scope("facts:write"), "response": {202: shapes.Receipt}, "tags": ["facts"]}


@router.post("/push/sales", **_PUSH, openapi_extra=_rows("sales"))
def push_sales(request: HttpRequest, system: System = "own", atomic: Atomic = False) -> Status[Any]:
    """Lines of sales. A line is `sale_id` and `line_id`; sent again it replaces itself."""
    return _push(request, "sales", system, atomic)


@router.post("/push/bookings", **_PUSH, openapi_extra=_rows("bookings"))
def push_bookings(request: HttpRequest, system: System = "own", atomic: Atomic = False) -> Status[Any]:
    """Bookings, and what became of them."""
    return _push(request, "bookings", system, atomic)


@router.post("/push/customers", **_PUSH, openapi_extra=_rows("customers"))
def push_customers(request: HttpRequest, system: System = "own", atomic: Atomic = False) -> Status[Any]:
    """Customers: what is known of them beside their purchases. Nothing that names them is kept with it."""
    return _push(request, "customers", system, atomic)


@router.post("/push/complaints", **_PUSH, openapi_extra=_rows("complaints"))
def push_complaints(request: HttpRequest, system: System = "own", atomic: Atomic = False) -> Status[Any]:
    """Complaints, and how they ended."""
    return _push(request, "complaints", system, atomic)


@router.post("/push/feedback", **_PUSH, openapi_extra=_rows("feedback"))
def push_feedback(request: HttpRequest, system: System = "own", atomic: Atomic = False) -> Status[Any]:
    """Ratings and answers to surveys. What customers wrote in free words is not taken."""
    return _push(request, "feedback", system, atomic)


@router.post("/imports", auth=Scope("imports:write"), response={202: shapes.Upload}, tags=["facts"])
def import_files(request: HttpRequest, files: File[list[UploadedFile]]) -> Status[Any]:
    """Export files, read into the ledger as by the page of imports; the job tells how far that is."""
    if request.META.get(FULL):
        raise Trouble(507, "full", text=say("files.up.full"))
    if not 1 <= len(files) <= MOST_FILES:
        raise Trouble(422, "files", most=MOST_FILES)
    user = _token(request).user
    batch = commit(take_in(user, files), user)
    job = told_job(batch.job, language_of(request)) if batch.job else None
    return Status(202, {"id": batch.pk, "files": batch.files, "job": job})


@router.post("/imports/{id}/undo", auth=Scope("imports:write"), response=shapes.Undone, tags=["facts"])
def undo_import(request: HttpRequest, id: Annotated[str, Path(pattern="^[A-Za-z0-9_-]+$", max_length=80)]) -> Any:
    """Take an import or a push back. With `If-Match` (the ETag of `/ledger`) only if nothing was stored since."""
    wanted = request.headers.get("If-Match", "")
    if wanted and wanted != etag("ledger", business().ledger.version().number):
        raise Trouble(412, "changed")
    return {"import_id": id, "rows": undo(_token(request).user, id)}


@router.post("/runs", auth=Scope("runs:write"), response={202: shapes.Job}, tags=["studies"])
def study(request: HttpRequest, asked: shapes.AskStudy) -> Status[Any]:
    """Study the business; the job's result names the run."""
    day = asked.as_of.isoformat() if asked.as_of else ""
    job = begin("study", _token(request).user, as_of=day)
    return Status(202, told_job(job, language_of(request)))


@router.post("/plans", auth=Scope("plans:write"), response={202: shapes.Job}, tags=["plans"])
def formulate(request: HttpRequest) -> Status[Any]:
    """Formulate from the newest study; who the token acts for counts as who drafted."""
    user = _token(request).user
    job = begin("formulate", user, drafter=user.signature)
    return Status(202, told_job(job, language_of(request)))


@router.post("/jobs/{id}/stop", auth=Scope("runs:write"), response=shapes.Job, tags=["work"])
def stop_job(request: HttpRequest, id: Number) -> Any:
    """Ask a piece of work to stop: that of who the token acts for, or any where they are a director."""
    with transaction.atomic():
        found = Job.objects.filter(pk=id).first()
        if found is None:
            raise Trouble(404, "not_found")
        if not may_stop(_token(request).user, found):
            raise Trouble(403, "not_theirs")
        if not found.open:
            raise Trouble(422, "ended")
        stop(found, _token(request).user)
    found.refresh_from_db()
    return told_job(found, language_of(request))


@router.post("/exports", auth=Scope("export:read"), response={202: shapes.Export}, tags=["export"])
def export(request: HttpRequest, asked: shapes.AskExport) -> Status[Any]:
    """Everything the business owns, in one file."""
    user = _token(request).user
    if asked.people and not (may(user, "export:people") and "identities:read" in _token(request).scopes):
        raise Trouble(403, "no_scope", scope="identities:read")
    return Status(202, told_export(ask(user, people=asked.people), request))


@router.get("/exports/{id}/file", auth=Scope("export:read"), tags=["export"], openapi_extra=ZIP)
def export_file(request: HttpRequest, id: Number) -> FileResponse:
    """The file itself."""
    found = Export.objects.filter(pk=id, by=_token(request).user).first()
    if found is None or not found.ready:
        raise Trouble(404, "not_found")
    if found.people and not (may(found.by, "export:people") and "identities:read" in _token(request).scopes):
        raise Trouble(403, "no_scope", scope="identities:read")
    return taken(_token(request).user, found)


@router.get("/exports/{id}", auth=Scope("export:read"), response=shapes.Export, tags=["export"])
def one_export(request: HttpRequest, id: Number) -> Any:
    """How far an export is; ready, it can be taken from House, Export, within a day."""
    found = Export.objects.select_related("job").filter(pk=id, by=_token(request).user).first()
    if found is None:
        raise Trouble(404, "not_found")
    return told_export(found, request)


def told_export(export: Export, request: HttpRequest) -> dict[str, Any]:
    """An export as it is told."""
    return {
        "id": export.pk,
        "made_at": export.made_at,
        "ready": export.ready,
        "expires_at": export.expires_at,
        "bytes": export.bytes,
        "sha256": export.sha256,
        "people": export.people,
        "job": told_job(export.job, language_of(request)) if export.job else None,
    }
