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
    n, targets = target.shape
    start = target.mean(axis=0)
    left = target - start
    scale = np.maximum(left.var(axis=0), 1e-30)
    table = _Table.of(codes, bins, ordered, left / np.sqrt(scale), growth)
    size = max(min(int(growth.share * n), growth.most), min(n, 200))
    features, yeses, leaves = [], [], []
    count = 2**growth.depth
    for _ in range(growth.trees):
        rows = rng.permutation(n)[:size] if size < n else np.arange(n)
        feature, yes = _splits(table, rows, left[rows], scale, growth)
        leaf_of = _leaves(codes, feature, yes)
        rows_in = np.bincount(leaf_of, minlength=count).astype(float)
        sums = np.column_stack([np.bincount(leaf_of, weights=left[:, t], minlength=count) for t in range(targets)])
        value = growth.rate * sums / (rows_in[:, None] + growth.imagined)
        left -= value[leaf_of]
        features.append(feature)
        yeses.append(yes)
        leaves.append(value)
    return Forest(start, np.array(features, dtype=np.int16), tuple(yeses), np.array(leaves))


@dataclass(frozen=True)
class _Table:
    """All bins of all features side by side, in the order in which they may be cut."""

    codes: Codes
    place: NDArray[np.int32]  # (n, features): where each row's bin stands among all bins, in cutting order
    feature_of: NDArray[np.int64]  # (bins of all features,)
    start_of: NDArray[np.int64]  # first place of the feature that a place belongs to
    last_of: NDArray[np.int64]  # last place of that feature
    code_of: NDArray[np.int64]  # the code at each place

    @classmethod
    def of(
        cls, codes: Codes, bins: tuple[int, ...], ordered: tuple[bool, ...], target: Floats, growth: Growth
    ) -> _Table:
        place = np.empty(codes.shape, dtype=np.int32)
        starts = np.concatenate(([0], np.cumsum(bins)))
        code_of = []
        for f, (count, is_ordered) in enumerate(zip(bins, ordered, strict=True)):
            order = np.arange(count) if is_ordered else _by_mean(codes[:, f], count, target, growth)
            at = np.empty(count, dtype=np.int32)
            at[order] = np.arange(count) + starts[f]
            place[:, f] = at[codes[:, f]]
            code_of.append(order)
        feature_of = np.repeat(np.arange(len(bins)), bins)
        start_of, last_of = starts[:-1][feature_of], starts[1:][feature_of] - 1
        return cls(codes, place, feature_of, start_of, last_of, np.concatenate(code_of))


def _by_mean(codes: Codes, count: int, target: Floats, growth: Growth) -> NDArray[np.int64]:
    # Groups in the order of their (shrunken) mean, so that one cut parts them well.
    rows = np.bincount(codes, minlength=count)
    mean = np.zeros(count)
    for t in range(target.shape[1]):
        mean += np.bincount(codes, weights=target[:, t], minlength=count) / (rows + growth.imagined[t])
    return np.argsort(mean, kind="stable")


def _splits(
    table: _Table, rows: NDArray[np.int64], left: Floats, scale: Floats, growth: Growth
) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    inner = 2**growth.depth - 1
    feature = np.zeros(inner, dtype=np.int16)
    yes = np.ones((inner, 256), dtype=bool)  # a node without a split sends all rows to its first child
    place, codes = table.place[rows], table.codes[rows]
    node = np.zeros(rows.size, dtype=np.int32)
    for level in range(growth.depth):
        first, nodes = 2**level - 1, 2**level
        gain = _gains(table, place, node, nodes, left, scale, growth)
        cut = gain.argmax(axis=1)
        for at in np.flatnonzero(gain[np.arange(nodes), cut] > 0).tolist():
            start, edge = table.start_of[cut[at]], cut[at]
            feature[first + at] = table.feature_of[edge]
            yes[first + at] = False
            yes[first + at, table.code_of[start : edge + 1]] = True
        if level < growth.depth - 1:
            goes = yes[first + node, codes[np.arange(rows.size), feature[first + node]]]
            node = 2 * node + ~goes
    return feature, yes


def _gains(
    table: _Table,
    place: NDArray[np.int32],
    node: NDArray[np.int32],
    nodes: int,
    left: Floats,
    scale: Floats,
    growth: Growth,
) -> Floats:
    """What a cut after each place takes off the squared error, in units of the targets' variance: (nodes, places)."""
    width, features = table.feature_of.size, place.shape[1]
    keyed = (node[:, None] * width + place).ravel()
    size = nodes * width

    def up_to(sums: Floats) -> tuple[Floats, Floats]:
        running = sums.reshape(nodes, width).cumsum(axis=1)
        before = np.concatenate((np.zeros((nodes, 1)), running), axis=1)[:, table.start_of]
        return running - before, running[:, table.last_of] - before

    rows, all_rows = up_to(np.bincount(keyed, minlength=size).astype(float))
    allowed = (rows >= growth.least) & (all_rows - rows >= growth.least)
    gain = np.zeros((nodes, width))
    for t in range(left.shape[1]):
        sums, all_sums = up_to(np.bincount(keyed, weights=np.repeat(left[:, t], features), minlength=size))
        more = growth.imagined[t]
        gain += (
            sums**2 / (rows + more)
            + (all_sums - sums) ** 2 / (all_rows - rows + more)
            - all_sums**2 / (all_rows + more)
        ) / scale[t]
    return np.where(allowed, gain, -1.0)
