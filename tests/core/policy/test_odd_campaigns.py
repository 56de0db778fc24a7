"""Campaign files with something odd in them: an answer or a clear word, never a failure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from regulars.api import policies
from regulars.base.errors import BadData
from regulars.base.words import render

RNG = np.random.default_rng(11)
N = 400


def written(path: Path, columns: dict[str, object]) -> Path:
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(str(cell) for cell in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def asked(path: Path, control: str = "none", **more: object) -> policies.PolicyResult:
    request = policies.PolicyRequest(arm="arm", control=control, outcome="y", reaches=(0.3,), **more)  # type: ignore[arg-type]
    return policies.policy(path, request).result


def test_hardly_anybody_answers(tmp_path: Path) -> None:
    """So few that no answer lies in some of the parts the policy is learned on."""
    y = np.zeros(N, dtype=int)
    y[:2] = 1
    arm = np.where(np.arange(N) % 2, "mail", "none")
    found = asked(written(tmp_path / "few.csv", {"arm": arm, "年齡": RNG.integers(18, 80, N), "y": y}))
    assert found.verdict != "policy"
    assert any(text.id == "policy.warn.few_responses" for text in found.checks.warnings)


def test_arms_that_look_alike_and_strata_without_an_arm_are_told(tmp_path: Path) -> None:
    branch = np.where(np.arange(N) % 4 == 3, "沙田", "旺角")
    arm = RNG.choice(["None", "none", "mail"], N)
    arm = np.where((branch == "沙田") & (arm == "None"), "mail", arm)
    file = written(tmp_path / "alike.csv", {"arm": arm, "branch": branch, "y": RNG.integers(0, 2, N)})
    said = {text.id: render(text, "en") for text in asked(file, strata="branch").checks.warnings}
    assert "none and None" in said["policy.warn.alike_arms"]
    assert "100 customers (25" in said["policy.warn.uncrossed"]
    assert "policy.warn.uneven" not in said, "it is told to name strata that are named"


def test_chances_in_words_are_refused(tmp_path: Path) -> None:
    arm = np.where(np.arange(N) % 2, "mail", "none")
    file = written(tmp_path / "half.csv", {"arm": arm, "chance": ["half"] * N, "y": RNG.integers(0, 2, N)})
    with pytest.raises(BadData, match="chance does not hold numbers"):
        asked(file, propensity="chance")
