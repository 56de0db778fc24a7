"""Taking a list away, and the files that were asked for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from regulars.base.text import say
from regulars.base.words import render as spoken
from regulars_web.company.powers import needs
from regulars_web.people import exporting
from regulars_web.people.pages import reader_of
from regulars_web.shared.jobs import begin
from regulars_web.shared.models import Job

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@needs("people:export")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse | FileResponse:
    """The files one asked for; asked for a list, a file at once or the work that makes it."""
    by: Any = request.user
    if request.method == "GET":
        mine = Job.objects.filter(kind="people_export", asked__for_user=by.pk)[:30]
        shown = [(job, exporting.is_there(job.result.get("file", ""))) for job in mine]
        return render(request, "people/exports.html", {"files": shown, "kept": exporting.KEPT.days})
    purpose, format = request.POST.get("purpose", ""), request.POST.get("format", "")
    if purpose not in exporting.PURPOSES or format not in exporting.FORMATS:
        messages.error(request, spoken(say("people.export.incomplete"), by.language))
        return redirect("customers")
    reader = reader_of()
    where = reader.written(request.POST.get("where", ""))
    asked = request.POST.getlist("column")
    columns = tuple(c for c in (exporting.NAME, *exporting.COLUMNS) if c in asked)
    rows = reader.count(where, branches=tuple(by.branches)).customers
    if rows <= exporting.AT_ONCE:
        made = exporting.at_once(by, where=where, columns=columns, purpose=purpose, format=format)
        try:
            return _sent(made.name, where)
        finally:
            made.unlink()  # it is open: who asked gets it, and nothing of it stays
    with transaction.atomic():
        exporting.disclosed(by, where=where, columns=columns, purpose=purpose, format=format, rows=rows)
        job = begin(
            "people_export", by, where=where, columns=list(columns), purpose=purpose, format=format, for_user=by.pk
        )
    return redirect("job", id=job.pk)


@needs("people:export")
@require_GET
def fetch(request: HttpRequest, id: int) -> FileResponse:
    """A file that was made for the reader; nobody else's."""
    by: Any = request.user
    job = get_object_or_404(Job, pk=id, kind="people_export", asked__for_user=by.pk)
    if "file" not in job.result or not exporting.still_theirs(by, job):
        raise Http404
    return _sent(job.result["file"], job.asked["where"])


def _sent(name: str, where: str) -> FileResponse:
    place = exporting.place_of(name)
    if not place.is_file():
        raise Http404
    format = place.suffix.removeprefix(".")
    title = f"{exporting.title_of(where)}.{format}"
    return FileResponse(place.open("rb"), as_attachment=True, filename=title, content_type=TYPES[format])
