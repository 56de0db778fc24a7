"""Designs of a loyalty programme: what members do more of, and what everybody who joins is paid.

Salons and clinics: log-hazard -0.12 (0.08), log-frequency +0.02 (0.02) of light and moderate buyers while rewards
are earned; heavy buyers come as often as before (0, sd 0.02). Shops: log-frequency +0.04 (0.06) light and moderate, 0
(0.04) heavy, nobody stays longer. Those figures are of a reward of five in a hundred; other rates are scaled by
(1 - exp(-rate / 0.05)) / (1 - exp(-1)), our own saturation. Heavy buyers are those of the high value tier.

    cost = rate * (1 - breakage) * sum over members and months of revenue, those who would have come anyway included
    owed at month t = rate * (1 - breakage) * revenue of the last `redeemed_after` months
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regulars.base.investment import Loyalty
from regulars.base.settings import Business
from regulars.strategy.blocks import Step, beta_of, branches_of, own
from regulars.strategy.cells import Cell
from regulars.strategy.environment import Change, Environment, applied, ramp
from regulars.strategy.options import Evaluator
from regulars.strategy.returns import LONG, QUARTER, SHORT, Base, Floats, live

#: (mean, sd) of hazard and of the frequency of light and moderate, and of heavy buyers, by kind of business.
EFFECTS: Mapping[str, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "service": ((-0.12, 0.08), (0.02, 0.02), (0.0, 0.02)),
    "retail": ((0.0, 0.02), (0.04, 0.06), (0.0, 0.04)),
}
USUAL_RATE = 0.05
_TIERS = {"all": ("high", "middle", "low"), "middle": ("high", "middle"), "high": ("high",)}
RETAIL_PACKS = ("retail", "watch")


@dataclass(frozen=True, slots=True)
class DesignValue:
    """A design against none, per draw. ``anyway`` is the part of the rewards that those would have earned who had come
    without it; ``owed_cycle`` and ``owed_year`` are rewards issued and not yet used at the end of cycle and year."""

    design: str
    step: Step
    environment: Environment
    members: float
    rewards: Floats  # all rewards paid, discounted
    anyway: Floats
    gross_36: Floats  # contribution members add, before rewards
    owed_cycle: Floats
    owed_year: Floats


def scaled(rate: float) -> float:
    """How much of the published effect a reward rate has: 1 at five in a hundred, 0 at nothing, saturating."""
    return -math.expm1(-rate / USUAL_RATE) / -math.expm1(-1.0)


def joining(design: Loyalty, cell: Cell) -> float:
    """The share of a cell's customers who become members because of the design."""
    if cell.state == "lapsed":
        return 0.0
    may = sum(tier in _TIERS[design.tier] for tier in cell.tiers) / max(len(cell.tiers), 1)
    return may * max(design.enrolment - design.members_now, 0.0)


def kind_of(design: Loyalty, business: Business) -> str:
    """Whether the effects of services or of shops are taken."""
    return design.kind or ("retail" if business.pack in RETAIL_PACKS else "service")


def _change(design: Loyalty, cell: Cell, evaluator: Evaluator, kind: str) -> Change:
    draws = evaluator.draws
    z = own(draws, f"loyalty:{kind}", 2)
    hazard, light, heavy = EFFECTS[kind]
    often = heavy if cell.tiers == ("high",) else light
    part = scaled(design.reward_rate)

    def log(effect: tuple[float, float], z: Floats) -> Floats:
        return part * (effect[0] + effect[1] * z) - 0.5 * (part * effect[1]) ** 2

    return Change(1.0, np.outer(ramp(0, design.months), log(hazard, z[0])), log(often, z[1]), np.zeros(draws.count))


def design_of(design: Loyalty, evaluator: Evaluator, business: Business, *, living: float) -> DesignValue:
    """Value a design on the evaluator's draws and ground: what service levels taken have left."""
    draws, kind = evaluator.draws, kind_of(design, business)
    breakage = beta_of(own(draws, "loyalty:breakage")[0], design.breakage, design.breakage_sd)
    paid_share = design.reward_rate * (1 - breakage)
    nothing = np.zeros(draws.count)
    short, long, kept, lost, revenue = nothing, nothing, nothing, nothing, nothing
    issued, anyway, members = np.zeros((LONG, draws.count)), np.zeros((LONG, draws.count)), 0.0
    environment: dict[int, tuple[Change, ...]] = {}
    earning = np.arange(1, LONG + 1) <= design.months
    for at, cell in enumerate(evaluator.cells):
        share = joining(design, cell)
        if share <= 0 or cell.customers == 0:
            continue
        base, none = evaluator.ground(at)
        whole = _change(design, cell, evaluator, kind)
        n = share * cell.customers
        members += n
        environment[at] = (_lasting(whole, share, design.months),)
        with_it, without = _spend(base, whole, earning), _spend(base, None, earning)
        life_cash = _cash(with_it.cash, base.discount), _cash(without.cash, base.discount)
        short = short + n * (life_cash[0][0] - life_cash[1][0])
        long = long + n * (life_cash[0][1] - life_cash[1][1])
        kept = kept + n * (with_it.alive[SHORT - 1] - none.alive[SHORT - 1])
        lost = lost + n * (with_it.alive[QUARTER - 1] - none.alive[QUARTER - 1])
        revenue = revenue + n * (life_cash[0][0] - life_cash[1][0]) * cell.revenue_share
        issued += n * with_it.cash * cell.revenue_share * earning[:, None]
        anyway += n * without.cash * cell.revenue_share * earning[:, None]
    issued, anyway = issued * paid_share, anyway * paid_share
    found = _valued(
        design, business, members, (issued, anyway), environment, (short, long, kept, lost, revenue), living
    )
    scope = branches_of(evaluator.cells, (), business)
    return replace(found, step=replace(found.step, scope=scope))


@dataclass(frozen=True, slots=True)
class _Path:
    cash: Floats  # undiscounted contribution, months x draws
    alive: Floats


def _spend(base: Base, change: Change | None, earning: NDArray[np.bool_]) -> _Path:
    """A customer's contribution by month; frequency is raised only while rewards are earned."""
    if change is None:
        life = live(base, {})
        return _Path(life.alive * base.frequency * base.margin, life.alive)
    inside = applied(base, [Change(1.0, change.hazard, np.zeros_like(change.frequency), change.margin)])
    life = live(inside, {})
    often = np.where(earning[:, None], np.exp(change.frequency)[None, :], 1.0)
    return _Path(life.alive * inside.frequency * often * inside.margin, life.alive)


def _cash(path: Floats, discount: float) -> tuple[Floats, Floats]:
    d = discount ** np.arange(1, LONG + 1)
    return d[:SHORT] @ path[:SHORT], d @ path


def _lasting(change: Change, share: float, months: int) -> Change:
    # The base of single customers' options knows one frequency for all months: the mean over the horizon.
    return Change(share, change.hazard, change.frequency * min(months, LONG) / LONG, change.margin)


def draws_owed(design: Loyalty, issued: Floats, cycle_months: int) -> tuple[Floats, Floats]:
    """Rewards issued and not yet used at the end of the cycle and of the year (used in the order they were earned)."""

    def at(month: int) -> Floats:
        age = month - np.arange(1, month + 1)  # of each month's rewards
        open_part = np.clip(design.redeemed_after - age, 0.0, 1.0)
        return np.asarray(open_part @ issued[:month])

    return at(cycle_months), at(SHORT)


def _valued(
    design: Loyalty,
    business: Business,
    members: float,
    paid: tuple[Floats, Floats],
    environment: Environment,
    sums: tuple[Floats, Floats, Floats, Floats, Floats],
    living: float,
) -> DesignValue:
    short, long, kept, lost, revenue = sums
    issued, anyway = paid
    owed = draws_owed(design, issued, business.cycle_months)
    d = business.margin.monthly_discount ** np.arange(1, LONG + 1)
    rewards_12, rewards_36 = d[:SHORT] @ issued[:SHORT], d @ issued
    once = design.fixed + design.per_member * members
    in_cycle = issued[: business.cycle_months].sum(axis=0)
    net_12, net_36 = short - rewards_12 - once, long - rewards_36 - once
    gains = {
        "gain_12": net_12,
        "gain_36": net_36,
        "revenue_12": revenue,
        "margin_12": short,
        "retained_customers": kept,
        "active_customers": lost,
        "retention_rate": kept / max(living, 1.0),
        "wastage_90d": -lost / max(living, 1.0),
    }
    step = Step(
        f"loyalty:programme:{design.id}",
        "loyalty:programme",
        1.0,
        True,
        net_12,
        net_36,
        once + float(in_cycle.mean()),
        once + float(np.quantile(in_cycle, 0.9)),
        {},
        gains,
    )
    return DesignValue(
        design.id, step, environment, members, rewards_36, np.asarray(d @ anyway), long, owed[0], owed[1]
    )
