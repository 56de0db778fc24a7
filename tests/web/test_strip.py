"""The line of a customer's visits: whoever they are, it can be drawn."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from regulars.base.words import show
from regulars_web.people.strip import WIDTH, strip_of

AS_OF = date(2026, 6, 30)
DAYS = st.dates(date(1986, 1, 1), AS_OF)


def test_a_customer_of_whom_no_next_visit_is_said_has_a_strip_all_the_same() -> None:
    strip = strip_of([date(2026, 5, 1)], as_of=AS_OF, due=None)
    assert strip is not None
    assert strip.due is None and len(strip.visits) == 1 and 0 < strip.visits[0] < strip.today < WIDTH


def test_the_months_beneath_it_are_told_in_the_language_of_the_page() -> None:
    strip = strip_of([date(2025, 5, 1)], as_of=AS_OF, due=None)
    assert strip is not None
    assert [show(month, "zh-Hant") for _, month in strip.years] == ["2025年7月", "2026年1月", "2026年7月"]


@given(days=st.lists(DAYS, max_size=30), due=st.none() | st.tuples(st.integers(-400, 4000), st.integers(0, 900)))
def test_every_mark_stands_on_the_strip(days: list[date], due: tuple[int, int] | None) -> None:
    window = None if due is None else (AS_OF + timedelta(due[0]), AS_OF + timedelta(due[0] + due[1]))
    strip = strip_of(days, as_of=AS_OF, due=window)
    if not days:
        assert strip is None
        return
    assert strip is not None
    assert len(strip.visits) + strip.earlier == len(days)
    assert all(0 <= place <= WIDTH for place in (*strip.visits, strip.today, *(at for at, _ in strip.years)))
