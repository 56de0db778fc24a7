"""The reference page of packs names every key, every allowed value and every entry of the evidence library."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from regulars.base.mandate import InterestTest
from regulars.packs.check import TRUST, check_pack
from regulars.packs.load import load_pack
from regulars.packs.read import DATA
from regulars.packs.schema import Benchmark, Effect, Measure, Pack, StarterObjective, Windows

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "reference" / "packs.md").read_text(encoding="utf-8")
HOW_TO = (DOCS / "how-to" / "write-a-pack.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", [Pack, Windows, Benchmark, StarterObjective, Measure, Effect, InterestTest])
def test_every_key_is_explained(model: Any) -> None:
    section = REFERENCE.split(f"## {model.__name__}\n", 1)[1].split("\n## ", 1)[0]
    explained = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert explained == set(model.model_fields)


def _allowed(node: Any) -> set[str]:
    """All words a JSON schema allows somewhere."""
    if isinstance(node, dict):
        own = {str(v) for v in node.get("enum", ())}
        return own.union(*(_allowed(v) for v in node.values())) if node else own
    return set().union(*(_allowed(v) for v in node)) if isinstance(node, list) and node else set()


def test_every_allowed_value_is_there() -> None:
    for value in _allowed(Pack.model_json_schema()):
        assert f"`{value}`" in REFERENCE, value


def test_the_trust_table_is_the_rule_in_force() -> None:
    for trust, (kappa, t) in TRUST.items():
        assert re.search(rf"^\| `{trust}` \|.*\| {kappa:g} \| {t:.2f} \|$", REFERENCE, re.MULTILINE), trust


def test_the_evidence_table_says_what_the_library_says() -> None:
    for name, entry in tomllib.loads((DATA / "evidence.toml").read_text(encoding="utf-8")).items():
        row = re.search(rf"^\| `{name}` \| `(\w+)` \| (\S+) \((\S+)\) \| (\S+) \| (\w) \|", REFERENCE, re.MULTILINE)
        assert row, name
        primitive, mean, sd, months, trust = row.groups()
        assert (primitive, trust) == (entry["primitive"], entry["trust"])
        assert [float(mean), float(sd), float(months)] == [entry["mean"], entry["sd"], entry["months"]]


def test_the_pack_of_the_how_to_loads(tmp_path: Path) -> None:
    blocks = re.findall(r"`(pack|measures)\.toml`:\n\n```toml\n(.*?)```", HOW_TO, re.DOTALL)
    assert [name for name, _ in blocks] == ["pack", "measures"]
    for name, text in blocks:
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    assert load_pack(tmp_path).id == "nails"
    assert {p.code for p in check_pack(tmp_path)} <= {"pack_nobody_serves"}
