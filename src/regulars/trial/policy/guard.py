"""Before anything is believed: was the arm dealt by chance, and does a "feature" come from after the deal?

* Balance of each feature: chi-square of its bins by arms, with Cramer's V for the size.
* The deal as a whole: an additive model foretells each arm from all features out of fold. If the arm does not depend on
  them, ``mean((1{A=a} - share_a) * foretold)`` is normal around zero, whatever the model (a cross-fitted score test).
* A feature from after the deal (a visit where spending is the outcome): it fixes the outcome, or it is out of balance
  where the rest is balanced.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr

from regulars.trial.policy import additive
from regulars.trial.policy.additive import Floats, Layout
from regulars.trial.policy.campaign import Binned

#: Out of balance beyond what chance does once in a million features, and by more than a trifle.
RARE, TRIFLE = 1e-6, 0.02


@dataclass(frozen=True, slots=True)
class Balance:
    """How a feature stands between arms. ``p``: chance of so much imbalance; ``v``: Cramer's V (0..1)."""

    feature: str
    p: float
    v: float
    outcome_share: float  # part of the outcome's variance its bins explain
    fixes: str | None  # a bin within which the outcome never varies although it should, e.g. visit = 0
    one_sided: bool = False  # a bin that an arm never has, although it should have 25 rows


@dataclass(frozen=True, slots=True)
class Deal:
    """Whether arms depend on features. ``p``: all arms together; ``auc``: of the arm foretold best, out of fold."""

    p: float
    z: float
    auc: float
    verdict: str  # random, slightly, strongly


def balance(feature: Binned, arm: NDArray[np.int16], arms: int, outcome: Floats) -> Balance:
    """Measure one feature."""
    table = np.bincount(feature.codes.astype(np.int64) * arms + arm, minlength=feature.bins * arms)
    counts = table.reshape(feature.bins, arms).astype(float)
    counts = counts[counts.sum(axis=1) > 0]
    n = counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    # Bins too thin for the chi-square law are put together.
    thin = expected.min(axis=1) < 5
    if thin.any():
        counts = np.vstack([counts[~thin], counts[thin].sum(axis=0)])
        expected = np.vstack([expected[~thin], expected[thin].sum(axis=0)])
    freedom = (counts.shape[0] - 1) * (arms - 1)
    if freedom <= 0:
        return Balance(feature.name, 1.0, 0.0, *_of_outcome(feature, outcome))
    one_sided = bool(((counts == 0) & (expected >= 25)).any())
    chi2 = float(((counts - expected) ** 2 / np.maximum(expected, 1e-9)).sum())
    v = float(np.sqrt(max(chi2 - freedom, 0.0) / (n * min(counts.shape[0] - 1, arms - 1))))
    return Balance(feature.name, float(chdtrc(freedom, chi2)), v, *_of_outcome(feature, outcome), one_sided)


def _of_outcome(feature: Binned, outcome: Floats) -> tuple[float, str | None]:
    rows = np.bincount(feature.codes, minlength=feature.bins).astype(float)
    sums = np.bincount(feature.codes, weights=outcome, minlength=feature.bins)
    squares = np.bincount(feature.codes, weights=outcome**2, minlength=feature.bins)
    mean, spread = float(outcome.mean()), float(outcome.var())
    if spread <= 0:
        return 0.0, None
    means = sums / np.maximum(rows, 1)
    share = float((rows * (means - mean) ** 2).sum() / (rows.sum() * spread))
    within = squares / np.maximum(rows, 1) - means**2
    common = _commonest(outcome)
    rate = float((outcome == common).mean())
    # A bin without any variation: by chance every one of its rows would have the commonest outcome with
    # probability rate^rows. One that is all of another value is rarer still.
    still = (within <= 1e-12 * (1.0 + means**2)) & (rows >= 20)
    alike = np.abs(means - common) < 1e-9
    chance = np.where(alike, rows * np.log(rate), rows * np.log(max(1 - rate, 1e-12)))
    # A rare outcome may well be missing from a bin of few customers; from a third of all it may not.
    large = ~alike | (rows >= rows.sum() * 0.3)
    fixed = np.flatnonzero(still & large & (chance < np.log(1e-12)))
    return share, (feature.label(int(fixed[0])) if fixed.size else None)


def _commonest(outcome: Floats) -> float:
    values, counts = np.unique(outcome, return_counts=True)
    return float(values[counts.argmax()])


def after_the_deal(found: Balance, *, hinted: bool, others_balanced: bool) -> str | None:
    """Why a feature is taken for something that happened after the deal: copy, fixes or imbalance, or None for not.

    ``hinted``: its name is one that results bear. ``others_balanced``: at least a third of the features are in
    balance, so that the deal as a whole is not in doubt.
    """
    if found.outcome_share > 0.95:
        return "copy"
    if found.fixes is not None:
        return "fixes"
    uneven = found.p < RARE and found.v > TRIFLE and others_balanced
    if uneven and (hinted or found.one_sided or found.outcome_share > 0.01):
        return "imbalance"
    return None


def deal_of(
    features: tuple[Binned, ...], arm: NDArray[np.int16], arms: int, fold: NDArray[np.int8], *, codes: NDArray[np.uint8]
) -> tuple[Deal, Floats]:
    """Test the deal; also the out-of-fold linear foretelling of each arm, shape (n, arms)."""
    folds = int(fold.max()) + 1
    layout = Layout(tuple(f.bins for f in features), tuple(f.ordered for f in features))
    told = np.zeros((arm.size, arms))
    share = np.bincount(arm, minlength=arms) / arm.size
    if not features:
        return Deal(1.0, 0.0, 0.5, "random"), np.repeat(share[None, :], arm.size, axis=0)
    target = (arm[:, None] == np.arange(arms)).astype(float) - share
    products = additive.cross_products(codes, layout, fold, folds)
    sides = additive.cross_targets(codes, layout, fold, folds, target)
    fitted, _ = additive.fit(products, sides, layout.penalty(), np.arange(folds))
    zs = np.zeros(arms)
    for k, coefficients in fitted.items():
        rows = np.flatnonzero(fold == k)
        told[rows] = additive.predict(codes[rows], layout, coefficients)
        told[rows] -= told[rows].mean(axis=0)
    for a in range(arms):
        product = target[:, a] * told[:, a]
        spread = float(product.std())
        zs[a] = float(product.sum() / (np.sqrt(arm.size) * spread)) if spread > 0 else 0.0
    independent = arms - 1 if arms > 2 else 1
    worst = int(zs.argmax())
    p = min(1.0, float(1 - ndtr(zs[worst])) * independent)
    auc = _auc(told[:, worst], arm == worst)
    verdict = "random" if p > 0.01 or auc < 0.505 else "slightly" if auc < 0.55 else "strongly"
    return Deal(p, float(zs[worst]), auc, verdict), told + share


def _auc(score: Floats, yes: NDArray[np.bool_]) -> float:
    values, at = np.unique(score, return_inverse=True)
    positive = np.bincount(at, weights=yes, minlength=values.size)
    negative = np.bincount(at, weights=~yes, minlength=values.size)
    before = np.cumsum(negative) - negative
    total = positive.sum() * negative.sum()
    return float((positive * (before + negative / 2)).sum() / total) if total else 0.5


def propensities(told: Floats, arm: NDArray[np.int16], fold: NDArray[np.int8]) -> Floats:
    """The chance each row had of its arm, from the out-of-fold foretelling, set right by how often it came true.

    Rows are put into twenty bins of the foretelling; a bin's chance is the arm's share in the other folds, drawn
    towards the foretelling itself, and kept within 0.01 and 1.
    """
    n, arms = told.shape
    found = np.empty((n, arms))
    for a in range(arms):
        edges = np.unique(np.quantile(told[:, a], np.linspace(0, 1, 21)[1:-1]))
        at = np.searchsorted(edges, told[:, a], side="right")
        for k in np.unique(fold):
            other, rows = fold != k, np.flatnonzero(fold == k)
            count = np.bincount(at[other], minlength=edges.size + 1).astype(float)
            hits = np.bincount(at[other], weights=arm[other] == a, minlength=edges.size + 1)
            mean = np.bincount(at[other], weights=told[other, a], minlength=edges.size + 1)
            strength = 50.0
            rate = (hits + strength * np.clip(mean / np.maximum(count, 1), 0.0, 1.0)) / (count + strength)
            found[rows, a] = rate[at[rows]]
    found = np.clip(found, 0.01, 1.0)
    found /= found.sum(axis=1, keepdims=True)
    of_arm: Floats = found[np.arange(n), arm]
    return of_arm
