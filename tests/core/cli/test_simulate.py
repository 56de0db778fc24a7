"""regulars simulate: its JSON names what it must, its page needs nothing from outside."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from regulars.cli import cli

SMALL = ["--seeds", "1", "--cycles", "1", "--customers", "300", "--workers", "1"]


def test_json_names_the_headline_figures(tmp_path: Path) -> None:
    page = tmp_path / "deep" / "page.html"
    done = CliRunner().invoke(cli, ["simulate", *SMALL, "--json", "--out", str(page), "--rivals", "reminder,equal"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["schema"] == "regulars.simulate/1"
    for name in ("plan_share_of_oracle", "best_rival_share_of_oracle", "wins", "coverage_80"):
        assert 0 <= found[name] <= 1, name
    assert found["violations"] == 0
    assert found["settings"]["customers"] == 300
    assert {r["id"] for r in found["rivals"]} == {"nothing", "reminder", "equal"}
    text = page.read_text(encoding="utf-8")
    assert 'lang="zh-Hant-HK"' in text
    assert "http-equiv" in text
    assert "<script" not in text
    assert text.count("<figure") == 4, "two pictures in each language"


def test_a_knob_out_of_range_is_named_in_both_languages() -> None:
    wrong = ["simulate", *SMALL, "--holdout", "0.9"]
    english = CliRunner().invoke(cli, wrong)
    chinese = CliRunner().invoke(cli, [*wrong, "--lang", "zh-Hant"])
    assert english.exit_code == chinese.exit_code == 2
    assert "holdout is 0.9" in english.output
    assert "holdout為0.9" in chinese.output


def test_an_unknown_trade_is_refused() -> None:
    done = CliRunner().invoke(cli, ["simulate", *SMALL, "--pack", "bakery"])
    assert done.exit_code == 2
