"""Identifiers: in by one gate, found as remembered, shown to those whose work needs them, forgotten for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from regulars import api
from regulars.base.errors import NotUsable
from regulars_web.company.models import Role, User
from regulars_web.privacy import gate
from regulars_web.shared.lock import locked, mark, opened
from regulars_web.shared.models import Entry
from regulars_web.vault.folding import email_of, name_shown, phone_of, plain, words
from regulars_web.vault.models import Identity

pytestmark = pytest.mark.django_db

ROWS = [
    ("101", "陳大文", "9123 4567", "tm.chan@example.com", "M-001"),
    ("102", "Chan Tai Man", "+852 6123 4567", None, "M-002"),
    ("103", "José Ñandú", None, "Jose@Example.com", None),
    ("104", "<script>alert(1)</script>", "12", "no address", "=1+1"),
    ("105", None, None, None, "A123456(3)"),
]


def table(rows: Sequence[tuple[str | None, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True)
    fields = ("customer", "name", "phone", "email", "member")
    return pa.table({name: pa.array(list(cells), pa.string()) for name, cells in zip(fields, columns, strict=True)})


@pytest.fixture
def full(folder: Path, person: Callable[..., User]) -> User:
    """A director, and five customers in the vault."""
    director = person()
    gate.admit(director, table(ROWS), source="clients.csv")
    return director


def keys(found: list[gate.Person]) -> set[str]:
    return {p.key for p in found}


def test_the_same_table_twice_changes_nothing_and_a_new_number_is_taken(full: User) -> None:
    again = gate.admit(full, table(ROWS), source="clients.csv")
    assert (again.new, again.changed, again.unchanged, again.unusable) == (0, 0, 5, 2)
    moved = gate.admit(full, table([("101", None, "9876 5432", None, None)]), source="later.csv")
    assert (moved.new, moved.changed) == (0, 1)
    seen = gate.one(full, "101", purpose="test")
    assert (seen.name, seen.phone, seen.email) == ("陳大文", "+85298765432", "tm.chan@example.com")
    assert keys(gate.find(full, "5432")) == {"101"}
    assert gate.find(full, "91234567") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("陳", {"101"}),
        ("大文", {"101"}),
        ("chan", {"102"}),
        ("man ch", {"102"}),
        ("CHAN TAI", {"102"}),
        ("jose", {"103"}),
        ("nandu josé", {"103"}),
        ("4567", {"101", "102"}),
        ("6123 4567", {"102"}),
        ("+852 9123-4567", {"101"}),
        ("m-002", {"102"}),
        ("JOSE@example.com", {"103"}),
        ("script", {"104"}),
        ("scr", {"104"}),
        ("scriptx", set()),
        ("script alert", {"104"}),
        ("alert x", set()),
        ("c", {"102"}),
        ("ta", {"102"}),
        ("chat", set()),
        ("文陳", set()),
        ("陳大", {"101"}),
        ("陳大文 chan", set()),
        ("M 001", set()),
        ("nobody", set()),
        ("%", set()),
        ("' OR 1=1 --", set()),
        ("\u202e\u0000", set()),
        ("x" * 10_000, set()),
    ],
)
def test_found_as_people_remember_them(full: User, text: str, found: set[str]) -> None:
    assert keys(gate.find(full, text)) == found


def test_identity_card_numbers_are_kept_nowhere(full: User) -> None:
    assert opened(Identity.objects.get(customer="105").member, "member") == "[HKID]"


def test_a_stolen_database_tells_no_name_and_no_part_of_one(full: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, member FROM vault_identity")
        cells = [bytes(cell) for row in cursor for cell in row]
        cursor.execute("SELECT term FROM vault_term")
        terms = [row[0] for row in cursor]
    for said in ("陳", "大文", "Chan", "chan", "M-001", "m-001", "HKID"):
        assert all(said.encode() not in cell for cell in cells) and all(said not in term for term in terms), said
    assert {len(term) for term in terms if term[0] in "WM"} == {13}, "no length tells a name apart"
    assert not {mark("tail", "x")} & set(terms) and len(set(terms)) > 10


def test_numbers_and_addresses_lie_encrypted(full: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, email, phone_mark FROM vault_identity WHERE customer = '101'")
        phone, email, marked = cursor.fetchone()
    assert b"4567" not in bytes(phone) and b"example" not in bytes(email) and "4567" not in marked
    assert opened(phone) == "+85291234567"


def test_another_key_says_so_and_shows_nothing(full: User, settings: Any, tmp_path: Path) -> None:
    settings.FOLDER = tmp_path / "elsewhere"
    settings.FOLDER.mkdir()
    with pytest.raises(NotUsable):
        gate.one(full, "101", purpose="test")


def test_only_roles_whose_work_needs_names_see_them(full: User, person: Callable[..., User]) -> None:
    for role in Role:
        user = person(role)
        named = gate.names(user, ["101"], purpose="test")["101"]
        sees = role in (Role.DIRECTOR, Role.MANAGER, Role.STAFF, Role.PRIVACY)
        assert (named.name == "陳大文") is sees is bool(gate.find(user, "chan"))
        assert bool(gate.one(user, "101", purpose="test").phone) is sees


def test_branches_confine_what_is_found(studied: Path, person: Callable[..., User]) -> None:
    reader = api.people_of(api.open_business(studied))
    branches = [str(value) for value, _ in reader.values("branch")]
    mine = reader.page(None, branches=branches[:1], size=1).rows[0].key
    other = reader.page(None, branches=branches[1:2], size=1).rows[0].key
    gate.admit(
        person(), table([(mine, "Lee Mei", None, None, None), (other, "Lee Ming", None, None, None)]), source="x"
    )
    staff = person(Role.STAFF, branches=(branches[0],))
    assert keys(gate.find(staff, "lee")) == {mine}
    assert [p.name for p in gate.names(staff, [mine, other], purpose="test").values()] == ["Lee Mei", ""]
    assert gate.one(staff, other, purpose="test").name == ""


def test_bulk_reads_are_told_and_end_somewhere(full: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "TOLD_EVERY", 10)
    monkeypatch.setattr(gate, "MOST_AN_HOUR", 25)
    for _ in range(5):
        gate.names(full, [row[0] for row in ROWS if row[0]], purpose="a list")
    assert Entry.objects.filter(action="identities.read", about="a list").count() == 2
    with pytest.raises(NotUsable):
        gate.names(full, ["101"], purpose="a list")
    assert Entry.objects.filter(action="identities.limit").count() == 1


def test_erased_is_gone_and_its_facts_are_nobodys(full: User) -> None:
    assert gate.erase(full, "101") is True
    assert gate.erase(full, "101") is False
    assert gate.find(full, "4567") == [gate.Person("102", "Chan Tai Man", True, member="M-002")]
    assert Entry.objects.filter(action="identities.erased", about="101").count() == 1
    again = gate.admit(full, table(ROWS), source="clients.csv")
    assert (again.new, again.forgotten, gate.forgotten(["101"])) == (0, 1, True)
    gate.welcome_back(full, ["101"])
    assert gate.admit(full, table(ROWS), source="clients.csv").new == 1


def test_the_whole_vault_in_few_queries(full: User, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(3):
        gate.names(full, [row[0] for row in ROWS if row[0]], purpose="test")
    with django_assert_max_num_queries(6):
        gate.find(full, "tai man chan")


@given(st.text(max_size=60))
def test_folding_never_fails_and_is_stable(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert name_shown(name_shown(text)) == name_shown(text)
    assert len(words(text)) <= 12
    phone_of(text), email_of(text)


@given(st.integers(20_000_000, 99_999_999))
def test_a_hong_kong_number_is_one_number_however_it_is_written(number: int) -> None:
    digits = str(number)
    written = {digits, f"{digits[:4]} {digits[4:]}", f"+852{digits}", f"852-{digits}", f"(852) {digits}"}
    assert {phone_of(text) for text in written} == {f"+852{digits}"}


@pytest.mark.parametrize("text", ["1", "+85291234567", "陳大文", "x" * 5_000, "\x00 \U0001f600"])
def test_locked_texts_open_again_and_marks_tell_texts_apart(text: str, folder: Path) -> None:
    assert opened(locked(text)) == text
    assert locked(text) != locked(text)
    assert mark("phone", text) != mark("email", text)
