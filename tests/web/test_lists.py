"""The list of customers: what it shows, filters and pages; who sees whom; what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client

from regulars import api
from regulars.analysis.catalogue import CATALOGUE
from regulars.base.predicate import parse
from regulars_web.company.models import Role
from regulars_web.people.builder import filter_of, read
from regulars_web.people.pages import address
from regulars_web.shared import counts
from regulars_web.shared.clock import now
from regulars_web.shared.models import Entry

pytestmark = pytest.mark.django_db
ROW = re.compile(r'<th scope="row"[^>]*><div><a href="/people/([0-9]+)">#[0-9]{6}</a>')


def names(html: str) -> list[str]:
    return ROW.findall(html)


def link(html: str, words: str) -> str:
    found = re.search(rf'href="([^"]+)"[^>]*>{words}', html)
    assert found, words
    return unescape(found[1])


def reader_at(folder: Path) -> api.PeopleReader:
    return api.people_of(api.open_business(folder))


def test_every_customer_is_on_exactly_one_page(studied: Path, signed_in: Callable[..., Client]) -> None:
    client, seen, place = signed_in(), list[str](), "/people/?sort=last_day"
    while True:
        html = client.get(place).content.decode()
        seen += names(html)
        if "Next page" not in html:
            break
        place = "/people/" + link(html, "Next page")
    assert len(seen) == len(set(seen)) == reader_at(studied).count().customers > 100


@pytest.mark.parametrize("sort", ["state", "-state", "last_day"])
def test_there_is_a_way_back_by_links_in_every_order(
    sort: str, studied: Path, signed_in: Callable[..., Client]
) -> None:
    """``state`` has four values for all customers: nearly all are ties."""
    client, place, seen = signed_in(), f"/people/?sort={sort}", list[list[str]]()
    for _ in range(3):
        html = client.get(place).content.decode()
        seen.append(names(html))
        place = "/people/" + link(html, "Next page")
    assert "Previous page" not in client.get(f"/people/?sort={sort}").content.decode()
    for earlier in seen[-2::-1]:
        answer = client.get("/people/" + link(html, "Previous page"), follow=True)
        html = answer.content.decode()
        assert names(html) == earlier
    assert answer.request["QUERY_STRING"] == f"sort={sort}", "the first page keeps its own address"
    turned = client.get("/people/" + link(html, "Next visit due")).content.decode()
    assert "Previous page" not in turned, "another order begins anew"


def test_a_filter_in_the_address_is_told_counted_and_kept(studied: Path, signed_in: Callable[..., Client]) -> None:
    client, where = signed_in(language="zh-Hant"), "state = overdue and value_12 > 100"
    html = client.get(f"/people/?{address(where)}").content.decode()
    n = reader_at(studied).count(where).customers
    assert f"名客戶中的{n}名" in html and "狀態是逾期，並且" in html
    assert len(names(html)) == min(n, 50)
    assert parse_qs(urlsplit(link(html, "最近到訪")).query)["where"] == [where]


def test_a_mistake_is_shown_at_its_place_and_nobody_is_listed(studied: Path, signed_in: Callable[..., Client]) -> None:
    html = signed_in().get("/people/", {"where": "state = overdue and valu_12 > 100"}).content.decode()
    assert "At character 21" in html and "Did you mean" in html and "value_12" in html
    assert "<mark>v</mark>alu_12" in html and names(html) == []
    part = signed_in().get("/people/count", {"where": '<script>"'}).content.decode()
    assert "<script>" not in part and 'role="status"' in part


@pytest.mark.parametrize("bad", ["sort=nonsense", "after=nonsense", "before=x", "sort=-&after=x", "sort=told"])
def test_an_address_cut_by_hand_begins_anew(bad: str, studied: Path, signed_in: Callable[..., Client]) -> None:
    answer = signed_in().get(f"/people/?where=visits+%3E+1&{bad}")
    assert answer.status_code == 302 and answer["Location"] == f"/people/?{address('visits > 1')}"


def test_who_is_confined_to_a_branch_sees_its_customers_alone(studied: Path, signed_in: Callable[..., Client]) -> None:
    reader = reader_at(studied)
    branch, n = reader.values("branch")[0]
    client = signed_in(Role.MANAGER, branches=(str(branch),))
    html = client.get("/people/").content.decode()
    assert f"{n} of {n} customers" in html and n < reader.count().customers
    for other, _ in reader.values("branch")[1:]:
        html = client.get("/people/", {"where": f'branch = "{other}"'}).content.decode()
        assert f"0 of {n} customers" in html and names(html) == []
    part = client.get("/people/filter", {"join": "all", "c0_field": "branch", "c0_says": "among"}).content.decode()
    assert part.count('type="checkbox"') == 1


def test_before_a_study_the_page_says_what_to_do(folder: Path, signed_in: Callable[..., Client]) -> None:
    for page in ("/people/", "/people/segments/"):
        assert signed_in().get(page).status_code == 200
    assert "No customers yet" in signed_in().get("/people/").content.decode()


def test_the_pages_ask_the_database_little(
    studied: Path, signed_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    client = signed_in()
    for page in ("/people/", "/people/?sort=state", "/people/count?where=visits+>+1", "/people/segments/"):
        with django_assert_max_num_queries(16):  # the first look at a list is written down, by turns (14 on PostgreSQL)
            html = client.get(page).content.decode()
        with django_assert_max_num_queries(5):
            client.get(page)
        if "Next page" in html:
            with django_assert_max_num_queries(5):
                client.get("/people/" + link(html, "Next page"))


def test_reading_a_list_is_written_down_once_not_for_every_page(
    studied: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, clock = signed_in(language="zh-Hant"), now().replace(minute=0)
    monkeypatch.setattr("regulars_web.people.lists.now", lambda: clock)
    lines = Entry.objects.filter(action="customers.listed").order_by("id")
    place = "/people/?where=visits+%3E+1"
    for _ in range(2):
        place = "/people/" + link(client.get(place).content.decode(), "下一頁")
    counts.forget()  # another process that serves
    client.get(place)
    read = lines.get()
    assert read.about == reader_at(studied).run and read.detail == {"where": "visits > 1", "sort": "-value_12"}
    client.get("/people/?where=visits+%3E+1&sort=state")
    client.get("/people/")
    client.get("/people/?where=visits+%3C+0")  # nobody
    client.get("/people/?where=valu_12")  # a mistake lists nobody
    assert [line.detail["where"] for line in lines.all()] == ["visits > 1", "visits > 1", "everybody"]
    signed_in().get("/people/")
    assert lines.count() == 4, "another reader"
    clock += timedelta(hours=1)
    client.get(place)
    assert lines.count() == 5, "another hour"
    assert "翻閱客戶名單" in client.get("/house/log").content.decode()


FILTERS = [
    "everybody",
    "state = overdue",
    "state in (overdue, lapsed) and value_36 >= 2000",
    "value_12 between 100 and 2000.5 and p_alive < 0.6 and tier != low",
    "may_email = yes and branch is known",
    "last_day < 90 days ago or due_on between today and in 14 days",
    "visits > 3 and (state = active or not tier in (high, low))",
    "(visits > 3 and state = active) or (tier = high and last_day >= 30 days ago)",
    "first_day after 2026-01-31 and need is unknown",
]


@pytest.mark.parametrize("text", FILTERS)
def test_what_is_clicked_and_what_is_written_are_the_same(text: str) -> None:
    wanted = parse(text, CATALOGUE)
    made = filter_of(wanted, CATALOGUE)
    assert made is not None
    assert made.predicate(CATALOGUE) == wanted
    data, place = QueryDict(mutable=True), 0
    data["join"] = made.join
    for number, group in enumerate(made.groups):
        for one in group.conditions:
            data[f"c{place}_field"], data[f"c{place}_says"], data[f"c{place}_group"] = one.field, one.says, str(number)
            data.setlist(f"c{place}_value", list(one.values))
            place += 1
    assert read(data, CATALOGUE).predicate(CATALOGUE) == wanted


@pytest.mark.parametrize(
    "text", ["not (visits > 3 or state = active)", "visits > 1 and (tier = low or (tier = high and visits > 4))"]
)
def test_what_clicking_cannot_say_is_left_to_the_text(text: str) -> None:
    assert filter_of(parse(text, CATALOGUE), CATALOGUE) is None


def clicked(**said: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({"join": "all", "c0_field": "visits", "c0_says": "at_least", "c0_value": "3", **said})
    return data


def test_buttons_add_take_out_and_group() -> None:
    assert len(read(clicked(do="add"), CATALOGUE).groups) == 2
    assert [len(g.conditions) for g in read(clicked(do="group"), CATALOGUE).groups] == [1, 2]
    assert len(read(clicked(do="add-0"), CATALOGUE).groups[0].conditions) == 2
    assert read(clicked(do="drop-0-0"), CATALOGUE).groups == ()
    for odd in ("drop-9-9", "add-x", "drop", "drop--1", "add-99999999"):
        assert read(clicked(do=odd), CATALOGUE) == read(clicked(), CATALOGUE)


@pytest.mark.parametrize("value", ["", "many", "nan", "inf", "1e400", "9" * 70])
def test_a_value_that_is_none_narrows_nothing(value: str) -> None:
    assert read(clicked(c0_value=value), CATALOGUE).predicate(CATALOGUE) == parse("everybody", CATALOGUE)


def test_another_field_begins_with_what_can_be_said_of_it() -> None:
    made = read(clicked(c0_field="state", c0_was="visits"), CATALOGUE)
    assert made.groups[0].conditions[0].says == "among" and made.groups[0].conditions[0].values == ()
    assert read(clicked(c0_field="birth_year"), CATALOGUE).groups == ()


def test_showing_a_clicked_filter_leads_to_its_own_address(studied: Path, signed_in: Callable[..., Client]) -> None:
    answer = signed_in().get(f"/people/?{clicked(do='show').urlencode()}")
    assert answer["Location"] == f"/people/?{address('visits >= 3')}"
    unfinished = signed_in().get(f"/people/?{clicked(do='add').urlencode()}").content.decode()  # without any script
    assert unfinished.count('class="condition"') == 2


def test_what_swaps_the_filter_has_an_id_so_that_the_keyboard_stays(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    page = signed_in().get("/people/", {"where": "(visits > 1 or visits < 9) and visits > 2"}).content.decode()
    whole = page[page.index('id="filter"') :]
    swaps = re.findall(r'<(?:button|select)[^>]* hx-target="#filter"[^>]*>', whole)
    ids = [found[1] if (found := re.search(r' id="([^"]+)"', tag)) else None for tag in swaps]
    assert len(swaps) > 8 and None not in ids and len(set(ids)) == len(ids), ids
