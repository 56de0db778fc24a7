"""What can be turned: size, bad luck with priors, money, hold-out, permissions, drift."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.base.errors import BadSettings
from regulars.base.text import say

RIVALS = ("equal", "top_value", "highest_risk", "reminder", "best_measure", "last_year", "uplift")
LIMITS = {
    "seeds": (1, 1000),
    "cycles": (1, 40),
    "customers": (300, 50_000),
    "branches": (1, 12),
    "first_seed": (0, 1_000_000_000),
    "mult": (0.0, 10.0),
    "budget": (0.0, 100.0),
    "holdout": (0.0, 0.5),
    "consent": (0.0, 1.0),
    "drift": (0.0, 2.0),
    "unseen": (0.0, 0.9),
    "arrivals": (0.0, 5.0),
    "wander": (0.0, 20.0),
    "workers": (1, 64),
}


@dataclass(frozen=True, slots=True)
class Knobs:
    """``mult``: how much wider the truth scatters than the priors say. ``budget``: money as a multiple of the trade's.

    ``consent``: mean share of customers who permit a channel (None: the trade's). ``drift``: how far effects wander
    per cycle, as a part of their prior's sd. ``no_harm``: the plan, and it alone, gives nothing that is expected to
    make customers leave sooner, whatever else it brings. ``unseen``: part of visits that the till ties to no customer.
    ``arrivals``: newcomers, as a multiple of the trade's. ``wander``: how far the quality of branches, which makes
    customers leave, wanders per cycle, as a multiple of the usual. ``rivals`` are those fought (doing nothing is always
    one).
    """

    pack: str = "hair"
    seeds: int = 50
    cycles: int = 8
    customers: int = 3000
    branches: int = 3
    first_seed: int = 1
    mult: float = 1.0
    budget: float = 1.0
    holdout: float = 0.05
    consent: float | None = None
    drift: float = 0.0
    no_harm: bool = False
    unseen: float = 0.0
    arrivals: float = 1.0
    wander: float = 1.0
    rivals: tuple[str, ...] = RIVALS

    def __post_init__(self) -> None:
        """Raises BadSettings when a knob is turned too far or a rival is unknown."""
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name, None)
            if value is not None and not low <= value <= high:
                raise BadSettings(
                    say("simulate.out_of_range", knob=name, found=f"{value:g}", low=f"{low:g}", high=f"{high:g}")
                )
        if unknown := sorted(set(self.rivals) - set(RIVALS)):
            raise BadSettings(say("simulate.no_rival", rival=unknown[0], rivals=", ".join(RIVALS)))
