"""Learning what each arm changes for whom, so that no row is judged by a model that has seen it.

Rows are dealt into five folds. For the rows of fold k everything (predictions, weights, effects) comes from the other
four: nuisances and effects are fitted without k *and* without one more fold j in turn, which gives honest
out-of-fold predictions inside the four (for weighing the learners against each other) and, averaged over j, the
predictions for k.

1. ``mu(x)``: the outcome whatever the arm (less the arms' means), by boosted trees of depth three.
2. ``m_a(x) = alpha_a + beta_a mu(x)`` by least squares within each arm: shrinks ``mu`` where it overfits.
3. Pseudo-outcomes ``psi_a = G_a - G_0`` of doubly robust scores; their mean given x is the effect (Kennedy 2023).
4. Learners of the effect: in proportion to the predicted outcome; additive per arm; additive for all arms together;
   boosted trees of depth two for all arms together.
5. Stacking: non-negative weights that predict held-out pseudo-outcomes best; what no learner finds is the mean effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from regulars.base.progress import Progress, unwatched
from regulars.base.text import say
from regulars.trial.offpolicy import robust_scores
from regulars.trial.policy import additive
from regulars.trial.policy.additive import Codes, Floats, Layout
from regulars.trial.policy.boost import Forest, Growth, grow
from regulars.trial.policy.campaign import Campaign

FOLDS = 5
LEARNERS = ("risk", "additive", "shared", "trees")
#: Rows learned from at most; every row is valued.
MOST_ROWS = 300_000
#: Features that enter a model at most; the rest are left out fold by fold for want of association.
MOST_FEATURES = 40


@dataclass(frozen=True)
class Learned:
    """What is believed of each row without having seen it.

    ``effect`` (n, arms - 1): what each arm adds to the control's outcome. ``predicted`` (n, arms): the outcome under
    each arm, for the doubly robust scores. ``risk`` (n,): the outcome whatever the arm. ``weights`` (folds, arms - 1,
    learners). ``single`` (n,) and ``single_names`` (folds,): the effect of the best arm by the one feature that
    foretells it best.
    """

    fold: NDArray[np.int8]
    effect: Floats
    predicted: Floats
    risk: Floats
    weights: Floats
    best_arm: NDArray[np.int64]  # (folds,): the arm (from 1) with the best mean net gain elsewhere, 0 for the control
    single: Floats
    single_names: tuple[str, ...]
    rows_learned: int


def deal(n: int, arm: NDArray[np.int16], rng: np.random.Generator) -> NDArray[np.int8]:
    """A fold for each row, the same share of every arm in each."""
    fold = np.empty(n, dtype=np.int8)
    for a in np.unique(arm):
        rows = np.flatnonzero(arm == a)
        fold[rng.permutation(rows)] = (np.arange(rows.size) + rng.integers(FOLDS)) % FOLDS
    return fold


def learn(campaign: Campaign, *, rng: np.random.Generator, progress: Progress = unwatched) -> Learned:
    """Learn effects by cross-fitting. See the module."""
    n, arms = campaign.rows, len(campaign.arms)
    fold = deal(n, campaign.arm, rng)
    sample = np.arange(n) if n <= MOST_ROWS else np.sort(rng.permutation(n)[:MOST_ROWS])
    work = _Work.of(campaign, fold, sample)
    inner, risk = _risks(work, rng, progress)
    effect, predicted, single = np.empty((n, arms - 1)), np.empty((n, arms)), np.zeros(n)
    weights, best, names = np.empty((FOLDS, arms - 1, len(LEARNERS))), np.empty(FOLDS, dtype=np.int64), []
    for k in range(FOLDS):
        progress(say("importing.step.learning"), FOLDS + k, 2 * FOLDS)
        part = _without(work, k, inner[k], rng)
        rows = np.flatnonzero(fold == k)
        predicted[rows] = part.alpha + np.outer(risk[rows], part.beta)
        _fill(campaign, rows, effect, part, risk)
        feature = campaign.features[part.single]
        single[rows] = part.single_table[feature.codes[rows]]
        weights[k], best[k] = part.weights, part.best_arm
        names.append(feature.name)
    return Learned(fold, effect, predicted, risk, weights, best, single, tuple(names), sample.size)


def _fill(campaign: Campaign, rows: NDArray[np.int64], effect: Floats, part: _Part, risk: Floats) -> None:
    for chunk in _chunks(rows):
        effect[chunk] = part.effect(campaign.codes(chunk), risk[chunk])


def _chunks(rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [rows[at : at + 500_000] for at in range(0, rows.size, 500_000)]


@dataclass(frozen=True)
class _Work:
    """The rows learned from, laid out once."""

    campaign: Campaign
    whole_fold: NDArray[np.int8]
    sample: NDArray[np.int64]
    codes: Codes
    arm: NDArray[np.int16]
    fold: NDArray[np.int8]
    outcome: Floats
    propensity: Floats

    @classmethod
    def of(cls, campaign: Campaign, fold: NDArray[np.int8], sample: NDArray[np.int64]) -> _Work:
        outcome = _tamed(campaign.outcome[sample])
        codes, arm = campaign.codes(sample), campaign.arm[sample]
        return cls(campaign, fold, sample, codes, arm, fold[sample], outcome, campaign.propensity[sample])


def _tamed(outcome: Floats) -> Floats:
    """The outcome with its few largest amounts cut to a quantile of those that are not zero; learning only."""
    there = np.abs(outcome[outcome != 0.0])
    if there.size < 50 or np.unique(there).size <= 2:
        return outcome
    most = float(np.quantile(there, 0.99))
    return np.clip(outcome, -most, most)


def _risks(work: _Work, rng: np.random.Generator, progress: Progress) -> tuple[Floats, Floats]:
    # inner[k][i]: the prediction for row i from a model that saw neither fold k nor the fold of i. risk: for every
    # row of the file, the mean of the four models that did not see its fold.
    campaign, count = work.campaign, work.sample.size
    centred = work.outcome - (np.bincount(work.arm, work.outcome) / np.maximum(np.bincount(work.arm), 1))[work.arm]
    inner = np.zeros((FOLDS, count))
    risk = np.zeros(campaign.rows)
    pairs = [(k, j) for k in range(FOLDS) for j in range(k + 1, FOLDS)]
    for at, (k, j) in enumerate(pairs):
        progress(say("importing.step.learning"), at // 2, 2 * FOLDS)
        seen = np.flatnonzero((work.fold != k) & (work.fold != j))
        picked = _screened(work, seen, centred[seen, None], MOST_FEATURES)
        growth = Growth(60, 3, 0.12, max(10, seen.size // 1000), np.array([10.0 + seen.size / 2000]))
        forest = grow(
            np.asfortranarray(work.codes[np.ix_(seen, picked)]), *_kinds(campaign, picked), centred[seen, None], growth, rng
        )
        for one, other in ((k, j), (j, k)):
            rows = np.flatnonzero(work.fold == other)
            inner[one, rows] = forest.predict(work.codes[np.ix_(rows, picked)])[:, 0]
            for chunk in _chunks(np.flatnonzero(work.whole_fold == one)):
                risk[chunk] += forest.predict(campaign.codes(chunk)[:, picked])[:, 0] / (FOLDS - 1)
    return inner, risk


def _kinds(campaign: Campaign, picked: NDArray[np.int64]) -> tuple[tuple[int, ...], tuple[bool, ...]]:
    layout = campaign.layout
    return tuple(layout.bins[f] for f in picked), tuple(layout.ordered[f] for f in picked)


def _screened(work: _Work, rows: NDArray[np.int64], target: Floats, most: int) -> NDArray[np.int64]:
    """The features with the most association with any of the targets: excess of the F statistic of their bins."""
    count = work.codes.shape[1]
    if count <= most:
        return np.arange(count)
    scores = np.zeros((count, target.shape[1]))
    centred = target - target.mean(axis=0)
    for f in range(count):
        codes = work.codes[rows, f]
        held = np.bincount(codes).astype(float)
        for t in range(target.shape[1]):
            sums = np.bincount(codes, weights=centred[:, t])
            filled = held > 0
            between = float((sums[filled] ** 2 / held[filled]).sum())
            scores[f, t] = (between / centred[:, t].var() - filled.sum() + 1) / np.sqrt(max(2.0 * filled.sum(), 1.0))
    return np.sort(np.argsort(-scores.max(axis=1), kind="stable")[:most])


@dataclass(frozen=True)
class _Part:
    """What the rows outside one fold say."""

    alpha: Floats
    beta: Floats
    mean: Floats  # (arms - 1,) mean effect
    weights: Floats  # (arms - 1, learners)
    centres: Floats  # (learners, arms - 1) mean of each learner's predictions
    features: NDArray[np.int64]
    layout: Layout
    own: Floats
    shared: Floats
    trees: tuple[Forest, ...]
    best_arm: int
    single: int
    single_table: Floats

    def effect(self, codes: Codes, risk: Floats) -> Floats:
        """The effect of each arm on rows not seen, shape (n, arms - 1)."""
        picked = np.asfortranarray(codes[:, self.features])
        found = np.stack(
            [
                np.outer(risk, self.beta[1:] - self.beta[0]),
                additive.predict(picked, self.layout, self.own),
                np.repeat(additive.predict(picked, self.layout, self.shared), self.mean.size, axis=1),
                np.mean([forest.predict(picked) for forest in self.trees], axis=0),
            ]
        )
        blended: Floats = self.mean + np.einsum("lna,al->na", found - self.centres[:, None, :], self.weights)
        return blended


def _without(work: _Work, k: int, risk: Floats, rng: np.random.Generator) -> _Part:
    campaign = work.campaign
    rows = np.flatnonzero(work.fold != k)
    arm, y, mu, fold = work.arm[rows], work.outcome[rows], risk[rows], work.fold[rows]
    alpha, beta = _calibrated(arm, y, mu, len(campaign.arms))
    scores = robust_scores(
        outcome=y, arm=arm, propensity=work.propensity[rows], predicted=alpha + np.outer(mu, beta)
    )
    psi = scores[:, 1:] - scores[:, :1]
    mean = psi.mean(axis=0)
    pooled = psi.mean(axis=1, keepdims=True)
    features = _screened(work, rows, np.column_stack([psi, pooled, y - alpha[arm]]), MOST_FEATURES)
    codes = np.asfortranarray(work.codes[np.ix_(rows, features)])
    layout = Layout(*_kinds(campaign, features))
    held = np.array([j for j in range(FOLDS) if j != k])
    additives = _additives(codes, layout, fold, np.column_stack([psi, pooled]), held)
    trees, of_trees = _forests(codes, layout, fold, psi, mean, held, rng)
    found = np.empty((len(LEARNERS), *psi.shape))
    found[0] = np.outer(mu, beta[1:] - beta[0])
    for j in held:
        at = np.flatnonzero(fold == j)
        told = additive.predict(codes[at], layout, additives[int(j)])
        found[1, at], found[2, at] = told[:, :-1], told[:, -1:]
    found[3] = of_trees
    centres = found.mean(axis=1)
    weights = np.array([_stacked(found[:, :, a] - centres[:, a, None], psi[:, a]) for a in range(psi.shape[1])])
    coefficients = np.mean([additives[int(j)] for j in held], axis=0)
    net = np.concatenate(([0.0], mean - campaign.cost[1:] + campaign.cost[0]))
    best = int(net.argmax())
    single, table = _best_single(codes, layout, psi[:, (best or int(net[1:].argmax()) + 1) - 1])
    return _Part(
        *(alpha, beta, mean, weights, centres, features, layout),
        *(coefficients[:, :-1], coefficients[:, -1:], trees, best, int(features[single]), table),
    )


def _calibrated(arm: NDArray[np.int16], y: Floats, mu: Floats, arms: int) -> tuple[Floats, Floats]:
    # Least squares of the outcome on the prediction within each arm; a slope within reason where there are few rows.
    alpha, beta = np.zeros(arms), np.zeros(arms)
    for a in range(arms):
        x, target = mu[arm == a], y[arm == a]
        spread = float(((x - x.mean()) ** 2).sum())
        slope = float(((x - x.mean()) * (target - target.mean())).sum() / spread) if spread > 0 else 0.0
        beta[a] = np.clip(slope, -0.5, 3.0)
        alpha[a] = target.mean() - beta[a] * x.mean()
    return alpha, beta


def _additives(
    codes: Codes, layout: Layout, fold: NDArray[np.int8], target: Floats, held: NDArray[np.int64]
) -> dict[int, Floats]:
    products = additive.cross_products(codes, layout, fold, FOLDS)
    sides = additive.cross_targets(codes, layout, fold, FOLDS, target)
    fitted, _ = additive.fit(products, sides, layout.penalty(), held)
    return fitted


def _forests(
    codes: Codes,
    layout: Layout,
    fold: NDArray[np.int8],
    psi: Floats,
    mean: Floats,
    held: NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[tuple[Forest, ...], Floats]:
    # Imagined rows: as many as it takes for a leaf to be as well known as the mean effect is large.
    told = np.zeros_like(psi)
    imagined = np.clip(psi.var(axis=0) / np.maximum(mean**2, 1e-12), 30.0, psi.shape[0] / 20)
    growth = Growth(30, 2, 0.15, max(15, psi.shape[0] // 500), imagined)
    forests = []
    for j in held:
        seen, unseen = np.flatnonzero(fold != j), np.flatnonzero(fold == j)
        seen_codes = np.asfortranarray(codes[seen])
        forests.append(grow(seen_codes, layout.bins, layout.ordered, psi[seen], growth, rng))
        told[unseen] = forests[-1].predict(codes[unseen])
    return tuple(forests), told


def _stacked(predictions: Floats, target: Floats) -> Floats:
    """Weights, none negative, with which held-out predictions (learners, n) explain the target best."""
    spread = predictions.std(axis=1)
    usable = spread > 1e-12 * (1.0 + np.abs(predictions).max())
    weights = np.zeros(predictions.shape[0])
    if usable.any():
        x = (predictions[usable] / spread[usable, None]).T
        gram = x.T @ x
        root = np.linalg.cholesky(gram + 1e-6 * np.trace(gram) * np.eye(gram.shape[0]))
        side = np.linalg.solve(root, x.T @ (target - target.mean()))
        weights[usable] = nnls(root.T, side)[0] / spread[usable]
    return weights


def _best_single(codes: Codes, layout: Layout, psi: Floats) -> tuple[int, Floats]:
    """The feature whose bins part the effect most, and the shrunken effect in each of its bins."""
    best, chosen, table = -np.inf, 0, np.zeros(1)
    noise, mean = float(psi.var()), float(psi.mean())
    for f, bins in enumerate(layout.bins):
        rows = np.bincount(codes[:, f], minlength=bins).astype(float)
        means = np.bincount(codes[:, f], weights=psi - mean, minlength=bins) / np.maximum(rows, 1)
        between = float((rows * means**2).sum()) / noise - (rows > 0).sum() + 1
        if between > best:
            # Method of moments for the variance between bins, then the posterior mean of each.
            tau2 = max(between, 0.0) * noise / max(float(rows.sum()), 1.0)
            shrunk = mean + means * rows * tau2 / (rows * tau2 + noise)
            best, chosen, table = between, f, shrunk
    return chosen, table
