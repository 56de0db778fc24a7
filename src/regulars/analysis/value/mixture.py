"""The mixture of rhythms: clockwork customers and customers of chance in one base.

MBG/CNBD-k (``likelihood``) gives all customers gaps of one regularity k. Here every customer has an own k out of a few,
and the evenness of the customer's own gaps tells which (:mod:`regulars.analysis.value.mixing`): regularity that differs
as in Platzer and Reutterer's (2016) Pareto/GGG, but in closed form. Given the class, everything is as for MBG/CNBD-k;
what is said of a customer is the mean of the classes by their posterior weights, and so is the whole distribution of
visits ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import softmax

from regulars.analysis.value.mixing import MixtureLikelihood, log_classes
from regulars.analysis.value.optimise import Optimum, climb, maximise
from regulars.analysis.value.prior import LogNormal, Prior
from regulars.analysis.value.series import Ahead, Future
from regulars.analysis.value.statistics import Floats, Ints, Statistics, dot
from regulars.analysis.value.visits import FEW_REPEATERS, LOG_LIMIT, WEAK, GapLaw, VisitFit, as_floats, said
from regulars.base.errors import BadData
from regulars.base.text import Text, say

#: Regularities a customer may have.
CLASSES = (1, 2, 3, 4, 6)
#: A class of fewer customers than this share is left out.
LEAST_SHARE = 0.03
_ODDS = 8.0
_FITTED = 60_000  # histories above which the fit is made on a grid
_SHARED = ("r", "alpha", "a", "b")


@dataclass(frozen=True, slots=True, eq=False)
class MixtureFit(VisitFit):
    """A mixture of rhythms of a base; parameters r, alpha (of visits), a, b and every class's odds over the first's.

    ``k`` is the commonest class. ``gaps`` are those of the rows it is asked about (:meth:`knowing`); without them a
    customer's class is judged by (x, t_x, T) alone.
    """

    classes: tuple[int, ...] = ()
    gaps: Floats | None = None

    @property
    def shares(self) -> Floats:
        """Share of customers of every class."""
        return np.asarray(softmax(np.concatenate([[0.0], np.log(self.parameters[4:])])))

    @property
    def named(self) -> dict[str, float]:
        """The shared parameters, and the classes' shares as ``share_k1``, ``share_k2``, ..."""
        shares = {f"share_k{k}": float(share) for k, share in zip(self.classes, self.shares, strict=True)}
        return dict(zip(_SHARED, self.parameters[:4], strict=True)) | shares

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard errors of the same (delta method)."""
        shared = np.sqrt(np.diag(self.covariance))[:4] * self.parameters[:4]
        shares = self.shares
        slopes = (np.diag(shares) - np.outer(shares, shares))[:, 1:]
        spread = np.sqrt(np.einsum("ij,jk,ik->i", slopes, self.covariance[4:, 4:], slopes))
        return dict(zip(self.named, map(float, [*shared, *spread]), strict=True))

    @property
    def parts(self) -> tuple[VisitFit, ...]:
        """Every class as a model of its own."""
        r, alpha, a, b = self.parameters[:4]
        return tuple(
            VisitFit(
                model="mbg-cnbd-k",
                names=_SHARED,
                parameters=(r, alpha / k, a, b),
                covariance=self.covariance[:4, :4],
                log_likelihood=self.log_likelihood,
                customers=self.customers,
                converged=self.converged,
                held=self.held,
                verdict=self.verdict,
                k=k,
            )
            for k in self.classes
        )

    @property
    def costly(self) -> bool:
        """Every class has a series of its own."""
        return True

    def knowing(self, gaps: Floats | None) -> MixtureFit:
        """The same model asked about rows whose sums of log gaps are known, one element a row."""
        return replace(self, gaps=gaps)

    def belongs(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability of every class, given the history; classes x rows."""
        x, t_x, T = as_floats(x, t_x, T)
        if self.gaps is not None and self.gaps.shape != x.shape:
            raise BadData(say("value.data.shapes"))
        logs = log_classes(self.classes, self.parameters[:4], x, t_x, T, self.gaps)
        return np.asarray(softmax(logs + np.log(self.shares)[:, None], axis=0))

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability that the customer has not left for good."""
        return np.asarray(self._alive(x, t_x, T).sum(axis=0))

    def rate_given_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Expected visits a week while alive."""
        rates = np.array([part.rate_given_alive(x, t_x, T) for part in self.parts])
        return np.asarray((self._given_alive(x, t_x, T) * rates).sum(axis=0))

    def future(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, t: float) -> Ahead:
        """The distribution of visits in the next ``t`` weeks: that of the classes, mixed."""
        x, t_x, T = as_floats(x, t_x, T)
        parts = []
        for part in self.parts:
            ahead = part.future(x, t_x, T, t)
            assert isinstance(ahead, Future)
            parts.append(ahead)
        return Mixed(tuple(parts), self._given_alive(x, t_x, T), self.p_alive(x, t_x, T))

    def lost_within(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, weeks: float) -> Floats:
        """P(leaves for good within ``weeks``), given still a customer."""
        lost = np.array([part.lost_within(x, t_x, T, weeks) for part in self.parts])
        return np.asarray((self._given_alive(x, t_x, T) * lost).sum(axis=0))

    def lost_quickly(self, x: ArrayLike, T: ArrayLike, weeks: float) -> Floats:
        """The same for draws; the class by its share alone."""
        lost = np.array([part.lost_quickly(x, T, weeks) for part in self.parts])
        return np.asarray((self.shares[:, None] * lost).sum(axis=0))

    def gap_laws(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> tuple[GapLaw, ...]:
        """The laws a gap of the customer's may follow, one a class."""
        belongs = self._given_alive(x, t_x, T)
        laws = (part.gap_laws(x, t_x, T)[0] for part in self.parts)
        return tuple(replace(law, share=share) for law, share in zip(laws, belongs, strict=True))

    def _alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """P(of the class, and still a customer); classes x rows."""
        alive = np.array([part.p_alive(x, t_x, T) for part in self.parts])
        return np.asarray(self.belongs(x, t_x, T) * alive)

    def _given_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        alive = self._alive(x, t_x, T)
        return np.asarray(alive / np.maximum(alive.sum(axis=0), 1e-300))


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """Visits ahead as a mixture over classes; ``share`` is P(class | alive), classes x rows."""

    parts: tuple[Future, ...]
    share: Floats
    alive: Floats

    @property
    def z(self) -> Floats:
        """That of the class whose tail is the longest."""
        return np.asarray(np.max([part.z for part in self.parts], axis=0))

    def of(self, rows: Ints) -> Mixed:
        """Some of the rows."""
        return Mixed(tuple(part.of(rows) for part in self.parts), self.share[:, rows], self.alive[rows])

    def reach(self, n: Floats) -> Floats:
        """P(X >= n | alive)."""
        return np.asarray(sum(share * part.reach(n) for share, part in zip(self.share, self.parts, strict=True)))

    def walk(self) -> Iterator[Floats]:
        """P(X >= N | alive) for N = 1, 2, ..."""
        walks = [part.walk() for part in self.parts]
        while True:
            yield np.asarray(sum(share * next(walk) for share, walk in zip(self.share, walks, strict=True)))

    def length(self) -> Floats:
        """Terms until every class's tail is exhausted."""
        return np.asarray(np.max([part.length() for part in self.parts], axis=0))


def fit_mixture(stats: Statistics, *, like: VisitFit, prior: Prior | None = None) -> MixtureFit | None:
    """Maximum likelihood mixture of rhythms; None where a single class is left, or the mixture is no likelier than
    its parameters cost (``like``: the MBG/CNBD-k of the same base, where the search begins, too).

    Raises:
        BadData: ``stats`` does not know how even the customers' gaps were.
    """
    if stats.gaps is None:
        raise BadData(say("value.data.no_gaps"), say("value.data.no_gaps_hint"))
    found = _search(_fitted_on(stats), like, prior)
    if found is None:
        return None
    classes, best, belief = found
    value, _ = MixtureLikelihood.of(stats, classes)(best.theta)
    name, log_prior = said(prior, belief, best)
    # Beside k itself, a mixture of m classes has m - 1 shares.
    if value + log_prior <= like.log_posterior + len(classes) - 2:
        return None
    shares = softmax(np.concatenate([[0.0], best.theta[4:]]))
    return MixtureFit(
        model="cnbd-mixture",
        names=_names(classes),
        parameters=tuple(map(float, np.exp(best.theta))),
        covariance=best.covariance,
        log_likelihood=value,
        customers=round(stats.customers),
        converged=best.converged,
        held=best.held,
        verdict=_plain_words(best.covariance, best.converged, best.held, prior),
        k=classes[int(shares.argmax())],
        prior=name,
        log_prior=log_prior,
        classes=classes,
    )


def _search(
    base: Statistics, like: VisitFit, prior: Prior | None
) -> tuple[tuple[int, ...], Optimum, LogNormal | None] | None:
    """All classes at first; those of too few customers are left out until none is. None where one class is left."""
    r, alpha, a, b = like.parameters
    classes: tuple[int, ...] = CLASSES
    theta = np.log([r, alpha * like.k, a, b])
    odds = np.zeros(len(classes) - 1)
    scale = dot(base.weight, base.T) / base.customers or 26.0
    shared = [(-LOG_LIMIT, LOG_LIMIT)] * 4
    shared[1] = (np.log(scale) - LOG_LIMIT, np.log(scale) + LOG_LIMIT)
    while True:
        bounds = shared + [(-_ODDS, _ODDS)] * len(odds)
        likelihood = MixtureLikelihood.of(base, classes)
        every = climb(likelihood, starts=[np.concatenate([theta, odds])], bounds=bounds, customers=base.customers)
        shares = softmax(np.concatenate([[0.0], every.theta[4:]]))
        kept = np.flatnonzero(shares >= LEAST_SHARE)
        if len(kept) < 2:
            return None
        theta, odds = every.theta[:4], np.log(shares[kept[1:]] / shares[kept[0]])
        if len(kept) == len(classes):
            break
        classes = tuple(classes[place] for place in kept)
    belief = prior.on(_names(classes)) if prior is not None else None
    best = maximise(
        likelihood,
        starts=[every.theta],
        bounds=bounds,
        prior=np.concatenate([np.log([1.0, scale, 0.7, 2.5]), np.zeros(len(odds))]),
        customers=base.customers,
        always_held=base.repeaters < FEW_REPEATERS,
        belief=belief,
    )
    return classes, best, belief


def _fitted_on(stats: Statistics) -> Statistics:
    """The base itself, or the finest grid of few enough histories (five classes at once cost five times as much)."""
    base = stats
    for weeks in (1.0, 2.0, 4.0):
        if len(base) <= _FITTED:
            break
        base = stats.condensed(weeks)
    return base


def _names(classes: tuple[int, ...]) -> tuple[str, ...]:
    return (*_SHARED, *(f"odds_k{k}" for k in classes[1:]))


def _plain_words(covariance: Floats, converged: bool, held: bool, prior: Prior | None) -> Text:
    if not converged:
        found = say("value.visits.not_converged")
    elif held:
        found = say("value.visits.held")
    elif np.sqrt(np.diag(covariance)).max() > WEAK:
        found = say("value.visits.weak")
    else:
        found = say("value.visits.good")
    return found if prior is None else say("value.prior.took_part", source=prior.source, verdict=found)
