"""Who answers to what: the effect of each arm in each group of each feature, with intervals. For reading, not for use.

Every figure is a mean of doubly robust gains over the rows of one bin; next to it the mean drawn towards the arm's own
as far as the feature's bins differ by no more than chance (method of moments).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from regulars.trial.policy.result import Interval
from regulars.trial.policy.worth import Bench


@dataclass(frozen=True)
class Group:
    """One bin of a feature under one arm."""

    feature: str
    bin: str
    arm: str
    rows: int
    gain: Interval
    shrunken: float


def groups(bench: Bench) -> tuple[Group, ...]:
    """All features, bins and arms."""
    found = []
    z = float(ndtri(0.5 + bench.level / 2))
    for a in range(1, len(bench.campaign.arms)):
        gains = bench.net[:, a] - bench.net[:, 0]
        mean, noise = float(gains.mean()), float(gains.var())
        for feature in bench.campaign.features:
            rows = np.bincount(feature.codes, minlength=feature.bins).astype(float)
            filled = rows > 1
            sums = np.bincount(feature.codes, weights=gains, minlength=feature.bins)
            squares = np.bincount(feature.codes, weights=gains**2, minlength=feature.bins)
            own = sums / np.maximum(rows, 1)
            error = np.sqrt(np.maximum(squares / np.maximum(rows, 1) - own**2, 0.0) / np.maximum(rows - 1, 1))
            between = float((rows * (own - mean) ** 2)[filled].sum()) - noise * (filled.sum() - 1)
            tau2 = max(between, 0.0) / max(float(rows.sum()), 1.0)
            shrunken = mean + (own - mean) * rows * tau2 / np.maximum(rows * tau2 + noise, 1e-30)
            for b in np.flatnonzero(filled):
                gain = Interval(float(own[b]), float(own[b] - z * error[b]), float(own[b] + z * error[b]))
                found.append(
                    Group(
                        feature.name,
                        feature.label(int(b)),
                        bench.campaign.arms[a],
                        int(rows[b]),
                        gain,
                        float(shrunken[b]),
                    )
                )
    return tuple(found)
