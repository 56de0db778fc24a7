"""Everything that may be done for a customer: single measures and all bundles, with who may have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from regulars.packs.schema import STATES, TIERS, Measure
from regulars.simulator.world import Bools, Ints, Standing
from regulars.strategy.draws import prior_of
from regulars.strategy.options import Option, compatible
from regulars.strategy.returns import Floats

#: Bundles hold at most so many measures.
BUNDLE = 3
#: The place of what there is not.
ABSENT = -2


@dataclass(frozen=True)
class Menu:
    """Options by place. ``where`` is options x states: whether all its measures are for customers of that state."""

    options: tuple[Option, ...]
    where: Bools
    place: dict[str, int]
    cost: Floats  # options x states: expected, with the pack's take-up

    @property
    def size(self) -> int:
        """Options."""
        return len(self.options)

    def without(self, measure: str) -> Ints:
        """Each option with the measure taken away: -1 is nothing, :data:`ABSENT` an option that does not have it."""
        place = np.full(self.size, ABSENT, dtype=np.int64)
        for at, option in enumerate(self.options):
            ids = [m.id for m in option.measures if m.id != measure]
            if len(ids) < len(option.measures):
                place[at] = self.place["+".join(ids)] if ids else -1
        return place


def counted(measure: Measure, state: str) -> bool:
    """Whether something is known of an effect of the measure that counts for customers of the state."""
    primitives = ("reactivation",) if state == "lapsed" else ("attrition", "frequency", "margin", "no_show")
    return state in measure.states and any(
        e.primitive in primitives and (not e.states or state in e.states) and abs(prior_of(e).mean) > 1e-12
        for e in measure.effects
    )


def menu_of(measures: Sequence[Measure], *, max_contacts: int) -> Menu:
    """All options of measures of which something is known, the same that a plan chooses from before it narrows."""
    found: dict[str, Option] = {}
    for state in STATES:
        usable = sorted((m for m in measures if counted(m, state)), key=lambda m: m.id)
        for size in range(1, BUNDLE + 1):
            for some in combinations(usable, size):
                if compatible(some, max_contacts=max_contacts):
                    option = Option.of(*some)
                    if option.tiers:
                        found[option.id] = option
    options = tuple(found.values())
    where = np.array([[all(counted(m, state) for m in o.measures) for state in STATES] for o in options], dtype=bool)
    cost = np.array([[o.cost(state) for state in STATES] for o in options])
    return Menu(options, where, {o.id: place for place, o in enumerate(options)}, cost)


def eligible(menu: Menu, standing: Standing, held: Bools) -> Bools:
    """customers x options: state, tier, permission and package fit, and the held out get no promotion."""
    found = np.zeros((standing.state.size, menu.size), dtype=bool)
    for place, option in enumerate(menu.options):
        may = menu.where[place][standing.state]
        may &= (standing.pattern & option.need) == option.need
        may &= (standing.pattern & option.tiers) > 0
        if option.marketing:
            may &= ~held
        found[:, place] = may
    return found


assert len(TIERS) == 3
