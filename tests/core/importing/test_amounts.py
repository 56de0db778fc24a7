"""Amounts against plain Python: every way of writing one, and what is no amount."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.ledger.amounts import amount, foreign_symbol, how_written

ENGINE = duckdb.connect()


def _read(said: str, *, comma: bool = False) -> Decimal | None:
    row = ENGINE.execute(f"SELECT {amount('x', comma=comma)} FROM (SELECT ?::VARCHAR AS x)", [said]).fetchone()
    assert row is not None
    value = row[0]
    assert value is None or isinstance(value, Decimal)
    return value


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("1234.5", "1234.50"),
        ("$1,234.50", "1234.50"),
        ("HK$ 45", "45.00"),
        ("HKD45.10", "45.10"),
        ("45.10 HKD", "45.10"),
        ("-$45.00", "-45.00"),
        ("$-45.00", "-45.00"),
        ("(45.00)", "-45.00"),
        ("($1,045.00)", "-1045.00"),
        ("45.00-", "-45.00"),
        ("−45.00", "-45.00"),
        ("1'234.50", "1234.50"),
        ("'1234.50", "1234.50"),
        ("１２３．４５", "123.45"),
        ("45元", "45.00"),
        ("港幣 45", "45.00"),
        ("+45", "45.00"),
        ("0", "0.00"),
        (".5", "0.50"),
        ("5.", "5.00"),
        ("1 234.50", "1234.50"),
        ("1\u00a0234.50", "1234.50"),
        ("11.775", "11.78"),
        ("€1,234.50", "1234.50"),
    ],
)
def test_ways_of_writing(said: str, value: str) -> None:
    assert _read(said) == Decimal(value)


@pytest.mark.parametrize(
    "said",
    ["", "-", "free", "12abc", "1,23", "1,23,456", "12:30", "2026-01-01", "1.2.3", "N/A", "9" * 30, "$", "()", "12%"],
)
def test_what_is_no_amount(said: str) -> None:
    assert _read(said) is None


@pytest.mark.parametrize(
    ("said", "value"), [("1.234,50", "1234.50"), ("45,5", "45.50"), ("-1.000", "-1000.00"), ("7", "7.00")]
)
def test_decimal_comma(said: str, value: str) -> None:
    assert _read(said, comma=True) == Decimal(value)


@settings(deadline=None)
@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    st.sampled_from(["{}", "${}", "HK${}", "{}元", " {} ", "HKD {}"]),
    st.booleans(),
    st.booleans(),
)
def test_written_and_read_back(value: Decimal, frame: str, grouped: bool, brackets: bool) -> None:
    plain = f"{abs(value):,.2f}" if grouped else f"{abs(value):.2f}"
    said = frame.format(plain)
    if value < 0:
        said = f"({said})" if brackets else f"-{said}"
    assert _read(said) == value


@settings(deadline=None)
@given(st.decimals(min_value=-(10**6), max_value=10**6, places=5))
def test_rounding_is_half_away_from_zero(value: Decimal) -> None:
    assert _read(str(value.quantize(Decimal("0.00001")))) == value.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("cells", "comma"),
    [
        (["1.234,50", "45,5", "7"], True),
        (["1,234.50", "45.5", "7"], False),
        (["45,50", "45.50"], False),
        (["1.234,50", None], True),
        (["1,234", "7"], False),
    ],
)
def test_decimal_comma_is_found_from_the_whole_column(cells: list[str | None], comma: bool) -> None:
    ENGINE.execute("CREATE OR REPLACE TEMP TABLE money AS SELECT unnest(?::VARCHAR[]) AS x", [cells])
    assert how_written(ENGINE, "money", "x", "VARCHAR").comma is comma


@pytest.mark.parametrize(
    ("said", "house", "foreign"),
    [
        ("$5", "HKD", False),
        ("HK$5", "HKD", False),
        ("US$5", "HKD", True),
        ("£5", "HKD", True),
        ("¥5", "CNY", False),
        ("¥5", "JPY", False),
        ("¥5", "HKD", True),
        ("5", "HKD", False),
        ("HK$5", "USD", True),
    ],
)
def test_symbols_that_contradict_the_business(said: str, house: str, foreign: bool) -> None:
    row = ENGINE.execute(f"SELECT {foreign_symbol('x', house)} FROM (SELECT ?::VARCHAR AS x)", [said]).fetchone()
    assert row == (foreign,)
