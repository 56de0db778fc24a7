"""What one customer brings under an option, month by month: effects act on primitives, money is computed once.

For a bundle of measures, strongest first, the log effects of one primitive add up with overlap theta::

    L_t = sum_i (prod_{k<i} theta_ik) * L_i * exp(-(t-1) / tau_i)      theta_ik = theta, or what is stated for the pair
    h_t = h * exp(max(L_h,t, -0.9) + fatigue_t)      f_t = lam * exp(L_f,t)      m_t = m * exp(L_m,t)
    S_t = prod_{i<=t} (1 - h_i)        cash_t = d^t * alive * S_t * f_t * m_t * (1 - nu_t) / (1 - nu)
    DV(T) = sum_{t<=T} (cash_t(option) - cash_t(none))

Extra visits of month 1 are partly borrowed from months 2 and 3 (echo psi). A lapsed customer is worth the extra
probability of coming back times the value of the second life. A bundle is never worth more than what is left of it
without one measure plus that measure alone (:func:`without_synergy`): synergy would be a claim nobody has evidence
for, and harm is not softened by company.

Not here: costs (``options``), who may be reached (``cells``). Arrays are months x draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

LONG, SHORT, QUARTER = 36, 12, 3
#: No bundle is believed to cut the hazard by more than exp(-0.9).
FLOOR = -0.9
#: Each contact beyond the ideal number raises the log-hazard by this much, fading over a cycle.
FATIGUE, FATIGUE_MONTHS = 0.04, 3.0
IDEAL_CONTACTS = 2


@dataclass(frozen=True, slots=True)
class Push:
    """One effect of one measure: log change (reactivation: probability points) per draw, fading over ``months``."""

    primitive: str
    draws: Floats
    months: float


@dataclass(frozen=True, slots=True)
class Base:
    """A cell's primitives per draw, untouched. For a lapsed cell they describe the life after coming back.

    ``hazard`` is one for all months, or months x draws. ``returning`` is the share of a lapsed cell that comes back
    untouched: no measure can keep away more.
    """

    hazard: Floats
    frequency: Floats
    margin: Floats
    discount: float
    alive: float = 1.0
    no_show: float = 0.0
    lapsed: bool = False
    returning: float = 1.0

    def by_month(self) -> Floats:
        """Hazard, months x draws."""
        return np.broadcast_to(self.hazard, (LONG, self.frequency.size))


@dataclass(frozen=True, slots=True)
class Outcome:
    """Change per customer and draw against doing nothing, before costs."""

    value_12: Floats
    value_36: Floats
    kept_12: Floats  # probability of still being a customer after 12 months
    kept_90: Floats  # probability of not being lost within 3 months
    back: Floats  # probability of coming back (lapsed only)
    visits_12: Floats


@dataclass(frozen=True, slots=True)
class Life:
    """One customer's months: discounted cash and visits over a horizon, probability of being alive by month."""

    cash_12: Floats
    cash_36: Floats
    alive: Floats  # months x draws
    visits_12: Floats


def fading(months: float, horizon: int = LONG) -> Floats:
    """exp(-(t-1)/tau) for t = 1..horizon."""
    return np.exp(-np.arange(horizon) / months)


def strength(pushes: Sequence[Push], *, lapsed: bool = False) -> float:
    """How strong a measure is: the largest mean log effect on a primitive that counts in the cell."""
    counted = [abs(float(p.draws.mean())) for p in pushes if (p.primitive == "reactivation") == lapsed]
    return max(counted, default=0.0)


def compose(
    measures: Sequence[Sequence[Push]],
    *,
    theta: Mapping[str, Floats],
    lapsed: bool,
    pairs: Mapping[frozenset[int], Floats] | None = None,
) -> dict[str, Floats]:
    """Monthly log effect per primitive of a bundle; the order in which measures are named does not matter.

    ``theta`` gives the overlap per primitive and draw; a primitive without one uses that of ``attrition``. ``pairs``
    gives that of two measures (by their places) where it is known apart; it holds for every primitive.
    Reactivation is not a path over months: its row 0 alone is used.
    """
    known = pairs or {}
    order = sorted(range(len(measures)), key=lambda i: (-strength(measures[i], lapsed=lapsed), _signature(measures[i])))
    total: dict[str, Floats] = {}
    for place, which in enumerate(order):
        apart = [known[pair] for stronger in order[:place] if (pair := frozenset((which, stronger))) in known]
        for push in measures[which]:
            overlap = theta.get(push.primitive, theta["attrition"])
            left = overlap ** (place - len(apart)) * np.prod(apart, axis=0) if apart else overlap**place
            log = np.outer(fading(push.months), left * push.draws)
            total[push.primitive] = total[push.primitive] + log if push.primitive in total else log
    return total


def _signature(pushes: Sequence[Push]) -> tuple[tuple[str, float, float], ...]:
    # Only breaks ties of strength, so that order of naming never decides.
    return tuple(sorted((p.primitive, p.months, float(p.draws[0])) for p in pushes))


@dataclass(frozen=True, slots=True)
class Path:
    """One customer's months: alive, visits (of those alive) and margin a visit; months x draws, margin may be draws."""

    alive: Floats
    visits: Floats
    margin: Floats


def path(base: Base, effects: Mapping[str, Floats], *, psi: Floats | float = 0.0, contacts: int = 0) -> Path:
    """Month by month, what :func:`live` adds up."""
    hazard = _hazard(base, effects.get("attrition"), contacts)
    visits = _visits(base, effects.get("frequency"), psi)
    margin: Floats = base.margin
    if "margin" in effects:
        margin = base.margin * np.exp(effects["margin"])
    if "no_show" in effects and base.no_show > 0:
        missed = np.minimum(base.no_show * np.exp(effects["no_show"]), 1.0)
        visits = visits * (1 - missed) / (1 - base.no_show)
    return Path(_survival(base.alive, hazard), visits, margin)


def live(base: Base, effects: Mapping[str, Floats], *, psi: Floats | float = 0.0, contacts: int = 0) -> Life:
    """Cash, survival and visits of one living customer (or of one who came back)."""
    months = path(base, effects, psi=psi, contacts=contacts)
    alive, margin = months.alive, months.margin
    seen = alive * months.visits
    discount = base.discount ** np.arange(1, LONG + 1)
    if margin.ndim == 2:
        earned = seen * margin
        return Life(discount[:SHORT] @ earned[:SHORT], discount @ earned, alive, seen[:SHORT].sum(axis=0))
    short, long = discount[:SHORT] @ seen[:SHORT], discount @ seen
    return Life(short * margin, long * margin, alive, seen[:SHORT].sum(axis=0))


def _survival(alive: float, hazard: Floats) -> Floats:
    # Month by month: numpy's cumprod along the first axis is ten times slower.
    left = 1 - hazard
    left[0] *= alive
    for month in range(1, LONG):
        np.multiply(left[month], left[month - 1], out=left[month])
    return left


def _hazard(base: Base, log: Floats | None, contacts: int) -> Floats:
    tired = FATIGUE * max(0, contacts - IDEAL_CONTACTS)
    if log is None and not tired:
        return base.by_month()
    pushed = np.maximum(log, FLOOR) if log is not None else np.zeros((LONG, 1))
    if tired:
        pushed = pushed + tired * fading(FATIGUE_MONTHS)[:, None]
    return np.minimum(base.by_month() * np.exp(pushed), 1.0)


def _visits(base: Base, log: Floats | None, psi: Floats | float) -> Floats:
    if log is None:
        return np.broadcast_to(base.frequency, (LONG, base.frequency.size))
    visits: Floats = base.frequency * np.exp(log)
    borrowed = psi * np.maximum(visits[0] - base.frequency, 0.0) / 2
    visits[1:3] = np.maximum(visits[1:3] - borrowed, 0.0)
    return visits


def outcome(
    base: Base,
    none: Life,
    measures: Sequence[Sequence[Push]],
    *,
    theta: Mapping[str, Floats],
    psi: Floats | float = 0.0,
    contacts: int = 0,
    pairs: Mapping[frozenset[int], Floats] | None = None,
) -> Outcome:
    """The change an option makes. ``none`` is ``live(base, {})``, computed once per cell."""
    effects = compose(measures, theta=theta, lapsed=base.lapsed, pairs=pairs)
    lives = set(effects) - {"reactivation"} or contacts > IDEAL_CONTACTS
    life = live(base, effects, psi=psi, contacts=contacts) if lives else none
    if base.lapsed:
        back = effects["reactivation"][0] if "reactivation" in effects else np.zeros(base.frequency.size)
        back = np.clip(back, -base.returning, 1.0)
        nothing = np.zeros_like(back)
        second = back / base.alive
        return Outcome(second * life.cash_12, second * life.cash_36, nothing, nothing, back, second * life.visits_12)
    return Outcome(
        life.cash_12 - none.cash_12,
        life.cash_36 - none.cash_36,
        life.alive[SHORT - 1] - none.alive[SHORT - 1],
        life.alive[QUARTER - 1] - none.alive[QUARTER - 1],
        np.zeros(base.frequency.size),
        life.visits_12 - none.visits_12,
    )


def without_synergy(together: Outcome, parts: Sequence[tuple[Outcome, Outcome]]) -> Outcome:
    """Cap a bundle's value. ``parts`` pairs, for each measure, the bundle without it and that measure alone."""
    short, long = together.value_12, together.value_36
    for rest, alone in parts:
        short = np.minimum(short, rest.value_12 + alone.value_12)
        long = np.minimum(long, rest.value_36 + alone.value_36)
    return Outcome(short, long, together.kept_12, together.kept_90, together.back, together.visits_12)
