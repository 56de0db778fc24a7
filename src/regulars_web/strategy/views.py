"""Pages of the plan, and its document to take away."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from regulars import api
from regulars.base.words import LANGUAGES
from regulars_web.company.businesses import business
from regulars_web.company.powers import needs
from regulars_web.insight.views import STRATEGY, pages_of
from regulars_web.shared.audit import note
from regulars_web.shared.jobs import begin

FORMATS = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


@needs("strategy:read")
@require_GET
def strategy(request: HttpRequest) -> HttpResponse:
    """The decision page, or how to come to one."""
    pages = pages_of(request)
    if pages is None or pages.plan_run is None:
        return render(request, "strategy/none.html", {"pages": pages})
    return redirect("plan_chapter", id=next(c.id for c in pages.chapters if c.id in STRATEGY))


@needs("strategy:read")
@require_GET
def chapter(request: HttpRequest, id: str) -> HttpResponse:
    """One chapter of the plan."""
    pages = pages_of(request)
    if pages is None or pages.plan_run is None:
        return redirect("strategy")
    if id in ("methods", "queries"):
        return redirect("chapter", id=id)
    shown = [c for c in pages.chapters if c.id in STRATEGY]
    found = next((c for c in shown if c.id == id), None)
    if found is None:
        raise Http404
    context = {"pages": pages, "chapters": shown, "chapter": found}
    return render(request, "strategy/chapter.html", context)


@needs("strategy:draft")
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Formulate from the newest study."""
    return redirect("job", id=begin("formulate", request.user).pk)


@needs("strategy:read")
@require_GET
def document(request: HttpRequest, language: str, format: str) -> FileResponse:
    """The report as a file."""
    if format not in FORMATS or language not in LANGUAGES:
        raise Http404
    written = api.write_report(business(), language=language, format=format)  # type: ignore[arg-type]
    note(request.user, "document.taken", about=written.path.name, study=written.study_run, plan=written.plan_run or "")
    response = FileResponse(written.path.open("rb"), as_attachment=True, filename=written.path.name)
    response["Content-Type"] = FORMATS[format]
    return response
