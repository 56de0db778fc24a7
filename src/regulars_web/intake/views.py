"""Pages of imports."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars import api
from regulars.base.errors import RegularsError
from regulars.base.text import say
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business
from regulars_web.company.powers import needs
from regulars_web.intake.models import Batch
from regulars_web.intake.services import MOST_FILES, commit, drop, looked_at, rejects_file, take_in, undo
from regulars_web.shared.audit import note


@needs("imports:read")
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """What was brought in, newest first, and what the ledger holds."""
    health = api.check_business(business())
    waiting = Batch.objects.filter(job=None, dropped_at=None).select_related("by")
    running = Batch.objects.filter(job__state__in=["waiting", "running"]).select_related("job", "by")
    shown = {
        "health": health,
        "records": sorted(health.imports, key=lambda record: record.at, reverse=True)[:100],
        "waiting": waiting,
        "running": running,
    }
    return render(request, "intake/imports.html", shown)


@needs("imports:write")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Put files down."""
    files = request.FILES.getlist("files")
    if request.method == "POST":
        if files and len(files) <= MOST_FILES:
            return redirect("batch", id=take_in(request.user, files).pk)
        id = "web.imports.too_many" if files else "web.imports.none_chosen"
        messages.error(request, spoken(say(id, most=MOST_FILES), request.language))  # type: ignore[attr-defined]
    return render(request, "intake/upload.html", {"most": MOST_FILES})


@needs("imports:read")
@require_GET
def batch(request: HttpRequest, id: int) -> HttpResponse:
    """Files put down: what they are taken for, how far they are read, or what came of them."""
    found = get_object_or_404(Batch.objects.select_related("job", "by"), pk=id)
    seen = looked_at(found) if found.job is None and found.dropped_at is None else []
    usable = any("seen" in file for file in seen)
    return render(request, "intake/batch.html", {"batch": found, "seen": seen, "usable": usable, "job": found.job})


@needs("imports:write")
@require_POST
def read(request: HttpRequest, id: int) -> HttpResponse:
    """Have a batch read into the ledger."""
    commit(get_object_or_404(Batch, pk=id), request.user)
    return redirect("batch", id=id)


@needs("imports:write")
@require_POST
def let_go(request: HttpRequest, id: int) -> HttpResponse:
    """Let go of files that were not read."""
    drop(get_object_or_404(Batch, pk=id), request.user)
    return redirect("imports")


@needs("imports:write")
@require_GET
def bad_rows(request: HttpRequest, id: int, name: str) -> FileResponse:
    """The rows of a file that could not be stored, to be mended and brought in again."""
    path = rejects_file(get_object_or_404(Batch, pk=id), name)
    if path is None:
        raise Http404
    note(request.user, "import.bad_rows", about=name)
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name)
    response["Content-Type"] = "text/csv; charset=utf-8"
    return response


@needs("imports:write")
@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, import_id: str) -> HttpResponse:
    """Take an import back; first its consequence in numbers."""
    record = next((r for r in business().ledger.imports() if r.import_id == import_id and not r.undone), None)
    if record is None:
        raise Http404
    language: str = request.language  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            rows = undo(request.user, import_id)
        except RegularsError as error:
            messages.error(request, spoken(error.text, language))
        else:
            messages.success(request, spoken(say("web.imports.undone", n=rows), language))
        return redirect("imports")
    return render(request, "intake/undo.html", {"record": record})
