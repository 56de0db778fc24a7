"""One predicate, two back ends, and three ways to write it: all equal, on whatever records and predicates there are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.analysis.catalogue import CATALOGUE
from regulars.analysis.predicate import compiled
from regulars.base.predicate import (
    Predicate,
    Relative,
    from_json,
    in_words,
    judge,
    parse,
    to_json,
    write,
)
from regulars.base.words import LANGUAGES, render
from support.predicates import AS_OF, FIELDS, NUMBERS, predicates, some_branches, some_days, some_numbers, some_states

records = st.fixed_dictionaries(
    {
        "state": st.none() | some_states,
        "branch": st.none() | some_branches,
        "last_day": st.none() | some_days,
        "may_email": st.none() | st.booleans(),
        **dict.fromkeys(NUMBERS, st.none() | some_numbers | st.just(float("nan"))),
    }
)
ENGINE = ibis.duckdb.connect()


@settings(max_examples=150, deadline=None)
@given(st.lists(predicates, min_size=1, max_size=4), st.lists(records, min_size=1, max_size=12))
def test_the_engine_says_of_every_record_what_judging_it_alone_says(
    asked: list[Predicate], rows: list[dict[str, Any]]
) -> None:
    schema = pa.schema([("i", pa.int64()), *FIELDS.items()])
    table = pa.Table.from_pylist([{"i": i, **row} for i, row in enumerate(rows)], schema=schema)
    t = ibis.memtable(table)
    told = t.select(
        "i", **{f"p{k}": compiled(p, t, catalogue=CATALOGUE, as_of=AS_OF) for k, p in enumerate(asked)}
    ).order_by("i")
    found = ENGINE.to_pyarrow(told).to_pylist()
    for row, record in zip(found, rows, strict=True):
        for k, predicate in enumerate(asked):
            assert row[f"p{k}"] is judge(predicate, record, catalogue=CATALOGUE, as_of=AS_OF), write(predicate)


@settings(max_examples=300, deadline=None)
@given(predicates)
def test_what_is_written_reads_back_as_the_same(predicate: Predicate) -> None:
    assert parse(write(predicate), CATALOGUE) == predicate
    assert from_json(to_json(predicate), CATALOGUE) == predicate


@settings(max_examples=100, deadline=None)
@given(predicates)
def test_every_predicate_can_be_said_in_both_languages(predicate: Predicate) -> None:
    said = in_words(predicate, catalogue=CATALOGUE, currency="HKD")
    assert all(render(said, language) for language in LANGUAGES)


def test_a_month_ago_keeps_to_the_month() -> None:
    assert Relative(1, "months").on(date(2026, 1, 31)) == date(2026, 2, 28)
    assert Relative(-11, "months").on(date(2026, 1, 31)) == date(2025, 2, 28)
    assert Relative(-2, "years").on(date(2024, 2, 29)) == date(2022, 2, 28)
    assert Relative(-2, "weeks").on(AS_OF) == AS_OF - timedelta(days=14)
    assert Relative(-999_999, "years").on(AS_OF) == date.min
    assert Relative(999_999, "days").on(AS_OF) == AS_OF + timedelta(days=999_999)
    assert Relative(10**9, "days").on(AS_OF) == date.max
