"""The reader of customers: equal to going through every row, pages without gaps, nothing beyond one's branches."""

from __future__ import annotations

import json
import os
import random
import threading
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.analysis.catalogue import CATALOGUE
from regulars.api import people
from regulars.api.business import OpenBusiness, create_business
from regulars.api.people import PeopleReader, Sort
from regulars.base.errors import BadSettings, NotThere
from regulars.base.predicate import BadPredicate, Predicate, holds, in_words, judge
from regulars.base.settings import Branch
from regulars.base.words import LANGUAGES, render
from support.predicates import AS_OF, predicates

STATES = ("newcomer", "active", "overdue", "lapsed")
SCHEMA = pa.schema(
    [
        ("customer", pa.int64()),
        ("branch", pa.string()),
        ("state", pa.string()),
        ("last_day", pa.date32()),
        ("may_email", pa.bool_()),
        ("visits", pa.int64()),
        ("revenue", pa.decimal128(18, 2)),
        ("value_36", pa.float64()),
        ("p_alive", pa.float64()),
    ]
)


def made_up(n: int = 120) -> list[dict[str, Any]]:
    """Customers with many ties and unknowns."""
    chance = random.Random(5)
    return [
        {
            "customer": chance.randrange(2**62),
            "branch": chance.choice(["Central", "Mong Kok", "中環", None]),
            "state": chance.choice([*STATES, None]),
            "last_day": chance.choice([None, *(AS_OF - timedelta(days=d) for d in range(0, 60, 6))]),
            "may_email": chance.choice([True, False, None]),
            "visits": chance.choice([1, 2, 3, None]),
            "revenue": chance.choice([0, 1, 2000, None]),
            "value_36": chance.choice([0.0, 1.0, 0.1 + 0.2, 2000.0, float("nan"), None]),
            "p_alive": chance.choice([0.0, 0.5, 1.0, None]),
        }
        for _ in range(n)
    ]


ROWS = made_up()


CENTRAL = Branch.model_validate({"id": "Central", "name": {"en": "Central", "zh-Hant": "中環"}})


def read_here(folder: Path, rows: list[dict[str, Any]]) -> PeopleReader:
    business = OpenBusiness(folder, SimpleNamespace(branches=[CENTRAL]), None, None)  # type: ignore[arg-type]
    run = folder / "runs" / "study-x"
    run.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), run / "standings.parquet")
    return PeopleReader(business, run, as_of=AS_OF, currency="HKD", data_version=1)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> PeopleReader:
    return read_here(tmp_path_factory.mktemp("一間[店] 's"), ROWS)


def through(reader: PeopleReader, *, size: int, **asked: Any) -> list[str]:
    """Every key of a list, page after page."""
    keys: list[str] = []
    after = None
    while True:
        page = reader.page(after=after, size=size, **asked)
        keys += [row.key for row in page.rows]
        after = page.after
        if after is None:
            return keys
        assert len(page.rows) == size


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(predicates, st.sampled_from([(), ("Central",), ("中環", "Mong Kok")]))
def test_count_and_list_are_those_of_going_through_every_row(
    reader: PeopleReader, predicate: Predicate, branches: tuple[str, ...]
) -> None:
    scope = [row for row in ROWS if not branches or row["branch"] in branches]
    told = [judge(predicate, row, catalogue=CATALOGUE, as_of=AS_OF) for row in scope]
    counted = reader.count(predicate, branches=branches)
    assert (counted.customers, counted.unknown, counted.base) == (told.count(True), told.count(None), len(scope))
    wanted = [str(r["customer"]) for r in scope if holds(predicate, r, catalogue=CATALOGUE, as_of=AS_OF)]
    assert sorted(
        through(reader, size=200, where=predicate, branches=branches, sort="-visits", columns=("branch",))
    ) == sorted(wanted)


@pytest.mark.parametrize("column", [name for name in SCHEMA.names if name != "may_email"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("size", [3, 20])
def test_pages_have_no_gap_and_no_repeat_under_ties_and_unknowns(
    reader: PeopleReader, column: str, descending: bool, size: int
) -> None:
    some = "visits >= 2 or visits is unknown"
    keys = through(reader, size=size, where=some, sort=f"{'-' if descending else ''}{column}", columns=("branch",))

    def known(row: dict[str, Any]) -> Any:
        value = row[column]
        return None if value is None or value != value else STATES.index(value) if column == "state" else value

    rows = sorted((r for r in ROWS if r["visits"] != 1), key=lambda r: int(r["customer"]))
    first = sorted((r for r in rows if known(r) is not None), key=known, reverse=descending)  # stable: ties by key
    assert keys == [str(r["customer"]) for r in [*first, *(r for r in rows if known(r) is None)]]


@pytest.mark.parametrize("column", [name for name in SCHEMA.names if name != "may_email"])
@pytest.mark.parametrize("descending", [False, True])
def test_the_way_back_shows_the_same_pages_under_ties_and_unknowns(
    reader: PeopleReader, column: str, descending: bool
) -> None:
    asked: dict[str, Any] = {"sort": f"{'-' if descending else ''}{column}", "size": 7, "columns": ("branch",)}
    there = [reader.page(**asked)]
    while there[-1].after is not None:
        there.append(reader.page(after=there[-1].after, **asked))
    assert there[0].before is None and len(there) > 10
    for earlier, page in zip(there[-2::-1], there[:0:-1], strict=True):
        back = reader.page(before=page.before, **asked)
        assert back.rows == earlier.rows and (back.before is None) is (earlier is there[0])
        assert back.after == earlier.after


def test_what_is_asked_for_is_shown_and_nothing_else(reader: PeopleReader) -> None:
    page = reader.page(columns=("state", "revenue", "last_day"), sort="customer", size=3)
    row = min(ROWS, key=lambda r: int(r["customer"]))
    shown = {"state": row["state"], "revenue": row["revenue"], "last_day": row["last_day"]}
    assert page.rows[0].of == shown
    assert reader.one(page.rows[0].key).of["branch"] == row["branch"]


def test_nobody_beyond_ones_branches_is_counted_listed_opened_or_offered(reader: PeopleReader) -> None:
    mine = ("中環",)
    assert {
        row.of["branch"] for row in reader.page(branches=mine, size=500, sort="visits", columns=("branch",)).rows
    } == {"中環"}
    foreign = next(str(r["customer"]) for r in ROWS if r["branch"] == "Central")
    assert reader.one(foreign).key == foreign
    with pytest.raises(NotThere):
        reader.one(foreign, branches=mine)
    assert dict(reader.values("branch", branches=mine)) == {"中環": sum(r["branch"] == "中環" for r in ROWS)}
    assert reader.spread("visits", branches=mine).known < reader.spread("visits").known


def test_values_and_spread_are_what_is_there(reader: PeopleReader) -> None:
    values = reader.values("state")
    assert dict(values) == {s: sum(r["state"] == s for r in ROWS) for s in (*STATES, None)}
    assert [n for _, n in values] == sorted((n for _, n in values), reverse=True)
    spread = reader.spread("value_36")
    assert (spread.low, spread.high) == (0.0, 2000.0)
    assert spread.known == sum(r["value_36"] is not None and r["value_36"] == r["value_36"] for r in ROWS)


@pytest.mark.parametrize("key", ["", "-1", "1.5", "x'; drop", "9" * 40, "١٢"])
def test_a_key_that_is_none_is_nobody(reader: PeopleReader, key: str) -> None:
    with pytest.raises(NotThere):
        reader.one(key)


@pytest.mark.parametrize("sort", ["", "-", 'visits" DESC; --', "name", "told"])
def test_only_columns_reach_a_query(reader: PeopleReader, sort: str) -> None:
    for ask in (lambda: reader.page(sort=sort), lambda: reader.values(sort), lambda: reader.page(columns=(sort,))):
        with pytest.raises(BadSettings):
            ask()


def test_a_cursor_is_good_for_its_own_order_alone(reader: PeopleReader) -> None:
    asked = {"columns": ("visits",), "size": 5}
    cursor = reader.page(sort="-visits", **asked).after  # type: ignore[arg-type]
    assert cursor is not None
    for sort, bad in [("visits", cursor), ("-visits", "nonsense"), ("-visits", cursor[:-3]), ("-visits", "é")]:
        with pytest.raises(BadSettings):
            reader.page(sort=sort, after=bad, **asked)  # type: ignore[arg-type]
        with pytest.raises(BadSettings):
            reader.page(sort=sort, before=bad, **asked)  # type: ignore[arg-type]


def test_a_mistake_is_told_with_its_place(reader: PeopleReader) -> None:
    with pytest.raises(BadPredicate) as wrong:
        reader.count("visits > ten")
    assert wrong.value.position == 10
    with pytest.raises(BadPredicate):  # a field of other studies
        reader.count("habit > 0.5")
    assert reader.count("").customers == len(ROWS) == reader.count({"all": []}).customers


def test_words_are_those_of_both_languages(reader: PeopleReader) -> None:
    asked = 'state = overdue and not branch in (Central, "Mong Kok")'
    told = {language: reader.tell(asked, language) for language in LANGUAGES}
    for language, words in told.items():
        same = asked.replace("Central", CENTRAL.label().in_language(language))
        assert words == render(in_words(reader.understood(same), catalogue=CATALOGUE, currency="HKD"), language)
    assert "狀態是逾期" in told["zh-Hant"] and "中環" in told["zh-Hant"] and "Central" not in told["zh-Hant"]
    assert "state is overdue" in told["en"]
    assert reader.written(json.loads('{"field": "visits", "is": ">", "value": 2}')) == "visits > 2"


def test_threads_and_forks_read_alike(reader: PeopleReader, tmp_path: Path) -> None:
    wanted = reader.count("visits > 1").customers
    others = [read_here(tmp_path / str(n), ROWS[: n + 1]) for n in range(9)]  # more than stay open at once
    found: list[tuple[int, int, int]] = []

    def read(n: int) -> None:
        for _ in range(5):
            found.append((n, others[n].count().customers, reader.count("visits > 1").customers))

    threads = [threading.Thread(target=read, args=(n,)) for n in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted([(n, n + 1, wanted) for n in range(9)] * 5)
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        os.write(write_end, str(reader.count("visits > 1").customers).encode())
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert os.read(read_end, 20).decode() == str(wanted)
    assert reader.count("visits > 1").customers == wanted


def test_a_study_made_anew_is_read_anew(tmp_path: Path) -> None:
    reader = read_here(tmp_path, ROWS)
    run = tmp_path / "runs" / "study-x"
    assert reader.count().customers == len(ROWS)
    for file in run.iterdir():
        file.unlink()
    pq.write_table(pa.Table.from_pylist(ROWS[:4], schema=SCHEMA), run / "standings.parquet")
    (run / "run.json").write_text("{}")
    again = PeopleReader(reader._business, run, as_of=date(2026, 1, 1), currency="HKD", data_version=1)
    assert again.count().customers == 4


def test_nothing_studied_is_told(tmp_path: Path) -> None:
    business = create_business(tmp_path / "salon", pack="hair")
    for run in (None, "study-of-yesterday", "../../etc"):
        with pytest.raises(NotThere):
            people.people_of(business, run)


def test_an_order_is_written_with_a_minus() -> None:
    assert Sort.of("-visits") == Sort("visits", True) and Sort.of("visits") == Sort("visits", False)
