"""Pages of the study: one chapter a page, each with its question, its answer, what it rests on and what to do."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from regulars import api
from regulars.base.errors import NotThere
from regulars.base.text import say
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business
from regulars_web.company.powers import needs
from regulars_web.insight.acts import acts
from regulars_web.insight.queries import of_run, stale
from regulars_web.insight.reading import pages_of
from regulars_web.shared.jobs import begin

#: Chapters that belong to the strategy's pages.
STRATEGY = (
    *("decision", "plan", "not_chosen", "limits", "mandate", "costs", "frontier", "hours_frontier", "investments"),
    *("ahead", "uncertainty", "knowing", "lines", "why"),
)


def _addressed(request: HttpRequest) -> str:
    """What keeps a page at the study its reader chose."""
    return f"?study={request.GET['study']}" if request.GET.get("study") else ""


@needs("study:read")
@require_GET
def study(request: HttpRequest) -> HttpResponse:
    """The first chapter, or how to begin."""
    pages = pages_of(request)
    if pages is None:
        health = api.check_business(business())
        return render(request, "insight/none.html", {"health": health})
    first = next(c.id for c in pages.chapters if c.id not in STRATEGY)
    return redirect(reverse("chapter", args=[first]) + _addressed(request))


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
    newest = not request.GET.get("study")
    context = {
        "pages": pages,
        "chapters": shown,
        "chapter": found,
        "before": shown[place - 1] if place else None,
        "after": shown[place + 1] if place + 1 < len(shown) else None,
        "acts": acts(request, id, planned=pages.plan_run is not None, newest=newest),
        "which": _addressed(request),
        "kept": of_run(pages.study_run),
        "stale": stale(pages) if newest else None,
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
    job = begin("study", request.user, as_of=day, asker=request.user.pk)
    return redirect("job", id=job.pk)


@needs("self")
@require_GET
def methods(request: HttpRequest) -> HttpResponse:
    """All method cards by name."""
    return render(request, "insight/methods.html", {"cards": [(id, api.card(id)) for id in api.cards()]})


@needs("self")
@require_GET
def method(request: HttpRequest, id: str) -> HttpResponse:
    """One method: what it tells, its formula and source, the data it needs, when it fails, where it is used."""
    try:
        found = api.card(id)
    except NotThere as error:
        raise Http404 from error
    return render(request, "insight/method.html", {"card": found})


@needs("study:read")
@require_GET
def rests(request: HttpRequest) -> HttpResponse:
    """What a study rests on: its day, its data, and the queries by name."""
    pages = pages_of(request)
    if pages is None:
        return redirect("study")
    named = api.queries(business(), pages.study_run)
    shown = {"pages": pages, "names": named, "which": _addressed(request), "kept": of_run(pages.study_run)}
    return render(request, "insight/rests.html", shown)


@needs("study:read")
@require_GET
def rest(request: HttpRequest, name: str) -> HttpResponse:
    """One query, as it ran."""
    pages = pages_of(request)
    if pages is None:
        return redirect("study")
    try:
        sql = api.query(business(), name, pages.study_run)
    except NotThere as error:
        raise Http404 from error
    return render(
        request, "insight/rest.html", {"pages": pages, "name": name, "sql": sql, "which": _addressed(request)}
    )
