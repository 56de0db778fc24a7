"""`regulars segment` and `regulars screen` on a small demo: counts, refusals, and nobody named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from regulars import api
from regulars.cli import cli
from support.web import salon


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    business = salon(tmp_path_factory.mktemp("segments"), customers=200)
    api.study(business)
    return business.folder


@pytest.mark.slow
def test_a_segment_and_its_complement_make_the_base(folder: Path) -> None:
    def count(predicate: str) -> int:
        said = run("segment", str(folder), predicate, "--json")
        assert said.exit_code == 0, said.output
        document = json.loads(said.output)
        assert document["schema"] == "regulars.segment/1" and "customer" not in document
        return int(document["customers"])

    everybody = count("everybody")
    assert count("lifecycle = lapsed") + count("not lifecycle = lapsed") == everybody
    as_json = json.dumps({"field": "lifecycle", "is": "=", "value": "lapsed"})
    assert count(as_json) == count("lifecycle = lapsed")


@pytest.mark.slow
def test_what_cannot_be_asked_is_refused(folder: Path) -> None:
    for predicate in ("birth_year < 1990", "customer = 1", "{not json", "state = overdeu"):
        said = run("segment", str(folder), predicate, "--json")
        assert said.exit_code == 2
    assert run("screen", str(folder), "../secret").exit_code == 2


@pytest.mark.slow
def test_screening_writes_a_starter_and_says_the_same_again(folder: Path) -> None:
    first, again = (run("screen", str(folder), "--json") for _ in range(2))
    assert first.exit_code == 0, first.output
    assert first.output == again.output
    assert (folder / "scorecards" / "care_first.toml").is_file()
    document = json.loads(first.output)
    assert sum(term["mean_points"] for term in document["terms"]) == pytest.approx(document["mean_score"])
    assert Path(document["scores_file"]).is_file()
