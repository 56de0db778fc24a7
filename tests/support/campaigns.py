"""Campaigns with known truth: who answers to what is known row by row."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Simulated:
    """Columns of a campaign file and each row's true effect of each arm over the control (n, arms)."""

    columns: dict[str, list[object]]
    effect: Floats

    def write(self, path: Path, *, delimiter: str = ",", skip: tuple[str, ...] = ()) -> Path:
        """As a text file."""
        names = [name for name in self.columns if name not in skip]
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=delimiter)
            writer.writerow(names)
            writer.writerows(zip(*(self.columns[name] for name in names), strict=True))
        return path


def simulate(
    n: int, kind: str, *, seed: int, arms: tuple[str, ...] = ("none", "mail", "call"), shares: Floats | None = None
) -> Simulated:
    """``kind``: null (nothing works), strong (mail helps where x > 0 and harms elsewhere; call helps group c alone).

    The outcome ``visit`` is 0 or 1; ``spend`` and ``opened`` come after the deal; ``customer_id`` is unique.
    """
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=n), rng.normal(size=n)
    group = rng.choice(list("abcd"), n)
    arm = rng.choice(len(arms), n, p=shares)
    chance = np.repeat((0.25 + 0.1 * np.tanh(z))[:, None], len(arms), axis=1)
    if kind == "strong":
        chance[:, 1] += np.where(x > 0, 0.3, -0.12)
        if len(arms) > 2:
            chance[:, 2] += np.where(group == "c", 0.35, -0.05)
    visit = rng.random(n) < chance[np.arange(n), arm]
    spend = np.where(visit & (rng.random(n) < 0.5), rng.lognormal(3, 1, n).round(2), 0.0)
    columns: dict[str, list[object]] = {
        "customer_id": list(range(10_001, 10_001 + n)),
        "x": x.round(4).tolist(),
        "z": z.round(4).tolist(),
        "group": group.tolist(),
        "country": ["HK"] * n,
        "arm": [arms[a] for a in arm],
        "visit": visit.astype(int).tolist(),
        "spend": spend.tolist(),
        "opened": ((arm > 0) & (rng.random(n) < 0.6)).astype(int).tolist(),
    }
    return Simulated(columns, chance - chance[:, :1])
