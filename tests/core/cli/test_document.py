"""``regulars document``: every format from the command line, what is unstated is told, wrong files are named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.book import MARKET
from support.cli import regulars

SALES = """Receipt,Date,Customer ID,Branch,Item,Amount
R1,2026-01-05,C1,Central,Facial,680
R2,2026-02-09,C1,Central,Massage,520
R3,2026-02-20,C2,Central,Facial,480
R4,2026-03-16,C1,Central,Facial,680
R5,2026-04-20,C2,Central,Facial,680
"""


@pytest.fixture(scope="module")
def salon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("document")
    folder, sales = base / "salon", base / "sales.csv"
    sales.write_text(SALES, encoding="utf-8")
    for call in (("new", folder, "--pack", "hair"), ("import", folder, sales), ("study", folder)):
        assert regulars(*call, "--quiet").code == 0
    return folder


def test_without_a_plan_there_is_no_document(salon: Path) -> None:
    if any((salon / "runs").glob("plan-*")):
        pytest.skip("the plan is made by a test that ran before")
    said = regulars("document", salon, "--lang", "zh-Hant")
    assert said.code == 2 and "formulate" in said.err and "沒有策略" in said.err


@pytest.fixture(scope="module")
def planned(salon: Path) -> Path:
    assert regulars("formulate", salon, "--quiet").code == 0
    return salon


@pytest.mark.parametrize(("format", "magic"), [("html", b"<!doctype"), ("pdf", b"%PDF-"), ("docx", b"PK")])
def test_every_format_is_written(planned: Path, format: str, magic: bytes, tmp_path: Path) -> None:
    if format == "docx":
        pytest.importorskip("docx")
    out = tmp_path / f"s.{format}"
    told = regulars("document", planned, "--format", format, "--out", out, "--lang", "zh-Hant", "--json").json
    assert out.read_bytes().startswith(magic)
    assert told["schema"] == "regulars.document/1" and told["format"] == format and told["language"] == "zh-Hant"
    assert told["path"] == str(out) and told["plan"].startswith("plan-") and told["study"].startswith("study-")
    assert told["stated"] == [] and "market" in told["unstated"]


def test_its_own_place_is_in_the_reports_of_the_business(planned: Path) -> None:
    said = regulars("document", planned)
    assert (planned / "reports" / "strategy-en.html").is_file() and "--starters" in said.out


def test_what_is_stated_is_read_and_told(planned: Path) -> None:
    (planned / "strategy").mkdir(exist_ok=True)
    file = planned / "strategy" / "market.toml"
    file.write_text(MARKET, encoding="utf-8")
    told = regulars("document", planned, "--json").json
    assert told["stated"] == ["market"] and "market" not in told["unstated"]
    assert "Lily Chan, director" in Path(told["path"]).read_text(encoding="utf-8")
    file.write_text("[[traits]]\ntext = { en = 'x' }\n", encoding="utf-8")
    said = regulars("document", planned, "--json")
    assert said.code == 2 and said.json["error"] == "inputs.fault.key"
    assert "strategy/market.toml" in said.json["message"] and "traits[1].source" in said.json["message"]
    file.unlink()


def test_starters_never_overwrite_what_is_there(planned: Path) -> None:
    (planned / "strategy").mkdir(exist_ok=True)
    file = planned / "strategy" / "market.toml"
    file.write_text(MARKET, encoding="utf-8")
    told = regulars("document", planned, "--starters", "--json").json
    assert str(file) not in told["starters"] and file.read_text(encoding="utf-8") == MARKET
    again = regulars("document", planned, "--starters", "--json").json
    assert again["starters"] == []
    assert sorted(told["starters"]) == sorted(str(f) for f in (planned / "strategy").glob("*.toml") if f != file)


def test_a_plan_of_a_cycle_ago_is_told_as_the_last_cycle(planned: Path) -> None:
    latest = [next((planned / "runs").glob(f"{kind}-2026-04-20-*/run.json")) for kind in ("study", "plan")]
    assert regulars("study", planned, "--as-of", "2026-01-10", "--quiet").code == 0
    assert regulars("formulate", planned, "--quiet").code == 0
    for document in latest:  # finished last again, as if the study of January had been made in January
        os.utime(document)
    page = Path(regulars("document", planned, "--json").json["path"]).read_text(encoding="utf-8")
    assert "One earlier plan is on record, of 10 Jan 2026" in page and "plan-2026-01-10" in page
