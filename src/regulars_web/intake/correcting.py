"""The page on which it is corrected how a file is read, with the first rows beside it as they would be stored."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from regulars import api
from regulars.base.text import Text, say
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business
from regulars_web.company.powers import needs
from regulars_web.intake.looking import LONGEST, Seen, beginning_of, look_at_one, meanings_of
from regulars_web.intake.mappings import (
    KINDS,
    MARKS,
    ORDERS,
    STATUSES,
    TABLES,
    ZONES,
    Draft,
    Overtaken,
    Wrong,
    draft_from,
    draft_of,
    fields_of,
    keep,
    revert,
    suggested,
    try_out,
)
from regulars_web.intake.models import Batch, Correction
from regulars_web.intake.reading import grouped
from regulars_web.shared.errors import page


@needs("imports:write")
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, id: int, number: int) -> HttpResponse:
    """How one waiting file is read: shown, tried out, kept, or taken back to what was detected."""
    batch, seen = _file(id, number)
    if not batch.shows_rows_to(request.user):
        return others_rows(request, batch)
    if request.method != "POST":
        return _page(request, batch, seen, draft_of(seen), seen.version)
    draft, version, act = draft_from(seen, request.POST.dict()), _version(request), request.POST.get("act", "try")
    language: str = request.language  # type: ignore[attr-defined]
    try:
        if act == "keep":
            keep(batch, seen, draft, by=request.user, version=version, language=language)
            messages.success(request, spoken(say("files.map.kept", file=seen.file), language))
            return redirect("batch", id=id)
        if act == "revert":
            revert(batch, seen, by=request.user, version=version)
            messages.success(request, spoken(say("files.map.reverted", file=seen.file), language))
            return redirect("correct", id=id, number=number)
    except Overtaken as error:
        shown = _overtaken(error.theirs, draft)
        return _page(request, batch, seen, draft, error.theirs.version, status=409, **shown)
    except Wrong as error:
        return _page(request, batch, seen, draft, version, status=400, wrong=error.texts)
    return _page(request, batch, seen, _of_its_table(seen, draft, request), version)


@needs("imports:write")
@require_POST
def try_it(request: HttpRequest, id: int, number: int) -> HttpResponse:
    """The part of the page that follows every change; with ``whole`` the form as well, for another table."""
    batch, seen = _file(id, number)
    if not batch.shows_rows_to(request.user):
        return others_rows(request, batch)
    draft = _of_its_table(seen, draft_from(seen, request.POST.dict()), request)
    part = "intake/map_form.html" if request.GET.get("whole") else "intake/map_rows.html"
    return render(request, part, _shown(request, batch, seen, draft, _version(request)))


def others_rows(request: HttpRequest, batch: Batch) -> HttpResponse:
    """Told to who brought none of these files and may not see names."""
    return page(request, say("files.raw.title"), say("files.raw.hint", name=batch.by.name), status=403)


def _file(id: int, number: int) -> tuple[Batch, Seen]:
    batch = get_object_or_404(Batch.objects.select_related("job", "by"), pk=id)
    seen = look_at_one(batch, number) if batch.undecided and batch.folder.is_dir() else None
    if seen is None or not seen.names:
        raise Http404
    return batch, seen


def _version(request: HttpRequest) -> int:
    said = request.POST.get("version", "")
    return int(said) if said.isdecimal() and len(said) < 9 else 0


def _of_its_table(seen: Seen, draft: Draft, request: HttpRequest) -> Draft:
    # Another table was chosen: what its columns look like there, until somebody says otherwise.
    if request.POST.get("was", draft.table) == draft.table:
        return draft
    return suggested(seen, draft.table)


def _overtaken(theirs: Correction, draft: Draft) -> dict[str, Any]:
    mapping = theirs.mapping
    meanings = meanings_of(api.Profile.model_validate(mapping)) if mapping else {}
    differing = [
        (name, meanings.get(name, ""), mine)
        for name, mine in draft.columns.items()
        if mapping and meanings.get(name, "") != mine
    ]
    return {"theirs": theirs, "differing": differing}


def _page(
    request: HttpRequest, batch: Batch, seen: Seen, draft: Draft, version: int, *, status: int = 200, **more: Any
) -> HttpResponse:
    shown = _shown(request, batch, seen, draft, version) | more
    return render(request, "intake/map.html", shown, status=status)


def _words(request: HttpRequest, meanings: list[str]) -> list[tuple[str, str]]:
    # Put into words once, not once a column: a file may have a thousand.
    language: str = request.language  # type: ignore[attr-defined]
    return [(meaning, spoken(say(f"files.{meaning}"), language)) for meaning in meanings]


def _shown(request: HttpRequest, batch: Batch, seen: Seen, draft: Draft, version: int) -> dict[str, Any]:
    preview, against = try_out(beginning_of(batch, seen.number), seen, draft)
    fields = _words(request, [f"field_{name}" for name in fields_of(draft.table)])
    kinds = _words(request, [f"who_{kind}" for kind in KINDS] if draft.table != "spend" else [])
    cells = {name: said for name, said, _ in seen.columns}
    newest = Correction.objects.select_related("by").filter(batch=batch, file=seen.file).first()
    return {
        "batch": batch,
        "seen": seen,
        "draft": draft,
        "version": version,
        "tables": TABLES,
        "columns": [(at, name, cells.get(name, []), draft.columns.get(name, "")) for at, name in enumerate(seen.names)],
        "fields": fields,
        "kinds": kinds,
        "orders": [(order, order.lower()) for order in ORDERS],
        "marks": MARKS,
        "zones": _zones(seen),
        "branches": business().settings.branches,
        "statuses": [(status, draft.words.get(status, "")) for status in STATUSES],
        "preview": preview,
        "rows": _rows(preview) if preview else [],
        "problems": grouped(preview.problems) if preview else [],
        "against": against,
        "newer": newest if newest is not None and newest.version > version else None,
    }


def _rows(preview: api.Preview) -> list[tuple[int, bool, list[Text | str]]]:
    return [
        (row.row, row.aside, [_cell(preview, name, v) for name, v in zip(preview.columns, row.values, strict=True)])
        for row in preview.rows
    ]


def _cell(preview: api.Preview, column: str, value: str) -> Text | str:
    if column in ("customer", "referrer"):
        # Nineteen digits tell a reader nothing; their end is enough to see who is the same.
        return f"…{value[-5:]}" if value else ""
    if value and column == "kind" and preview.table in ("sales", "customers"):
        return say(f"files.kind_{value}")
    if value and column == "status" and preview.table == "bookings":
        return say(f"files.status_{value}")
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"


def _zones(seen: Seen) -> list[str]:
    own = seen.reading.zone if seen.reading else None
    return [*ZONES, *([own] if own and own not in ZONES else [])]
