"""The approved plan put to work: told first, confirmed by name, drawn once; lists of whom to contact by the law."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from regulars import api
from regulars_web.company.models import Role, User
from regulars_web.desk.demo import name_everybody
from regulars_web.privacy import permissions
from regulars_web.shared.models import Entry, Job
from regulars_web.strategy import contacts
from regulars_web.strategy.carrying import Work, at_work
from support.once import once
from support.reviews import in_force

pytestmark = pytest.mark.django_db


def within_cycle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    day = api.latest_plan(api.open_business(folder)).result.provenance.as_of
    for module in ("strategy.contact_views", "strategy.review_views", "desk.contacts"):
        monkeypatch.setattr(f"regulars_web.{module}.today", lambda _zone: day)


@pytest.fixture
def approved(studied: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A business whose plan is in force; the plan's run."""
    plan = in_force(studied)
    within_cycle(studied, monkeypatch)
    return plan


@pytest.fixture(scope="session")
def carried_once(studied_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the plan put to work, once for all processes that test."""

    def make(place: Path) -> None:
        shutil.copytree(studied_once, place / "salon")
        in_force(place / "salon")
        shop = api.open_business(place / "salon")
        api.Drawn(api.assign(shop))  # made ready for looking up, as the newest study is
        api.people_of(shop)

    return once("carried", make, tmp_path_factory) / "salon"


@pytest.fixture
def carried(carried_once: Path, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, served by this test within its cycle."""
    place = tmp_path / "carried"
    shutil.copytree(carried_once, place)
    settings.FOLDER, settings.INLINE = place, True
    within_cycle(place, monkeypatch)
    return place


def forget() -> None:
    contacts._known.cache_clear()
    contacts._called.cache_clear()


def running() -> Work:
    work = at_work()
    assert work is not None and work.run is not None
    return work


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def table(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content(answer).decode("utf-8-sig"))))


def the_one(work: Work, *, promotes: bool) -> api.Task:
    return next(task for task in work.tasks if bool(task.asks) is promotes and not task.visits)


def test_nothing_happens_before_somebody_confirms_it(
    studied: Path, approved: str, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.STRATEGIST)
    plan = api.latest_plan(api.open_business(studied)).result
    page = unescape(client.get("/strategy/carry").content.decode())
    assert f"<h1>{plan.customers:,} customers would receive something" in page
    assert f"{api.hold_out_of(api.open_business(studied), plan)} (5.0% of all) will be held out" in page
    assert "nobody's permission is on record" in page, "the demo's tills never asked about WhatsApp"
    (card,) = re.findall(r'href="(/methods/[a-z_]+)"', page.split("<main")[1])
    assert client.get(card).status_code == 200
    assert "regulars assign" not in page and "I, Strategist, have read this" in page
    assert "Nobody is to be contacted yet" in signed_in(Role.STAFF).get("/contacts/").content.decode()
    none = client.post("/strategy/review/measure", follow=True).content.decode()
    assert "Nothing has been assigned yet" in none
    asked = client.post("/strategy/carry/start", {"plan": approved}, follow=True).content.decode()
    assert "Nothing was done" in asked
    other = client.post("/strategy/carry/start", {"plan": "plan-x", "confirmed": "1"}, follow=True).content.decode()
    assert "Another plan is in force by now" in other
    assert not Job.objects.exists() and at_work() is not None and at_work().run is None  # type: ignore[union-attr]


def test_a_named_person_puts_it_to_work_once(studied: Path, approved: str, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.DIRECTOR)
    client.post("/strategy/carry/start", {"plan": approved, "confirmed": "1"})
    work = running()
    plan = api.latest_plan(api.open_business(studied)).result
    assert work.drawn is not None and work.run is not None
    drawn = work.drawn.counts()
    assert {task.id: task.customers for task in work.tasks} == {
        arm: n for arm, n in drawn.items() if arm not in ("hold_out", "silence")
    }
    assert work.held_out == api.hold_out_of(api.open_business(studied), plan), "as it was said before"
    assert sum(drawn.values()) == work.customers == sum(cell.customers for cell in plan.cells)
    (line,) = Entry.objects.filter(action="plan.put_to_work")
    assert line.about == approved and line.detail["signed"].startswith("Director <")
    assert Entry.objects.filter(action="plan.assigned", about=work.run).count() == 1
    page = client.get("/strategy/carry").content.decode()
    assert "At work:" in page and "Put to work by Director" in page and "have read this" not in page
    again = client.post("/strategy/carry/start", {"plan": approved, "confirmed": "1"}, follow=True).content.decode()
    assert "at work already" in again and Job.objects.filter(kind="assign").count() == 1
    for role in (Role.MANAGER, Role.PRIVACY, Role.ANALYST):
        looks = signed_in(role)
        assert looks.get("/strategy/carry").status_code == 200
        assert looks.post("/strategy/carry/start", {"plan": approved, "confirmed": "1"}).status_code == 403
    chinese = signed_in(Role.DIRECTOR, language="zh-Hant").get("/strategy/carry").content.decode()
    assert "執行中" in chinese and "留作對照" in chinese


def test_staff_see_their_own_branch_and_what_to_do(carried: Path, signed_in: Callable[..., Client]) -> None:
    work = running()
    name_everybody()
    task = the_one(work, promotes=False)
    assert work.drawn is not None
    branch = work.drawn.customers(task.id)[0][1]
    own = dict(work.drawn.customers(task.id, branches=(branch,)))
    assert 0 < len(own) < task.customers and set(own.values()) == {branch}
    staff = signed_in(Role.STAFF, branches=(branch,))
    desk = unescape(staff.get("/").content.decode())
    assert re.search(r"\d+ customers? to contact", desk) and 'href="/contacts/"' in desk
    page = unescape(staff.get(f"/contacts/{quote(task.id)}").content.decode())
    assert f"{len(own)} customers to contact" in page and "promote nothing with it" in page
    keys = set(re.findall(r'href="/people/(\d+)"', page))
    assert keys and keys <= set(own), "nobody of another branch"
    assert "#" + min(keys)[-6:] not in page, "staff see names"
    assert f'action="/contacts/{task.id}/take"' not in page
    assert staff.post(f"/contacts/{quote(task.id)}/take", {"format": "csv"}).status_code == 403
    assert staff.get("/contacts/none").status_code == 404
    shop = api.open_business(carried)
    called = next(found.label() for found in shop.settings.branches if found.id == branch)
    for language, said in (("en", "Your branches: "), ("zh-Hant", "你的分店：")):
        other = signed_in(Role.STAFF, branches=(branch,), language=language)
        for address in ("/contacts/", "/"):
            assert said + called.in_language(language) in unescape(other.get(address).content.decode()), address
    assert signed_in(Role.ANALYST).get("/contacts/").status_code == 403


def test_the_law_is_asked_when_a_list_leaves(
    carried: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(Role.DIRECTOR)
    work = running()
    name_everybody()
    task = the_one(work, promotes=True)
    assert work.drawn is not None
    keys = [key for key, _ in work.drawn.customers(task.id)]
    nobody = client.get(f"/contacts/{quote(task.id)}").content.decode()
    assert f"{len(keys)} left out: nobody has asked them" in nobody and "/take" not in nobody

    yes = dict.fromkeys(keys, ("imported",) * len(task.asks))
    monkeypatch.setattr(contacts, "on_record", lambda keys, _channels: {key: yes[key] for key in keys})
    forget()
    user = User.objects.get()
    permissions.refuse(user, keys[0], channel="all", how="at the counter")
    permissions.refuse(user, keys[1], channel="post", how="another channel")
    before = Entry.objects.filter(action="contacts.taken_away").count()
    answer = client.post(f"/contacts/{quote(task.id)}/take", {"format": "csv", "branch": ""})
    rows = table(answer)
    assert [row[0] for row in rows[1:]] == keys[1:], "who refused is not in it, at once"
    assert rows[0][:3] == ["Customer", "Name", "Telephone"] and all(row[1] for row in rows[1:])
    assert rows[0][-1] == "Permission" and rows[1][-1] == "Yes, by imported records"
    line = Entry.objects.filter(action="contacts.taken_away").last()
    assert line is not None and Entry.objects.filter(action="contacts.taken_away").count() == before + 1
    assert line.detail["rows"] == len(keys) - 1 and line.detail["kept_out"] == 1
    assert line.detail["purpose"] == "marketing" and line.detail["identifiers"] == "name phone"
    page = client.get(f"/contacts/{quote(task.id)}").content.decode()
    assert "One left out: they want no promotion" in page and "This is promotion" in page
    forget()


def test_what_is_on_record_is_read_from_the_ledger_as_it_is(carried: Path, db: None) -> None:
    shop = api.open_business(carried)
    rows = api.people_of(shop).page(sort="customer", size=120, columns=("may_email", "may_sms")).rows
    told = api.permissions_of(shop, [row.key for row in rows])
    assert {row.key: (row.of["may_email"], row.of["may_sms"]) for row in rows} == {
        key: (said["email"], said["sms"]) for key, said in told.items()
    }
    assert {said["email"] for said in told.values()} >= {True, False}
    recorded = permissions.on_record([row.key for row in rows], ("email", "sms"))
    states = permissions.of_many(recorded, ("email", "sms"))
    assert set(states.values()) <= {"imported_no", "unknown"}, "the weakest of both decides"
    assert set(permissions.of_many({k: s[:1] for k, s in recorded.items()}, ("email",)).values()) >= {"imported"}


def test_names_stay_for_who_may_not_see_them_and_other_branches_for_who_is_not_of_them(
    carried: Path, signed_in: Callable[..., Client]
) -> None:
    work = running()
    name_everybody()
    task = the_one(work, promotes=False)
    where = f"/contacts/{quote(task.id)}/take"
    answer = signed_in(Role.STRATEGIST).post(where, {"format": "csv"})
    rows = table(answer)
    assert rows[0] == ["Customer", "Branch"] and len(rows) == task.customers + 1
    branches = [branch.id for branch in api.open_business(carried).settings.branches]
    manager = signed_in(Role.MANAGER, branches=(branches[0],))
    assert manager.post(where, {"format": "csv", "branch": branches[1]}).status_code == 400
    assert manager.post(where, {"format": "exe"}).status_code == 404
    taken = manager.post(where, {"format": "xlsx"})
    assert taken.status_code == 200 and content(taken)[:2] == b"PK"


def test_after_the_cycle_nobody_is_contacted_for_it(
    carried: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(Role.DIRECTOR)
    work = running()
    assert work.cycle is not None
    late = work.cycle.ends.replace(year=work.cycle.ends.year + 1)
    for module in ("regulars_web.strategy.contact_views", "regulars_web.desk.contacts"):
        monkeypatch.setattr(f"{module}.today", lambda _zone: late)
    assert "The cycle ended on" in client.get("/contacts/").content.decode()
    name_everybody()
    page = client.get(f"/contacts/{quote(work.tasks[0].id)}").content.decode()
    assert "/take" not in page and 'href="/people/' not in page.split("<main")[1], "names are shown no more"
    late_one = client.post(f"/contacts/{quote(work.tasks[0].id)}/take", {"format": "csv"})
    assert late_one.status_code == 400 and not Entry.objects.filter(action="contacts.taken_away").exists()
    assert 'id="contacts-h"' not in client.get("/").content.decode()


def test_measuring_is_asked_for_on_the_page(
    carried: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(Role.STRATEGIST)
    work = running()
    assert work.cycle is not None
    page = client.get("/strategy/review").content.decode()
    assert "Nothing can be learned before" in page and "regulars measure" not in page
    monkeypatch.setattr("regulars_web.strategy.review_views.today", lambda _zone: work.cycle.ends + timedelta(days=1))
    assert "bring in the sales up to then" in client.get("/strategy/review").content.decode()
    client.post("/strategy/review/measure")
    job = Job.objects.filter(kind="measure").get()
    assert job.state == Job.State.FAILED and (job.trouble or {})["id"] == "trial.measure.no_sales", "told, not guessed"
    assert Entry.objects.filter(action="cycle.measure_asked").count() == 1
    assert signed_in(Role.MANAGER).post("/strategy/review/measure").status_code == 403
