"""The tutorial's commands, run exactly as written, in the order written."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial" / "README.md"


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_tutorial(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    shutil.copytree(ROOT / "tests" / "data", tmp_path / "tests" / "data")
    binaries = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    said: dict[str, str] = {}
    for command in commands():
        if command.startswith(". .venv"):
            continue  # the test's own environment takes its place
        done = subprocess.run(command, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        said[command] = done.stdout
    # The same import stands twice in the page; what is kept is what the second one said.
    assert "0 stored" in said["regulars import my-cdnow tests/data/CDNOW_master.txt"]
    study = json.loads((tmp_path / "my-cdnow" / "study-1997.json").read_text())
    fit = next(m for m in study["value_models"] if m["model"] == "bg-nbd")
    assert fit["customers"] == 23_570
    assert fit["log_likelihood"] == pytest.approx(-95_368.4439, abs=0.01)
    for report in ("demo-tutorial/reports/report-zh-Hant.pdf", "my-cdnow/reports/report-zh-Hant.pdf"):
        assert (tmp_path / report).read_bytes().startswith(b"%PDF")
    assert "my-retail/reports/report-en.html" in said["regulars report my-retail"]
