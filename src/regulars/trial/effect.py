"""What a line did: those who were given it beside those whom chance left without, as they were drawn.

Intention to treat: whoever was drawn for a line counts as treated, reached or not. Within a stratum who was left
without was decided by chance, so differences are taken within strata and put together with the weights of Mantel and
Haenszel (1959), n1 n0 / (n1 + n0): strata with nobody on one side tell nothing and carry no weight.

- shares (came back, fell silent): each arm a beta distribution around its weighted share, with as many customers as
  its variance is worth; difference, ratio and hazard ratio from both;
- counts (visits): ratio of weighted means on the log scale, error by the delta method, spread as far above Poisson's
  as it is seen to be (negative binomial or quasi-Poisson alike);
- money: difference of weighted means, less what the time before explains (CUPED: Deng, Xu, Kohavi and Walker 2013),
  with standard errors that hold for unequal spreads, by branch where branches were drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from regulars.trial.chance import Ints
from regulars.trial.mixture import Floats

type Bools = NDArray[np.bool_]

#: Points of each arm's distribution in the quantile grid.
POINTS = 160


@dataclass(frozen=True, slots=True)
class Contrast:
    """An effect with its uncertainty. ``scale``: difference or log_ratio.

    ``treated_mean`` and ``control_mean`` are weighted alike; ``treated`` and ``control`` count the customers in strata
    that tell something. The interval of any level comes from ``interval``; with too few customers it is infinite.
    """

    scale: str
    mean: float
    se: float
    df: float
    treated_mean: float
    control_mean: float
    treated: int
    control: int
    quantiles: tuple[float, ...] | None = None  # of a skew distribution, at steps of 1/200

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """The central interval of that probability."""
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)

    def quantile(self, probability: float) -> float:
        """The value that the effect is below with that probability."""
        if not math.isfinite(self.se):
            return -math.inf if probability < 0.5 else math.inf if probability > 0.5 else 0.0
        if self.quantiles is not None:
            at = np.arange(1, len(self.quantiles) + 1) / (len(self.quantiles) + 1)
            return float(np.interp(probability, at, self.quantiles))
        return self.mean + self.se * float(stats.t.ppf(probability, self.df))

    @property
    def told(self) -> bool:
        """Whether there is anything to tell: customers on both sides."""
        return math.isfinite(self.se)


@dataclass(frozen=True, slots=True)
class Arms:
    """Customers of one comparison: who was given it, strata, and weights.

    ``weight`` is that of each customer within their arm (adds to 1 in each); ``useful`` leaves out strata that tell
    nothing.
    """

    treated: Bools
    stratum: Ints
    useful: Bools
    weight: Floats
    cluster: Ints | None

    @classmethod
    def of(cls, treated: ArrayLike, stratum: ArrayLike | None = None, *, cluster: ArrayLike | None = None) -> Arms:
        """Work out weights. ``cluster`` names those drawn together (a branch)."""
        t = np.asarray(treated, dtype=bool)
        names = np.zeros(t.size) if stratum is None else np.asarray(stratum)
        groups = np.unique(names, return_inverse=True)[1].astype(np.int64)
        bunches = None if cluster is None else np.unique(np.asarray(cluster), return_inverse=True)[1].astype(np.int64)
        n1 = np.bincount(groups, weights=t, minlength=1).astype(float)
        n0 = np.bincount(groups, minlength=1) - n1
        weights = np.divide(n1 * n0, n1 + n0, out=np.zeros(n1.size), where=n1 + n0 > 0)
        useful = weights[groups] > 0
        total = float(weights.sum())
        each = weights[groups] / np.where(t, n1[groups], n0[groups]) / total if total > 0 else np.zeros(t.size)
        return cls(t, groups, useful, np.where(useful, each, 0.0), bunches)

    @property
    def sizes(self) -> tuple[int, int]:
        """Treated and not, where it tells something."""
        return int((self.useful & self.treated).sum()), int((self.useful & ~self.treated).sum())

    def means(self, y: Floats) -> tuple[float, float]:
        """Weighted means of both arms."""
        part = self.weight * y
        return float(part[self.treated].sum()), float(part[~self.treated].sum())

    def pooled(self, y: Floats) -> Floats:
        """For each customer the mean of their stratum, both arms together."""
        size = np.maximum(np.bincount(self.stratum), 1)
        return np.asarray((np.bincount(self.stratum, weights=y) / size)[self.stratum], dtype=float)

    def variances(self, spread: Floats) -> tuple[float, float]:
        """Variances of both weighted means, given each customer's variance."""
        part = self.weight**2 * spread
        return float(part[self.treated].sum()), float(part[~self.treated].sum())


def _nothing(scale: str, arms: Arms, means: tuple[float, float] = (math.nan, math.nan)) -> Contrast:
    return Contrast(scale, 0.0, math.inf, 1.0, *means, *arms.sizes)


def share(y: ArrayLike, arms: Arms, *, scale: str = "difference") -> Contrast:
    """The effect on a share (``y`` 0 or 1): ``difference``, ``log_ratio``, or ``log_hazard``.

    ``log_hazard`` is log(-log(1 - p1)) - log(-log(1 - p0)): the log hazard ratio where ``y`` is an end such as falling
    silent. Each arm is Beta(p n + 1/2, (1 - p) n + 1/2) with n its effective customers (Jeffreys' prior).
    """
    values = np.asarray(y, dtype=float)
    if min(arms.sizes) < 1:
        return _nothing(scale, arms)
    p1, p0 = arms.means(values)
    # With p(1 - p) / n the variance of a weighted share, n = 1 / sum of squared weights. Strata that differ make it a
    # little too wide; their own shares cannot be used, many hold a single customer left out.
    n1, n0 = (1 / v for v in arms.variances(np.ones(values.size)))
    one, two = (_beta_points(p, n) for p, n in ((p1, n1), (p0, n0)))
    return _from_points(scale, one, two, (p1, p0), arms)


def beta_binomial(successes: tuple[int, int], trials: tuple[int, int], *, scale: str = "difference") -> Contrast:
    """The same from counts alone: (treated, control) who did, of how many."""
    treated = np.repeat([True, False], trials)
    y = np.concatenate([np.arange(n) < k for k, n in zip(successes, trials, strict=True)]).astype(float)
    return share(y, Arms.of(treated), scale=scale)


def _beta_points(p: float, n: float) -> Floats:
    places = (np.arange(POINTS) + 0.5) / POINTS
    return np.asarray(stats.beta.ppf(places, p * n + 0.5, (1 - p) * n + 0.5), dtype=float)


def _from_points(scale: str, one: Floats, two: Floats, means: tuple[float, float], arms: Arms) -> Contrast:
    def shown(p: Floats) -> Floats:
        safe = np.clip(p, 1e-12, 1 - 1e-12)
        if scale == "difference":
            return p
        return np.asarray(np.log(safe) if scale == "log_ratio" else np.log(-np.log1p(-safe)), dtype=float)

    both = np.sort((shown(one)[:, None] - shown(two)[None, :]).ravel())
    at = np.linspace(0, 1, 201)[1:-1]
    quantiles = tuple(np.quantile(both, at).tolist())
    mean, sd = float(both.mean()), float(both.std())
    return Contrast(scale, mean, sd, math.inf, *means, *arms.sizes, quantiles)


def log_ratio(y: ArrayLike, arms: Arms) -> Contrast:
    """The log ratio of mean counts: log(A/B), var = phi (sum w1^2 mu / A^2 + sum w0^2 mu / B^2).

    mu is the mean of the stratum, phi Pearson's dispersion (at least 1). Half a visit is added to each arm where one
    has none at all.
    """
    values = np.asarray(y, dtype=float)
    if min(arms.sizes) < 1 or values[arms.useful].sum() <= 0:
        return _nothing("log_ratio", arms)
    a, b = arms.means(values)
    if min(a, b) <= 0:
        a, b = (m + 0.5 / n for m, n in zip((a, b), arms.sizes, strict=True))
    mu = arms.pooled(values)
    live = arms.useful & (mu > 0)
    freedom = max(int(live.sum()) - np.unique(arms.stratum[live]).size, 1)
    phi = max(float(((values[live] - mu[live]) ** 2 / mu[live]).sum()) / freedom, 1.0)
    v1, v0 = arms.variances(phi * mu)
    error = math.sqrt(v1 / a**2 + v0 / b**2)
    return Contrast("log_ratio", math.log(a / b), error, float(min(freedom, 1e6)), a, b, *arms.sizes)


def difference(y: ArrayLike, arms: Arms, *, before: ArrayLike | None = None) -> Contrast:
    """The difference of means, adjusted by what is known from the time before (customers, or customers x covariates).

    Ordinary least squares of y on being treated within strata; standard errors of White with a correction for small
    samples, or by cluster (Liang and Zeger) with G - 1 degrees of freedom.
    """
    values = np.asarray(y, dtype=float)
    if min(arms.sizes) < 2:
        return _nothing("difference", arms)
    here = arms.useful
    columns = [arms.treated[here].astype(float)]
    if before is not None:
        matrix = np.asarray(before, dtype=float)
        columns += list((matrix[:, None] if matrix.ndim == 1 else matrix)[here].T)
    stratum = np.unique(arms.stratum[here], return_inverse=True)[1]
    design = np.column_stack([_within(column, stratum) for column in columns])
    keep = design.std(axis=0) > 1e-12 * (1 + np.abs(design).max(axis=0))
    design, centred = design[:, keep], _within(values[here], stratum)
    inverse = np.linalg.pinv(design.T @ design)
    beta = inverse @ (design.T @ centred)
    residual = centred - design @ beta
    strata = int(stratum.max()) + 1
    freedom = residual.size - strata - design.shape[1]
    if freedom < 1:
        return _nothing("difference", arms)
    if arms.cluster is None:
        leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
        leverage += 1 / np.bincount(stratum)[stratum]
        scores = design * (residual / np.sqrt(np.maximum(1 - leverage, 1e-6)))[:, None]
        df = float(_few(arms, freedom))
        meat = scores.T @ scores
    else:
        names, at = np.unique(arms.cluster[here], return_inverse=True)
        if names.size < 3:
            return _nothing("difference", arms)
        sums = np.column_stack([np.bincount(at, weights=column * residual) for column in design.T])
        meat = sums.T @ sums * names.size / (names.size - 1)
        df = float(names.size - 1)
    error = math.sqrt(float((inverse @ meat @ inverse)[0, 0]))
    # Told as means that differ by the adjusted effect: the control's as weighted.
    _, control = arms.means(values)
    return Contrast("difference", float(beta[0]), error, df, control + float(beta[0]), control, *arms.sizes)


def _few(arms: Arms, freedom: int) -> int:
    """Degrees of freedom: not more than the smaller arm carries."""
    return max(min(freedom, min(arms.sizes) - 1), 1)


def _within(column: Floats, stratum: Ints) -> Floats:
    """A column less its stratum's mean."""
    means = np.bincount(stratum, weights=column) / np.bincount(stratum)
    return np.asarray(column - means[stratum], dtype=float)


def explained(y: ArrayLike, before: ArrayLike, arms: Arms) -> float:
    """The share of the outcome's variance within strata and arms that the time before explains, 0..1."""
    here = arms.useful
    group = np.unique(2 * arms.stratum[here] + arms.treated[here], return_inverse=True)[1]
    matrix = np.asarray(before, dtype=float)
    matrix = (matrix[:, None] if matrix.ndim == 1 else matrix)[here]
    target = _within(np.asarray(y, dtype=float)[here], group)
    design = np.column_stack([_within(column, group) for column in matrix.T])
    total = float(target @ target)
    if total <= 0 or target.size <= design.shape[1] + 1:
        return 0.0
    fitted = design @ np.linalg.lstsq(design, target, rcond=None)[0]
    return min(max(1 - float((target - fitted) @ (target - fitted)) / total, 0.0), 1.0)
