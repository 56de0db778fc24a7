"""A randomised log as one thing: what any policy would have brought, by all estimators of ``offpolicy`` at once.

A log is outcome, arm and the chance the arm had; a policy is one arm for everybody, an arm for each customer, or
chances of arms. ``regulars assign`` writes such a log for every cycle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regulars.trial.offpolicy import (
    Floats,
    Valued,
    of_rows,
    robust_scores,
    self_normalised,
    weights,
)

#: Coverage of the intervals that a value carries with it; ``interval`` gives any other.
LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class Logged:
    """A randomised log. Arrays over customers; ``arm`` counts from 0.

    ``propensity`` is the probability of the arm that was given, or of every arm (customers x arms): only with the
    latter can be said how much of a policy asks for what was never tried. ``model`` (customers x arms) is the outcome
    expected under every arm by a model that has not seen the customer. ``cluster`` names those assigned together.
    """

    outcome: Floats
    arm: NDArray[np.int64]
    propensity: Floats
    model: Floats | None = None
    cluster: NDArray[np.int64] | None = None

    @classmethod
    def of(
        cls,
        outcome: ArrayLike,
        arm: ArrayLike,
        propensity: ArrayLike,
        *,
        model: ArrayLike | None = None,
        cluster: ArrayLike | None = None,
    ) -> Logged:
        """A log from plain sequences; one number for ``propensity`` holds for everybody.

        Raises:
            ValueError: lengths differ, there is nobody, or a logged arm had no chance (or more than all of it).
        """
        y, arms = np.asarray(outcome, dtype=float), np.asarray(arm, dtype=np.int64)
        chance = np.asarray(propensity, dtype=float)
        chance = np.full(y.size, float(chance)) if chance.ndim == 0 else chance
        fitted = None if model is None else np.asarray(model, dtype=float)
        groups = None if cluster is None else np.unique(np.asarray(cluster), return_inverse=True)[1].astype(np.int64)
        if y.size == 0 or not y.size == arms.size == chance.shape[0]:
            raise ValueError("outcome, arm and propensity must have one length, of one customer at least")
        if fitted is not None and (fitted.ndim != 2 or fitted.shape[0] != y.size):
            raise ValueError("model must be customers x arms")
        found = cls(y, arms, chance, fitted, groups)
        if not np.all((found.given > 0) & (found.given <= 1 + 1e-12)):
            raise ValueError("a logged arm must have a propensity above 0 and not above 1")
        return found

    @property
    def given(self) -> Floats:
        """The propensity of the arm that was given."""
        if self.propensity.ndim == 1:
            return self.propensity
        return np.asarray(np.take_along_axis(self.propensity, self.arm[:, None], axis=1)[:, 0], dtype=float)

    def chances(self, policy: ArrayLike) -> tuple[Floats, Floats | None]:
        """What a policy gives: the probability of each logged arm, and of every arm where arms can be counted.

        ``policy`` is one arm for everybody, an arm for each customer, or probabilities (customers x arms).
        """
        wanted = np.asarray(policy)
        if wanted.ndim == 2:
            full = wanted.astype(float)
            return np.asarray(np.take_along_axis(full, self.arm[:, None], axis=1)[:, 0], dtype=float), full
        chosen = np.broadcast_to(wanted.astype(np.int64), self.arm.shape)
        arms = self.model.shape[1] if self.model is not None else 0
        arms = max(arms, self.propensity.shape[1] if self.propensity.ndim == 2 else 0)
        full_or_none = None if not arms else np.eye(arms)[chosen]
        return (chosen == self.arm).astype(float), full_or_none


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """What a policy would have brought per customer, by three estimators; ``aipw`` is None without a model.

    ``effective`` is how many equally weighted customers carry as much as the weighted ones (Kish); ``matched`` how
    many got what the policy would have given; ``unseen`` the share of the policy that nobody could have been given
    (None where the propensities of other arms were not told): there no estimate holds.
    """

    ipw: Valued
    snipw: Valued
    aipw: Valued | None
    effective: float
    matched: int
    largest_weight: float
    unseen: float | None

    @property
    def best(self) -> Valued:
        """AIPW where there is a model, else the self-normalised value."""
        return self.aipw or self.snipw


def policy_value(logged: Logged, policy: ArrayLike) -> PolicyValue:
    """The value of a policy per customer."""
    chance, full = logged.chances(policy)
    weight = weights(chance=chance, propensity=logged.given)
    total = float(weight.sum())
    unseen = None
    if full is not None and logged.propensity.ndim == 2:
        unseen = float((full * (logged.propensity <= 0)).sum() / logged.outcome.size)
    return PolicyValue(
        _mean(weight * logged.outcome, logged, "ipw"),
        _normalised(weight, chance, logged),
        None if logged.model is None or full is None else _mean((full * _scores(logged)).sum(axis=1), logged, "aipw"),
        total**2 / float((weight**2).sum()) if total > 0 else 0.0,
        int((chance > 0).sum()),
        float(weight.max()),
        unseen,
    )


def policy_difference(logged: Logged, one: ArrayLike, other: ArrayLike) -> Valued:
    """Value of policy ``one`` minus that of ``other``, on the same customers: where both agree nothing is added.

    AIPW where there is a model, else IPW around the mean outcome (which leaves it unbiased and takes off the noise of
    a common level).
    """
    (c1, full1), (c2, full2) = logged.chances(one), logged.chances(other)
    if logged.model is not None and full1 is not None and full2 is not None:
        return _mean(((full1 - full2) * _scores(logged)).sum(axis=1), logged, "aipw")
    difference = (c1 - c2) / logged.given
    return _mean(difference * (logged.outcome - logged.outcome.mean()), logged, "ipw")


def _scores(logged: Logged) -> Floats:
    assert logged.model is not None
    return robust_scores(outcome=logged.outcome, arm=logged.arm, propensity=logged.given, predicted=logged.model)


def _normalised(weight: Floats, chance: Floats, logged: Logged) -> Valued:
    """The self-normalised mean; its error by linearising the ratio, by cluster where there are clusters."""
    found = self_normalised(outcome=logged.outcome, chance=chance, propensity=logged.given, level=LEVEL)
    if logged.cluster is None or found.n == 0:
        return found
    terms = weight * (logged.outcome - found.mean) / float(weight.mean())
    spread = _mean(terms, logged, "snipw")
    low, high = found.mean + spread.low - spread.mean, found.mean + spread.high - spread.mean
    return Valued(found.mean, low, high, spread.se, found.n, LEVEL, "snipw")


def _mean(terms: Floats, logged: Logged, estimator: str) -> Valued:
    return of_rows(terms, level=LEVEL, estimator=estimator, cluster=logged.cluster)


def fitted_by_arm(
    features: ArrayLike, outcome: ArrayLike, arm: ArrayLike, *, arms: int, folds: NDArray[np.int64], ridge: float = 1.0
) -> Floats:
    """A model for AIPW: for each arm a ridge regression on standardised features, fitted on the other folds.

    ``folds`` numbers the fold of each customer. Returns customers x arms. An arm that the other folds never saw is
    given the mean outcome: AIPW stays unbiased whatever the model says.
    """
    x, y, w = np.asarray(features, dtype=float), np.asarray(outcome, dtype=float), np.asarray(arm, dtype=np.int64)
    spread = x.std(axis=0)
    scaled = np.column_stack([np.ones(y.size), (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)])
    penalty = ridge * np.eye(scaled.shape[1])
    penalty[0, 0] = 0.0
    found = np.full((y.size, arms), float(y.mean()))
    for fold in np.unique(folds):
        out = folds == fold
        for a in range(arms):
            seen = ~out & (w == a)
            if seen.sum() < 2:
                continue
            part = scaled[seen]
            beta = np.linalg.solve(part.T @ part + penalty, part.T @ y[seen])
            found[out, a] = scaled[out] @ beta
    return found
