"""Where the day begins, and what is being worked on."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from regulars import api
from regulars.base.errors import BadSettings
from regulars_web.company.businesses import business
from regulars_web.company.powers import may, may_stop, needs
from regulars_web.desk.contacts import to_contact
from regulars_web.desk.pace import courses
from regulars_web.desk.today import SORTS, day_of, whole_of
from regulars_web.desk.watch import broken, handed_out, status
from regulars_web.insight.queries import health
from regulars_web.insight.reading import pages_of, people_address
from regulars_web.shared.clock import today
from regulars_web.shared.errors import refused
from regulars_web.shared.jobs import KINDS, again, quiet_kinds, seen_by, stop
from regulars_web.shared.models import Job


@needs("desk")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """A day's beginning by role: what to decide, whom to look after, what runs, what broke, how far to target."""
    user: Any = request.user
    if "all" in request.GET:
        return _everybody(request, request.GET["all"])
    shop = business()
    shown: dict[str, Any] = {
        "shop": shop,
        "trade": shop.pack.label(),
        "people": people_address(user),
        "broken": broken(user),
    }
    if may(user, "notes:write"):  # those who look after customers; others have no business with a list of names
        shown["day"] = day_of(user)
    if may(user, "contacts:read"):
        shown["contacts"] = to_contact(user)
    if may(user, "study:read"):
        shown |= _whole(request)
        shown["can_step"] = may(user, _STEPS[shown["step"]])
    if may(user, "strategy:read"):
        language = request.language  # type: ignore[attr-defined]
        shown["targets"] = courses(shop, today=today(shop.settings.zone), language=language)
        shown["drawn"] = any(course.target.pace for course in shown["targets"])
        shown["decide"] = _to_decide(shown)
    if may(user, "audit:read"):
        shown["handed_out"] = handed_out()
    if may(user, "jobs:read"):
        shown["jobs"] = seen_by(user).exclude(kind__in=quiet_kinds()).filter(by__isnull=False)[:5]
    return render(request, "desk/home.html", shown)


def _everybody(request: HttpRequest, which: str) -> HttpResponse:
    """All who are due, or late, page by page: for those whose day shows the list, and within their branches."""
    if which not in SORTS or not may(request.user, "notes:write"):
        raise Http404
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    try:
        whole = whole_of(request.user, which, after=after, before=before)
    except BadSettings:  # a place of an address that was cut or changed by hand
        return redirect(f"{request.path}?all={which}")
    if whole is None:
        return redirect("home")
    return render(request, "desk/whole.html", {"whole": whole, "which": which})


#: The next step towards a strategy, and the power to take it: whoever lacks it is not shown a step that is another's.
_STEPS = {
    "import": "imports:write",
    "study": "study:run",
    "restudy": "study:run",
    "formulate": "strategy:draft",
    "decide": "strategy:read",
}


def _whole(request: HttpRequest) -> dict[str, Any]:
    """The whole business's figures, for those who may see them."""
    held, pages = health(), pages_of(request)
    shown: dict[str, Any] = {"health": held, "pages": pages, "step": _step(held, pages)}
    if pages is not None:
        told = ("decision", "overview", "wastage", "retention", "concentration", "forecast")
        shown["answers"] = [c for id in told if (c := pages.chapter(id)) is not None]
    return shown


def _to_decide(shown: dict[str, Any]) -> api.Status | None:
    """What waits for a decision; None before the first plan."""
    pages: api.Pages | None = shown.get("pages")
    return status() if pages is not None and pages.plan_run is not None else None


def _step(held: api.Health, pages: api.Pages | None) -> str:
    """The next step towards a strategy."""
    if not any(holding.rows for holding in held.holdings):
        return "import"
    if pages is None:
        return "study"
    if pages.data_version < held.data_version:
        return "restudy"
    return "formulate" if pages.plan_run is None else "decide"


@needs("jobs:read")
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """All work, newest first."""
    page = Paginator(seen_by(request.user).exclude(kind__in=quiet_kinds()), 30).get_page(request.GET.get("page"))
    return render(request, "desk/jobs.html", {"page": page})


@needs("jobs:read")
@require_GET
def job(request: HttpRequest, id: int) -> HttpResponse:
    """A piece of work. Asked for by the page itself it answers with the part that moves; when it is done, the page goes
    where its result is."""
    found = get_object_or_404(seen_by(request.user), pk=id)
    leads_to = KINDS[found.kind].leads_to if found.kind in KINDS else "jobs"
    shown = {
        "job": found,
        "leads_to": leads_to,
        "stops": may_stop(request.user, found),
        "asks": may_ask(request.user, found),
    }
    if request.headers.get("HX-Request"):
        response = render(request, "desk/job_part.html", shown)
        if found.state == Job.State.DONE:
            response["HX-Redirect"] = _result(found, leads_to)
        return response
    if found.state == Job.State.DONE and "stay" not in request.GET:
        return redirect(_result(found, leads_to))
    return render(request, "desk/job.html", shown)


def _result(found: Job, leads_to: str) -> str:
    from django.urls import reverse

    if found.kind == "import" and hasattr(found, "batch"):
        return reverse("batch", args=[found.batch.pk])
    return reverse(leads_to)


def may_ask(user: Any, job: Job) -> bool:
    """Whether a user may ask for such work."""
    kind = KINDS.get(job.kind)
    return kind is not None and bool(kind.power) and may(user, kind.power)


@needs("jobs:read")
@require_POST
def stop_job(request: HttpRequest, id: int) -> HttpResponse:
    """Ask a piece of work to stop: for who asked for it, and who runs the house."""
    found = get_object_or_404(seen_by(request.user), pk=id)
    if not may_stop(request.user, found):
        return refused(request)
    stop(found, request.user)
    return redirect("job", id=id)


@needs("jobs:read")
@require_POST
def again_job(request: HttpRequest, id: int) -> HttpResponse:
    """The same work anew: for who may ask for such work."""
    found = get_object_or_404(seen_by(request.user), pk=id)
    if not may_ask(request.user, found):
        return refused(request)
    return redirect("job", id=again(found, request.user).pk)
