"""Learning what each arm changes for whom, so that no row is judged by a model that has seen it.

Rows are dealt into five folds. For the rows of fold k everything (predictions, weights, effects) comes from the other
four: nuisances and effects are fitted without k *and* without one more fold j in turn, which gives honest
out-of-fold predictions inside the four (for weighing the learners against each other) and, averaged over j, the
predictions for k.

1. The outcome by boosted trees of depth three with the arm among the features; ``mu(x)`` is its mean over arms.
2. ``m_a(x) = alpha_a + beta_a mu(x)`` by least squares within each arm: shrinks ``mu`` where it overfits.
3. Pseudo-outcomes ``psi_a = G_a - G_0`` of doubly robust scores; their mean given x is the effect (Kennedy 2023).
4. The effect first as a straight line in the predicted outcome, drawn towards what is usual; what is left of it by
   four learners: the differences between arms in the forest of 1 (joint); additive per arm; additive for all arms
   together; boosted trees of depth two for all arms together.
5. Stacking: the weights that predict held-out pseudo-outcomes best, shrunken by how well they are known; what no
   learner finds is the line, and in the end the mean effect.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from regulars.base.progress import Progress, unwatched
from regulars.base.text import say
from regulars.trial.offpolicy import robust_scores
from regulars.trial.policy import additive
from regulars.trial.policy.additive import Codes, Floats, Layout
from regulars.trial.policy.boost import Forest, Growth, grow
from regulars.trial.policy.campaign import Binned, Campaign

FOLDS = 5
LEARNERS = ("joint", "additive", "shared", "trees")
#: Rows learned from at most; every row is valued.
MOST_ROWS = 300_000
#: Features that enter a model at most; the rest are left out fold by fold for want of association.
MOST_FEATURES = 40


@dataclass(frozen=True)
class Learned:
    """What is believed of each row without having seen it.

    ``effect`` (n, arms - 1): what each arm adds to the control's outcome. ``predicted`` (n, arms): the outcome under
    each arm, for the doubly robust scores. ``risk`` (n,): the outcome whatever the arm. ``weights`` (folds, arms - 1,
    learners). ``single`` (n,) and ``single_names`` (folds,): the effect of the arm best on average by the one feature
    that foretells it best.
    """

    fold: NDArray[np.int8]
    effect: Floats
    predicted: Floats
    risk: Floats
    weights: Floats
    mean_effect: Floats  # (folds, arms - 1): mean effects outside each fold
    single: Floats
    single_names: tuple[str, ...]
    rows_learned: int


def deal(arm: NDArray[np.int16], cluster: NDArray[np.int64] | None, rng: np.random.Generator) -> NDArray[np.int8]:
    """A fold for each row, the same share of every arm in each; rows of a cluster stay together."""
    if cluster is not None:
        of_cluster = rng.permutation(int(cluster.max()) + 1) % FOLDS
        return of_cluster[cluster].astype(np.int8)
    fold = np.empty(arm.size, dtype=np.int8)
    for a in np.unique(arm):
        rows = np.flatnonzero(arm == a)
        fold[rng.permutation(rows)] = (np.arange(rows.size) + rng.integers(FOLDS)) % FOLDS
    return fold


def learn(campaign: Campaign, *, rng: np.random.Generator, progress: Progress = unwatched) -> Learned:
    """Learn effects by cross-fitting. See the module."""
    n, arms = campaign.rows, len(campaign.arms)
    if not campaign.features:  # all customers are alike: one feature that never varies says so
        campaign = replace(campaign, features=(Binned("", np.zeros(n, dtype=np.uint8), 1, True),))
    fold = deal(campaign.arm, campaign.cluster, rng)
    sample = np.arange(n) if n <= MOST_ROWS else np.sort(rng.permutation(n)[:MOST_ROWS])
    work = _Work.of(campaign, fold, sample)
    joint = _joint(work, rng, progress)
    risk = joint.risk
    effect, predicted, single = np.empty((n, arms - 1)), np.empty((n, arms)), np.zeros(n)
    weights, means, names = np.empty((FOLDS, arms - 1, len(LEARNERS))), np.empty((FOLDS, arms - 1)), []
    for k in range(FOLDS):
        progress(say("policy.step.learning"), FOLDS + k, 2 * FOLDS)
        part = _without(work, k, joint.inner[k], joint.inner_effect[k], rng)
        rows = np.flatnonzero(fold == k)
        predicted[rows] = part.alpha + np.outer(risk[rows], part.beta)
        _fill(campaign, rows, effect, part, joint)
        feature = campaign.features[part.single]
        single[rows] = part.single_table[feature.codes[rows]]
        weights[k], means[k] = part.weights, part.mean
        names.append(feature.name)
    return Learned(fold, effect, predicted, risk, weights, means, single, tuple(names), sample.size)


def _fill(campaign: Campaign, rows: NDArray[np.int64], effect: Floats, part: _Part, joint: _Joint) -> None:
    for chunk in _chunks(rows):
        effect[chunk] = part.effect(campaign.codes(chunk), joint.risk[chunk], joint.effect[chunk])


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
    outcome: Floats  # as it is learned from
    raw: Floats
    propensity: Floats

    @classmethod
    def of(cls, campaign: Campaign, fold: NDArray[np.int8], sample: NDArray[np.int64]) -> _Work:
        codes, arm, raw = campaign.codes(sample), campaign.arm[sample], campaign.outcome[sample]
        outcome, propensity = _tamed(raw, codes), campaign.propensity[sample]
        return cls(campaign, fold, sample, codes, arm, fold[sample], outcome, raw, propensity)


def _tamed(outcome: Floats, codes: Codes) -> Floats:
    """The outcome as it is learned from: less noise, the same order of customers as far as features tell it.

    Amounts beyond the 99th per cent of those that are not zero are cut to it. Where most customers bring nothing, who
    answers is told far better than how much they spend: amounts are drawn to their mean as far as the feature that
    tells most about them fails to tell more than chance would. Values are never worked out on it.
    """
    there = np.flatnonzero(outcome)
    amounts = outcome[there]
    if there.size < 50 or np.unique(amounts).size <= 2:
        return outcome
    most = float(np.quantile(np.abs(amounts), 0.99))
    tamed = np.clip(outcome, -most, most)
    if there.size < outcome.size / 2:
        mean, amounts = float(tamed[there].mean()), tamed[there]
        tamed[there] = mean + _told(codes[there], amounts) * (amounts - mean)
    return tamed


def _told(codes: Codes, amounts: Floats) -> float:
    """The part of the variance of amounts that the best feature explains beyond chance, 0 to 1."""
    centred, best = amounts - amounts.mean(), 0.0
    for f in range(codes.shape[1]):
        rows = np.bincount(codes[:, f]).astype(float)
        sums = np.bincount(codes[:, f], weights=centred)
        filled = rows > 0
        between = float((sums[filled] ** 2 / rows[filled]).sum()) - centred.var() * (filled.sum() - 1)
        best = max(best, between / max(float((centred**2).sum()), 1e-30))
    return min(best, 1.0)


@dataclass(frozen=True)
class _Joint:
    """What one forest for the outcome, with the arm among its features, says.

    ``inner`` (folds, sample) and ``inner_effect`` (folds, sample, arms - 1): for a row, by a model that saw neither
    fold k nor the row's own. ``risk`` (n,) and ``effect`` (n, arms - 1): for every row of the file, the mean of the
    four models that did not see its fold.
    """

    inner: Floats
    inner_effect: Floats
    risk: Floats
    effect: Floats


def _joint(work: _Work, rng: np.random.Generator, progress: Progress) -> _Joint:
    campaign, arms = work.campaign, len(work.campaign.arms)
    share = np.bincount(work.arm, minlength=arms) / work.arm.size
    found = _Joint(
        np.zeros((FOLDS, work.sample.size)),
        np.zeros((FOLDS, work.sample.size, arms - 1)),
        np.zeros(campaign.rows),
        np.zeros((campaign.rows, arms - 1)),
    )
    pairs = [(k, j) for k in range(FOLDS) for j in range(k + 1, FOLDS)]
    for at, (k, j) in enumerate(pairs):
        progress(say("policy.step.learning"), at // 2, 2 * FOLDS)
        seen = np.flatnonzero((work.fold != k) & (work.fold != j))
        target = work.outcome[seen, None]
        picked = _screened(work, seen, target, MOST_FEATURES)
        bins, ordered = _kinds(campaign, picked)
        growth = Growth(40, 3, 0.16, max(10, seen.size // 1000), np.array([10.0 + seen.size / 2000]))
        codes = _with_arm(work.codes[np.ix_(seen, picked)], work.arm[seen], arms)
        forest = grow(codes, (*bins, *[2] * arms), (*ordered, *[True] * arms), target, growth, rng)
        for one, other in ((k, j), (j, k)):
            rows = np.flatnonzero(work.fold == other)
            told = _under_each(forest, work.codes[np.ix_(rows, picked)], arms)
            found.inner[one, rows] = told @ share
            found.inner_effect[one, rows] = told[:, 1:] - told[:, :1]
            for chunk in _chunks(np.flatnonzero(work.whole_fold == one)):
                told = _under_each(forest, campaign.codes(chunk)[:, picked], arms) / (FOLDS - 1)
                found.risk[chunk] += told @ share
                found.effect[chunk] += told[:, 1:] - told[:, :1]
    return found


def _with_arm(codes: Codes, arm: NDArray[np.int16] | int, arms: int) -> Codes:
    found: Codes = np.zeros((codes.shape[0], codes.shape[1] + arms), dtype=np.uint8, order="F")
    found[:, : codes.shape[1]] = codes
    if isinstance(arm, int):
        found[:, codes.shape[1] + arm] = 1
    else:
        found[np.arange(codes.shape[0]), codes.shape[1] + arm] = 1
    return found


def _under_each(forest: Forest, codes: Codes, arms: int) -> Floats:
    return np.column_stack([forest.predict(_with_arm(codes, a, arms))[:, 0] for a in range(arms)])


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
    slope: Floats  # (arms - 1,) of the effect in the predicted outcome
    level: float  # mean predicted outcome
    weights: Floats  # (arms - 1, learners)
    centres: Floats  # (learners, arms - 1) mean of each learner's predictions
    features: NDArray[np.int64]
    layout: Layout
    own: Floats
    shared: Floats
    trees: tuple[Forest, ...]
    single: int
    single_table: Floats

    def effect(self, codes: Codes, risk: Floats, joint: Floats) -> Floats:
        """The effect of each arm on rows not seen, shape (n, arms - 1)."""
        picked = np.asfortranarray(codes[:, self.features])
        found = np.stack(
            [
                joint - np.outer(risk, self.slope),
                additive.predict(picked, self.layout, self.own),
                np.repeat(additive.predict(picked, self.layout, self.shared), self.mean.size, axis=1),
                np.mean([forest.predict(picked) for forest in self.trees], axis=0),
            ]
        )
        own = np.einsum("lna,al->na", found - self.centres[:, None, :], self.weights)
        blended: Floats = self.mean + np.outer(risk - self.level, self.slope) + own
        return blended


def _without(work: _Work, k: int, risk: Floats, joint: Floats, rng: np.random.Generator) -> _Part:
    campaign = work.campaign
    rows = np.flatnonzero(work.fold != k)
    arm, y, mu, fold = work.arm[rows], work.outcome[rows], risk[rows], work.fold[rows]
    alpha, beta = _calibrated(arm, y, mu, len(campaign.arms))
    scores = robust_scores(outcome=y, arm=arm, propensity=work.propensity[rows], predicted=alpha + np.outer(mu, beta))
    psi = scores[:, 1:] - scores[:, :1]
    slope = _slopes(psi, mu, y, psi.mean(axis=0))
    left = psi - psi.mean(axis=0) - np.outer(mu - mu.mean(), slope)
    pooled = left.mean(axis=1, keepdims=True)
    features = _screened(work, rows, np.column_stack([left, pooled]), MOST_FEATURES)
    codes = np.asfortranarray(work.codes[np.ix_(rows, features)])
    layout = Layout(*_kinds(campaign, features))
    held = np.array([j for j in range(FOLDS) if j != k])
    additives = _additives(codes, layout, fold, np.column_stack([left, pooled]), held)
    trees, of_trees = _forests(codes, layout, fold, left, psi.mean(axis=0), held, rng)
    # Whole arms are judged by the outcome itself, and so are the predictions that values rest on.
    alpha, beta = _calibrated(arm, work.raw[rows], mu, len(campaign.arms))
    mean = _means(work.raw[rows], arm, work.propensity[rows], alpha + np.outer(mu, beta))
    found = np.empty((len(LEARNERS), *psi.shape))
    for j in held:
        at = np.flatnonzero(fold == j)
        told = additive.predict(codes[at], layout, additives[int(j)])
        found[1, at], found[2, at] = told[:, :-1], told[:, -1:]
    found[0], found[3] = joint[rows] - np.outer(mu, slope), of_trees
    centres = found.mean(axis=1)
    weights = np.array([_stacked(found[:, :, a] - centres[:, a, None], left[:, a]) for a in range(psi.shape[1])])
    coefficients = np.mean([additives[int(j)] for j in held], axis=0)
    best = int((mean - campaign.cost[1:]).argmax())
    single, table = _best_single(codes, layout, psi[:, best])
    return _Part(
        *(alpha, beta, mean, slope, float(mu.mean()), weights, centres, features, layout),
        *(coefficients[:, :-1], coefficients[:, -1:], trees, int(features[single]), table),
    )


def _means(y: Floats, arm: NDArray[np.int16], propensity: Floats, predicted: Floats) -> Floats:
    scores = robust_scores(outcome=y, arm=arm, propensity=propensity, predicted=predicted).mean(axis=0)
    found: Floats = scores[1:] - scores[0]
    return found


def _slopes(psi: Floats, mu: Floats, y: Floats, mean: Floats) -> Floats:
    """How much the effect grows with the predicted outcome: least squares, drawn towards what is usual.

    Where outcomes are never negative it is usual that an arm lifts everybody by about the same part, or everybody by
    the same amount; the prior stands between: half the slope of a common lift, give or take as much. Elsewhere it is
    zero, give or take a mean effect per standard deviation of the prediction.
    """
    x = mu - mu.mean()
    spread = float((x**2).sum())
    if spread <= 0:
        return np.zeros_like(mean)
    least = x @ (psi - mean) / spread
    error2 = ((psi - mean - np.outer(x, least)) ** 2).mean(axis=0) / spread
    # A mean effect not told from nothing says little about slopes: it is drawn to zero first.
    noise2 = psi.var(axis=0) / psi.shape[0]
    sure = mean * np.maximum(0.0, 1.0 - noise2 / np.maximum(mean**2, 1e-30))
    level = float(y.mean())
    if y.min() >= 0.0 and level > 0.0:
        usual = 0.5 * sure / level
        wide2 = usual**2
    else:
        usual = np.zeros_like(mean)
        wide2 = sure**2 / float(x.var())
    weight = wide2 / np.maximum(wide2 + error2, 1e-30)
    found: Floats = weight * least + (1.0 - weight) * usual
    return found


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
    growth = Growth(20, 2, 0.2, max(15, psi.shape[0] // 500), imagined)
    forests = []
    for j in held:
        seen, unseen = np.flatnonzero(fold != j), np.flatnonzero(fold == j)
        seen_codes = np.asfortranarray(codes[seen])
        forests.append(grow(seen_codes, layout.bins, layout.ordered, psi[seen], growth, rng))
        told[unseen] = forests[-1].predict(codes[unseen])
    return tuple(forests), told


def _stacked(predictions: Floats, target: Floats) -> Floats:
    """Weights from 0 to 1 with which held-out predictions (learners, n) explain the target best.

    Each is then shrunken by how well it is known (positive-part James and Stein): a learner that explains no more than
    noise would is not heard at all.
    """
    spread = predictions.std(axis=1)
    usable = spread > 1e-9 * (float(target.std()) + 1e-30)
    weights = np.zeros(predictions.shape[0])
    if usable.any():
        x = (predictions[usable] / spread[usable, None]).T
        found = lsq_linear(x.T @ x / len(x), x.T @ (target - target.mean()) / len(x), bounds=(0.0, spread[usable])).x
        error = float(target.std()) / np.sqrt(len(x))
        known = np.maximum(0.0, 1.0 - (error / np.maximum(found, 1e-30)) ** 2)
        weights[usable] = known * found / spread[usable]
    return weights


def _best_single(codes: Codes, layout: Layout, psi: Floats) -> tuple[int, Floats]:
    """The feature whose bins part the effect most, and the shrunken effect in each of its bins."""
    noise, mean = float(psi.var()), float(psi.mean())
    best, chosen, table = -np.inf, 0, np.full(layout.bins[0], mean)
    if noise <= 0:  # outside the fold nothing varies: every customer answers alike
        return chosen, table
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
