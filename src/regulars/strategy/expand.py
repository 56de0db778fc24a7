"""Scenarios of growth: a branch, a franchise, the Mainland, overseas, new services; valued, shown, chosen by nobody.

    own branch NPV = -capex + sum_t d^t [ Rev (1 - e^{-t/ramp}) m (1 - c) - fixed - overhead ]
    franchise  NPV = -capex + sum_t d^t [ royalty Rev (1 - e^{-t/ramp}) (1 - c) - support - overhead ] - P(fail) harm
    c = C exp(-decay * miles to the nearest neighbour),  C ~ Beta(4, 20),  decay ~ N(0.28, 0.10) a mile

Revenue taken from neighbours is taken off once, here; by branch it is shown with weights exp(-decay * miles). Abroad
there are no neighbours, but a rate of exchange that moves. A franchisee's failure harms the neighbours: their
customers' log-hazard rises by 0.05 (sd 0.05, our own cautious figure) for a year. It runs for its own
number of months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, norm

from regulars.base.investment import Expansion
from regulars.base.settings import Business
from regulars.strategy.blocks import Step, branches_of, in_scope, lognormal, own, shock
from regulars.strategy.draws import Draws
from regulars.strategy.environment import Change, gained, ramp
from regulars.strategy.options import Evaluator
from regulars.strategy.returns import Floats

CANNIBALISED = (4.0, 20.0)
DECAY, DECAY_SD = 0.28, 0.10
KM_A_MILE = 1.609344
#: A franchisee who fails his customers: log-hazard of the neighbours' customers, for a year (trust E, ours).
FAILURE, FAILURE_SD, FAILURE_MONTHS = 0.05, 0.05, 12
FAR = ("mainland", "overseas")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario's draws in the business's currency. ``taken`` is contribution lost by each neighbour, discounted."""

    id: str
    npv: Floats
    npv_12: Floats
    flows: Floats  # months x draws, undiscounted, capex not in it
    capex: Floats
    payback: float | None  # months until the mean of the cash is back
    lowest: float  # the deepest the mean cash falls: what must be found before it pays for itself
    taken: dict[str, float]
    cannibalised: Floats
    failure: float  # expected loss by a franchisee's failure
    step: Step


def cannibalised(scenario: Expansion, draws: Draws) -> tuple[Floats, Floats]:
    """The share of the newcomer's revenue taken from the own branches, and the decay a mile, per draw."""
    nothing = np.zeros(draws.count)
    z = own(draws, "expansion:cannibalised", 2)
    decay = np.maximum(DECAY + DECAY_SD * z[1], 0.0)
    if scenario.kind in FAR:
        return nothing, decay
    if scenario.cannibalised is not None:
        return nothing + scenario.cannibalised, decay
    if scenario.kind == "services":
        return nothing, decay
    share = np.asarray(beta.ppf(norm.cdf(z[0]), *CANNIBALISED), dtype=float)
    miles = min((n.km for n in scenario.neighbours), default=0.0) / KM_A_MILE
    return share * np.exp(-decay * miles), decay


def flows_of(scenario: Expansion, draws: Draws, *, margin: float, cannibal: Floats) -> Floats:
    """Cash by month and draw in the scenario's own currency, capex aside."""
    t = np.arange(1, scenario.months + 1)
    grown = -np.expm1(-t / scenario.ramp_months)
    z = own(draws, f"expansion:{scenario.id}:revenue")[0]
    revenue = scenario.revenue * lognormal(z, scenario.revenue_sd) * shock(draws)
    earned = np.outer(grown, revenue * (1 - cannibal))
    if scenario.kind == "franchise":
        return scenario.royalty * earned - scenario.support - scenario.overhead
    own_margin = scenario.margin if scenario.margin is not None else margin
    return own_margin * earned - scenario.fixed - scenario.overhead


def scenario_of(scenario: Expansion, evaluator: Evaluator, business: Business) -> Scenario:
    """Value a scenario on the evaluator's draws."""
    draws, discount = evaluator.draws, business.margin.monthly_discount
    cannibal, decay = cannibalised(scenario, draws)
    flows = flows_of(scenario, draws, margin=business.margin.share, cannibal=cannibal)
    capex = scenario.capex * lognormal(own(draws, f"expansion:{scenario.id}:capex")[0], scenario.capex_sd)
    capex = capex + scenario.compliance
    rate = np.ones(draws.count)
    if scenario.rate is not None:
        rate = scenario.rate * lognormal(own(draws, f"expansion:rate:{scenario.currency}")[0], scenario.rate_sd)
    flows, capex = flows * rate, capex * rate
    harm_12, harm_36 = _harm(scenario, evaluator, business)
    d = discount ** np.arange(1, scenario.months + 1)
    npv = d @ flows - capex - harm_36
    short = d[:12] @ flows[:12] - capex - harm_12
    path = np.cumsum(flows.mean(axis=1)) - float(capex.mean())
    back = np.flatnonzero(path >= 0)
    early = flows[: business.cycle_months].sum(axis=0)
    needed = capex + np.maximum(-early, 0.0)
    hours = {b: scenario.hours * share for b, share in branches_of(evaluator.cells, (), business).items()}
    step = Step(
        f"expansion:{scenario.id}:open",
        f"expansion:{scenario.id}",
        1.0,
        True,
        short,
        npv,
        float(needed.mean()),
        float(np.quantile(needed, 0.9)),
        hours if scenario.hours else {},
        {"gain_12": short, "gain_36": npv},  # a new site is none of today's branches
    )
    return Scenario(
        scenario.id,
        npv,
        short,
        flows,
        capex,
        float(back[0] + 1) if back.size and path[-1] >= 0 else None,
        float(max(-path.min(), float(capex.mean()))),
        _taken(
            scenario, flows_share=d @ _revenue(scenario, draws, rate), cannibal=cannibal, decay=decay, business=business
        ),
        cannibal,
        float(harm_36.mean()),
        step,
    )


def _revenue(scenario: Expansion, draws: Draws, rate: Floats) -> Floats:
    t = np.arange(1, scenario.months + 1)
    z = own(draws, f"expansion:{scenario.id}:revenue")[0]
    factor = lognormal(z, scenario.revenue_sd) * shock(draws) * rate
    return np.outer(-np.expm1(-t / scenario.ramp_months), scenario.revenue * factor)


def _taken(
    scenario: Expansion, *, flows_share: Floats, cannibal: Floats, decay: Floats, business: Business
) -> dict[str, float]:
    """Contribution each neighbour loses to it, discounted, mean."""
    if not scenario.neighbours:
        return {}
    weights = np.array([np.exp(-decay * n.km / KM_A_MILE) for n in scenario.neighbours])
    weights = weights / weights.sum(axis=0)
    lost = flows_share * cannibal * business.margin.share
    return {n.branch: float((w * lost).mean()) for n, w in zip(scenario.neighbours, weights, strict=True)}


def _harm(scenario: Expansion, evaluator: Evaluator, business: Business) -> tuple[Floats, Floats]:
    """Expected value lost per draw if a franchisee fails his customers, of 12 and 36 months."""
    draws = evaluator.draws
    nothing = np.zeros(draws.count)
    if scenario.quality_failure <= 0 or scenario.kind in FAR:
        return nothing, nothing
    log = FAILURE + FAILURE_SD * own(draws, "expansion:failure")[0]
    change = Change(1.0, np.outer(ramp(0, FAILURE_MONTHS), log), nothing, nothing)
    near = tuple(n.branch for n in scenario.neighbours)
    short, long = nothing, nothing
    for at, cell in enumerate(evaluator.cells):
        share = in_scope(cell, near, business)
        if share <= 0 or cell.state == "lapsed":
            continue
        base, none = evaluator.base(at)
        more = gained(base, none, [change])
        short, long = short - share * cell.customers * more.cash_12, long - share * cell.customers * more.cash_36
    return scenario.quality_failure * short, scenario.quality_failure * long
