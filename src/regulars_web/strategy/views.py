"""Pages of the plan, and its document to take away."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from regulars import api
from regulars.base.errors import RegularsError
from regulars.base.text import Text, say
from regulars.base.words import LANGUAGES
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import needs
from regulars_web.insight.reading import pages_of
from regulars_web.insight.views import STRATEGY
from regulars_web.shared.audit import note
from regulars_web.shared.errors import told
from regulars_web.shared.jobs import begin
from regulars_web.strategy.services import approve, judge, reject

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMATS = {"html": "text/html; charset=utf-8", "pdf": "application/pdf", "docx": DOCX}


@needs("strategy:read")
@require_GET
def strategy(request: HttpRequest) -> HttpResponse:
    """The decision page, or how to come to one."""
    pages = pages_of(request)
    if pages is None or pages.plan_run is None:
        return render(request, "strategy/none.html", {"pages": pages, "shop": business()})
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
    place = shown.index(found)
    before, after = shown[:place][-1:], shown[place + 1 :][:1]
    context = {"pages": pages, "chapters": shown, "chapter": found, "before": before, "after": after}
    return render(request, "strategy/chapter.html", context)


@needs("strategy:draft")
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Formulate from the newest study."""
    user = request.user
    assert isinstance(user, User)
    return redirect("job", id=begin("formulate", user, drafter=user.signature).pk)


def _decide(request: HttpRequest, act: Callable[[User, str, str], str | Text]) -> HttpResponse:
    """Do what a form of the approval page asks; say what came of it, or why it was refused."""
    user = request.user
    assert isinstance(user, User)
    try:
        done = act(user, request.POST.get("plan", ""), request.POST.get("reason", ""))
    except RegularsError as error:
        messages.error(request, spoken(error.text, user.language))
    else:
        messages.success(request, spoken(done, user.language) if isinstance(done, Text) else done)
    return redirect("approval")


@needs("strategy:draft")
@require_POST
def judge_plan(request: HttpRequest) -> HttpResponse:
    """A judgement on the plan or on an alternative."""

    def act(user: User, plan: str, reason: str) -> Text:
        about, verdict = request.POST.get("about", "plan"), request.POST.get("verdict", "")
        judge(user, about=about, verdict=verdict, reason=reason, plan=plan)
        return say("web.approval.said")

    return _decide(request, act)


@needs("strategy:approve")
@require_POST
def approve_plan(request: HttpRequest) -> HttpResponse:
    """Approve the plan."""
    return _decide(
        request, lambda user, plan, reason: say("web.approval.done", version=approve(user, reason=reason, plan=plan))
    )


@needs("strategy:approve")
@require_POST
def reject_plan(request: HttpRequest) -> HttpResponse:
    """Reject the plan."""

    def act(user: User, plan: str, reason: str) -> Text:
        reject(user, reason=reason, plan=plan)
        return say("web.approval.rejected")

    return _decide(request, act)


@needs("strategy:read")
@require_GET
def document(request: HttpRequest, language: str, format: str) -> HttpResponse | FileResponse:
    """The strategy document as a file; without a plan, or with statements that cannot be read, what is missing."""
    if format not in FORMATS or language not in LANGUAGES:
        raise Http404
    try:
        written = api.write_strategy_document(business(), language=language, format=format)  # type: ignore[arg-type]
    except RegularsError as error:
        return told(request, error)
    note(request.user, "document.taken", about=written.path.name, study=written.study_run, plan=written.plan_run)
    response = FileResponse(written.path.open("rb"), as_attachment=True, filename=written.path.name)
    response["Content-Type"] = FORMATS[format]
    return response
