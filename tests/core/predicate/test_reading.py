"""Reading predicates: what binds how, what unknown means, and that every mistake is told with its place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from regulars.analysis.catalogue import CATALOGUE
from regulars.base.predicate import (
    All,
    BadPredicate,
    Between,
    Compare,
    Known,
    Not,
    Relative,
    Some,
    from_json,
    holds,
    judge,
    parse,
)
from regulars.base.words import LANGUAGES, render

AS_OF = date(2026, 6, 30)


def test_the_example_of_the_guide() -> None:
    text = 'state = overdue and value_36 > 2000 and not branch in (Central, "Mong Kok") and last_day before 2026-05-01'
    asked = parse(text, CATALOGUE)
    one = {"state": "overdue", "value_36": 2500.0, "branch": "Wan Chai", "last_day": date(2026, 4, 30)}
    assert holds(asked, one, catalogue=CATALOGUE, as_of=AS_OF)
    for change in ({"branch": "Mong Kok"}, {"value_36": 2000.0}, {"last_day": date(2026, 5, 1)}, {"branch": None}):
        assert not holds(asked, one | change, catalogue=CATALOGUE, as_of=AS_OF)


def test_and_binds_closer_than_or_and_not_closest() -> None:
    a, b, c = (Compare(f"may_{x}", "=", True) for x in ("email", "sms", "phone"))
    assert parse("may_email or may_sms and may_phone", CATALOGUE) == Some((a, All((b, c))))
    assert parse("(may_email or may_sms) and may_phone", CATALOGUE) == All((Some((a, b)), c))
    assert parse("not may_email and may_sms", CATALOGUE) == All((Not(a), b))


def test_days_and_shares_can_be_written_as_people_write_them() -> None:
    assert parse("last_day before 90 days ago", CATALOGUE) == Compare("last_day", "<", Relative(-90))
    assert parse("due_on between today and in 2 weeks", CATALOGUE) == Between(
        "due_on", Relative(0), Relative(2, "weeks")
    )
    assert parse("p_alive ≥ 75%", CATALOGUE) == Compare("p_alive", ">=", 0.75)
    assert parse("package_balance is not known", CATALOGUE) == Not(Known("package_balance"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("value_36 > 1", None),
        ("not value_36 > 1", None),
        ("value_36 > 1 and visits > 5", False),
        ("value_36 > 1 or visits > 1", True),
        ("value_36 is unknown", True),
        ("not value_36 is known", True),
        ("value_36 > 1 or not value_36 > 1", None),
        ("everybody", True),
    ],
)
def test_unknown_is_neither_true_nor_false(text: str, found: bool | None) -> None:
    record: dict[str, Any] = {"value_36": None, "visits": 2}
    assert judge(parse(text, CATALOGUE), record, catalogue=CATALOGUE, as_of=AS_OF) is found


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("stat = active", 1, "Did you mean 'state'?"),
        ("state = overdeu", 9, "newcomer, active, overdue and lapsed"),
        ("state < active", 7, "only be compared with"),
        ("value_36 >", 11, "wanted a number for value_36, found the end"),
        ("value_36 > much", 12, "found 'much'"),
        ("(state = active", 16, "closing bracket"),
        ("state = active state", 16, "'and', 'or' or the end"),
        ("last_day = 2026-02-31", 12, "wanted a day"),
        ("last_day after 3 days", 22, "length of time"),
        ("visits $ 3", 8, "belongs to no word"),
        ("branch in Central", 11, "opening bracket"),
        ("may_email is", 13, "'known' or 'unknown'"),
        ("visits", 7, "a comparison of visits"),
        ("birth_year > 1990", 1, "no field 'birth_year'"),
        ("", 1, "name of a field"),
        ("(" * 200, 62, "nested"),
        ("not " * 5000 + "may_email", None, "at most"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, position: int | None, said: str) -> None:
    with pytest.raises(BadPredicate) as caught:
        parse(text, CATALOGUE)
    assert said in str(caught.value)
    if position is not None:
        assert caught.value.position == position
    assert all(render(caught.value.text, language) for language in LANGUAGES)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"any": []},
        {"field": "state"},
        {"field": "nobody", "known": True},
        {"field": "state", "is": "<", "value": "active"},
        {"field": "state", "is": "=", "value": 3},
        {"field": "value_36", "is": "=", "value": True},
        {"field": "value_36", "is": "=", "value": float("nan")},
        {"field": "last_day", "is": "=", "value": {"day": "soon"}},
        {"field": "state", "in": []},
        {"field": "state", "known": True, "more": 1},
        {"all": [{"not": {"not": 1}}]},
    ],
)
def test_json_that_is_no_predicate_is_refused(document: object) -> None:
    with pytest.raises(BadPredicate):
        from_json(document, CATALOGUE)
