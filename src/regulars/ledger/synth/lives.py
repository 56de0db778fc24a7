"""Customers' hidden lives: who leaves when, how often and how regularly they come.

While a customer, visits form an Erlang-k renewal process of rate ``rate``; leaving is exponential with ``hazard``,
independent of the visits (the Pareto/NBD idea of Schmittlein, Morrison and Colombo 1987 with Erlang gaps), and a
share of newcomers never returns at all. All times are business days of :mod:`regulars.ledger.synth.clock`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincinv, gammaln, ndtr

from regulars.ledger.synth.clock import Clock, Floats, Ints
from regulars.ledger.synth.trade import MONTH, Nature, Place, Trade


@dataclass(frozen=True, slots=True)
class Lives:
    """One entry per customer. ``spend`` is a standard normal level; ``died`` is when the customer left for good."""

    branch: Ints
    began: Floats
    rate: Floats
    regularity: Ints
    hazard: Floats
    once: NDArray[np.bool_]
    died: Floats
    spend: Floats

    def __len__(self) -> int:
        return len(self.branch)


def draw_lives(*, trade: Trade, clock: Clock, customers: int, rng: Generator) -> Lives:
    """Draw the hidden lives of ``customers`` people won between the first and the last day."""
    nature, places = trade.nature, trade.places
    share = np.array([place.share for place in places])
    branch = rng.choice(len(places), size=customers, p=share / share.sum()).astype(np.int64)
    normals = _normals(nature=nature, customers=customers, rng=rng)
    rate = _gamma(normal=normals[0], shape=nature.rate_shape, mean=1 / nature.interval_days)
    hazard = _gamma(normal=normals[1], shape=nature.hazard_shape, mean=nature.hazard_month / MONTH)
    hazard *= np.array([place.wastage for place in places])[branch]
    once = rng.random(customers) < _once_chance(nature=nature, places=places)[branch]
    began = _beginnings(clock=clock, branch=branch, rng=rng)
    return Lives(
        branch=branch,
        began=began,
        rate=rate,
        regularity=rng.choice(list(nature.regularity), size=customers, p=list(nature.regularity.values())),
        hazard=hazard,
        once=once,
        died=began + np.where(once, 0.0, rng.exponential(size=customers) / hazard),
        spend=normals[2],
    )


def draw_visits(*, lives: Lives, until: Floats, rng: Generator) -> tuple[Ints, Floats]:
    """All visits up to ``until``: customer number and instant, in rounds of one visit each.

    The first visit is the one that wins the customer; it happens even when the customer never returns.
    """
    who = np.arange(len(lives))
    at = lives.began.copy()
    stop = np.minimum(until, lives.died)
    customers, instants = [who], [at]
    while len(who):
        k = lives.regularity[who]
        at = at + rng.gamma(k) / (k * lives.rate[who])
        more = at < stop[who]
        who, at = who[more], at[more]
        customers.append(who)
        instants.append(at)
    return np.concatenate(customers), np.concatenate(instants)


def expected_visits(
    *, lives: Lives, last: Floats, now: Floats, horizon: Floats, lost_by_visit: Floats | None = None
) -> Floats:
    """Expected visits in the ``horizon`` after ``now``, given the hidden life and silence since ``last``.

    A gap is k exponential stages of rate beta = k * rate. Silence for e leaves j < k stages passed with weight
    (beta e)^j / j!. The n-th next visit is m = nk - j stages off and comes in time and before leaving with chance
    (beta / (beta + h))^m P(Gamma(m, beta + h) < horizon). Those who have left expect nothing. Where each visit drives a
    customer away with the chance ``lost_by_visit``, the n-th is there with (1 - chance)^(n - 1) of that.
    """
    expected = np.zeros(len(lives))
    alive = lives.died > now
    for k in np.unique(lives.regularity):
        who = np.flatnonzero(alive & (lives.regularity == k))
        stays = 1.0 if lost_by_visit is None else 1 - lost_by_visit[who]
        beta, hazard = k * lives.rate[who], lives.hazard[who]
        elapsed = np.maximum(now[who] - last[who], 1e-9)
        stages = np.arange(k)
        weight = np.exp(stages * np.log(beta * elapsed)[:, None] - gammaln(stages + 1))
        weight /= weight.sum(axis=1, keepdims=True)
        total, n, gain = np.zeros(len(who)), 1, np.ones(len(who))
        while len(who) and gain.max() > 1e-9:
            gain = np.zeros(len(who))
            for j in stages:
                m = n * k - j
                in_time = gammainc(m, (beta + hazard) * horizon[who])
                gain += weight[:, j] * (beta / (beta + hazard)) ** m * in_time
            gain *= stays ** (n - 1)
            total += gain
            n += 1
        expected[who] = total
    return expected


def _normals(*, nature: Nature, customers: int, rng: Generator) -> Floats:
    """Correlated standard normals for rate, hazard and spend."""
    correlation = np.eye(3)
    correlation[0, 1] = correlation[1, 0] = nature.hazard_with_rate
    correlation[1, 2] = correlation[2, 1] = nature.hazard_with_spend
    return np.asarray(np.linalg.cholesky(correlation) @ rng.standard_normal((3, customers)))


def _gamma(*, normal: Floats, shape: float, mean: float) -> Floats:
    return np.asarray(gammaincinv(shape, ndtr(normal)) * mean / shape)


def _once_chance(*, nature: Nature, places: tuple[Place, ...]) -> Floats:
    return np.array([min(nature.once + place.once_more, 0.95) for place in places])


def _beginnings(*, clock: Clock, branch: Ints, rng: Generator) -> Floats:
    """When customers are won: with demand, and more of them in the months after opening."""
    began = np.empty(len(branch))
    opening = 0.6 + 0.8 * np.exp(-np.arange(clock.days) / 240)
    for b in range(clock.speed.shape[0]):
        here = np.flatnonzero(branch == b)
        chance = clock.speed[b, : clock.days] * opening
        day = rng.choice(clock.days, size=len(here), p=chance / chance.sum())
        began[here] = clock.passed[b, day] + rng.random(len(here)) * clock.speed[b, day]
    return began
