"""Which engine computes a study, and what is said where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from regulars import api, ledger
from regulars.api.work import chosen_engine
from regulars.base.errors import BadSettings, EngineMissing
from regulars.base.settings import Engine
from regulars.base.words import LANGUAGES, render
from support.analysis import Line, sales_table
from support.cli import regulars


def salon(folder: Path, more: str = "") -> api.OpenBusiness:
    """A business of three customers."""
    business = api.create_business(folder, pack="beauty")
    with (folder / "business.toml").open("a", encoding="utf-8") as settings:
        settings.write(more)
    lines = [Line(i, date(2024, 3, 1 + k * i)) for i in range(1, 4) for k in range(i)]
    business.ledger.write("sales", sales_table(lines), import_id="i1")
    return api.open_business(folder)


def test_a_call_goes_before_the_environment_and_that_before_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, told = salon(tmp_path / "a"), salon(tmp_path / "b", '[engine]\nname = "spark"\nledger = "s3a://b/ledger"\n')
    monkeypatch.delenv("REGULARS_ENGINE", raising=False)
    assert chosen_engine(plain) == Engine(name="duckdb")
    assert chosen_engine(told) == Engine(name="spark", ledger="s3a://b/ledger")
    assert chosen_engine(told, "duckdb").name == "duckdb"
    monkeypatch.setenv("REGULARS_ENGINE", "spark")
    assert chosen_engine(plain).name == "spark"
    assert chosen_engine(plain, "duckdb").name == "duckdb"
    monkeypatch.setenv("REGULARS_ENGINE", "sqlite")
    with pytest.raises(BadSettings, match="no engine sqlite") as caught:
        chosen_engine(plain)
    assert "duckdb" in str(caught.value)


def test_the_engine_is_not_part_of_what_a_run_is_made_of(tmp_path: Path) -> None:
    plain, told = salon(tmp_path / "a"), salon(tmp_path / "b", '[engine]\nname = "spark"\n')
    one = api.study(plain, engine="duckdb")
    other = api.study(told, engine="duckdb")
    assert "engine" not in told.settings.deciding()
    assert one.id.rsplit("-", 1)[0] == other.id.rsplit("-", 1)[0]
    assert plain.settings.deciding() | {"name": {}} == told.settings.deciding() | {"name": {}}
    assert one.result.provenance.engine.startswith("duckdb 1.")


def test_a_study_that_is_there_is_taken_whatever_engine_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    business = salon(tmp_path / "a")
    first = api.study(business)
    monkeypatch.setenv("REGULARS_ENGINE", "duckdb")
    assert api.study(business).reused
    assert api.study(business, engine="duckdb").id == first.id


def test_without_pyspark_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    business = salon(tmp_path / "a")
    monkeypatch.delitem(sys.modules, "regulars.ledger.spark", raising=False)
    monkeypatch.delattr(ledger, "spark", raising=False)  # there once another test has used it
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(EngineMissing) as caught:
        api.study(business, engine="spark")
    assert caught.value.hint is not None
    for language in LANGUAGES:
        assert "regulars[spark]" in render(caught.value.hint, language)
    said = regulars("study", business.folder, "--engine", "spark", "--json")
    assert (said.code, said.json["error"]) == (2, "store.engine.no_pyspark")
    assert not list(business.runs.glob("study-*"))


def _study_with(business: Any, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "regulars", "study", str(business.folder), "--engine", "spark"]
    inherited = {k: v for k, v in os.environ.items() if k not in {"JAVA_HOME", *env}}
    return subprocess.run(command, env=inherited | env, capture_output=True, text=True, check=False)


def test_without_java_it_is_said_what_to_install(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    done = _study_with(salon(tmp_path / "a"), PATH=str(tmp_path))
    assert done.returncode == 2
    assert "openjdk-17-jre-headless" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_where_java_does_not_start_it_is_said(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    done = _study_with(salon(tmp_path / "a"), JAVA_HOME=str(tmp_path / "no java here"))
    assert done.returncode == 2
    assert "Apache Spark does not start" in done.stderr
    assert "Traceback" not in done.stderr
