"""One person, two spellings: the rules in Python, and the same rules as SQL."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.ledger.fields import identifier
from regulars.privacy.identifiers import KINDS, Kind, normal_identifier

ENGINE = duckdb.connect()


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("customer", "'00123", "00123"),
        ("customer", '="00123"', "00123"),
        ("customer", " C-7 ", "C-7"),
        ("customer", "散客", None),
        ("customer", "Walk-in", None),
        ("email", "Ann@Example.COM", "email:ann@example.com"),
        ("email", "none", None),
        ("phone", "+852 9111 2233", "phone:85291112233"),
        ("phone", "9111-2233", "phone:85291112233"),
        ("phone", "'+85291112233", "phone:85291112233"),
        ("phone", "0085291112233", "phone:85291112233"),
        ("phone", "123", None),
        ("customer_name", "Ann  LEE", "name:ann lee"),
        ("reference", "R1", "reference:R1"),
    ],
)
def test_spellings(kind: Kind, said: str, kept: str | None) -> None:
    assert normal_identifier(kind, said) == kept


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.text(alphabet="aZé陳'=\"@+-.0123456789 ", max_size=16))
def test_sql_says_the_same(kind: Kind, said: str) -> None:
    trimmed = said.strip() or None  # the reader trims cells before anything looks at them
    row = ENGINE.execute(f"SELECT {identifier(kind, 'x')} FROM (SELECT ?::VARCHAR AS x)", [trimmed]).fetchone()
    assert row is not None
    assert row[0] == normal_identifier(kind, said)
