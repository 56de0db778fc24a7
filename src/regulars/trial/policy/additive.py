"""An additive model on binned features, shrunken, fitted from counts and sums alone.

``f(x) = c + sum_j b_j[bin_j(x)]`` by penalised least squares. Neighbouring bins of a numeric feature are held together
(first differences are penalised: a random walk of effects), groups of a categorical one are held to their mean (ridge:
a normal prior, so that the fit is its posterior mean). The strength is the one that predicts best across folds, which
is worked out from the folds' cross-products without going over the rows again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]

STRENGTHS = tuple(float(v) for v in np.geomspace(3.0, 3e5, 11))


@dataclass(frozen=True)
class Layout:
    """Where each feature's bins stand in the row of coefficients; the constant comes first."""

    bins: tuple[int, ...]
    ordered: tuple[bool, ...]

    @property
    def starts(self) -> NDArray[np.int64]:
        """First coefficient of each feature."""
        return np.concatenate(([1], 1 + np.cumsum(self.bins)[:-1])).astype(np.int64)

    @property
    def width(self) -> int:
        """How many coefficients there are."""
        return 1 + sum(self.bins)

    def columns(self, features: NDArray[np.int64]) -> NDArray[np.int64]:
        """The coefficients of some features, the constant among them."""
        spans = [np.arange(self.starts[f], self.starts[f] + self.bins[f]) for f in features]
        return np.concatenate([np.zeros(1, dtype=np.int64), *spans])

    def penalty(self) -> Floats:
        """The matrix of the penalty for strength one."""
        whole = np.zeros((self.width, self.width))
        for start, bins, ordered in zip(self.starts, self.bins, self.ordered, strict=True):
            block = np.eye(bins)
            if ordered and bins > 2:
                steps = np.diff(np.eye(bins), axis=0)
                block = 0.05 * np.eye(bins) + steps.T @ steps
            whole[start : start + bins, start : start + bins] = block
        whole[0, 0] = 1e-9
        return whole


def cross_products(codes: Codes, layout: Layout, fold: NDArray[np.int8], folds: int) -> Floats:
    """X'X of the one-hot design in each fold, shape (folds, width, width): nothing but counts of pairs of bins."""
    found = np.zeros((folds, layout.width, layout.width))
    starts, wide = layout.starts, fold.astype(np.int64)
    for a, bins_a in enumerate(layout.bins):
        at = slice(starts[a], starts[a] + bins_a)
        keyed = wide * bins_a + codes[:, a]
        alone = np.bincount(keyed, minlength=folds * bins_a).reshape(folds, bins_a)
        found[:, at, at] = alone[:, :, None] * np.eye(bins_a)
        found[:, 0, at] = found[:, at, 0] = alone
        for b in range(a + 1, len(layout.bins)):
            bins_b = layout.bins[b]
            to = slice(starts[b], starts[b] + bins_b)
            pairs = np.bincount(keyed * bins_b + codes[:, b], minlength=folds * bins_a * bins_b)
            block = pairs.reshape(folds, bins_a, bins_b)
            found[:, at, to] = block
            found[:, to, at] = block.transpose(0, 2, 1)
    found[:, 0, 0] = np.bincount(wide, minlength=folds)
    return found


def cross_targets(codes: Codes, layout: Layout, fold: NDArray[np.int8], folds: int, target: Floats) -> Floats:
    """X'y in each fold, shape (folds, width, targets); ``target`` (n, targets)."""
    found = np.zeros((folds, layout.width, target.shape[1]))
    wide = fold.astype(np.int64)
    for t in range(target.shape[1]):
        found[:, 0, t] = np.bincount(wide, weights=target[:, t], minlength=folds)
        for f, (start, bins) in enumerate(zip(layout.starts, layout.bins, strict=True)):
            sums = np.bincount(wide * bins + codes[:, f], weights=target[:, t], minlength=folds * bins)
            found[:, start : start + bins, t] = sums.reshape(folds, bins)
    return found


def fit(
    products: Floats, targets: Floats, penalty: Floats, held: NDArray[np.int64]
) -> tuple[dict[int, Floats], NDArray[np.int64]]:
    """Fit without each held fold in turn, at the strength that predicts the held folds best.

    ``products`` (folds, w, w) and ``targets`` (folds, w, t) hold only the folds to be used (others zero). Returns the
    coefficients (w, t) fitted without each fold of ``held``, and the index of the strength chosen per target.
    """
    whole, aim = products.sum(axis=0), targets.sum(axis=0)
    fitted = np.zeros((held.size, len(STRENGTHS), *aim.shape))
    loss = np.zeros((len(STRENGTHS), aim.shape[1]))
    for at, j in enumerate(held):
        gram, side = whole - products[j], aim - targets[j]
        for s, strength in enumerate(STRENGTHS):
            b = cho_solve(cho_factor(gram + strength * penalty + 1e-6 * np.eye(gram.shape[0])), side)
            fitted[at, s] = b
            # The squared error on the held fold, less the sum of squares that no strength changes.
            loss[s] += np.einsum("wt,wv,vt->t", b, products[j], b) - 2 * (b * targets[j]).sum(axis=0)
    best = loss.argmin(axis=0)
    pick = np.arange(aim.shape[1])
    return {int(j): fitted[at][best, :, pick].T for at, j in enumerate(held)}, best


def predict(codes: Codes, layout: Layout, coefficients: Floats) -> Floats:
    """``f(x)`` for each row, shape (n, targets)."""
    found = np.repeat(coefficients[:1], codes.shape[0], axis=0)
    for f, (start, bins) in enumerate(zip(layout.starts, layout.bins, strict=True)):
        table = coefficients[start : start + bins]
        if table.any():
            found += table[codes[:, f]]
    return found
