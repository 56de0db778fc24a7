"""From what was believed and what was measured to what is now believed: a normal-normal hierarchy, no sampling.

    y_i     ~ N(theta_u(i), s_i^2 / a_i)       a_i = 0.5 ^ (age_i / half-life)
    theta_u ~ N(mu + beta'z_u, tau^2)
    mu ~ N(m0, k^2 v0)    beta ~ N(0, b0)    tau ~ HalfNormal(scale)    log k ~ HalfNormal(0.7)

``y`` are estimates of one measure's effect on one primitive, each in a unit (a cell of customers, a branch). Given tau
everything is normal and in closed form; tau is one number, so the average over it is a sum over a grid. So is ``k``:
the priors of a business may all be too sure of themselves, by one factor that its results together tell of. A unit
departs from the measure's mean only as far as its own data carry it (Gelman et al., *Bayesian Data Analysis*, 5.4).
Old results are kept with a smaller weight (a power prior, Ibrahim and Chen 2000), because customers change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from regulars.trial.mixture import Floats, Mixture, mixed

#: Months after which a result counts half.
HALF_LIFE = 18.0
#: Scale of the half-normal prior of tau, on the log scale of effects.
TAU_SCALE = 0.15
#: Factors by which the sds of all priors of a business may have to be multiplied, and how likely they are beforehand:
#: a half-normal on their logarithm. They must be able to reach priors 2.5 times too narrow.
SCALES = (1.0, 1.2, 1.45, 1.75, 2.1, 2.5, 3.0, 3.6, 4.3)
SCALE_SPREAD = 0.7
#: It is asked about only where so many effects have results.
FEWEST = 3
#: The grid of tau ends at so many scales, and has so many points.
TAU_REACH, TAU_POINTS = 6.0, 301
#: Evidence without a hold-out never moves a prior further than this part of the way.
KAPPA = 0.4


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of a measure's effect before its own results: mu ~ N(mean, sd^2), tau ~ HalfNormal(tau_scale).

    ``beta_sd`` is the prior standard deviation of each coefficient of ``z``.
    """

    mean: float
    sd: float
    tau_scale: float = TAU_SCALE
    beta_sd: float = 0.10


@dataclass(frozen=True, slots=True)
class Scale:
    """Factors on the sds of the priors of a business, and the probability of each."""

    sizes: Floats
    weights: Floats

    @property
    def mean(self) -> float:
        """The expected factor."""
        return float(self.weights @ self.sizes)

    @property
    def wider(self) -> float:
        """The factor on the sd of an effect of which nothing has been seen: root of the mean square."""
        return math.sqrt(float(self.weights @ self.sizes**2))


@dataclass(frozen=True, slots=True)
class Results:
    """Estimates of one effect: value, standard error, months ago, the unit each belongs to, and ``z`` of each unit.

    ``units`` maps to rows of ``z`` (units x covariates, in the order of first appearance); None where there are none.
    """

    y: Floats
    se: Floats
    age: Floats
    units: tuple[str, ...]
    z: Floats | None = None

    @classmethod
    def of(
        cls,
        y: ArrayLike,
        se: ArrayLike,
        *,
        age: ArrayLike | None = None,
        units: Sequence[str] | None = None,
        z: ArrayLike | None = None,
    ) -> Results:
        """Results from plain sequences; every one its own unit and of today where not told.

        Raises:
            ValueError: lengths differ, or a standard error is not positive.
        """
        values, errors = np.atleast_1d(np.asarray(y, dtype=float)), np.atleast_1d(np.asarray(se, dtype=float))
        ages = np.zeros(values.size) if age is None else np.atleast_1d(np.asarray(age, dtype=float))
        names = tuple(str(i) for i in range(values.size)) if units is None else tuple(units)
        if not values.size == errors.size == ages.size == len(names):
            raise ValueError("y, se, age and units must have one length")
        if not np.all(errors > 0):
            raise ValueError("a standard error must be positive")
        matrix = None if z is None else np.atleast_2d(np.asarray(z, dtype=float))
        if matrix is not None and matrix.shape[0] != len(dict.fromkeys(names)):
            raise ValueError("z must have one row per unit")
        return cls(values, errors, ages, names, matrix)


@dataclass(frozen=True, slots=True)
class Learned:
    """What is believed after the results.

    ``mu`` is the measure's mean effect; ``units`` the effect in each unit that has results; ``tau`` the spread between
    units; ``own`` the share of what is known of mu that comes from the results (0 before any, towards 1 with many).
    """

    mu: Mixture
    units: dict[str, Mixture]
    tau: Mixture
    own: float
    coefficients: Floats  # grid x (1 + covariates): means of mu and beta given tau
    covariances: Floats  # grid x (1 + covariates) x (1 + covariates)

    def new(self, z: ArrayLike | None = None) -> Mixture:
        """The effect in a unit that has no results: mu + beta'z with the units' spread on top."""
        row = np.concatenate([[1.0], np.zeros(0) if z is None else np.atleast_1d(np.asarray(z, dtype=float))])
        row = np.concatenate([row, np.zeros(self.coefficients.shape[1] - row.size)])
        spread = np.einsum("i,gij,j->g", row, self.covariances, row)
        return Mixture(self.tau.weights, self.coefficients @ row, np.sqrt(spread + self.tau.means**2))


def weight_of_age(age: ArrayLike, *, half_life: float = HALF_LIFE) -> Floats:
    """The weight of results ``age`` months old: 0.5 ^ (age / half-life)."""
    return np.asarray(0.5 ** (np.asarray(age, dtype=float) / half_life), dtype=float)


def learn(results: Results, *, belief: Belief, half_life: float = HALF_LIFE, scale: Scale | None = None) -> Learned:
    """The posterior of mu, of every unit's effect and of tau. Without results it is the belief itself.

    ``scale``: how much wider the priors of this business may have to be; the belief's own width where there is none.
    """
    if scale is None:
        return _learn(results, belief, half_life)[0]
    parts = [_learn(results, scaled(belief, size), half_life)[0] for size in scale.sizes]
    return _mixed(parts, scale.weights, belief.sd * scale.wider)


def _learn(results: Results, belief: Belief, half_life: float) -> tuple[Learned, float]:
    """The posterior, and the logarithm of the probability of the results (up to what no belief changes)."""
    names = tuple(dict.fromkeys(results.units))
    mean, variance = _by_unit(results, names, half_life)
    design = np.ones((len(names), 1))
    if results.z is not None:
        design = np.hstack([design, results.z])
    prior = np.array([belief.mean, *np.zeros(design.shape[1] - 1)])
    precision = np.diag([belief.sd**-2, *np.full(design.shape[1] - 1, belief.beta_sd**-2)])
    taus, logs = _tau_grid(belief.tau_scale)
    total = variance[None, :] + taus[:, None] ** 2  # grid x units
    informed = precision + np.einsum("ui,gu,uj->gij", design, 1 / total, design)
    covariances = np.linalg.inv(informed)
    right = precision @ prior + np.einsum("ui,gu,u->gi", design, 1 / total, mean)
    coefficients = np.einsum("gij,gj->gi", covariances, right)
    # log p(y | tau): completing the square in (mu, beta).
    logdet = np.linalg.slogdet(informed)[1] - np.linalg.slogdet(precision)[1]
    square = np.einsum("gu,u->g", 1 / total, mean**2) - np.einsum("gi,gi->g", right, coefficients)
    logs = logs - 0.5 * (np.log(total).sum(axis=1) + logdet + square + prior @ precision @ prior)
    weights = np.exp(logs - logs.max())
    evidence = float(logs.max() + np.log(weights.sum()))
    weights /= weights.sum()
    keep = taus[:, None] ** 2 / total  # how far a unit follows its own data
    centre = coefficients @ design.T
    spread = np.einsum("ui,gij,uj->gu", design, covariances, design)
    own_means = keep * mean + (1 - keep) * centre
    own_sds = np.sqrt(keep * variance + (1 - keep) ** 2 * spread)
    mu = Mixture(weights, coefficients[:, 0], np.sqrt(covariances[:, 0, 0]))
    units = {name: Mixture(weights, own_means[:, at], own_sds[:, at]) for at, name in enumerate(names)}
    own = 1 - float(weights @ covariances[:, 0, 0]) / belief.sd**2
    tau = Mixture(weights, taus, np.zeros(taus.size))
    return Learned(mu, units, tau, max(own, 0.0), coefficients, covariances), evidence


def _mixed(parts: Sequence[Learned], weights: Floats, sd: float) -> Learned:
    """One posterior from those under each scale."""
    mu = mixed([part.mu for part in parts], weights)
    units = {name: mixed([part.units[name] for part in parts], weights) for name in parts[0].units}
    tau = mixed([part.tau for part in parts], weights)
    covariances = np.concatenate([part.covariances for part in parts])
    own = max(1 - float(mu.weights @ covariances[:, 0, 0]) / sd**2, 0.0)
    return Learned(mu, units, tau, own, np.concatenate([part.coefficients for part in parts]), covariances)


def _by_unit(results: Results, names: Sequence[str], half_life: float) -> tuple[Floats, Floats]:
    """Results of one unit are one result: their mean weighted by precision, and its variance."""
    weight = weight_of_age(results.age, half_life=half_life) / results.se**2
    at = np.array([names.index(unit) for unit in results.units], dtype=int)
    sums = np.bincount(at, weights=weight, minlength=len(names))
    return np.bincount(at, weights=weight * results.y, minlength=len(names)) / sums, 1 / sums


def _tau_grid(scale: float) -> tuple[Floats, Floats]:
    """Points of tau, and the logarithm of the prior's weight at each (trapezium rule)."""
    taus = np.linspace(0.0, TAU_REACH * scale, TAU_POINTS)
    ends = np.log(np.r_[0.5, np.ones(TAU_POINTS - 2), 0.5])
    logs = ends - 0.5 * (taus / scale) ** 2
    return taus, logs - float(np.log(np.exp(logs).sum()))


def observed(belief: Belief, *, y: float, se: float, kappa: float = KAPPA) -> Belief:
    """The belief after evidence without a hold-out: moved towards ``y`` by at most ``kappa`` of the way.

    People who come to a measure by themselves differ from those who do not; published effects fell sevenfold when that
    was allowed for. A weight above ``kappa`` is cut to it, as if the standard error were larger.
    """
    gain = min(kappa, belief.sd**2 / (belief.sd**2 + se**2))
    moved = belief.mean + gain * (y - belief.mean)
    return Belief(moved, belief.sd * math.sqrt(1 - gain), belief.tau_scale, belief.beta_sd)


def scaled(belief: Belief, size: float) -> Belief:
    """The belief with its sd so many times as wide."""
    return replace(belief, sd=size * belief.sd)


def scale_of(found: Sequence[tuple[Results, Belief]], *, half_life: float = HALF_LIFE) -> Scale:
    """How many times too sure the priors of a business are, by all results together: probabilities of :data:`SCALES`.

    One factor for all effects, whatever they are measured in: a few results of one kind would only make beliefs follow
    noise. Fewer than :data:`FEWEST` effects with results say nothing of it.
    """
    if len(found) < FEWEST:
        return Scale(np.ones(1), np.ones(1))
    sizes = np.array(SCALES)
    ends = np.gradient(np.log(sizes))
    logs = np.log(ends) - 0.5 * (np.log(sizes) / SCALE_SPREAD) ** 2
    for results, belief in found:
        logs = logs + [_learn(results, scaled(belief, float(size)), half_life)[1] for size in sizes]
    weights = np.exp(logs - logs.max())
    return Scale(sizes, weights / weights.sum())
