"""The list of customers, and the filter above it."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from regulars import api
from regulars.base.errors import BadSettings, NotThere
from regulars_web.company.businesses import business
from regulars_web.company.powers import needs
from regulars_web.people import builder, pages
from regulars_web.people.exporting import PURPOSES, offered
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.counts import count

#: Pages that a process takes from the count at once: so that not every page is a write.
_AT_ONCE = 1_000


def scope_of(request: HttpRequest) -> tuple[str, ...]:
    """The branches the reader is confined to; none for the whole business."""
    user: Any = request.user
    return tuple(user.branches)


@needs("people:list")
@require_GET
def customers(request: HttpRequest) -> HttpResponse:
    """One page of the customers a filter selects; what the list shows stands in its address."""
    try:
        reader = pages.reader_of(request.GET.get("run", ""))
    except NotThere:
        if request.GET.get("run"):
            raise
        return render(request, "people/none.html", {"health": api.check_business(business())})
    language, scope = request.language, scope_of(request)  # type: ignore[attr-defined]
    if builder.sent(request.GET):
        made = builder.read(request.GET, reader.catalogue)
        if request.GET.get("do") == "show":
            where = reader.written(made.predicate(reader.catalogue))
            return redirect(f"{reverse('customers')}?{pages.address(where, request.GET.get('sort', ''))}")
        told = pages.told_of(made.predicate(reader.catalogue), reader, scope, language)
    else:
        told = pages.told_of(request.GET.get("where", ""), reader, scope, language)
        made = pages.filter_from(told, reader)  # type: ignore[assignment]
    sort = request.GET.get("sort") or pages.FIRST_SORT
    where = "everybody" if told.wrong else told.where
    after, before = (request.GET.get(name) or None for name in ("after", "before"))
    try:
        page = reader.page(where, branches=scope, sort=sort, after=after, before=before, size=pages.SIZE)
    except BadSettings:  # an order or a place of an address that was cut or changed by hand
        return redirect(f"{reverse('customers')}?{pages.address(told.where)}")
    if before and page.before is None:  # back at the beginning, which has an address of its own
        return redirect(f"{reverse('customers')}?{pages.address(told.where, sort)}")
    rows, withheld = ((), None) if told.wrong else pages.rows_of(page, reader, request.user, language)
    if rows:
        _written_down(request.user, reader.run, told.where, sort)
    context = filter_context(request, reader, made, told) | {
        "rows": rows,
        "withheld": withheld,
        "headings": pages.headings(told.where, sort),
        "next": pages.address(told.where, sort, page.after) if page.after else "",
        "before": pages.address(told.where, sort, before=page.before) if page.before else "",
        "first": pages.address(told.where, sort) if after or before else None,
        "sort": sort,
        "columns": offered(reader, language),
        "purposes": PURPOSES,
    }
    return render(request, "people/list.html", context)


def _written_down(who: Any, run: str, where: str, sort: str) -> None:
    """One line for a list and its reader an hour, at whatever page it is begun; further pages are the same read, and
    cost nothing."""
    at = now()
    over = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    digest = sha256(f"{run}\n{where}\n{sort}".encode()).hexdigest()
    if count(f"listed:{who.pk}:{at:%Y%m%d%H}:{digest}", until=over, at_once=_AT_ONCE) == 1:
        note(who, "customers.listed", about=run, where=where, sort=sort)


@needs("people:list")
@require_GET
def filter_part(request: HttpRequest) -> HttpResponse:
    """The filter after a click: another field, a condition more or less."""
    reader = pages.reader_of()
    made = builder.read(request.GET, reader.catalogue)
    told = pages.told_of(made.predicate(reader.catalogue), reader, scope_of(request), request.language)  # type: ignore[attr-defined]
    return render(request, "people/filter.html", filter_context(request, reader, made, told))


@needs("people:list")
@require_GET
def count_part(request: HttpRequest) -> HttpResponse:
    """The filter in words and numbers while values are typed, clicked or as text."""
    reader = pages.reader_of()
    where: Any = request.GET.get("where", "")
    if builder.sent(request.GET):
        where = builder.read(request.GET, reader.catalogue).predicate(reader.catalogue)
    told = pages.told_of(where, reader, scope_of(request), request.language)  # type: ignore[attr-defined]
    return render(request, "people/told.html", {"told": told, "reader": reader})


def filter_context(
    request: HttpRequest, reader: api.PeopleReader, made: builder.Filter | None, told: pages.Told
) -> dict[str, Any]:
    """What the filter's template needs."""
    scope, language = scope_of(request), request.language  # type: ignore[attr-defined]
    return {
        "reader": reader,
        "told": told,
        "made": made,
        "groups": pages.lines_of(made, reader, scope, language) if made else [],
        "fields": list(reader.catalogue.fields.values()),
        "scope": [pages.branch_names(language).get(id, id) for id in scope],
        "sort": request.GET.get("sort", ""),
    }
