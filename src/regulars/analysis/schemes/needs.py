"""Needs: customers who buy the same mix of services. Weighted k-means on the base's distinct mixes.

A mix is the shares of a customer's purchases in the commonest categories, in fifths; the distinct mixes with their
counts carry the whole base. Distances are Euclidean between square roots of shares (Hellinger), the start is the
commonest mix and then, each time, the mix with the largest weighted squared distance from all centres so far: no draw,
same mixes, same needs. Two needs become more, up to six, where every further one takes away at least a third of the
squared distance left within needs (our rule), both halves of the base find the same ones (adjusted Rand index of at
least 0.8, Hubert and Arabie 1985) and none is smaller than 2 % of the customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from regulars.analysis.schemes.agreement import adjusted_rand, table_of

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

STEPS = 5
SEARCHED = (2, 3, 4, 5, 6)
AGREED, LEAST_SHARE, TAKES_AWAY = 0.8, 0.02, 2 / 3
_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Clusters:
    """``anchors`` are the centres among square roots of shares, ``centres`` the mean shares of those around each,
    largest need first; ``agreement`` the adjusted Rand index between halves for each number tried."""

    anchors: Floats
    centres: Floats
    agreement: dict[int, float]

    def of(self, mixes: Floats) -> Ints:
        """The need of each mix."""
        return _assign(np.sqrt(mixes), self.anchors)


def cluster(mixes: Floats, halves: Floats) -> Clusters | None:
    """Find the needs. ``mixes``: rows of shares; ``halves``: rows of customer counts in each half of the base.

    None where there are fewer than two distinct mixes.
    """
    bought = halves.sum(axis=1) > 0
    mixes, halves = mixes[bought], halves[bought]
    weight, points = halves.sum(axis=1), np.sqrt(mixes)
    agreement: dict[int, float] = {}
    chosen: Floats | None = None
    left = 0.0
    for k in (k for k in SEARCHED if k <= len(mixes)):
        one, two = (_assign(points, _centres(points, halves[:, side], k)) for side in (0, 1))
        agreement[k] = round(adjusted_rand(table_of(one, two, weight)), 6)
        found = _centres(points, weight, k)
        of = _assign(points, found)
        within = float((weight * _distance(points, found).min(axis=1)).sum())
        steady = agreement[k] >= AGREED and np.bincount(of, weight, minlength=k).min() >= LEAST_SHARE * weight.sum()
        if chosen is not None and not (steady and within <= TAKES_AWAY * left):
            break
        chosen, left = found, within
    if chosen is None:
        return None
    of = _assign(points, chosen)
    sizes = np.bincount(of, weight, minlength=len(chosen))
    order = [int(c) for c in np.argsort(-sizes, kind="stable") if sizes[c] > 0]
    centres = np.array([np.average(mixes[of == c], axis=0, weights=weight[of == c]) for c in order])
    return Clusters(chosen[order], centres, agreement)


def _centres(points: Floats, weight: Floats, k: int) -> Floats:
    if not weight.any():
        weight = np.ones(len(points))
    centres = points[[int(np.argmax(weight))]]
    while len(centres) < k:
        far = _distance(points, centres).min(axis=1) * np.maximum(weight, 1e-9)
        centres = np.vstack([centres, points[int(np.argmax(far))]])
    for _ in range(_ROUNDS):
        of = _assign(points, centres)
        moved = centres.copy()
        for c in range(k):
            inside = (of == c) & (weight > 0)
            if inside.any():
                moved[c] = np.average(points[inside], axis=0, weights=weight[inside])
        if np.allclose(moved, centres, rtol=0, atol=1e-12):
            break
        centres = moved
    return centres


def _distance(points: Floats, centres: Floats) -> Floats:
    found: Floats = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return found


def _assign(points: Floats, centres: Floats) -> Ints:
    # Rounded, so that a mix half-way between two centres goes to the first on every machine.
    return np.argmin(np.round(_distance(points, centres), 12), axis=1).astype(np.int64)


def named(centres: Floats, categories: tuple[str, ...]) -> tuple[str, ...]:
    """A name for each need: its one or two largest categories; more where two needs would be called the same."""
    names: list[str] = []
    for shares in centres:
        order = np.argsort(-shares, kind="stable")
        count = 2 if len(order) > 1 and shares[order[1]] >= 0.25 else 1
        name = _joined(order, categories, count)
        while name in names and count < len(order):
            count += 1
            name = _joined(order, categories, count)
        names.append(name if name not in names else f"{name} ({len(names) + 1})")
    return tuple(names)


def _joined(order: Ints, categories: tuple[str, ...], count: int) -> str:
    return " + ".join(categories[int(i)] for i in order[:count])


def shares_of(steps: Floats) -> Floats:
    """Rows of shares from rows of fifths (which may add up to a little more or less than five)."""
    total = steps.sum(axis=1, keepdims=True)
    shares: Floats = steps / np.where(total > 0, total, 1.0)
    return shares


def halves_agree(mixes: Floats, halves: Floats, k: int) -> tuple[float, float] | None:
    """Share of customers in the same need when needs are found on either half (matched so that most agree), and the
    adjusted Rand index. None with fewer mixes than needs."""
    bought = halves.sum(axis=1) > 0
    points, weight = np.sqrt(mixes[bought]), halves[bought].sum(axis=1)
    if k > len(points):
        return None
    one, two = (_assign(points, _centres(points, halves[bought][:, side], k)) for side in (0, 1))
    counts = table_of(one, two, weight)
    rows, columns = linear_sum_assignment(-counts)
    return float(counts[rows, columns].sum() / weight.sum()), round(adjusted_rand(counts), 6)
