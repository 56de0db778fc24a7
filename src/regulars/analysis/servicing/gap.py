"""How long a piece stays away from the bench: a Weibull gap of which a share never ends.

S(t) = c + (1 - c) exp(-(t / b)^k) with the share c never brought back, the scale b and the shape k; ended gaps count
with their density, open ones with S (Boag 1949, the mixture cure model; Farewell 1982). Maximum likelihood on
log k, log b and the log odds of c, with the analytic gradient. Docs: docs/methods/servicing.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from scipy.special import expit, log_expit, logit

from regulars.analysis.servicing.ridge import Ridge, along
from regulars.analysis.value.optimise import Optimum, maximise
from regulars.analysis.value.prior import LogNormal
from regulars.analysis.value.statistics import Floats

DRAWS = 1000
_SHAPE, _ODDS = 2.0, 1.0  # where the mild prior stands: a gap that grows likelier with age; half never back
_MOVES = ((0.7, 0.0, 1.0), (-0.5, 0.3, -2.0))  # from there to two further starts
_ODDS_SPREAD = 1.5  # log odds of never, for what may be true: anything from one in twenty to nineteen
_SILENT = 0.1, 0.9  # silent owners are not so plain a sign that nearly all or none were to be believed
_SILENT_SPREAD = 1.0  # log odds around the share of silent owners: half of it to twice, about
_INTERVAL_SPREAD = 0.3  # log days: two of them reach from half to nearly twice the trade's interval
_FAMILY_SPREAD = 0.5  # log parameters: how far families are believed to lie from the whole
_BOUNDS = ((np.log(0.2), np.log(30.0)), (np.log(7.0), np.log(40_000.0)), (-6.0, 6.0))


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """Unique gaps: ``days``, whether ``ended``, and how many (``n``)."""

    days: Floats
    ended: Floats
    n: Floats

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Gaps:
        """From rows of ``weeks``, ``ended`` and ``n``; a gap counts from the middle of its week."""
        table = [(7.0 * row["weeks"] + 3.5, float(row["ended"]), float(row["n"])) for row in rows]
        days, ended, n = np.array(table, dtype=float).reshape(-1, 3).T
        return cls(days, ended, n)

    @property
    def services(self) -> int:
        """Gaps that have ended."""
        return round(float(self.n @ self.ended))

    @property
    def open(self) -> Gaps:
        """Those still open: one a piece."""
        still = self.ended == 0
        return Gaps(self.days[still], self.ended[still], self.n[still])


def log_likelihood(gaps: Gaps, theta: Floats) -> tuple[float, Floats]:
    """Log-likelihood and gradient at (log k, log b, log odds of c)."""
    k, never = np.exp(theta[0]), expit(theta[2])
    away = np.log(gaps.days) - theta[1]
    z = np.exp(np.minimum(k * away, 700.0))
    staying = np.exp(-z)
    survive = never + (1 - never) * staying
    ended, still = gaps.ended, 1 - gaps.ended
    value = ended * (log_expit(-theta[2]) + theta[0] + k * away - z - np.log(gaps.days)) + still * np.log(survive)
    share = (1 - never) * staying / survive  # of those still away, who will come
    d_shape = ended * (1 + k * away * (1 - z)) - still * share * z * k * away
    d_scale = ended * k * (z - 1) + still * share * z * k
    d_odds = -ended * never + still * never * (1 - never) * (1 - staying) / survive
    return float(gaps.n @ value), np.array([gaps.n @ d_shape, gaps.n @ d_scale, gaps.n @ d_odds])


@dataclass(frozen=True, slots=True)
class Beforehand:
    """What is known of pieces before any has come back; it moves ranges, and little where the data say enough.

    ``interval``: days after which the trade advises a service. ``silent``: of pieces known for longer than customers
    of the trade usually stay away, the share whose owners have not been seen since; such pieces will hardly come.
    """

    interval: float | None = None
    silent: float | None = None

    @property
    def belief(self) -> LogNormal:
        """Normals on log b and the log odds of c."""
        away = self.interval is not None, self.silent is not None
        centre = np.array(
            [0.0, np.log(self.interval or 1.0), logit(np.clip(0.5 if self.silent is None else self.silent, *_SILENT))]
        )
        spread = (np.inf, _INTERVAL_SPREAD if away[0] else np.inf, _SILENT_SPREAD if away[1] else _ODDS_SPREAD)
        return LogNormal(centre, np.array(spread))


@dataclass(frozen=True, slots=True, eq=False)
class GapFit:
    """A fitted gap: ``theta`` and ``covariance`` of (log k, log b, log odds of c); ``held`` where a prior had to."""

    theta: Floats
    covariance: Floats
    log_likelihood: float
    held: bool
    ridge: Ridge

    @property
    def family(self) -> LogNormal:
        """What is believed of one family where this is the fit of all."""
        return LogNormal(self.theta, np.full(3, _FAMILY_SPREAD))

    @property
    def named(self) -> dict[str, float]:
        """Parameters by name; the scale in days."""
        k, b, never = natural(self.theta)
        return {"shape": float(k), "scale_days": float(b), "never": float(never)}

    @property
    def standard_errors(self) -> dict[str, float]:
        """By the delta method."""
        k, b, never = natural(self.theta)
        sd = np.sqrt(np.diag(self.covariance))
        return {
            "shape": float(k * sd[0]),
            "scale_days": float(b * sd[1]),
            "never": float(never * (1 - never) * sd[2]),
        }

    def draw(self, rng: Generator, n: int = DRAWS) -> Floats:
        """Parameters that may be true: ``n`` rows, drawn from :class:`Ridge`."""
        return self.ridge.draw(rng, n)


def fit(gaps: Gaps, *, near: GapFit | None = None, beforehand: Beforehand | None = None) -> GapFit:
    """Maximum likelihood; with ``near`` (the whole) the family's parameters are believed to lie about there.

    ``beforehand`` says where what may be true is believed to lie; without it never and ever are alike likely.
    """
    ended = gaps.ended > 0
    known = beforehand or Beforehand()
    middle = np.log(known.interval) if known.interval else np.log(np.average(gaps.days[ended], weights=gaps.n[ended]))
    prior = np.array([np.log(_SHAPE), middle, np.log(_ODDS)]) if near is None else near.theta
    starts = [prior] if near else [prior, *(prior + np.array(move) for move in _MOVES)]
    belief = known.belief if near is None else near.family
    found = maximise(
        lambda theta: log_likelihood(gaps, theta),
        starts=starts,
        bounds=_BOUNDS,
        prior=prior,
        customers=float(gaps.n.sum()),
        belief=None if near is None else belief,
    )
    return GapFit(found.theta, found.covariance, found.value, found.held, _ridge(gaps, found, belief))


def _ridge(gaps: Gaps, found: Optimum, belief: LogNormal) -> Ridge:
    def posterior(theta: Floats) -> tuple[float, Floats]:
        (value, gradient), (believed, pull) = log_likelihood(gaps, theta), belief(theta)
        return value + believed, gradient + pull

    spread = float(np.sqrt(found.covariance[2, 2]))
    return along(posterior, top=found.theta, spread=spread, bounds=_BOUNDS, pieces=float(gaps.n.sum()))


def natural(theta: Floats) -> Floats:
    """(k, b, c) of (log k, log b, log odds of c) along the last axis; they come along the first."""
    return np.stack([np.exp(theta[..., 0]), np.exp(theta[..., 1]), expit(theta[..., 2])])


def survival(theta: Floats, days: Floats) -> Floats:
    """Share not yet back after ``days``: one row a row of ``theta``."""
    k, b, never = (v[..., None] for v in natural(theta))
    return np.asarray(never + (1 - never) * np.exp(-np.exp(np.minimum(k * (np.log(days) - np.log(b)), 700.0))))


def quantile(theta: Floats, share: float) -> Floats:
    """Days by which a share of the gaps that end have ended."""
    k, b, _ = natural(theta)
    return np.asarray(b * (-np.log1p(-share)) ** (1 / k))


def within(theta: Floats, days: Floats, ahead: float) -> Floats:
    """Chance that a gap open for ``days`` ends within ``ahead`` days (inf: ever); one row a row of ``theta``."""
    now = survival(theta, days)
    then = survival(theta, days + ahead) if np.isfinite(ahead) else natural(theta)[2][..., None]
    return np.asarray(np.clip(1 - then / now, 0.0, 1.0))


def kaplan_meier(gaps: Gaps, at: Floats) -> Floats:
    """Share not yet back at each of ``at``, by the product limit (Kaplan and Meier 1958)."""
    order = np.unique(gaps.days)
    ended = np.array([float(gaps.n @ (gaps.ended * (gaps.days == day))) for day in order])
    waiting = np.array([float(gaps.n @ (gaps.days >= day)) for day in order])
    left = np.concatenate([[1.0], np.cumprod(1 - ended / waiting)])
    return np.asarray(left[np.searchsorted(order, at, side="right")])
