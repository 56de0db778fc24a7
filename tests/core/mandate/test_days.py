"""The day a decision was made is the business's own."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from regulars.api.strategies import day_of
from regulars.base.text import Day

HONG_KONG = ZoneInfo("Asia/Hong_Kong")


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-11-01T23:30:00+00:00", date(2026, 11, 2)),
        ("2026-11-01T15:59:00+00:00", date(2026, 11, 1)),
        ("2026-11-01T23:30:00", date(2026, 11, 1)),  # without a zone it was said where the business is
        ("2026-11-01", date(2026, 11, 1)),
    ],
)
def test_a_moment_is_told_as_the_day_where_the_business_is(at: str, day: date) -> None:
    assert day_of(at, HONG_KONG) == Day(day)


def test_what_is_no_moment_is_told_as_it_was_said() -> None:
    assert day_of("last Monday", HONG_KONG) == "last Monday"
