"""The repository speaks of itself alone, and its front page says the truth about its commands."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from regulars.cli import ELSEWHERE, VERBS

ROOT = Path(__file__).parents[2]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_path_of_a_machine() -> None:
    shape = re.compile(r"(?<![\w.])/(?:root|work|farm|Users|home/(?!user))/[a-z.]")
    for path in tracked():
        if path.suffix in {".py", ".md", ".toml", ".sh", ".lock", ".txt", ""} and path.stat().st_size < 1_000_000:
            assert not shape.search(path.read_text(encoding="utf-8", errors="replace")), path


@pytest.mark.parametrize(
    ("name", "least"), [("requirements.lock", 20), ("requirements-spark.lock", 2), ("benchmarks/requirements.lock", 2)]
)
def test_lock_pins_with_hashes_and_names_no_host(name: str, least: int) -> None:
    lock = (ROOT / name).read_text()
    assert "://" not in lock
    pins = re.findall(r"^[a-z0-9_.\-]+==\S+", lock, re.MULTILINE)
    assert len(pins) >= least
    assert lock.count("--hash=sha256:") >= len(pins)


def test_readme_first_two_code_blocks_are_one_command_each() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```[a-z]*\n(.*?)```", readme, re.DOTALL)
    assert [block.strip() for block in blocks[:2]] == ["make demo", "make test"]


def test_every_verb_has_its_module_and_is_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    for name in VERBS:
        module = ELSEWHERE.get(name, f"regulars.cli.{name}_")
        assert (ROOT / "src" / f"{module.replace('.', '/')}.py").is_file()
        assert f"## regulars {name}" in reference
