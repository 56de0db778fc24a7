"""The audit log: read by who, what and when, checked as far as it is new, taken away as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from regulars_web.company.about import about, customer
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import needs
from regulars_web.shared.audit import check_on, note
from regulars_web.shared.jobs import begin
from regulars_web.shared.models import Entry
from regulars_web.shared.sheets import harmless

#: What a line may be asked by, in the address.
ASKED = ("q", "who", "action", "from", "to")


def _wanted(request: HttpRequest) -> dict[str, str]:
    return {key: value for key in ASKED if (value := request.GET.get(key, "").strip()[:200])}


def _lines(wanted: dict[str, str]) -> QuerySet[Entry]:
    """Lines asked for, newest first. What is no day or no person asks for nothing."""
    lines = Entry.objects.select_related("who").order_by("-id")
    if "q" in wanted:
        lines = lines.filter(about__icontains=wanted["q"])
    if wanted.get("who", "").isdigit():
        lines = lines.filter(who_id=int(wanted["who"][:9]))
    if "action" in wanted:
        lines = lines.filter(action=wanted["action"])
    zone = ZoneInfo(business().settings.zone)
    for key, bound, more in (("from", "at__gte", 0), ("to", "at__lt", 1)):
        try:
            day = date.fromisoformat(wanted.get(key, "")) + timedelta(days=more)
        except (ValueError, OverflowError):
            continue
        lines = lines.filter(**{bound: datetime.combine(day, time(), zone)})
    return lines


@needs("audit:read")
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """The log, newest first, and whether what is new of it is whole."""
    wanted = _wanted(request)
    page = Paginator(_lines(wanted), 50).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "lines": [(line, about(line), customer(line)) for line in page],
        "asked": wanted,
        "state": urlencode(wanted),
        "checked": check_on(),
        "everybody": User.objects.values_list("pk", "name"),
        "actions": Entry.objects.order_by("action").values_list("action", flat=True).distinct(),
    }
    return render(request, "company/log.html", shown)


@needs("audit:read")
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Have every line gone over, in the background."""
    return redirect("job", id=begin("audit", request.user).pk)


class _Line:
    """What a CSV writer writes to: it hands each line on."""

    def write(self, value: str) -> str:
        return value


def _rows(lines: QuerySet[Entry]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(["line", "at", "who", "action", "about", "detail", "before", "digest"])
    for e in lines.iterator(chunk_size=2_000):
        who = e.who.signature if isinstance(e.who, User) else ""
        cells = (e.pk, e.at.isoformat(), who, e.action, e.about, e.detail or "", e.before, e.digest)
        yield writer.writerow([harmless(str(cell)) for cell in cells])


@needs("audit:read")
@require_GET
def taken(request: HttpRequest) -> StreamingHttpResponse:
    """The lines asked for as a file; taking them is a line of its own."""
    wanted = _wanted(request)
    lines = _lines(wanted)
    note(request.user, "audit.taken", about=urlencode(wanted), lines=lines.count())
    response = StreamingHttpResponse(_rows(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
    return response
