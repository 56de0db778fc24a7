"""Which branch changes of its own accord, and what moves all branches together.

A branch is held against all others together, quarter by quarter: what moved them all drops out. Of the difference,
every stretch of quarters is compared with the rest of the time; the best stretch counts for as many trials as there are
stretches, branches and measures (Bonferroni), so that hardly one study in twenty tells a change where there is none.
Branches that are told are taken out of the others before the next is judged: one that falls would make all others seem
to rise. What moves all together is held against the same quarter of the other year, so that no season is told as a
change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from regulars.analysis.results.teams import Span
from regulars.analysis.value.statistics import Floats

type Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
type Contrast = Callable[[Floats, Floats, Flags], tuple[float, float] | None]

_WRONG = 0.05
_NORMAL_90 = 1.6449
_SEASONS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Figures of branches by quarter, and their sampling variances; shape (branches, quarters), all finite."""

    raw: Floats
    error: Floats


@dataclass(frozen=True, slots=True)
class Stretch:
    """Quarters ``first`` to ``last`` lie ``by`` above (or below) all other quarters; ``p`` counts all stretches."""

    first: int
    last: int
    by: Span
    p: float


@dataclass(frozen=True, slots=True)
class Told:
    """What stands out: of all together, and of single branches (by their row) against the others.

    ``parted``: there are but two branches, so that nobody can say which of them moved.
    """

    common: Stretch | None
    particular: tuple[tuple[int, Stretch], ...]
    parted: bool


def told(paths: Paths, *, trials: int) -> Told:
    """What stands out, where ``trials`` measures are looked at side by side."""
    branches, _ = paths.raw.shape
    left = list(range(branches))
    found: list[tuple[int, Stretch]] = []
    while len(left) >= 3 or (len(left) == branches == 2):
        tried = [(_against(paths, b, [o for o in left if o != b]), b) for b in left]
        best, branch = min(tried, key=lambda one: one[0].p)
        if best.p > _WRONG / (branches * trials):
            break
        found.append((branch, best))
        left.remove(branch)
    common = _common(paths, left, trials) if len(left) > 1 else None
    return Told(common, tuple(found), bool(found) and branches == 2)


def _common(paths: Paths, rows: list[int], trials: int) -> Stretch | None:
    """What moves all the branches that do not move alone: it must be seen without any one of them, too."""
    jitter, free = _jitter(paths, rows)
    middle, error = _together(paths, rows)
    best = _best(middle, error * jitter, free, _within_seasons)
    if best is None or best.p > _WRONG / trials:
        return None
    for row in rows:
        middle, error = _together(paths, [o for o in rows if o != row])
        inside = np.zeros(middle.size, dtype=bool)
        inside[best.first : best.last + 1] = True
        again = _within_seasons(middle, error * jitter, inside)
        if again is None or again[0] * best.by.mid <= 0 or abs(again[0]) < _NORMAL_90 * again[1]:
            return None
    return best


def _jitter(paths: Paths, rows: list[int]) -> tuple[float, float]:
    """How many times wider than chance (in variance) branches scatter around their common course; at least once.

    And on how many degrees of freedom that rests: without end, where chance is enough. A branch that is being judged is
    not among ``rows``: its own change is no jitter.
    """
    free = (len(rows) - 1) * (paths.raw.shape[1] - 1)
    if free <= 0:
        return 1.0, np.inf
    rest, w = paths.raw[rows], 1 / paths.error[rows]
    for _ in range(15):  # two-way means with unequal weights, one after the other
        rest = rest - ((w * rest).sum(axis=1) / w.sum(axis=1))[:, None]
        rest = rest - (w * rest).sum(axis=0) / w.sum(axis=0)
    seen = float((w * rest**2).sum() / free)
    return (seen, float(free)) if seen > 1 else (1.0, np.inf)


def _together(paths: Paths, rows: list[int]) -> tuple[Floats, Floats]:
    """The common course of some branches: each around its own mean, so that a change of shares moves nothing."""
    raw, w = paths.raw[rows], 1 / paths.error[rows]
    around = raw - ((w * raw).sum(axis=1) / w.sum(axis=1))[:, None]
    return (w * around).sum(axis=0) / w.sum(axis=0), 1 / w.sum(axis=0)


def _against(paths: Paths, branch: int, others: list[int]) -> Stretch:
    middle, error = _together(paths, others)
    jitter, free = _jitter(paths, others)
    best = _best(paths.raw[branch] - middle, (paths.error[branch] + error) * jitter, free, _contrast)
    assert best is not None  # every stretch has quarters beside it
    return best


def _best(path: Floats, error: Floats, free: float, contrast: Contrast) -> Stretch | None:
    """The stretch that stands out most from the rest of the time, at most half of it long.

    What stands out at the beginning is told as what has changed since.
    """
    k = path.size
    found: list[tuple[float, int, int, float, float]] = []
    for first in range(k):
        for last in range(first, min(k, first + k // 2)):
            inside = np.zeros(k, dtype=bool)
            inside[first : last + 1] = True
            if (seen := contrast(path, error, inside)) is not None:
                found.append((abs(seen[0]) / seen[1], first, last, *seen))
    if not found:
        return None
    z, first, last, by, sd = max(found)
    p = min(1.0, len(found) * 2 * float(t.sf(z, free)))
    if first == 0:
        first, last, by = last + 1, k - 1, -by
    return Stretch(first, last, Span(by - _NORMAL_90 * sd, by, by + _NORMAL_90 * sd), p)


def _contrast(path: Floats, error: Floats, inside: Flags) -> tuple[float, float] | None:
    """How far the quarters inside lie above the others, and its standard error."""
    w = 1 / error
    here, away = (float((w[m] * path[m]).sum() / w[m].sum()) for m in (inside, ~inside))
    return here - away, float(np.sqrt(1 / w[inside].sum() + 1 / w[~inside].sum()))


def _within_seasons(path: Floats, error: Floats, inside: Flags) -> tuple[float, float] | None:
    """The same, each quarter inside only against the same quarter of the other year; None where there is none."""
    at = np.flatnonzero(inside[:-_SEASONS] != inside[_SEASONS:])
    if not at.size:
        return None
    sign = np.where(inside[at], 1.0, -1.0)
    w = 1 / (error[at] + error[at + _SEASONS])
    off = sign * (path[at] - path[at + _SEASONS])
    return float((w * off).sum() / w.sum()), float(np.sqrt(1 / w.sum()))
