"""The import contracts hold, and fail when a breach is planted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(source: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    env = {**os.environ, "PYTHONPATH": str(source), "PYTHONSAFEPATH": "1"}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.otf", "*.ttf", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_hold(copy: Path) -> None:
    done = lint(copy / "src", copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("base/money_breach.py", "import regulars.ledger", "Floors only downwards"),
        ("packs/sibling_breach.py", "import regulars.privacy", "Floors only downwards"),
        ("analysis/driver_breach.py", "import duckdb", "Only the ledger imports an engine driver"),
        ("api/driver_breach.py", "import pyspark", "Only the ledger imports an engine driver"),
        ("strategy/web_breach.py", "import django", "The core knows no framework"),
    ],
)
def test_a_planted_breach_fails(copy: Path, module: str, line: str, contract: str) -> None:
    (copy / "src" / "regulars" / module).write_text(line + "\n")
    done = lint(copy / "src", copy)
    assert done.returncode != 0
    assert any(contract in row and "BROKEN" in row for row in done.stdout.splitlines()), done.stdout
