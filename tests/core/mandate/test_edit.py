"""Edits of business.toml by line: one value changes, every other byte stays; what cannot be done so is refused."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.base.edit import add_item, drop_item, set_in_item, set_in_table, written
from regulars.base.errors import BadSettings

FILE = """# The settings.
name = { en = "Salon # 1" }   # keep me

[budget]   # money
amount = 60000                # for one cycle
# amount = 1 was too little

[[objectives]]
id = "stay"
target = 0.80   # was 0.78
note = "# not a comment"   # but this is

[[objectives]]   # second
id = 'gain'
target = 40_000.0

[[clauses]]
id = "a"
[clauses.text]
en = "A"
[clauses.rule]
measures = ["x"]

[[clauses]]
id = "b"
"""


def changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    a, b = before.splitlines(), after.splitlines()
    assert len(a) == len(b)
    return [(x, y) for x, y in zip(a, b, strict=True) if x != y]


def test_a_value_changes_and_its_comment_stays() -> None:
    after = set_in_table(FILE, "budget", "amount", 70000)
    assert changed_lines(FILE, after) == [
        ("amount = 60000                # for one cycle", "amount = 70000                # for one cycle")
    ]
    after = set_in_item(FILE, "objectives", "stay", "target", Decimal("0.85"))
    assert changed_lines(FILE, after) == [("target = 0.80   # was 0.78", "target = 0.85   # was 0.78")]
    after = set_in_item(FILE, "objectives", "stay", "note", "new # note")
    assert 'note = "new # note"   # but this is' in after
    assert "target = 40000\n" in set_in_item(FILE, "objectives", "gain", "target", 40000)


def test_a_key_that_is_not_there_is_added_to_its_table() -> None:
    after = set_in_item(FILE, "objectives", "stay", "owner", 'Ms "Wong"')
    assert tomllib.loads(after)["objectives"][0]["owner"] == 'Ms "Wong"'
    assert tomllib.loads(after)["objectives"][1] == tomllib.loads(FILE)["objectives"][1]
    assert after.replace('owner = "Ms \\"Wong\\""\n', "") == FILE
    assert set_in_table(FILE, "capacity", "hours", 5).startswith(FILE)
    assert tomllib.loads(set_in_table("", "budget", "amount", 5)) == {"budget": {"amount": 5}}


def test_items_are_added_at_the_end_and_dropped_with_their_tables() -> None:
    added = add_item(FILE, "clauses", {"id": "c", "rule": {"measures": ["x", "y"], "amount": 2.5}})
    assert added.startswith(FILE)
    assert tomllib.loads(added)["clauses"][-1] == {"id": "c", "rule": {"measures": ["x", "y"], "amount": 2.5}}
    assert drop_item(added, "clauses", "c") == FILE
    dropped = drop_item(FILE, "clauses", "a")
    assert [c["id"] for c in tomllib.loads(dropped)["clauses"]] == ["b"]
    assert "clauses" not in tomllib.loads(drop_item(dropped, "clauses", "b"))


def test_line_ends_of_windows_stay() -> None:
    windows = FILE.replace("\n", "\r\n")
    for after in (
        set_in_table(windows, "budget", "amount", 1),
        set_in_item(windows, "objectives", "gain", "owner", "Wong"),
        add_item(windows, "factors", {"id": "f"}),
    ):
        assert "\n" not in after.replace("\r\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "budget = { amount = 5 }\n",
        "budget.amount = 5\n",
        "[budget]\namount = [\n 1,\n]\n",
        '[other]\nx = """\n[budget]\namount = 5\n"""\n[budget.deep]\ny = 1\n',
    ],
)
def test_what_a_line_edit_cannot_do_is_refused(text: str) -> None:
    before = tomllib.loads(text)
    try:
        after = set_in_table(text, "budget", "amount", 7)
    except BadSettings:
        return
    # Where it is done after all, it says exactly that.
    before.setdefault("budget", {})["amount"] = 7
    assert tomllib.loads(after) == before


def test_inline_lists_and_unknown_ids_are_refused() -> None:
    with pytest.raises(BadSettings):
        set_in_item('objectives = [{ id = "stay", target = 1 }]\n', "objectives", "stay", "target", 2)
    with pytest.raises(BadSettings):
        add_item('clauses = [{ id = "a" }]\n', "clauses", {"id": "b"})
    with pytest.raises(BadSettings):
        set_in_item(FILE, "objectives", "nobody", "target", 2)
    with pytest.raises(BadSettings):
        drop_item(FILE, "clauses", "nobody")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
PLAIN = st.one_of(
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
    WORDS,
    st.lists(WORDS, max_size=3),
    st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.integers(-9, 9), max_size=3),
)


@settings(max_examples=60)
@given(PLAIN)
def test_any_value_is_written_as_toml_reads_it(value: Any) -> None:
    assert tomllib.loads(f"x = {written(value)}")["x"] == value


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["amount", "other"]), PLAIN), max_size=4), st.integers(-5, 5))
def test_only_the_one_value_changes(entries: list[tuple[str, Any]], amount: int) -> None:
    keys = dict(entries)
    body = "".join(f"{key} = {written(value)}  # said\n" for key, value in keys.items())
    text = f"# top\n[budget]\n{body}\n[z]\nend = 1 # last\n"
    after = set_in_table(text, "budget", "amount", amount)
    assert tomllib.loads(after) == {"budget": {**keys, "amount": amount}, "z": {"end": 1}}
    assert after.count("# said") == text.count("# said") and after.endswith("[z]\nend = 1 # last\n")
