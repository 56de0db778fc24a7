"""Customers one by one, by their keys: what is believed of each at a study, within the token's branches."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query

from regulars import api
from regulars.api.people import COLUMNS
from regulars_web.company.businesses import business
from regulars_web.privacy import gate
from regulars_web.rest import shapes
from regulars_web.rest.interface import Scope
from regulars_web.rest.models import Token
from regulars_web.rest.reads import After, Limit, router
from regulars_web.rest.tokens import acting
from regulars_web.rest.troubles import Trouble
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.models import Entry

#: Pages asked for within so long are one read.
ONE_READ = timedelta(hours=1)

Study = Annotated[
    str,
    Query(pattern="^(latest|study-[A-Za-z0-9_-]+)$", max_length=120, description="a study's id; the newest otherwise"),
]
Where = Annotated[str, Query(max_length=2000, description="a predicate (docs/how-to/segments.md); everybody without")]
Sort = Annotated[
    str, Query(pattern="^-?[a-z0-9_]+$", max_length=60, description="a column; with a minus before it largest first")
]
Columns = Annotated[
    str, Query(pattern="^[a-z0-9_,]*$", max_length=1000, description="columns, by commas; the usual ones without")
]
Key = Annotated[str, Path(pattern=r"^[0-9]{1,19}$")]


def _reader(study: str) -> api.PeopleReader:
    return api.people_of(business(), None if study == "latest" else study)


def _within(request: HttpRequest) -> tuple[str, ...]:
    found: Token = request.token  # type: ignore[attr-defined]
    return found.within


@router.get("/people", auth=Scope("people:read"), response=shapes.People, tags=["customers"])
def people(
    request: HttpRequest,
    study: Study = "latest",
    where: Where = "",
    sort: Sort = "-value_12",
    columns: Columns = "",
    limit: Limit = 50,
    after: After = "",
) -> Any:
    """Customers whom a predicate selects, page by page; each bulk read is written down."""
    reader = _reader(study)
    wanted = [column for column in columns.split(",") if column] or list(COLUMNS)
    page = reader.page(where, branches=_within(request), sort=sort, after=after or None, size=limit, columns=wanted)
    _written_down(request.token, reader.run, where[:200])  # type: ignore[attr-defined]
    items = [{"customer": row.key, "standing": dict(row.of)} for row in page.rows]
    return {"run": reader.run, "as_of": reader.as_of, "items": items, "next": page.after}


def _written_down(token: Token, run: str, where: str) -> None:
    """One line for a bulk read, at whatever page it is begun; its further pages are the same read."""
    same = {"action": "standings.read", "about": run, "who_id": token.user_id}
    lately = Entry.objects.filter(**same, at__gt=now() - ONE_READ, detail__token=token.pk, detail__where=where)
    if not lately.exists():
        note(token.user, "standings.read", about=run, token=token.pk, where=where)


@router.get("/people/{key}", auth=Scope("people:read"), response=shapes.Person, tags=["customers"])
def person(request: HttpRequest, key: Key, study: Study = "latest") -> Any:
    """One customer, all columns."""
    if int(key) >= 2**63:
        raise Trouble(404, "not_found")
    found = _reader(study).one(key, branches=_within(request))
    return {"customer": found.key, "standing": dict(found.of)}


@router.get("/people/{key}/identity", auth=Scope("identities:read"), response=shapes.Identity, tags=["customers"])
def identity(request: HttpRequest, key: Key) -> Any:
    """Who a customer of the token's branches is; counted and written down as any look at names."""
    found: Token = request.token  # type: ignore[attr-defined]
    who = gate.one(acting(found), key, purpose="program")
    if not who.named:
        raise Trouble(404, "not_found")
    return {"customer": key, "name": who.name, "phone": who.phone, "email": who.email, "member": who.member}
