"""Customers on record twice: found with why, merged for every count, parted exactly, never across branches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars import api
from regulars_web.company.models import Role, User
from regulars_web.duplicates.models import Pair
from regulars_web.people.models import Note
from regulars_web.privacy import gate, permissions
from regulars_web.privacy.models import Refusal
from regulars_web.shared.models import Entry, Job
from regulars_web.vault.twins import MOST_NEAR, alike

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>\u202e=cmd()"
type Row = tuple[str, str | None, str | None, str | None]


def admit(by: User, rows: list[Row]) -> None:
    fields = ("customer", "name", "phone", "email")
    columns = zip(*rows, strict=True)
    table = pa.table({name: pa.array(list(cells), pa.string()) for name, cells in zip(fields, columns, strict=True)})
    gate.admit(by, table.append_column("member", pa.nulls(len(rows), pa.string())), source="x")


def found() -> dict[tuple[str, str], list[str]]:
    return {pair.keys: pair.reasons for pair in Pair.objects.filter(state="open")}


def test_suspicions_and_why(folder: Path, person: Callable[..., User], signed_in: Callable[..., Client]) -> None:
    rows: list[Row] = [
        ("101", "陳大文", "9123 4567", "chan@example.com"),
        ("102", "Chan Tai Man", "+852 91234567", None),  # the same number: may be a family
        ("103", "Wong Siu Ling", "6111 2222", None),
        ("104", "Siu-Ling Wong", "5333 2222", None),  # parts in another order, the same end
        ("105", "Lee Ka Ho", "6444 2222", "CHAN@example.com"),
        ("106", HOSTILE, None, None),
        *((str(200 + n), f"Walk In {n}", "2888 9999", None) for n in range(9)),  # the shop's own number
    ]
    admit(person(), rows)
    client = signed_in()
    client.post("/people/duplicates/look")
    assert found() == {("101", "102"): ["phone"], ("101", "105"): ["email"], ("103", "104"): ["name"]}
    page = client.get("/people/duplicates/").content.decode()
    assert "3 pairs of customers may be one person" in page and "this may be a family" in page
    admit(person(), [("102", "Chan Tai Man 陳大文", None, None)])
    assert client.get("/people/duplicates/").content.decode().count("this may be a family") == 1, "one name in another"
    client.post("/people/duplicates/look")
    assert len(found()) == 3, "looked for twice, found once"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Chan Tai Man", "CHAN TAIMAN", True),
        ("Wong Siu Ling", "Siu-Ling Wong", True),
        ("陳嘉欣", "陳家欣", True),
        ("陳大文", "陈大文", True),
        ("黄嘉颖", "黃嘉穎", True),
        ("陳大文", "陳 大文", True),
        ("Lee Ka Yan", "Li Ka Yan", True),
        ("Chan Tai Man 陳大文", "陳大文", True),
        ("Chan Tai Man 陳大文", "chan tai man", True),
        ("Peter Chan Tai Man", "Chan Tai Man", True),
        ("Chan Tai Man", "Tai Man Peter Chan", True),
        ("Chan Tai Man", "Wong Tai Man", False),
        ("陳大文", "李大文", False),
        ("陳大文", "陳小明", False),
        ("陳文", "陳明", False),
        ("陳大文", "陳文", False),
        ("Chan Tai Man", "Chan Siu Ming", False),
        ("Amy 陳大文", "Amy 李小明", False),
        ("Amy", "Amy Wong", False),
        ("Chan Tai Man", "陳大文", False),
        ("", "陳大文", False),
        ("", "", False),
        ("!!", "??", False),
    ],
)
def test_names_that_may_be_one_persons(one: str, other: str, same: bool) -> None:
    assert bool(alike([one, other])) is same and bool(alike([other, one])) is same


def test_one_sign_apart_is_chance_among_many() -> None:
    strangers = [chr(0x5000 + n) * 3 for n in range(MOST_NEAR)]
    assert alike(["陳嘉欣", "陳家欣", *strangers]) == []
    assert alike(["陳嘉欣", "陈嘉欣", *strangers]) == [(0, 1)]


def test_the_queue_forms_by_itself_after_an_import(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    rows = ("C1,Chan Tai Man,91234567,Cut,380", "C2,CHAN TAIMAN,61234567,Cut,380", "C3,Lee Ka Ho,51234567,Cut,380")
    sales = "Date,Customer ID,Customer Name,Phone,Item,Amount\n" + "".join(f"2026-01-05,{row}\n" for row in rows)
    anybody = "Date,Customer ID,Item,Amount\n2026-01-06,,Cut,380\n"
    for name, content, looked_for in (("none.csv", anybody, 0), ("sales.csv", sales, 1)):
        at = client.post("/imports/new", {"files": SimpleUploadedFile(name, content.encode())})["Location"]
        client.post(f"{at}/read")
        assert Job.objects.filter(kind="duplicates", state="done", by=None).count() == looked_for, name
    assert list(found().values()) == [["name"]]
    assert "One pair of customers may be one person" in client.get("/people/duplicates/").content.decode()


def test_merged_is_one_for_every_count_and_parted_is_exactly_as_before(
    studied: Path, signed_in: Callable[..., Client], person: Callable[..., User]
) -> None:
    shop = api.open_business(studied)
    reader = api.people_of(shop)
    one, other = (row.key for row in reader.page(None, size=2).rows)
    admit(person(), [(one, "陳大文", "91234567", None), (other, "陳大文", "91234567", None)])
    client = signed_in()
    client.post("/people/duplicates/look")
    id = Pair.objects.get().pk
    visits = len(reader.history(one).visits), len(reader.history(other).visits)
    permissions.refuse(User.objects.first(), other, channel="all", how="told staff")
    client.post(f"/people/{other}/notes", {"text": "allergic to bleach"})

    asked = {"keep": one}
    assert "count as one from now on" in client.post(f"/people/duplicates/{id}", asked, follow=True).content.decode()
    late = client.post(f"/people/duplicates/{id}", asked, follow=True).content.decode()
    assert "somebody else has decided" in late and Entry.objects.filter(action="customers.merged").count() == 1
    assert client.get(f"/people/{other}")["Location"] == f"/people/{one}"
    page = client.get(f"/people/{one}").content.decode()
    assert "allergic to bleach" in page and "Also on record as" in page and "Refused" in page
    assert len(api.people_of(shop).history(one).visits) >= max(visits)
    before = api.people_of(shop).count().base
    api.study(shop)
    after = api.people_of(shop)
    assert after.count().base == before - 1
    branch = str(after.one(one).of["branch"])
    staff = person(Role.STAFF, branches=(branch,))
    assert {p.key for p in gate.find(staff, "大文")} == {one, other}, "found under either name, as one customer"

    back = client.post(f"/people/duplicates/{id}", {"what": "back", "state": "merged"}, follow=True).content.decode()
    assert "taken back" in back and found() == {tuple(sorted((one, other))): ["phone", "name"]}
    assert (len(after.history(one).visits), len(after.history(other).visits)) == visits
    assert api.keys_of(shop, one) == (one,)


def test_told_apart_is_not_asked_again(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    admit(User.objects.get(), [("101", "A B", "91234567", None), ("102", "C D", "91234567", None)])
    client.post("/people/duplicates/look")
    id = Pair.objects.get().pk
    client.post(f"/people/duplicates/{id}", {"what": "different"})
    client.post("/people/duplicates/look")
    assert found() == {} and "Decide again" in client.get("/people/duplicates/?state=different").content.decode()
    assert client.post(f"/people/duplicates/{id}", {"keep": "101"}, follow=True).status_code == 200
    assert Pair.objects.get().state == "different"
    for wrong in ({"what": "x"}, {}):
        assert client.post(f"/people/duplicates/{id}", wrong).status_code == 404
    client.post(f"/people/duplicates/{id}", {"what": "back"})
    client.post(f"/people/duplicates/{id}", {"keep": "999"})
    assert Pair.objects.get().state == "open", "a third customer cannot be kept"


def test_pairs_reach_into_no_other_branch(
    studied: Path, signed_in: Callable[..., Client], person: Callable[..., User]
) -> None:
    reader = api.people_of(api.open_business(studied))
    here, there = (str(value) for value, _ in reader.values("branch")[:2])
    mine = [row.key for row in reader.page(None, branches=[here], size=2).rows]
    theirs = reader.page(None, branches=[there], size=1).rows[0].key
    admit(person(), [(key, f"Name {key}", "91234567", None) for key in (*mine, theirs)])
    signed_in().post("/people/duplicates/look")
    manager = signed_in(Role.MANAGER, branches=(here,))
    page = manager.get("/people/duplicates/").content.decode()
    assert "One pair of customers" in page and theirs not in page
    across = next(pair for pair in Pair.objects.all() if theirs in pair.keys)
    for id in (across.pk, 999_999):
        assert manager.post(f"/people/duplicates/{id}", {"keep": mine[0]}).status_code == 404


def test_a_page_of_pairs_is_few_queries(
    folder: Path, signed_in: Callable[..., Client], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = signed_in()
    rows: list[Row] = [(str(n), HOSTILE, f"9{n // 2:07d}", None) for n in range(100, 140)]
    admit(User.objects.get(), rows)
    client.post("/people/duplicates/look")
    with django_assert_max_num_queries(8):
        page = client.get("/people/duplicates/").content.decode()
    assert "<script>alert" not in page and "\u202e" not in page and page.count("<section") == 10
    assert client.get("/people/duplicates/?after=10").content.decode().count("<section") == 10
    assert client.get("/people/duplicates/?state=all").status_code == 404


def test_erased_under_every_key(studied: Path, signed_in: Callable[..., Client]) -> None:
    shop = api.open_business(studied)
    one, other = (row.key for row in api.people_of(shop).page(None, size=2).rows)
    client = signed_in()
    admit(User.objects.get(), [(one, "A B", None, None), (other, "A C", None, None)])
    client.post(f"/people/{other}/notes", {"text": "likes tea"})
    api.merge(shop, other, into=one)
    assert client.post(f"/people/{one}/forget").status_code == 302
    assert gate.held() == 0 and not Note.objects.exists() and not Refusal.objects.exists()
