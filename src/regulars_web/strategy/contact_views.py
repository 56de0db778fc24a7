"""Who is to be contacted, for those who do it: by task, within their own branches, named by the gate."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from regulars.base.errors import NotThere, Refused
from regulars.base.text import say
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import needs
from regulars_web.people import exporting
from regulars_web.people.exports import TYPES
from regulars_web.people.pages import branch_names
from regulars_web.shared.clock import now, today
from regulars_web.strategy import carrying, contacts

#: Customers on a page.
LISTED = 50


@needs("contacts:read")
@require_GET
def all_tasks(request: HttpRequest) -> HttpResponse:
    """What the plan at work has to be done, with how many are to be contacted at the reader's branches."""
    by, work = _reader(request), carrying.at_work()
    rows = []
    if work is not None and work.drawn is not None:
        for task in work.tasks:
            found = contacts.called(work, task, tuple(by.branches))
            if found.drawn:
                rows.append({"task": task, "n": len(found.may), "out": found.drawn - len(found.may)})
    return render(request, "strategy/contacts.html", {"work": work, "rows": rows, "over": _over(work)})


@needs("contacts:read")
@require_GET
def task(request: HttpRequest, id: str) -> HttpResponse:
    """What to do, and for whom."""
    by, work, one = _task(request, id)
    found, over = contacts.called(work, one, tuple(by.branches)), _over(work)
    listed = [] if over else list(found.may.items())  # what names were shown for is over
    page = Paginator(listed, LISTED).get_page(request.GET.get("page"))
    people = contacts.shown(by, one, [key for key, _ in page])
    places = branch_names(by.language)
    rows = [
        {"person": people.people[key], "branch": places.get(place, place), "state": state}
        for key, (place, state) in page
    ]
    shown = {
        "task": one,
        "work": work,
        "found": found,
        "page": page,
        "rows": rows,
        "ways": contacts.needed(one),
        "withheld": people.withheld,
        "branches": [(id, name) for id, name in places.items() if by.sees(id)],
        "formats": exporting.FORMATS,
        "over": over,
    }
    return render(request, "strategy/contact.html", shown)


@needs("people:export")
@require_POST
def take(request: HttpRequest, id: str) -> FileResponse:
    """The list as a file, for carrying the task out."""
    by, work, one = _task(request, id)
    format, branch = request.POST.get("format", ""), request.POST.get("branch", "")
    if format not in exporting.FORMATS:
        raise Http404
    if _over(work) and work.cycle is not None:
        raise Refused(say("web.contacts.over", ends=work.cycle.ends))
    made, _ = contacts.take(by, work, one, branch=branch, format=format)
    try:
        title = f"{business().folder.name}-{one.id.replace('+', '-')}-{now().date().isoformat()}.{format}"
        return FileResponse(made.open("rb"), as_attachment=True, filename=title, content_type=TYPES[format])
    finally:
        made.unlink()  # it is open: who asked gets it, and nothing of it stays


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _task(request: HttpRequest, id: str) -> tuple[User, carrying.Work, Any]:
    work = carrying.at_work()
    try:
        one = carrying.task_of(work, id)
    except NotThere as error:
        raise Http404 from error
    assert work is not None
    return _reader(request), work, one


def _over(work: carrying.Work | None) -> bool:
    """Whether the cycle has ended: then nobody is contacted for it any more."""
    return work is not None and work.cycle is not None and today(business().settings.zone) > work.cycle.ends
