"""Dates against Python's own: forms, the order of day and month from content, times, offsets."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.ledger.dates import DateForm, clock_words, day_of, day_words, find_form, offset_of, time_of

ENGINE = duckdb.connect()
DMY = DateForm("DMY", True, True, False, False)
MDY = DateForm("MDY", True, True, False, False)


def _ask(expression: str, said: str) -> object:
    row = ENGINE.execute(f"SELECT {expression} FROM (SELECT ?::VARCHAR AS x)", [said]).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    "said",
    [
        "2026-03-04",
        "2026-03-04 09:05:06",
        "2026-03-04T09:05",
        "2026/3/4",
        "2026.03.04",
        "2026年3月4日",
        "2026年3月4日 下午3:05",
        "20260304",
        "04/03/2026",
        "4/3/2026",
        "4-3-2026 9:05",
        "04.03.2026",
        "4/3/26",
        "4 Mar 2026",
        "04-Mar-2026",
        "4 March 2026 9:05 PM",
        "Mar 4, 2026",
        "March 4 2026",
        "Wed, 4 Mar 2026",
        "46085",
        "46085.5",
    ],
)
def test_forms(said: str) -> None:
    assert _ask(day_of("x", "VARCHAR", DMY), said) == date(2026, 3, 4)
    assert _ask(day_of("said", "VARCHAR", DMY).replace("said", f"({day_words('x')})"), said) == date(2026, 3, 4)


@pytest.mark.parametrize(
    "said",
    ["", "soon", "2026-02-30", "31/02/2026", "2026-13-01", "32/1/2026", "1/13/2026", "2026", "12:30", "2026-03-04x"],
)
def test_what_is_no_date(said: str) -> None:
    assert _ask(day_of("x", "VARCHAR", DMY), said) is None


def test_order_decides() -> None:
    assert _ask(day_of("x", "VARCHAR", MDY), "04/03/2026") == date(2026, 4, 3)
    assert _ask(day_of("x", "VARCHAR", MDY), "31/12/2026") is None


@settings(deadline=None)
@given(st.dates(date(1970, 1, 1), date(2069, 12, 31)), st.sampled_from("/-."), st.booleans(), st.booleans())
def test_written_and_read_back(day: date, sign: str, padded: bool, short: bool) -> None:
    a, b = (f"{day.day:02}", f"{day.month:02}") if padded else (str(day.day), str(day.month))
    year = f"{day.year % 100:02}" if short else str(day.year)
    assert _ask(day_of("x", "VARCHAR", DMY), sign.join((a, b, year))) == day
    assert _ask(day_of("x", "VARCHAR", MDY), sign.join((b, a, year))) == day


@pytest.mark.parametrize(
    ("cells", "order", "ambiguous"),
    [
        (["13/01/2026", "01/02/2026"], "DMY", False),
        (["01/13/2026", "01/02/2026"], "MDY", False),
        (["01/02/2026", "3/4/2026"], "DMY", True),
        (["1/13/26", "12/25/26", "25/12/26"], "MDY", False),
        (["2026-01-13"], "DMY", False),
        (["20260113"], "DMY", False),
        ([None, "13.1.2026"], "DMY", False),
    ],
)
def test_order_is_found_from_the_content(cells: list[str | None], order: str, ambiguous: bool) -> None:
    ENGINE.execute("CREATE OR REPLACE TEMP TABLE dated AS SELECT unnest(?::VARCHAR[]) AS x", [cells])
    form = find_form(ENGINE, "dated", "x", "VARCHAR")
    assert (form.order, form.ambiguous) == (order, ambiguous)
    assert find_form(ENGINE, "dated", "x", "VARCHAR", wanted="MDY").order == "MDY"


@settings(deadline=None)
@given(st.times())
def test_times(time: object) -> None:
    for said in (
        f"{time:%H:%M:%S}",
        f"{time:%I:%M:%S %p}",
        f"2026-01-02 {time:%H:%M:%S}",
        f"{time:%H:%M:%S}.123 +0800",
    ):
        seconds = int(f"{time:%H}") * 3600 + int(f"{time:%M}") * 60 + int(f"{time:%S}")
        assert _ask(time_of("x"), said) == seconds
        assert _ask(time_of(f"({clock_words('x')})"), said) == seconds


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("下午3:05", 54300),
        ("上午12:05", 300),
        ("3:05 p.m.", 54300),
        ("12:00 AM", 0),
        ("25:00", None),
        ("10:61", None),
        ("x", None),
    ],
)
def test_odd_times(said: str, seconds: int | None) -> None:
    assert _ask(time_of("x"), said) == seconds


@settings(deadline=None)
@given(st.integers(-14 * 60, 14 * 60), st.sampled_from(["", ":"]))
def test_offsets(minutes: int, colon: str) -> None:
    sign = "-" if minutes < 0 else "+"
    said = f"2026-03-12 09:14:02 {sign}{abs(minutes) // 60:02}{colon}{abs(minutes) % 60:02}"
    parsed = datetime.fromisoformat(said.replace(" +", "+").replace(" -", "-")).utcoffset()
    assert parsed == timedelta(minutes=minutes)
    assert _ask(offset_of("x"), said) == minutes * 60


@pytest.mark.parametrize("said", ["09:14:02Z", "09:14 UTC", "09:14:02.5 GMT"])
def test_greenwich(said: str) -> None:
    assert _ask(offset_of("x"), said) == 0


@pytest.mark.parametrize("said", ["2026-03-12 09:14:02", "2026-03-12", "09:14"])
def test_no_offset(said: str) -> None:
    assert _ask(offset_of("x"), said) is None
