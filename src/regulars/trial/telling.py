"""What one customer's cycle tells of an effect: events, times the squared part of the effect that shows in them.

Of a log effect b the cycle shows b times ``fade``; the events expected of a customer, times that squared, are the
Fisher information of one customer more. Visits are counted over the whole cycle, but where an effect is over sooner in
the first month alone: later ones give back what was borrowed from them. Lapsed customers tell by coming back or not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: A share of customers coming back is not taken to be nearer to 0 or 1 than this.
NEAREST = 0.01


@dataclass(frozen=True, slots=True)
class Events:
    """What one customer is expected to do within a cycle of so many months, left alone.

    ``left`` are losses as far as they can be seen by the end of it; ``back`` the chance that a lapsed customer comes.
    """

    months: int
    first_month: float
    visits: float
    left: float
    missed: float
    back: float


def fade(effect_months: float, months: int) -> float:
    """Mean over a cycle of what is left of an effect: exp(-t/tau)."""
    return float(np.exp(-np.arange(months) / effect_months).mean())


def told(primitive: str, effect_months: float, events: Events) -> float:
    """Information about an effect on a primitive (of its log; of its points for reactivation) of one customer."""
    shown = fade(effect_months, events.months) ** 2
    match primitive:
        case "frequency" if effect_months < events.months:
            return events.first_month
        case "frequency":
            return events.visits * shown
        case "attrition":
            return events.left * shown
        case "no_show":
            return events.missed * shown
        case "reactivation":
            back = min(max(events.back, NEAREST), 1 - NEAREST)
            return 1 / (back * (1 - back))
    return 0.0
