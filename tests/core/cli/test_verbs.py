"""The verbs: what they print, to people and to programs, and how they leave."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from regulars.cli import VERBS
from support.cli import regulars

LINES = """Receipt,Date,Customer ID,Branch,Item,Amount
R1,2026-01-05,C1,Central,Facial,680
R2,2026-01-06,C2,Central,Facial,680
R3,2026-02-09,C1,Central,Massage,520
R4,2026-03-16,C1,Central,Facial,680
R5,2026-03-20,C3,Central,Facial,not money
R6,2026-04-20,C1,Central,Facial,680
R7,2026-04-21,C2,Central,Facial,680
"""


@pytest.fixture
def salon(tmp_path: Path) -> Path:
    folder = tmp_path / "salon"
    assert regulars("new", folder, "--pack", "beauty", "--name", "Salon").code == 0
    return folder


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_text(LINES, encoding="utf-8")
    return path


@pytest.mark.parametrize("verb", VERBS)
def test_help_teaches(verb: str) -> None:
    said = regulars(verb, "--help")
    assert said.code == 0
    assert len(said.out.splitlines()) > 5


def test_import_counts_and_explains(salon: Path, lines: Path) -> None:
    first = regulars("import", salon, lines, "--json").json
    assert first["schema"] == "regulars.import/1"
    assert (first["rows"], first["stored"], first["unchanged"], first["rejected"]) == (7, 6, 0, 1)
    problem = next(p for p in first["problems"] if p["severity"] == "rejected")
    assert (problem["row"], problem["column"]) == (6, "Amount")
    assert problem["reason"]["en"] != problem["reason"]["zh-Hant"]
    second = regulars("import", salon, lines, "--json").json
    assert (second["stored"], second["unchanged"], second["rejected"]) == (0, 6, 1)
    assert regulars("import", salon, lines, "--strict").code == 3


def test_undo_and_check(salon: Path, lines: Path) -> None:
    regulars("import", salon, lines)
    assert regulars("check", salon, "--json").json["tables"][0]["rows"] == 6
    assert regulars("undo", salon, "--json").json["removed"] == 6
    assert regulars("undo", salon).code == 2
    assert regulars("import", salon, lines, "--json").json["stored"] == 6


def test_the_whole_way_by_hand(salon: Path, lines: Path) -> None:
    regulars("import", salon, lines)
    study = regulars("study", salon, "--json").json
    assert study["schema"] == "regulars.study/1"
    assert (study["customers"], study["as_of"]) == (2, "2026-04-21")
    assert Path(study["standings"]).is_file()
    plan = regulars("formulate", salon, "--json").json
    assert plan["schema"] == "regulars.formulate/1"
    assert {r["id"] for r in plan["rivals"]} >= {"nothing", "equal", "top_value", "highest_risk", "reminder"}
    written = regulars("report", salon, "--lang", "zh-Hant", "--json").json
    assert "熟客" in Path(written["path"]).read_text(encoding="utf-8")


def test_costs_are_told_beside_the_result(salon: Path, lines: Path) -> None:
    regulars("import", salon, lines)
    said = regulars("study", salon, "--costs", "--json")
    assert said.json["schema"] == "regulars.study/1"
    told = said.err.splitlines()
    assert [row.rsplit(": ")[1] for row in told][:3] == ["visits", "clock", "contest"]
    assert all("queries" in row for row in told)
    assert "--fresh" in regulars("study", salon, "--costs").err


def test_misuse_leaves_with_two_sentences_and_a_code(tmp_path: Path, salon: Path) -> None:
    said = regulars("study", tmp_path / "nowhere")
    assert said.code == 2
    assert "regulars new" in said.err
    assert regulars("study", salon).code == 3
    assert regulars("formulate", salon).code == 2
    assert regulars("import", salon, tmp_path / "missing.csv").code == 2
    assert regulars("new", salon).code == 2
    chinese = regulars("study", salon, "--lang", "zh-Hant")
    assert "匯入" in chinese.err
    as_json = regulars("study", salon, "--json")
    assert as_json.json["schema"] == "regulars.error/1"


def test_packs() -> None:
    assert {p["id"] for p in regulars("pack", "list", "--json").json["packs"]} == {"beauty", "hair", "retail", "watch"}
    assert "HK$" in regulars("pack", "show", "hair").out
    assert regulars("pack", "show", "bakery").code == 2


def test_help_is_immediate() -> None:
    best = 9.0
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "regulars", "--help"], check=True, stdout=subprocess.DEVNULL)
        best = min(best, time.perf_counter() - started)
    modules = subprocess.run(
        [sys.executable, "-c", "import sys, regulars.cli; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert not {"ibis", "duckdb", "pandas", "scipy", "pydantic", "deltalake"} & set(modules)
    assert best < 1.0  # 0.2 s on an idle machine; the list of modules above is the real test
