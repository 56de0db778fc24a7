"""How early wastage is seen: alarms judged at past origins, simple rules as rivals.

Who is judged: customers who had come back and had been seen within the trade's lost window, since nobody needs a model
for those long gone. What is to be told: no visit in the whole period after the origin. AUC is Mann and Whitney's, its
standard error Hanley and McNeil's (1982). Docs: docs/methods/early-warning.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.stats import rankdata

from regulars.analysis.lookback import Look
from regulars.analysis.results.leaving import Warning
from regulars.analysis.value.contest import Trial
from regulars.analysis.value.statistics import Floats
from regulars.analysis.value.visits import VisitFit
from regulars.base.text import Text, say

_FEW = 30
_CLEAR = 1.96
_RIVALS = ("own_rhythm", "recency", "fixed_window")


def warnings(scene: Look) -> tuple[tuple[Warning, ...], int, Text | None]:
    """Every alarm, the model first; on how many customers they were judged (all origins together); the verdict."""
    if scene.tried is None:
        return (), 0, None
    windows = scene.setting.pack.windows
    scores: dict[str, list[Floats]] = {}
    silent: list[Floats] = []
    for t, fit in zip(scene.tried.cases.values(), scene.tried.fits, strict=True):
        rows = (t.x > 0) & (t.silent <= windows.lost_after)
        silent.append((t.came[rows] == 0).astype(float))
        for name, score in _scores(t, fit, scene).items():
            scores.setdefault(name, []).append(score[rows])
    y = np.concatenate(silent)
    if min(y.sum(), len(y) - y.sum()) < _FEW:
        return (), len(y), None
    whole = {name: np.concatenate(parts) for name, parts in scores.items()}
    found = tuple(judged(name, score, y, origins=len(silent)) for name, score in whole.items())
    rival = max((w for w in found if w.id in _RIVALS), key=lambda w: w.auc)
    return found, len(y), verdict(whole["model"], whole[rival.id], y, rival=rival.id, origins=len(silent))


def _scores(t: Trial, fit: VisitFit, scene: Look) -> Mapping[str, Floats]:
    windows = scene.setting.pack.windows
    since = t.silent
    rhythm = (windows.prior_strength * scene.interval + t.span) / (windows.prior_strength + t.x)
    return {
        "model": fit.knowing(t.log_gaps).visits(t.x, t.t_x, t.T, t.weeks).none,
        "own_rhythm": since / rhythm,
        "recency": since,
        "fixed_window": (since > windows.lapsing_after).astype(float),
    }


def judged(name: str, score: Floats, silent: Floats, *, origins: int = 1) -> Warning:
    """Quality of a score that should be high for the silent (1.0); customers return at every origin, so they count
    once in the standard error."""
    auc = area(score, silent)
    brier = float(((score - silent) ** 2).mean()) if name == "model" else None
    order = np.argsort(-score, kind="stable")
    # Ties are shared out: every customer of a tie has the tie's mean.
    ranked = _tied_mean(score, silent)[order]
    hits = np.cumsum(ranked)
    precision = float((ranked * hits / np.arange(1, len(hits) + 1)).sum() / max(silent.sum(), 1.0))
    tenth = max(len(ranked) // 10, 1)
    lift = float(ranked[:tenth].mean() / silent.mean())
    return Warning(
        name, auc, hanley_mcneil(auc, silent.sum() / origins, (1 - silent).sum() / origins), precision, lift, brier
    )


def area(score: Floats, silent: Floats) -> float:
    """Probability that a silent customer scores higher than one who came (ties count half)."""
    n1 = silent.sum()
    n0 = len(silent) - n1
    ranks = rankdata(score)
    return float((ranks[silent > 0].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def hanley_mcneil(auc: float, n1: float, n0: float) -> float:
    """Standard error of an AUC."""
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = (auc * (1 - auc) + (n1 - 1) * (q1 - auc * auc) + (n0 - 1) * (q2 - auc * auc)) / (n1 * n0)
    return float(np.sqrt(max(variance, 0.0)))


def difference(one: Floats, other: Floats, silent: Floats, *, origins: int = 1) -> tuple[float, float]:
    """Difference of two AUCs on the same customers, and its standard error (DeLong et al. 1988)."""
    lost, came = [], []
    for score in (one, other):
        ranks = rankdata(score)
        gone, here = ranks[silent > 0], ranks[silent == 0]
        lost.append((gone - rankdata(score[silent > 0])) / len(here))
        came.append(1 - (here - rankdata(score[silent == 0])) / len(gone))
    gain = float(lost[0].mean() - lost[1].mean())
    variance = sum(np.var(v[0] - v[1]) / (len(v[0]) / origins) for v in (lost, came))
    return gain, float(np.sqrt(variance))


def verdict(model: Floats, rule: Floats, silent: Floats, *, rival: str, origins: int) -> Text:
    """Whether the model sees it earlier than the best simple rule, in plain words."""
    name = say(f"study.leaving.warning_{rival}")
    gain, se = difference(model, rule, silent, origins=origins)
    if gain > _CLEAR * se:
        return say("study.leaving.model_better", rival=name)
    return say("study.leaving.model_alike" if gain >= -_CLEAR * se else "study.leaving.model_worse", rival=name)


def _tied_mean(score: Floats, silent: Floats) -> Floats:
    _, code, count = np.unique(score, return_inverse=True, return_counts=True)
    return np.asarray((np.bincount(code, silent) / count)[code])
