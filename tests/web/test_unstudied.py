"""Customers no study knows: who came after the newest one, or before the first, has a page and can say no."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from regulars import api
from regulars.base.text import Day
from regulars.base.words import show
from regulars_web.company.models import Role, User
from regulars_web.people.models import Note
from regulars_web.privacy import gate
from regulars_web.privacy.models import Refusal
from support.rest import Program, line

pytestmark = pytest.mark.django_db
ZH = "zh-Hant"


@pytest.fixture
def came(studied: Path, person: Callable[..., User]) -> dict[str, str]:
    """Customers of the till who came after the study, by where: here, there, at both branches, at none; and the two
    branches."""
    shop = api.open_business(studied)
    here, there = (str(value) for value, _ in api.people_of(shop).values("branch")[:2])
    return {"HERE": here, "THERE": there} | new(shop, Program(person()), here, there)


def new(shop: api.OpenBusiness, till: Program, here: str, there: str) -> dict[str, str]:
    who: dict[str, list[str | None]] = {"here": [here], "there": [there], "both": [here, there], "none": [None]}
    people = [{"customer": f"NEW-{id}", "customer_name": f"Three {id}"} for id in who]
    homes = {"here": {"home_branch": here}, "there": {"home_branch": there}, "both": {"home_branch": here}, "none": {}}
    sent = [row | homes[id] for row, id in zip(people, who, strict=True)]
    assert till.post("push/customers", sent).status_code == 202
    sales = [
        line(f"n-{id}-{n}", customer=f"NEW-{id}", date="2026-11-02") | ({"branch": place} if place else {})
        for id, places in who.items()
        for n, place in enumerate(places)
    ]
    assert till.post("push/sales", sales).status_code == 202
    keys = api.key_rows(shop, [{"customer": f"NEW-{id}"} for id in who], system="own")
    return {id: row["key"] for id, row in zip(who, keys, strict=True)}


@pytest.mark.parametrize(
    ("language", "said", "shown"),
    [
        ("en", "the newest study, as of {day}, does not know them", "No visit is on record"),
        (ZH, "最新的分析截至{day}，未包括這名客戶", "沒有到訪紀錄"),
    ],
)
def test_who_came_after_the_study_has_a_page_and_can_say_no(
    language: str, said: str, shown: str, studied: Path, came: dict[str, str], signed_in: Callable[..., Client]
) -> None:
    client, key = signed_in(language=language), came["none"]
    assert f"/people/{key}" in client.get("/people/search?q=Three").content.decode()
    page = client.get(f"/people/{key}").content.decode()
    as_of = api.people_of(api.open_business(studied)).as_of
    assert said.format(day=show(Day(as_of), language)) in page and "Three none" in page
    assert "380" in page and shown not in page, "the visit is told, and nothing says there was none"
    assert client.post(f"/people/{key}/notes", {"text": "allergic to bleach"}).status_code == 302
    assert client.post(f"/people/{key}/permission", {"channel": "all"}).status_code == 302
    assert Note.objects.get().customer == Refusal.objects.get().customer == key
    page = client.get(f"/people/{key}").content.decode()
    assert "allergic to bleach" in page and 'name="mistake"' in page
    assert client.get("/people/987654321").status_code == 404, "whom nobody knows"
    assert client.post("/people/987654321/notes", {"text": "x"}).status_code == 404


@pytest.mark.parametrize(("language", "said"), [("en", "there has been no study so far"), (ZH, "至今未作過分析")])
def test_before_the_first_study_too(
    language: str, said: str, folder: Path, person: Callable[..., User], signed_in: Callable[..., Client]
) -> None:
    known = new(api.open_business(folder), Program(person()), "TST", "CWB")
    client = signed_in(language=language)
    page = client.get(f"/people/{known['both']}").content.decode()
    assert said in page and "Three both" in page
    assert client.post(f"/people/{known['both']}/permission", {"channel": "sms"}).status_code == 302
    staff = signed_in(Role.STAFF, branches=("TST",), language=language)
    assert "Three here" in staff.get(f"/people/{known['here']}").content.decode()
    for id in ("there", "both", "none"):
        assert staff.get(f"/people/{known[id]}").status_code == 404, id


def test_a_branch_meets_its_own_new_customers_and_no_others(
    studied: Path, came: dict[str, str], signed_in: Callable[..., Client], person: Callable[..., User]
) -> None:
    client = signed_in(Role.MANAGER, branches=(came["HERE"],))
    assert "Three here" in client.get(f"/people/{came['here']}").content.decode()
    assert client.post(f"/people/{came['here']}/permission", {"channel": "sms"}).status_code == 302
    found = client.get("/people/search?q=Three").content.decode()
    assert "Three here" in found
    for id in ("there", "both", "none"):
        address = f"/people/{came[id]}"
        assert f"Three {id}" not in found and client.get(address).status_code == 404, id
        assert client.post(f"{address}/notes", {"text": "x"}).status_code == 404, id
        assert client.post(f"{address}/permission", {"channel": "sms"}).status_code == 404, id
    assert Refusal.objects.get().customer == came["here"] and not Note.objects.exists()
    api.merge(api.open_business(studied), came["there"], into=came["here"])
    for id in ("here", "there"):
        assert client.get(f"/people/{came[id]}").status_code == 404, "one customer of both branches"


def test_whom_the_study_has_elsewhere_a_branch_does_not_meet_through_the_ledger(
    studied: Path, came: dict[str, str], signed_in: Callable[..., Client], person: Callable[..., User]
) -> None:
    shop = api.open_business(studied)
    theirs = api.people_of(shop).page(branches=(came["THERE"],), size=1).rows[0].key
    who = person(Role.MANAGER, branches=(came["HERE"],))
    assert gate.within(who, [theirs, came["here"], came["there"], "987654321", "x"]) == {came["here"]}
    api.merge(shop, theirs, into=came["here"])
    assert gate.within(who, [theirs, came["here"]]) == set(), "they are of there as well"
    assert signed_in().get(f"/people/{came['here']}").status_code == 200, "the house sees them"
    api.merge(shop, came["here"], into=came["none"])
    assert signed_in().get(f"/people/{theirs}")["Location"] == f"/people/{came['none']}"
