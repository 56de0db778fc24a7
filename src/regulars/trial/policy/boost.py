"""Boosted small trees on binned features, for what an additive model cannot say.

Squared loss, several targets at once (one tree for the effects of all arms, so that arms lend each other strength),
leaves shrunken towards zero by a count of imagined rows, rows drawn afresh for every tree (Friedman 2001, 2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]


@dataclass(frozen=True)
class Growth:
    """How trees are grown. ``imagined`` (targets,) rows with value zero stand in every leaf."""

    trees: int
    depth: int
    rate: float
    least: int  # rows a leaf must have
    imagined: Floats
    share: float = 0.5  # of the rows for each tree
    most: int = 60_000  # rows for each tree


@dataclass(frozen=True)
class Forest:
    """Trees of one depth. Node ``i`` asks whether ``order[f][code] <= cut``; its children are 2i+1 (yes) and 2i+2."""

    start: Floats  # (targets,)
    feature: NDArray[np.int16]  # (trees, inner nodes)
    yes: tuple[NDArray[np.bool_], ...]  # per tree (inner nodes, 256): which codes go to the first child
    leaf: Floats  # (trees, leaves, targets)

    def predict(self, codes: Codes) -> Floats:
        """Shape (n, targets)."""
        found = np.repeat(self.start[None, :], codes.shape[0], axis=0)
        for feature, yes, leaf in zip(self.feature, self.yes, self.leaf, strict=True):
            found += leaf[_leaves(codes, feature, yes)]
        return found


def _leaves(codes: Codes, feature: NDArray[np.int16], yes: NDArray[np.bool_]) -> NDArray[np.int64]:
    node = np.where(yes[0][codes[:, feature[0]]], 1, 2)
    inner = feature.size
    while node.size and node[0] < inner:
        first, last = int(node.min()), int(node.max())
        after = np.empty_like(node)
        for at in range(first, last + 1):
            rows = np.flatnonzero(node == at)
            after[rows] = np.where(yes[at][codes[rows, feature[at]]], 2 * at + 1, 2 * at + 2)
        node = after
    return node - inner


def grow(
    codes: Codes,
    bins: tuple[int, ...],
    ordered: tuple[bool, ...],
    target: Floats,
    growth: Growth,
    rng: np.random.Generator,
) -> Forest:
    """Fit ``target`` (n, targets) on ``codes`` (n, features)."""
    n = target.shape[0]
    start = target.mean(axis=0)
    left = target - start
    scale = np.maximum(left.var(axis=0), 1e-30)
    orders = _orders(codes, bins, ordered, left / np.sqrt(scale), growth)
    size = max(min(int(growth.share * n), growth.most), min(n, 200))
    features, yeses, leaves = [], [], []
    for _ in range(growth.trees):
        rows = rng.permutation(n)[:size] if size < n else np.arange(n)
        feature, yes = _splits(codes[rows], bins, orders, left[rows], scale, growth)
        leaf_of = _leaves(codes, feature, yes)
        count = 2**growth.depth
        rows_in = np.bincount(leaf_of, minlength=count).astype(float)
        sums = np.column_stack([np.bincount(leaf_of, weights=left[:, t], minlength=count) for t in range(len(scale))])
        value = growth.rate * sums / (rows_in[:, None] + growth.imagined)
        left -= value[leaf_of]
        features.append(feature)
        yeses.append(yes)
        leaves.append(value)
    return Forest(start, np.array(features, dtype=np.int16), tuple(yeses), np.array(leaves))


def _orders(
    codes: Codes, bins: tuple[int, ...], ordered: tuple[bool, ...], target: Floats, growth: Growth
) -> list[NDArray[np.int64]]:
    # Groups of a categorical feature are put in the order of their (shrunken) mean, so that one cut parts them well.
    orders = []
    for f, (count, is_ordered) in enumerate(zip(bins, ordered, strict=True)):
        if is_ordered:
            orders.append(np.arange(count))
            continue
        rows = np.bincount(codes[:, f], minlength=count)
        mean = np.zeros(count)
        for t in range(target.shape[1]):
            mean += np.bincount(codes[:, f], weights=target[:, t], minlength=count) / (rows + growth.imagined[t])
        orders.append(np.argsort(mean, kind="stable"))
    return orders


def _splits(
    codes: Codes,
    bins: tuple[int, ...],
    orders: list[NDArray[np.int64]],
    left: Floats,
    scale: Floats,
    growth: Growth,
) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    inner = 2**growth.depth - 1
    feature = np.zeros(inner, dtype=np.int16)
    yes = np.zeros((inner, 256), dtype=bool)
    yes[:] = True  # a node without a split sends all rows to its first child
    node = np.zeros(codes.shape[0], dtype=np.int64)
    for level in range(growth.depth):
        first, nodes = 2**level - 1, 2**level
        best = np.zeros(nodes)
        for f, count in enumerate(bins):
            keyed = node * count + codes[:, f]
            rows, sums = _histogram(keyed, nodes, count, left)
            rows, sums = rows[:, orders[f]].cumsum(axis=1), sums[:, orders[f]].cumsum(axis=1)
            gain = _gain(rows, sums, scale, growth)
            cut = gain.argmax(axis=1)
            found = gain[np.arange(nodes), cut]
            for at in np.flatnonzero(found > best).tolist():
                best[at] = found[at]
                feature[first + at] = f
                yes[first + at] = False
                yes[first + at, orders[f][: cut[at] + 1]] = True
        if level < growth.depth - 1:
            goes = np.empty(node.size, dtype=bool)
            for at in range(nodes):
                rows_at = np.flatnonzero(node == at)
                goes[rows_at] = yes[first + at][codes[rows_at, feature[first + at]]]
            node = 2 * node + ~goes
    return feature, yes


def _histogram(keyed: NDArray[np.int64], nodes: int, count: int, left: Floats) -> tuple[Floats, Floats]:
    size = nodes * count
    rows = np.bincount(keyed, minlength=size).astype(float).reshape(nodes, count)
    sums = np.stack(
        [np.bincount(keyed, weights=left[:, t], minlength=size).reshape(nodes, count) for t in range(left.shape[1])],
        axis=2,
    )
    return rows, sums


def _gain(rows: Floats, sums: Floats, scale: Floats, growth: Growth) -> Floats:
    # What a cut after each bin takes off the squared error, in units of the targets' variance, shape (nodes, bins).
    all_rows, all_sums = rows[:, -1:], sums[:, -1:]
    rest = all_rows - rows

    def fitted(n: Floats, s: Floats) -> Floats:
        part: Floats = (s**2 / (n[..., None] + growth.imagined) / scale).sum(axis=2)
        return part

    gain = fitted(rows, sums) + fitted(rest, all_sums - sums) - fitted(all_rows, all_sums)
    allowed = (rows >= growth.least) & (rest >= growth.least)
    return np.where(allowed, gain, -1.0)
