"""The studies that are kept: listed, set side by side, done again, put aside."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from regulars import api
from regulars_web.company.businesses import business
from regulars_web.company.powers import needs
from regulars_web.insight.models import Study
from regulars_web.insight.queries import newest_version
from regulars_web.insight.services import bring_up_to_date, put_aside
from regulars_web.shared.jobs import begin


@needs("study:read")
@require_GET
def studies(request: HttpRequest) -> HttpResponse:
    """What was studied, newest first; ``?archived=1`` also what was put aside."""
    unreadable = bring_up_to_date()
    rows = Study.objects.select_related("by")
    archived = rows.exclude(archived_at=None).count()
    everything = request.GET.get("archived") == "1"
    shown = {
        "rows": rows if everything else rows.filter(archived_at=None),
        "archived": archived,
        "everything": everything,
        "unreadable": unreadable,
        "version": newest_version(),
    }
    return render(request, "insight/studies.html", shown)


@needs("study:read")
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Two studies side by side, the earlier one first."""
    chosen = list(dict.fromkeys(request.GET.getlist("run")))[:2]
    if len(chosen) < 2:
        return redirect("studies")
    found = api.compare_studies(business(), *chosen)
    if found.before.as_of > found.after.as_of:
        found = api.compare_studies(business(), *reversed(chosen))
    return render(request, "insight/compare.html", {"found": found})


@needs("study:run")
@require_POST
def reproduce(request: HttpRequest, id: int) -> HttpResponse:
    """Do a study again on the data it read."""
    found = get_object_or_404(Study, pk=id)
    return redirect("job", id=begin("reproduce", request.user, run=found.run).pk)


@needs("study:run")
@require_POST
def archive(request: HttpRequest, id: int) -> HttpResponse:
    """Put a study aside, or back on the list."""
    put_aside(request.user, get_object_or_404(Study, pk=id), aside=request.POST.get("aside") == "1")
    return redirect("studies")
