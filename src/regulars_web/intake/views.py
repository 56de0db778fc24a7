"""Pages of imports."""

from __future__ import annotations

import errno
import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.base.errors import RegularsError
from regulars.base.text import Text, say
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business, health
from regulars_web.company.powers import needs
from regulars_web.intake.correcting import others_rows
from regulars_web.intake.limits import FULL, MOST_FILES, most_bytes
from regulars_web.intake.looking import look_at
from regulars_web.intake.models import Batch
from regulars_web.intake.services import commit, drop, rejects_file, take_in, taken_back, undo
from regulars_web.shared.audit import note


@needs("imports:read")
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """What was brought in, newest first, and what the ledger holds."""
    holds = health()
    waiting = Batch.objects.filter(job=None, dropped_at=None).select_related("by")[:20]
    running = Batch.objects.filter(job__state__in=["waiting", "running"]).select_related("job", "by")[:20]
    broken = Batch.objects.filter(job__state__in=["failed", "cancelled"], dropped_at=None).select_related("job")[:20]
    shown = {
        "health": holds,
        "records": sorted(holds.imports, key=lambda record: record.at, reverse=True)[:100],
        "waiting": waiting,
        "running": running,
        "broken": broken,
    }
    return render(request, "intake/imports.html", shown)


@needs("imports:write")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Put files down."""
    wrong: Text | None = None
    if request.method == "POST":
        files = request.FILES.getlist("files")
        if request.META.get(FULL):
            wrong = say("files.up.full")
        elif not files or len(files) > MOST_FILES:
            wrong = say("web.imports.too_many" if files else "web.imports.none_chosen", most=MOST_FILES)
        else:
            try:
                return redirect("batch", id=take_in(request.user, files, ticket=request.POST.get("ticket", "")).pk)
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                wrong = say("files.up.full")
    shown = {
        "most": MOST_FILES,
        "most_mb": settings.UPLOAD_MB,
        "most_bytes": most_bytes(),
        "ticket": secrets.token_hex(16),
        "wrong": wrong,
    }
    return render(request, "intake/upload.html", shown, status=400 if wrong else 200)


@needs("imports:read")
@require_GET
def batch(request: HttpRequest, id: int) -> HttpResponse:
    """Files put down: what they are taken for, how far they are read, or what came of them."""
    found = get_object_or_404(Batch.objects.select_related("job", "by"), pk=id)
    seen = look_at(found) if found.undecided and found.folder.is_dir() else []
    shown = {
        "batch": found,
        "seen": seen,
        "usable": [file for file in seen if file.reading],
        "left_out": [file for file in seen if not file.reading],
        "job": found.job,
        "rows_shown": found.shows_rows_to(request.user),
        "gone": taken_back(found) if found.job is not None else frozenset(),
    }
    return render(request, "intake/batch.html", shown)


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
    if not drop(get_object_or_404(Batch, pk=id), request.user):
        language: str = request.language  # type: ignore[attr-defined]
        messages.warning(request, spoken(say("web.imports.not_dropped"), language))
        return redirect("batch", id=id)
    return redirect("imports")


@needs("imports:write")
@require_GET
def bad_rows(request: HttpRequest, id: int, name: str) -> HttpResponse | FileResponse:
    """The rows of a file that could not be stored, to be mended and brought in again."""
    found = get_object_or_404(Batch.objects.select_related("job", "by"), pk=id)
    path = rejects_file(found, name)
    if path is None:
        raise Http404
    if not found.shows_rows_to(request.user):
        return others_rows(request, found)
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
            said: list[Any] = [error.text, error.hint] if error.hint else [error.text]
            messages.error(request, " ".join(spoken(text, language) for text in said))
        else:
            messages.success(request, spoken(say("web.imports.undone", n=rows), language))
        return redirect("imports")
    return render(request, "intake/undo.html", {"record": record})
