"""Random predicates over the fields that tests of the predicate language use."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from regulars.base.predicate import (
    EVERYBODY,
    Among,
    Between,
    Compare,
    Known,
    Not,
    Predicate,
    Relative,
    all_of,
    some_of,
)
from regulars.base.predicate.tree import OPERATORS, UNITS

AS_OF = date(2026, 1, 31)
NUMBERS = ("value_36", "visits", "p_alive")
FIELDS = {
    "state": pa.string(),
    "branch": pa.string(),
    "last_day": pa.date32(),
    "may_email": pa.bool_(),
    **dict.fromkeys(NUMBERS, pa.float64()),
}
some_numbers = st.sampled_from([0.0, -1.0, 0.5, 1.0, 2.0, 2000.0, 1e16, 1e-7]) | st.floats(-1e9, 1e9)
some_branches = st.sampled_from(["Central", "Mong Kok", "中環", "and", "today", 'a "b" \\', "555", ""]) | st.text(
    st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8
)
some_states = st.sampled_from(["newcomer", "active", "overdue", "lapsed"])
some_days = st.dates(date(2025, 12, 1), date(2026, 3, 1))
some_relative = st.builds(Relative, st.integers(-40, 40), st.sampled_from(UNITS))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "state": some_states,
    "branch": some_branches,
    "last_day": some_days | some_relative,
    "may_email": st.booleans(),
    **dict.fromkeys(NUMBERS, some_numbers),
}


@st.composite
def leaves(draw: st.DrawFn) -> Predicate:
    field = draw(st.sampled_from(sorted(FIELDS)))
    ordered = field in NUMBERS or field == "last_day"
    kind = draw(st.sampled_from(["compare", "among", "known", *(["between"] if ordered else [])]))
    value = VALUES[field]
    if kind == "known":
        return Known(field)
    if kind == "among":
        return Among(field, tuple(draw(st.lists(value, min_size=1, max_size=4))))
    if kind == "between":
        return Between(field, draw(value), draw(value))
    return Compare(field, draw(st.sampled_from(OPERATORS if ordered else ("=", "!="))), draw(value))


predicates = st.recursive(
    leaves() | st.just(EVERYBODY),
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: all_of(*parts))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: some_of(*parts))
    ),
    max_leaves=8,
)
