"""Does an assignment keep every rule? Counted customer by customer from the facts, apart from whatever made it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from regulars.base.settings import Business
from regulars.packs.schema import STATES, TIERS
from regulars.simulator.menu import Menu
from regulars.simulator.planning import Grid
from regulars.simulator.world import Bools, Ints, Standing
from regulars.strategy.allocate import hours_of
from regulars.strategy.cells import CONSENT, PACKAGE, TIER_BITS
from regulars.strategy.options import taken


def violations(
    chosen: Ints, menu: Menu, grid: Grid, standing: Standing, held: Bools, business: Business, high: Mapping[str, float]
) -> dict[str, int]:
    """How often each rule is broken; ``high`` is the P90 factor on take-up that the budget must cover."""
    found = dict.fromkeys(
        ("state", "tier", "permission", "package", "hold_out", "contacts", "conflict", "budget", "hours", "trial"), 0
    )
    spent, used = 0.0, {}
    hours = np.zeros(len(business.branches))
    for place in np.unique(chosen[chosen >= 0]):
        option = menu.options[int(place)]
        who = np.flatnonzero(chosen == place)
        ids = [m.id for m in option.measures]
        found["contacts"] += who.size * (sum(m.contacts for m in option.measures) > business.contact.max_contacts)
        found["conflict"] += who.size * any(set(ids) & set(m.conflicts) for m in option.measures)
        for m in option.measures:
            state = np.array([s in m.states for s in STATES])[standing.state[who]]
            found["state"] += int((~state).sum())
            bits = sum(TIER_BITS[t] for t in m.tiers)
            found["tier"] += int(((standing.pattern[who] & bits) == 0).sum())
            if m.purpose == "marketing":
                need = CONSENT.get(m.channel, 0)
                found["permission"] += int(((standing.pattern[who] & need) != need).sum())
                found["hold_out"] += int(held[who].sum())
            if "packages" in m.needs:
                found["package"] += int(((standing.pattern[who] & PACKAGE) == 0).sum())
            odds = np.array([min(taken(m, s) * max(high[m.id], 1.0), 1.0) for s in STATES])[standing.state[who]]
            spent += float((m.cost + m.incentive * odds).sum())
            used[m.id] = m.fixed_cost
            hours += np.bincount(standing.branch[who], minlength=hours.size) * m.hours
            if m.test_first:
                found["trial"] += _trials(m.id, chosen, menu, grid, business.evidence.trial)
    found["budget"] = int(spent + sum(used.values()) > float(business.budget.amount) + 0.01)
    limits = np.array([hours_of(b.id, business) for b in business.branches])
    found["hours"] = int((hours > limits + 1e-6).sum())
    return found


def _trials(id: str, chosen: Ints, menu: Menu, grid: Grid, part: float) -> int:
    """Cells in which a measure to be tried first goes to more than the part it may go to."""
    places = [p for p, o in enumerate(menu.options) if any(m.id == id for m in o.measures)]
    alone = menu.options[menu.place[id]]
    broken = 0
    for at, cell in enumerate(grid.cells):
        inside = grid.at == at
        many = int((inside & np.isin(chosen, places)).sum())
        broken += many > part * cell.reach(alone.need, tiers=alone.tiers, treatable=alone.marketing)
    return broken


assert len(TIERS) == 3
