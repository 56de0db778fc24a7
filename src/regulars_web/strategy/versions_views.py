"""Versions of the plan: who made and decided each, two of them side by side, simple rules beside the newest."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from regulars import api
from regulars.base.errors import RegularsError
from regulars_web.company.businesses import business
from regulars_web.company.powers import needs
from regulars_web.shared.errors import told


@needs("strategy:read")
@require_GET
def versions(request: HttpRequest) -> HttpResponse:
    """All versions; with ``a`` and ``b`` these two are compared, else the last two."""
    shop = business()
    try:
        listed = api.versions(shop)
    except RegularsError as broken:
        return told(request, broken)
    difference, error = None, None
    if len(listed.versions) > 1:
        try:
            difference = api.compare(shop, request.GET.get("a") or None, request.GET.get("b") or None)
        except RegularsError as wrong:
            error = wrong
    numbers = {version.figures.run: version.number for version in listed.versions}
    shown = {
        "versions": listed.versions,
        "unreadable": listed.unreadable,
        "difference": difference,
        "compared": (numbers[difference.before.run], numbers[difference.after.run]) if difference else None,
        "error": error,
        "rivals": api.alternatives(shop) if listed.versions else (),
        "currency": shop.settings.currency,
    }
    return render(request, "strategy/versions.html", shown)
