"""What is said of one customer, from one who comes to one who has long gone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from regulars.base.words import render
from regulars_web.people.said import may_come, said_of

HERE = date(2026, 11, 28)


def told(**of: object) -> str:
    return " ".join(render(text, "en") for text in said_of(of, "HKD", HERE))


def test_who_has_left_is_not_told_as_one_who_will_not_leave() -> None:
    gone, there = told(p_alive=0.001, leaving_90=0.0), told(p_alive=0.9, leaving_90=0.04)
    assert gone == "Fewer than 1 in 100 like this one are still customers."
    assert "90 in 100 like this one are still customers" in there and "4 in 100 like this one leave" in there


@pytest.mark.parametrize(
    ("value", "high", "said"),
    [
        (480.0, 900.0, "between HK$0 and HK$900"),
        (480.0, 0.0, "Most likely brings nothing"),
        (0.06, 0.0, "next to nothing"),
    ],
)
def test_a_value_is_told_with_what_it_most_likely_is(value: float, high: float, said: str) -> None:
    assert said in told(value_12=value, value_12_p10=0.0, value_12_p90=high)


def test_a_next_visit_is_drawn_only_of_who_may_come() -> None:
    assert may_come({}) and may_come({"p_alive": 0.4}) and not may_come({"p_alive": 0.02})


@pytest.mark.parametrize(
    ("days", "factor", "said"),
    [
        (-1, 0.8, "Was due about 27 Nov 2026."),
        (0, 0.8, "Next due about 28 Nov 2026."),
        (9, 0.8, "Next due about 7 Dec 2026."),
        (-1, 1.2, "Was due about 27 Nov 2026 and is late by their own rhythm."),
    ],
)
def test_a_day_that_is_over_is_told_as_over(days: int, factor: float, said: str) -> None:
    assert told(due_on=HERE + timedelta(days=days), overdue_factor=factor) == said
