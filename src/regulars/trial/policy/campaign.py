"""A logged campaign as the learner sees it: binned features, arms, outcomes, the chance each row had of its arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.trial.policy.additive import Codes, Floats, Layout

#: Most groups of one categorical feature; rarer ones share a group.
GROUPS = 24


@dataclass(frozen=True)
class Binned:
    """One feature in bins, named by ``edges`` or by ``values``; a last one holds what is missing."""

    name: str
    codes: NDArray[np.uint8]
    bins: int
    ordered: bool
    edges: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    missing: bool = False

    def label(self, code: int) -> str:
        """A bin in plain signs: a value or group, ``[10, 25)``, ``…`` for all rarer groups, ``?`` for missing."""
        if self.missing and code == self.bins - 1:
            return "?"
        if self.values:
            return self.values[code] if code < len(self.values) else "…"
        low = f"{self.edges[code - 1]:g}" if code else "-∞"
        high = f"{self.edges[code]:g}" if code < len(self.edges) else "∞"
        return f"[{low}, {high})"


@dataclass(frozen=True)
class Campaign:
    """Rows of a campaign; arm 0 is the control.

    ``outcome`` is in value units with costs paid on response already taken off; ``cost`` (arms,) is what a contact
    costs; ``propensity`` is the chance the row had of the arm it got.
    """

    features: tuple[Binned, ...]
    arms: tuple[str, ...]
    arm: NDArray[np.int16]
    outcome: Floats
    responded: NDArray[np.bool_]
    propensity: Floats
    cost: Floats

    @property
    def rows(self) -> int:
        """How many customers."""
        return int(self.arm.size)

    @property
    def layout(self) -> Layout:
        """How the bins stand in an additive model."""
        return Layout(tuple(f.bins for f in self.features), tuple(f.ordered for f in self.features))

    def codes(self, rows: NDArray[np.int64] | None = None) -> Codes:
        """The bins of all features, shape (rows, features)."""
        picked = [f.codes if rows is None else f.codes[rows] for f in self.features]
        count = self.rows if rows is None else rows.size
        found: Codes = np.empty((count, len(picked)), dtype=np.uint8, order="F")
        for at, column in enumerate(picked):
            found[:, at] = column
        return found


def bins_for(rows: int) -> int:
    """How many bins a numeric feature is worth with so many rows."""
    return int(np.clip(rows // 100, 4, 24))


def bin_numbers(name: str, values: Floats, *, most: int, rng: np.random.Generator) -> Binned:
    """Cut a numeric feature at its quantiles (found on 200,000 rows); missing cells get a bin of their own."""
    there = np.isfinite(values)
    known = values[there]
    sample = known if known.size <= 200_000 else rng.choice(known, 200_000, replace=False)
    edges, names = _edges(sample, most)
    codes = np.searchsorted(edges, values, side="right").astype(np.uint8)
    missing = not bool(there.all())
    codes[~there] = edges.size + 1
    bins = edges.size + 1 + missing
    return Binned(name, codes, bins, True, tuple(float(e) for e in edges), names, missing)


def _edges(sample: Floats, most: int) -> tuple[Floats, tuple[str, ...]]:
    distinct, counts = np.unique(sample, return_counts=True)
    if distinct.size <= most:
        return (distinct[1:] + distinct[:-1]) / 2, tuple(f"{v:g}" for v in distinct)
    edges = np.quantile(sample, np.linspace(0, 1, most + 1)[1:-1], method="inverted_cdf")
    usual = int(counts.argmax())
    if counts[usual] > sample.size / 4:
        # One value (zero, mostly) would swallow the quantiles: cut around it, and the rest by its own quantiles.
        rest = sample[sample != distinct[usual]]
        inner = np.quantile(rest, np.linspace(0, 1, most // 2 + 1)[:-1], method="inverted_cdf")
        around = distinct[usual : usual + 2]
        edges = np.unique(np.concatenate((inner, around)))[: most - 1]
    edges = np.unique(edges)
    return edges[edges > distinct[0]], ()


def bin_groups(name: str, codes: NDArray[np.int32], values: Sequence[str]) -> Binned:
    """Groups of a categorical feature from the codes of its commonest values (-1 missing, -2 any other)."""
    others, missing = bool((codes == -2).any()), bool((codes == -1).any())
    kept = codes.astype(np.int64)
    kept[codes == -2] = len(values)
    kept[codes == -1] = len(values) + others
    bins = len(values) + others + missing
    return Binned(name, kept.astype(np.uint8), bins, False, values=tuple(values), missing=missing)
