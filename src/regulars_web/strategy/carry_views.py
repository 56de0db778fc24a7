"""Putting the plan in force to work, and having measured what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from regulars import api
from regulars.base.errors import NotThere, RegularsError
from regulars.base.text import say
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import needs
from regulars_web.privacy.permissions import refusing
from regulars_web.shared.errors import told
from regulars_web.strategy import carrying


@needs("strategy:read")
@require_GET
def carry(request: HttpRequest) -> HttpResponse:
    """Before: how many would get which measure, who is left alone and why. After: since when it is at work."""
    try:
        work = carrying.at_work()
    except RegularsError as error:
        return told(request, error)
    shown: dict[str, Any] = {"work": work}
    if work is not None:
        shown["currency"] = work.plan.provenance.currency
        shown["left"] = sum(task.left_out or 0 for task in work.tasks)
        law = _law(work)
        unasked = {row["channel"] for row in law if not row["asked"]}
        shown["rows"] = [(task, bool(unasked & set(task.asks))) for task in work.tasks]
        if work.run is None:
            shown |= {"share": business().settings.contact.holdout, "law": law, "refusing": refusing()}
        else:
            shown["job"] = carrying.who_began(work.run)
    return render(request, "strategy/carry.html", shown)


def _law(work: carrying.Work) -> list[dict[str, Any]]:
    """Of every channel that promotion goes by: how many have agreed, have not, or were never asked."""
    try:
        reader = api.people_of(business(), work.plan.study_run)
    except NotThere:
        return []
    found = []
    for channel in dict.fromkeys(channel for task in work.tasks for channel in task.asks):
        counts = dict(reader.values(f"may_{channel}"))
        yes, known = counts.get(True, 0), sum(n for answer, n in counts.items() if answer is not None)
        found.append({"channel": channel, "yes": yes, "no": sum(counts.values()) - yes, "asked": bool(known)})
    return found


@needs("strategy:draft")
@require_POST
def put_to_work(request: HttpRequest) -> HttpResponse:
    """Draw who gets what, once somebody confirmed it by name."""
    user = request.user
    assert isinstance(user, User)
    if request.POST.get("confirmed") != "1":
        messages.error(request, spoken(say("web.carry.unconfirmed"), user.language))
        return redirect("carry")
    try:
        job = carrying.put_to_work(user, request.POST.get("plan", ""))
    except RegularsError as error:
        messages.error(request, spoken(error.text, user.language))
        return redirect("carry")
    return redirect("job", id=job.pk)


@needs("strategy:draft")
@require_POST
def measure(request: HttpRequest) -> HttpResponse:
    """Measure what came of the newest assignment."""
    user = request.user
    assert isinstance(user, User)
    try:
        job = carrying.measure(user)
    except NotThere as error:
        messages.error(request, spoken(error.text, user.language))
        return redirect("review")
    return redirect("job", id=job.pk)
