"""From when on silence means loss, learned from the business's own past and for each rhythm.

At the origins of the contest every customer had been silent for so many of their own intervals (shrunken as in
:mod:`regulars.analysis.rhythm`, on what was known then). Of those equally late, the share who came soon after (within
:func:`soon`) falls with lateness; it is smoothed by pooling adjacent violators (Ayer et al. 1955), and the criterion is
where it falls below a half, a fifth, a tenth. Its range is where the ends of the shares' own 80 % intervals do.
Docs: docs/methods/wastage-criteria.md.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.special import betaincinv

from regulars.analysis.lookback import Look
from regulars.analysis.results.leaving import Criteria, Criterion, ReturnPoint, RhythmBand
from regulars.analysis.value.contest import Trial
from regulars.analysis.value.statistics import Floats

#: Days after an origin in which a return counts: two typical intervals of the base, between these ends. A watch shop
#: whose customers come once a year would see hardly anybody within a quarter.
SHORTEST, LONGEST, _STEP = 90, 365, 30
BELOW = (0.5, 0.2, 0.1)
#: Lateness in own intervals at which shares are taken.
EDGES = (0.0, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0, 1e9)
_BANDS = 3
_FEW = 200  # customers of a band, all origins together
_FEW_AT = 10  # of a point


def pooled(share: Floats, weight: Floats) -> Floats:
    """The closest non-increasing curve (pool adjacent violators)."""
    blocks: list[list[float]] = []  # share, weight, length
    for value, w in zip(share.tolist(), weight.tolist(), strict=True):
        blocks.append([value, w, 1.0])
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            last = blocks.pop()
            total = blocks[-1][1] + last[1]
            mean = (blocks[-1][0] * blocks[-1][1] + last[0] * last[1]) / total if total else 0.0
            blocks[-1] = [mean, total, blocks[-1][2] + last[2]]
    return np.concatenate([np.full(int(length), value) for value, _, length in blocks])


def soon(interval: float, horizon: int) -> int:
    """Days in which a return counts, of a base with that typical interval watched for ``horizon`` days."""
    wanted = _STEP * round(2 * interval / _STEP)
    return min(max(wanted, SHORTEST), LONGEST, horizon)


def criteria(scene: Look) -> Criteria | None:
    """The learned criteria; None without origins of 90 days or more."""
    cases = list(scene.tried.cases.values()) if scene.tried is not None else []
    cases = [t for t in cases if t.horizon_days >= SHORTEST]
    if not cases:
        return None
    windows, within = scene.setting.pack.windows, soon(scene.interval, min(t.horizon_days for t in cases))
    parts = [_late(t, interval=scene.interval, strength=windows.prior_strength, within=within) for t in cases]
    rhythm, factor, came = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    if len(rhythm) < _FEW:
        return None
    cuts = np.quantile(rhythm, np.linspace(0, 1, _BANDS + 1)) if len(rhythm) >= _BANDS * _FEW else np.array([0, np.inf])
    cuts = np.unique(np.r_[0.0, np.round(cuts[1:-1]), np.inf])
    bands = []
    for low, high in pairwise(cuts):
        here = (rhythm >= low) & (rhythm < high)
        if here.sum() >= _FEW:
            top = float(rhythm[here].max()) if np.isinf(high) else float(high)
            bands.append(_band(float(low), top, rhythm[here], factor[here], came[here]))
    return Criteria(within, windows.lost_after, tuple(bands)) if bands else None


def _late(t: Trial, *, interval: float, strength: float, within: int) -> tuple[Floats, Floats, Floats]:
    """Own interval in days, intervals of silence, and whether they came in time: customers who had come back."""
    back = t.x > 0
    rhythm = (strength * interval + t.span[back]) / (strength + t.x[back])
    silent = t.silent[back]
    return rhythm, silent / rhythm, (t.next_days[back] <= within).astype(float)


def _band(low: float, high: float, rhythm: Floats, factor: Floats, came: Floats) -> RhythmBand:
    at = np.digitize(factor, EDGES) - 1
    n = np.bincount(at, minlength=len(EDGES) - 1).astype(float)
    k = np.bincount(at, came, minlength=len(EDGES) - 1)
    used = n >= _FEW_AT
    middle = np.array([factor[at == i].mean() if used[i] else 0.0 for i in range(len(n))])
    share, ends = k[used] / n[used], [betaincinv(k[used] + 0.5, n[used] - k[used] + 0.5, q) for q in (0.1, 0.9)]
    smooth = [pooled(np.asarray(curve), n[used]) for curve in (share, *ends)]
    days = float(np.median(rhythm))
    points = tuple(
        ReturnPoint(float(f), float(s), float(a), float(b), int(c))
        for f, s, a, b, c in zip(middle[used], *smooth, n[used], strict=True)
    )
    found = []
    for below in BELOW:
        crossing = [_crossing(middle[used], curve, below) for curve in smooth]
        at_days = crossing[0] * days if crossing[0] is not None else None
        found.append(Criterion(below, crossing[0], crossing[1], crossing[2], at_days))
    return RhythmBand(low, high, len(rhythm), days, points, tuple(found))


def _crossing(factor: Floats, share: Floats, below: float) -> float | None:
    """Where the falling curve first lies below, between points on a straight line; None where it never does.

    0 where it lies below from the start.
    """
    under = np.flatnonzero(share < below)
    if not len(under):
        return None
    i = int(under[0])
    if i == 0:
        return 0.0
    span = share[i - 1] - share[i]
    part = (share[i - 1] - below) / span if span > 0 else 1.0
    return float(factor[i - 1] + part * (factor[i] - factor[i - 1]))
