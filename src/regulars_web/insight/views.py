"""Pages of the study: one chapter a page, each with its answer for a heading."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from regulars import api
from regulars.base.errors import NotThere
from regulars.base.text import say
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business
from regulars_web.company.powers import needs
from regulars_web.shared.jobs import begin

#: Chapters that belong to the strategy's pages.
STRATEGY = ("decision", "plan", "not_chosen", "limits", "frontier", "lines")


def pages_of(request: HttpRequest) -> api.Pages | None:
    """The newest study's pages in the reader's language; None before the first study."""
    try:
        return api.chapters(business(), language=request.language)  # type: ignore[attr-defined]
    except NotThere:
        return None


@needs("study:read")
@require_GET
def study(request: HttpRequest) -> HttpResponse:
    """The first chapter, or how to begin."""
    pages = pages_of(request)
    if pages is None:
        health = api.check_business(business())
        return render(request, "insight/none.html", {"health": health})
    return redirect("chapter", id=next(c.id for c in pages.chapters if c.id not in STRATEGY))


@needs("study:read")
@require_GET
def chapter(request: HttpRequest, id: str) -> HttpResponse:
    """One chapter."""
    pages = pages_of(request)
    if pages is None:
        return redirect("study")
    found = pages.chapter(id)
    if found is None and id == "overview":  # the decision takes its place once there is a plan
        return redirect("study")
    if found is None:
        raise Http404
    if id in STRATEGY:
        return redirect("plan_chapter", id=id)
    shown = [c for c in pages.chapters if c.id not in STRATEGY]
    place = shown.index(found)
    context = {
        "pages": pages,
        "chapters": shown,
        "chapter": found,
        "before": shown[place - 1] if place else None,
        "after": shown[place + 1] if place + 1 < len(shown) else None,
    }
    return render(request, "insight/chapter.html", context)


@needs("study:run")
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Study anew, as of a day or of the last day known."""
    day = request.POST.get("as_of", "")
    try:
        if day:
            date.fromisoformat(day)
    except ValueError:
        messages.error(request, spoken(say("web.study.no_day"), request.language))  # type: ignore[attr-defined]
        return redirect("study")
    job = begin("study", request.user, as_of=day)
    return redirect("job", id=job.pk)
