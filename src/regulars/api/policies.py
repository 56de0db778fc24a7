"""Policies: learning from any logged campaign file whom to give which arm. Needs no business folder."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from regulars.base.progress import Progress, unwatched
from regulars.ledger.rejects import neutral
from regulars.ledger.table_file import open_table
from regulars.trial.policy import Judged, PolicyResult, Request, learn_policy
from regulars.trial.policy.allocate import ranks
from regulars.trial.policy.explain import groups

__all__ = ["Judged", "PolicyResult", "Request", "policy", "write_groups", "write_scores"]


def policy(file: Path, request: Request, *, progress: Progress = unwatched) -> Judged:
    """Learn a policy from a campaign file and value it offline. Nothing of the file is kept.

    Raises:
        NotThere: no such file.
        BadSettings: a column, an arm or a figure that cannot be used.
        BadData: the file is no table, or no policy can be learned from it.
    """
    rng = np.random.default_rng(request.seed)
    with open_table(file, progress=progress) as table:
        return learn_policy(table, request, rng=rng, progress=progress)


def write_scores(judged: Judged, path: Path) -> int:
    """Write a CSV file of customers: row in the file, arm recommended, expected gain, place in the ranking (0 best).

    The control is recommended where no arm is expected to bring more than it costs. Each customer is scored by models
    that have not seen their outcome. Returns how many rows were written.
    """
    bench = judged.bench
    gain = bench.net_effect
    best, most = gain.argmax(axis=1), gain.max(axis=1)
    place = ranks(bench.learned.fold, most)
    names = [neutral(arm) for arm in bench.campaign.arms]
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["row", "arm", "expected_gain", "place"])
        writer.writerows(
            (int(row), names[arm + 1] if value > 0 else names[0], f"{value:.6g}", f"{at:.6f}")
            for row, arm, value, at in zip(judged.row, best, most, place, strict=True)
        )
    return int(judged.row.size)


def write_groups(judged: Judged, path: Path) -> None:
    """Write ``regulars.policy-groups/1``: the gain of each arm in each group of each feature."""
    document = {
        "schema": "regulars.policy-groups/1",
        "level": judged.bench.level,
        "groups": [asdict(group) for group in groups(judged.bench)],
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
