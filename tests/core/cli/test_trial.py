"""assign and measure from the command line: sentences, JSON, errors with their exit codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from regulars import api
from support.cli import regulars
from support.trials import Truth, business, later_sales, planned


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cli") / "salon"
    planned(business(place, only=("due_reminder", "winback_message"), customers=1500))
    return place


def test_assign_then_measure(folder: Path) -> None:
    said = regulars("assign", folder, "--json")
    assert (said.code, said.json["schema"]) == (0, "regulars.assign/1")
    table = pq.read_table(said.json["assignments_file"])
    assert table.num_rows == said.json["customers"] == 1500
    assert table.column_names == [
        *("customer", "cell", "branch", "line", "arm", "held_out", "intended"),
        *("propensity", "held_out_chance", "stratum", "permission", "salt"),
    ]
    assert sum(line["customers"] for line in said.json["lines"]) == said.json["assigned"]
    told = regulars("assign", folder)
    assert "held out" in told.out
    assert "對照組" in regulars("assign", folder, "--lang", "zh-Hant").out

    early = regulars("measure", folder, "--as-of", "2026-12-20", "--json")
    assert (early.code, early.json["error"]) == (3, "trial.measure.no_sales")

    opened = api.open_business(folder)
    drawn = api.latest_assignment(opened)
    truth = {"winback_message": Truth(reactivation=0.3)}
    sales = later_sales(opened, drawn, truth, rng=np.random.default_rng(2))
    assert regulars("import", folder, sales).code == 0
    measured = regulars("measure", folder, "--json")
    assert (measured.code, measured.json["schema"]) == (0, "regulars.measure/1")
    assert measured.json["whole"]["customers"] + measured.json["whole"]["left_out"] == 1500
    assert Path(measured.json["learned_file"]).is_file()
    spoken = regulars("measure", folder, "--as-of", "2026-12-20")
    assert "Measure again at its end" in spoken.out
    assert "{" not in spoken.out + regulars("measure", folder, "--lang", "zh-Hant").out


def test_wrong_use_is_told(folder: Path, tmp_path: Path) -> None:
    assert regulars("assign", tmp_path, "--json").json["error"] == "base.settings.missing"
    unknown = regulars("assign", folder, "--plan", "plan-none", "--json")
    assert (unknown.code, unknown.json["error"]) == (2, "api.run.missing")
    assert regulars("assign", folder, "--share", "1.5").code == 2
    assert regulars("measure", folder, "--assignment", "assign-none").code == 2
