"""Customers that are one person: counted as one wherever the ledger is read, and apart again exactly as before."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.ledger.history import facts_of
from regulars.ledger.same import SamePeople
from regulars.ledger.store import Ledger
from support.ledger import line, rows


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Three customers of one system; 1 and 2 are the same person."""
    made = Ledger(tmp_path / "ledger")
    lines = [line("a", customer=1), line("b", customer=2, day=date(2024, 6, 1)), line("c", customer=3), line("d")]
    made.write("sales", rows([*lines, line("e", customer=None)]), import_id="1")
    people = [
        {"system": "own", "customer": 1, "kind": "person", "may_sms": True, "district": "Central"},
        {"system": "own", "customer": 2, "kind": "person", "may_sms": False, "district": "Tai Po", "source": "friend"},
        {"system": "own", "customer": 3, "kind": "person", "referrer": 2},
        {"system": "web", "customer": 2, "kind": "person", "may_email": True},
    ]
    made.write("customers", rows(people, table="customers"), import_id="2")
    return made


def read(ledger: Ledger, table: str) -> list[dict[str, object]]:
    with ledger.read() as reader:
        found: list[dict[str, object]] = reader.arrow(reader.table(table)).to_pylist()
    return sorted(found, key=str)


def test_two_keys_count_as_one_and_apart_they_are_exactly_what_they_were(ledger: Ledger) -> None:
    sales, people, version = read(ledger, "sales"), read(ledger, "customers"), ledger.version()
    ledger.state_same({2: 1}, statement_id="m1")
    assert {row["customer"] for row in read(ledger, "sales")} == {1, 3, 7, None}
    assert ledger.version().number > version.number, "a study after it is another one"
    ledger.state_same({2: 2}, statement_id="m2")
    assert read(ledger, "sales") == sales and read(ledger, "customers") == people
    assert [record.table for record in ledger.imports()] == ["sales", "customers"], "no import of a file"
    with ledger.read(version) as reader:
        assert reader.version == version


def test_one_row_of_a_customer_list_stands_and_a_no_of_any_is_a_no(ledger: Ledger) -> None:
    ledger.state_same({2: 1}, statement_id="m1")
    own = {row["customer"]: row for row in read(ledger, "customers") if row["system"] == "own"}
    assert len(own) == 2 and own[3]["referrer"] == 1
    assert (own[1]["district"], own[1]["source"], own[1]["may_sms"]) == ("Central", "friend", False)
    assert [row["customer"] for row in read(ledger, "customers") if row["system"] == "web"] == [1]


def test_a_history_holds_what_all_keys_hold(ledger: Ledger) -> None:
    ledger.state_same({2: 1}, statement_id="m1")
    for key in (1, 2):
        assert [visit.day for visit in facts_of(ledger, key).visits] == [date(2024, 6, 1), date(2024, 5, 1)]
    ledger.state_same({1: 3}, statement_id="m2")
    assert ledger.same_people().all_of(2) == (3, 1, 2)
    ledger.state_same({1: 1}, statement_id="m3")
    assert ledger.same_people().all_of(2) == (1, 2), "what was merged before stays merged"


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=12))
def test_merging_never_runs_in_circles_and_makes_whole_groups(asked: list[tuple[int, int]]) -> None:
    stated: dict[int, int] = {}
    groups = {key: {key} for key in range(1, 9)}
    for one, other in asked:
        same = SamePeople(dict(stated))
        moved, stays = same.kept(one), same.kept(other)
        if moved != stays:
            stated[moved] = stays
            joined = groups[one] | groups[other]
            for key in joined:
                groups[key] = joined
    same = SamePeople(stated)
    for key, group in groups.items():
        assert set(same.all_of(key)) == group
