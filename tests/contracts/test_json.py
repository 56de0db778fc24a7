"""docs/reference/json.md names every key of every document, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.cli import regulars

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "json.md"
#: Printed by verbs that need a strategy's whole course before them; their own tests look at these documents.
FAR = {"regulars.strategy/1", "regulars.measure/1", "regulars.settings/1"}
SALES = """Receipt,Date,Customer ID,Branch,Item,Amount
R1,2026-01-05,C1,Central,Facial,680
R2,2026-02-09,C1,Central,Massage,520
R3,2026-02-20,C2,Central,Facial,none
R4,2026-03-16,C1,Central,Facial,680
R5,2026-04-20,C2,Central,Facial,680
"""


def documented() -> dict[str, dict[str, set[str]]]:
    """schema -> key -> the keys its meaning names in code marks."""
    found: dict[str, dict[str, set[str]]] = {}
    for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        schema = part.splitlines()[0].strip()
        rows = re.findall(r"^\| (`[^|]*) \| (.*) \|$", part, re.MULTILINE)
        found[schema] = {key: set(re.findall(r"`([a-z_0-9]+)`", said)) for k, said in rows for key in _keys(k)}
    return found


def _keys(cell: str) -> list[str]:
    return re.findall(r"`([a-z_0-9.]+)`", cell)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    base = tmp_path_factory.mktemp("json")
    salon, sales = base / "salon", base / "sales.csv"
    sales.write_text(SALES, encoding="utf-8")
    campaign = base / "campaign.csv"
    rows = [f"{('none', 'note')[i % 2]},{i % 7},{int((i * 7919) % 10 < 3 + i % 2)}" for i in range(400)]
    campaign.write_text("\n".join(["offer,visits,came", *rows]) + "\n", encoding="utf-8")
    calls: list[tuple[object, ...]] = [
        ("new", salon),
        ("import", salon, sales, base / "missing.csv"),
        ("import", salon, sales, "--dry-run"),
        ("study", salon),
        ("formulate", salon),
        ("report", salon),
        ("budget", salon),
        ("budget", salon, 9000, "--dry-run"),
        ("status", salon),
        ("judge", salon, "--by", "May", "--reason", "Enough is known."),
        ("reject", salon, "--by", "Ling", "--reason", "Too few customers."),
        ("assign", salon),
        ("document", salon),
        ("formulate", salon, "--seed", 2),
        ("plans", salon),
        ("compare", salon),
        ("formulate", salon, "--budget", 9000),
        ("policy", campaign, "--arm", "offer", "--control", "none", "--outcome", "came", "--reach", "0.5"),
        ("simulate", "--pack", "hair", "--seeds", 1, "--cycles", 1, "--customers", 400),
        ("check", salon),
        ("pack", "list"),
        ("pack", "show", "hair"),
        ("pack", "check", PAGE.parents[2] / "src/regulars/packs/data/hair"),
        ("undo", salon),
        ("study", salon),
        ("demo", "beauty", "--folder", base / "demo", "--customers", 300),
    ]
    printed = [regulars(*call, "--json").json for call in calls]
    return {document["schema"]: document for document in printed}


def test_every_document_is_described_and_no_other(documents: dict[str, Any]) -> None:
    schemas = set(documents)
    assert {s.split("/")[0] + "/1" for s in schemas} == schemas
    assert set(documented()) - FAR == schemas


def test_every_key_is_described_and_no_other(documents: dict[str, Any]) -> None:
    for schema, keys in documented().items():
        if schema in FAR:
            continue
        top = {key for key in keys if "." not in key}
        assert top == set(documents[schema]) - {"schema"}, schema


def _inner(value: Any) -> set[str]:
    first = value[0] if isinstance(value, list) and value else value
    return set(first) if isinstance(first, dict) else set()


def _lists(documents: dict[str, Any]) -> Iterator[tuple[str, set[str], Any]]:
    for schema, keys in documented().items():
        if schema in FAR:
            continue
        for key, named in keys.items():
            value = documents[schema]
            for step in key.split("."):
                value = value[step]
            if isinstance(value, list):
                yield f"{schema} {key}", named, value


def test_every_list_names_the_keys_of_its_rows(documents: dict[str, Any]) -> None:
    seen = 0
    for where, named, value in _lists(documents):
        inner = _inner(value)
        if not inner:
            continue
        seen += 1
        if where == "regulars.import/1 files":
            named = named | {"file", "rows", "stored", "unchanged", "rejected"}  # "the same counts per file"
        if where == "regulars.import/1 refused":
            named = named | {"file"}
        assert named - {"+"} == inner, where
    assert seen >= 12
