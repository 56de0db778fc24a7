"""A study as a reader sees it: which one, and where its links lead for them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse

from regulars import api
from regulars.base.errors import NotThere
from regulars_web.company.businesses import business
from regulars_web.company.powers import may
from regulars_web.shared.texts import without_files

#: Where customers are listed by a predicate.
PEOPLE = "/people/"
#: The queries below a chapter, by names made for who knows them: folded away.
_QUERIES = re.compile(r'<span>([^<>:\uff1a]+)[:\uff1a] ((?:<a href="query:[^"]*">[^<]*</a> ?)+)</span>')
_BEHIND = re.compile(r'<a class="behind" href="behind:([^"]*)">(.*?)</a>', re.DOTALL)


def pages_of(request: HttpRequest) -> api.Pages | None:
    """The study in the address (``?study=``; else the newest) in the reader's language; None before the first one.
    Raises NotThere where the address names one that is not there."""
    named = request.GET.get("study")
    try:
        found = api.chapters(business(), language=request.language, study=named)  # type: ignore[attr-defined]
    except NotThere:
        if named:
            raise
        return None
    # The list of customers knows the newest study alone: an older one's figures would lead to other people.
    people, study = None if named else people_address(request.user), f"?study={named}" if named else ""
    return _linked(found, people, study, request.language)  # type: ignore[attr-defined]


def people_address(user: Any) -> str | None:
    """Where a reader may see customers by predicate; None where they may not."""
    try:
        view = resolve(PEOPLE).func
    except Resolver404:
        return None
    power = getattr(view, "power", None)
    return f"{PEOPLE}?where=" if power and may(user, power) else None


def _folded(found: re.Match[str]) -> str:
    links = found[2]
    return f"<details><summary>{found[1]} · {links.count('<a ')}</summary>{links}</details>"


@lru_cache(maxsize=24)
def _linked(pages: api.Pages, people: str | None, study: str, language: str) -> api.Pages:
    """The chapters with addresses in the place of what their links name, and the settings called what a reader without
    the folder knows them by."""
    methods, queries = reverse("method", args=["x"])[:-1], reverse("rest", args=["x"])[:-1]

    def linked(html: str) -> str:
        html = _QUERIES.sub(_folded, html)
        html = re.sub(r'href="card:([^"]*)"', rf'href="{methods}\1"', without_files(html, language))
        html = re.sub(r'href="query:([^"]*)"', rf'href="{queries}\1{study}"', html)
        return _BEHIND.sub(rf'<a class="behind" href="{people}\1">\2</a>' if people else r"\2", html)

    return replace(pages, chapters=tuple(replace(c, html=linked(c.html)) for c in pages.chapters))
