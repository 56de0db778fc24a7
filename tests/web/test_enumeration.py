"""Every address with a key in it, asked for with what belongs to others; every form sent without its token; every way
on that could lead out of the house."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern

from regulars import api
from regulars_web.company.models import Role, User
from regulars_web.duplicates.models import Pair
from regulars_web.insight.models import Study
from regulars_web.intake.services import take_in
from regulars_web.people.models import Note
from regulars_web.privacy.models import Refusal
from regulars_web.rest.models import Endpoint, Export, Receipt, Token
from regulars_web.shared.models import Entry, Job
from regulars_web.vault.models import Identity
from support.rest import Program
from support.web import patterns

pytestmark = pytest.mark.django_db
EVIL = "https://evil.example/x"
#: Addresses that hold nothing of any customer or branch, open to whoever has their power. Any other with a place in it
#: must be named in ``others`` below.
OF_NOBODY = {
    "/house/entry/<int:id>/<str:token>": "a link that is known to one person alone",
    "/methods/<str:id>": "what a method is",
    "/people/segments/<int:id>": "a filter of the house; whom it selects is confined as every list",
    "/people/segments/<int:id>/keep": "likewise",
    "/people/segments/<int:id>/retire": "likewise",
}
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


def with_places() -> list[tuple[str, URLPattern]]:
    return [(route, pattern) for route, pattern in patterns() if "<" in route and "(?P" not in route]


@pytest.fixture
def others(studied: Path, person: Callable[..., User]) -> dict[str, Any]:
    """What a manager of one branch could try: a customer of another one, and all that hangs on them and on others."""
    shop, director = api.open_business(studied), person()
    reader = api.people_of(shop)
    first, second = (str(value) for value, _ in reader.values("branch")[:2])
    mine = reader.page(branches=(first,), size=1).rows[0].key
    theirs, too = (row.key for row in reader.page(branches=(second,), size=2).rows)
    Identity.objects.create(customer=theirs, name=b"x", source="x")
    said = Note.objects.create(customer=theirs, text="allergic to bleach", by=director)
    low, high = sorted((mine, theirs))
    pair = Pair.objects.create(one=low, other=high, reasons=["phone"])
    job = Job.objects.create(
        kind="people_export", by=director, state="done", asked={"columns": ["state"]}, result={"file": "x.csv"}
    )
    batch = take_in(director, [SimpleUploadedFile("s.csv", b"Date,Customer ID,Amount\n2026-01-02,C1,380\n")])
    token = Token.objects.create(
        name="t", user=director, made_by=director, scopes=[], lead="x", digest="x" * 64, expires_at=batch.made_at
    )
    export = Export.objects.create(by=director, place="0" * 32)
    receipt = Receipt.objects.create(
        token=token, table="sales", system="own", sent=1, accepted=1, places=[0], rows=[{}], problems=[]
    )
    endpoint = Endpoint.objects.create(url="https://x.hk/", events=[], secret=b"s", by=director)
    study = Study.objects.first() or Study.objects.create(run=reader.run, as_of=reader.as_of, data_version=1)
    whole = {"id": "overview", "name": "market", "act": "add_target", "language": "en", "format": "pdf", "number": 0}
    return {
        "who": person(Role.MANAGER, branches=(first,)),
        "people": {"theirs": theirs, "too": too, "note": said.pk, "run": reader.run},
        "by place": {"key": theirs, "import_id": shop.ledger.imports()[0].import_id, "place": export.place, **whole},
        "by route": {
            "/house/people/": director.pk,
            "/house/tokens/": token.pk,
            "/house/messages/": endpoint.pk,
            "/imports/<int:id>": batch.pk,
            "/people/duplicates/": pair.pk,
            "/people/take-away/": job.pk,
            "/people/<str:key>/notes/<int:id>": said.pk,
            "/study/all/": study.pk,
            "/work/": job.pk,
        },
        "api": {
            "receipts/{id}": receipt.pk,
            "jobs/{id}": job.pk,
            "jobs/{id}/stop": job.pk,
            "exports/{id}": export.pk,
            "exports/{id}/file": export.pk,
        },
    }


def filled(route: str, others: dict[str, Any]) -> str:
    """A route with what belongs to others in every place of it."""
    id = next((value for start, value in others["by route"].items() if route.startswith(start)), None)

    def put(place: re.Match[str]) -> str:
        if place[1] == "id" and id is not None:
            return str(id)
        return str(others["by place"][place[1]])  # a KeyError: say in ``others`` what of others it could show

    return _PLACE.sub(put, route)


def test_what_is_another_branchs_is_at_no_address(others: dict[str, Any]) -> None:
    client, theirs = Client(), others["people"]["theirs"]
    client.force_login(others["who"])
    before = Entry.objects.count(), Note.objects.filter(removed_at=None).count(), Refusal.objects.count()
    tried = 0
    for route, _ in with_places():
        if route in OF_NOBODY or route.startswith(("/api/", "/account/")):
            continue
        asked = {"text": "x", "channel": "sms", "how": "x", "keep": theirs, "what": "different", "sure": "1"}
        for answer in (client.get(filled(route, others)), client.post(filled(route, others), asked)):
            assert answer.status_code in (403, 404, 405), (route, answer.status_code)
            tried += answer.status_code != 405
    assert tried > 40
    after = Entry.objects.count(), Note.objects.filter(removed_at=None).count(), Refusal.objects.count()
    assert after == before and Identity.objects.filter(customer=theirs).exists()
    assert Pair.objects.get().state == "open" and set(OF_NOBODY) <= {route for route, _ in with_places()}


def test_other_addresses_name_nobody_of_another_branch(others: dict[str, Any]) -> None:
    client, people = Client(), others["people"]
    client.force_login(others["who"])
    for address in (
        "/people/",
        f"/people/search?q={people['theirs']}",
        f"/people/search?q={people['theirs'][-6:]}",
        "/people/duplicates/",
        "/people/segments/",
        "/work/",
        "/",
        f"/people/filter?where=customer+%3D+{people['theirs']}",
        "/people/?sort=customer&size=500",
        "/people/take-away",
    ):
        said = client.get(address, follow=True).content.decode()
        assert people["theirs"] not in said.replace(address.partition("=")[2], ""), address
    taken = client.post(
        "/people/take-away", {"format": "csv", "purpose": "analysis", "column": ["branch"], "where": ""}
    )
    content = taken.getvalue().decode() if taken.streaming else taken.content.decode()
    assert people["theirs"] not in content


def test_a_program_of_one_branch_finds_nothing_of_another(others: dict[str, Any]) -> None:
    program, theirs = Program(others["who"]), others["people"]["theirs"]
    for path, id in others["api"].items():
        answer = (program.post if path.endswith("stop") else program.get)(path.replace("{id}", str(id)))
        assert answer.status_code in (403, 404), path
    for path in (f"people/{theirs}", f"people/{theirs}/identity", f"people/{theirs}?study={others['people']['run']}"):
        assert program.get(path).status_code == 404, path
    assert theirs not in program.get("people?limit=200").content.decode()
    places = {str(p.pattern).removeprefix("api/v1/") for route, p in patterns() if route.startswith("/api/v1/")}
    keyed = {_PLACE.sub(r"{\1}", place) for place in places if "<" in place and "(?P" not in place}
    tried = {*others["api"], "people/{key}", "people/{key}/identity"}
    whole = {place for place in keyed if place.split("/")[0] in ("runs", "plans", "imports")}
    for place in whole:
        path = place.replace("{id}", others["people"]["run"])
        assert {program.get(path).status_code, program.post(path).status_code} <= {403, 404, 405}, place
    assert keyed == tried | whole, "an address with a key that is not tried with another branch's: try it here"


def test_no_form_is_taken_without_its_token(studied: Path, person: Callable[..., User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person())
    before, shut = Entry.objects.count(), 0
    for route, pattern in patterns():
        if getattr(pattern.callback, "by_token", False) or "(?P" in route:
            continue
        answer = client.post(_PLACE.sub("1", route), {"x": "1"})
        assert answer.status_code in (403, 405), (route, answer.status_code)
        shut += answer.status_code == 403
    assert shut > 50 and Entry.objects.count() == before


def test_no_way_on_leads_out_of_the_house(folder: Path, person: Callable[..., User]) -> None:
    who = person()
    client = Client()
    client.force_login(who)
    for route, pattern in patterns():
        if (
            "<" in route
            or "(?P" in route
            or getattr(pattern.callback, "by_token", False)
            or route == "/account/logout/"
        ):
            continue
        for evil in (EVIL, "//evil.example", "/\\evil.example"):
            names = ("next", "back", "to", "url", "redirect", "return")
            query = dict.fromkeys(names, evil)
            for answer in (client.get(route, query), client.post(route, query), Client().get(route, query)):
                assert "evil.example" not in answer.get("Location", "").partition("?")[0], (route, evil)
    signing = {"login": who.email, "password": "a-long-pass-42", "next": EVIL}
    assert "evil" not in Client().post("/account/login/", signing).get("Location", "")


def test_a_host_nobody_named_is_not_answered(folder: Path, person: Callable[..., User], settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["salon.example"]
    client = Client()
    client.force_login(person())
    assert client.get("/", headers={"Host": "salon.example"}).status_code == 200
    for host in ("evil.example", "salon.example.evil.example", "salon.example@evil.example", "a b"):
        for address in ("/", "/account/login/", "/house/people", "/api/v1/business"):
            answer = client.get(address, headers={"Host": host})
            assert answer.status_code == 400 and host not in answer.content.decode(), (host, address)
    sent = {"Host": "salon.example", "X-Forwarded-Host": "evil.example"}
    new = {"name": "Ling", "email": "ling@example.com", "role": "staff", "language": "en"}
    said = client.post("/house/people/new", new, headers=sent).content.decode()
    assert "salon.example/house/entry/" in said and "evil" not in said, "the link that is sent on"
