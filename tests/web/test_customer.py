"""The page of one customer: what was intended for them, what they said, and what nobody wrote down."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars import api
from regulars.base.text import Day
from regulars.base.words import show
from regulars.ledger.profile import Profile
from regulars_web.company.models import Role

pytestmark = pytest.mark.django_db


def complaints(shop: api.OpenBusiness) -> list[dict[str, Any]]:
    with shop.ledger.read() as reader:
        found: list[dict[str, Any]] = reader.arrow(reader.table("complaints")).to_pylist()
    return [row for row in found if row["customer"] is not None]


def told(html: str) -> str:
    """The card of contacts, complaints and feedback."""
    return html.split('id="event-h"')[1].split("</section>")[0]


def test_contacts_and_complaints_stand_by_day_with_their_source(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    shop = api.open_business(studied)
    run, reader = api.assign(shop), api.people_of(shop)
    both = ((reader.history(str(row["customer"])), row) for row in complaints(shop))
    history, complaint = next((h, row) for h, row in both if h.contacts and h.contacts[0].measure is not None)
    card = told(signed_in().get(f"/people/{history.key}").content.decode())
    measure = history.contacts[0].measure
    assert measure is not None and show(measure, "en") in card and run.id in card
    assert show(Day(complaint["day"]), "en") in card and "from the business&#x27;s own list" in card
    assert card.index("Contact") < card.index("Complaint"), "newest first: the plan is of the ledger's last day"
    assert "Feedback: not recorded" in card and "whether it was, is not recorded" in card
    assert "No complaint" not in card and "Complaints: not recorded" not in card
    chinese = told(signed_in(Role.STAFF, language="zh-Hant").get(f"/people/{history.key}").content.decode())
    assert show(measure, "zh-Hant") in chinese and "意見：沒有紀錄" in chinese


def test_nothing_on_record_and_not_recorded_are_told_apart(studied: Path, signed_in: Callable[..., Client]) -> None:
    shop = api.open_business(studied)
    complained = {str(row["customer"]) for row in complaints(shop)}
    key = next(row.key for row in api.people_of(shop).page(size=200).rows if row.key not in complained)
    card = told(signed_in().get(f"/people/{key}").content.decode())
    assert "No complaint of this customer is on record" in card and "No plan has been assigned" in card
    shutil.rmtree(studied / "ledger" / "complaints")
    assert "Complaints: not recorded" in told(signed_in().get(f"/people/{key}").content.decode())


def test_the_search_stands_on_every_page_of_those_who_may_search(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    for role in Role:
        client = signed_in(role)
        may = role in (Role.DIRECTOR, Role.MANAGER, Role.STAFF, Role.PRIVACY)
        for address in ("/", "/house/me", "/nowhere"):
            page = client.get(address).content.decode()
            assert ('class="seek"' in page) is ('static/web/seek.js"' in page) is may, (role, address)
        assert client.get("/people/search?q=chan").status_code == (200 if may else 403)
    assert 'class="seek"' not in Client().get("/account/login/").content.decode()
    assert 'class="seek"' not in signed_in().get("/people/search").content.decode(), "that page has its own"


def test_what_a_customer_answered_stands_in_the_timeline(
    studied: Path, tmp_path: Path, signed_in: Callable[..., Client]
) -> None:
    shop = api.open_business(studied)
    key = api.people_of(shop).page(size=1).rows[0].key
    file = tmp_path / "ratings.csv"
    file.write_text(f"day,key,about,score,best\n2026-10-30,{key},Cut,4.5,5\n2026-10-29,999,Cut,2,5\n")
    columns = {"day": "date", "key": "key", "about": "kind", "score": "score", "best": "best"}
    profile = Profile(name="ratings", table="feedback", identity=("key",), columns=columns)
    api.import_files(shop, [file], mappings={file: profile})
    client = signed_in()
    card = told(client.get(f"/people/{key}").content.decode())
    assert "4.5 of 5" in card and "Cut" in card and "Feedback: not recorded" not in card
    other = next(row.key for row in api.people_of(shop).page(size=2).rows if row.key != key)
    assert "No rating or answer of this customer" in told(client.get(f"/people/{other}").content.decode())
    chinese = told(signed_in(Role.STAFF, language="zh-Hant").get(f"/people/{key}").content.decode())
    assert "5分中得4.5分" in chinese
