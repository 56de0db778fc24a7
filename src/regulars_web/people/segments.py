"""Segments: filters under a name, with how many customers they have now and had at the study before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from regulars import api
from regulars.base.errors import NotThere, RegularsError
from regulars.base.predicate import BadPredicate
from regulars.base.text import Text, say
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business
from regulars_web.company.powers import needs
from regulars_web.people import keeping, pages
from regulars_web.people.lists import scope_of

#: What is typed into the form of a segment, and how much of it an address carries.
TYPED, LONGEST = ("name", "where", "why"), 2_000


@dataclass(frozen=True, slots=True)
class Standing:
    """A segment with its numbers; None where this study, or an earlier one, cannot tell."""

    segment: api.SavedSegment
    words: str
    now: int | None
    before: int | None
    query: str

    @property
    def change(self) -> int | None:
        """More or fewer than at the study before."""
        return None if self.now is None or self.before is None else self.now - self.before


def _standings(request: HttpRequest) -> tuple[list[Standing], api.PeopleReader | None, api.PeopleReader | None]:
    shop, language, scope = business(), request.language, scope_of(request)  # type: ignore[attr-defined]
    runs = api.study_ids(shop)
    newest, earlier = (api.people_of(shop, runs[n]) if len(runs) > n else None for n in (0, 1))
    found = []
    for one in api.saved_segments(shop):
        words = newest.tell(one.predicate, language) if newest else one.predicate
        counts = [_count(reader, one.predicate, scope) for reader in (newest, earlier)]
        found.append(Standing(one, words, counts[0], counts[1], pages.address(one.predicate)))
    return found, newest, earlier


def _count(reader: api.PeopleReader | None, where: str, scope: tuple[str, ...]) -> int | None:
    try:
        return reader.count(where, branches=scope).customers if reader else None
    except BadPredicate:  # a field that this study does not have
        return None


@needs("people:list")
@require_GET
def all_segments(request: HttpRequest) -> HttpResponse:
    """All segments; retired ones below."""
    found, newest, earlier = _standings(request)
    context = {
        "live": [one for one in found if not one.segment.retired],
        "retired": [one for one in found if one.segment.retired],
        "newest": newest,
        "earlier": earlier,
    }
    return render(request, "people/segments.html", context)


@needs("people:list")
@require_GET
def one_segment(request: HttpRequest, id: int) -> HttpResponse:
    """One segment: its numbers, its past, and what may be done with it."""
    found, newest, earlier = _standings(request)
    one = next((s for s in found if s.segment.id == id), None)
    if one is None:
        raise NotThere(say("api.segments.none", name=str(id)), say("api.segments.none_hint"))
    language = request.language  # type: ignore[attr-defined]
    changes = reversed(one.segment.changes)
    past = [(c, newest.tell(c.predicate, language) if newest else c.predicate, _moment(c.at)) for c in changes]
    typed = {key: request.GET.get(key, "")[:LONGEST] for key in TYPED}  # what could not be kept is not lost
    context = {"one": one, "past": past, "newest": newest, "earlier": earlier, "typed": typed}
    return render(request, "people/segment.html", context)


@needs("people:keep")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the filter of a list under a name."""
    by: Any = request.user
    where = request.POST.get("where", "")
    try:
        kept = keeping.keep(by, name=request.POST.get("name", ""), where=where, why=request.POST.get("why", ""))
    except RegularsError as wrong:
        _say(request, wrong.text, wrong.hint)
        return redirect(f"/people/?{pages.address(where)}")
    messages.success(request, spoken(say("people.segments.saved", name=kept.name), by.language))
    return redirect("segment", id=kept.id)


@needs("people:keep")
@require_POST
def change(request: HttpRequest, id: int) -> HttpResponse:
    """Another name, another filter."""
    by: Any = request.user
    seen = request.POST.get("seen", "")
    try:
        kept = keeping.keep(
            by,
            name=request.POST.get("name", ""),
            where=request.POST.get("where", ""),
            why=request.POST.get("why", ""),
            id=id,
            seen=int(seen) if seen.isascii() and seen.isdigit() else 0,
        )
    except RegularsError as wrong:
        _say(request, wrong.text, wrong.hint)
        typed = {key: said for key in TYPED if (said := request.POST.get(key, "")[:LONGEST])}
        return redirect(f"{reverse('segment', args=[id])}?{urlencode(typed)}")
    messages.success(request, spoken(say("people.segments.saved", name=kept.name), by.language))
    return redirect("segment", id=id)


@needs("people:keep")
@require_POST
def retire(request: HttpRequest, id: int) -> HttpResponse:
    """Out of use, or back into it."""
    by: Any = request.user
    try:
        kept = keeping.retire(by, id, why=request.POST.get("why", ""), back=request.POST.get("back") == "1")
    except RegularsError as wrong:
        _say(request, wrong.text, wrong.hint)
        return redirect("segments")
    id_of = "people.segments.is_retired" if kept.retired else "people.segments.is_back"
    messages.success(request, spoken(say(id_of, name=kept.name), by.language))
    return redirect("segment", id=kept.id)


def _moment(at: str) -> datetime | None:
    """When a change was made, where its line says so; the command line's say what their caller gave."""
    try:
        made = datetime.fromisoformat(at)
    except ValueError:
        return None
    return made if made.tzinfo else None


def _say(request: HttpRequest, text: Text, hint: Text | None) -> None:
    language = request.language  # type: ignore[attr-defined]
    said = [spoken(part, language) for part in (text, hint) if part is not None]
    messages.error(request, " ".join(said) if language == "en" else "".join(said))
