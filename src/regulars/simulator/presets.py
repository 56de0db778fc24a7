"""What a simulated trade is like: figures of our own, near the demo businesses, none of them taken from a customer.

A preset says how often customers come, how fast they leave, what a visit brings, and what the business can spend.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from regulars.base.errors import NotThere
from regulars.base.new_year import NEW_YEARS
from regulars.base.text import Listing, say
from regulars.strategy.returns import Floats

#: The first simulated month, and how many days before and after the Lunar New Year differ from others.
START, RUSH_DAYS, LULL_DAYS = date(2024, 1, 1), 21, 21


@dataclass(frozen=True, slots=True)
class Preset:
    """One trade. Rates a month; money in HK$; ``kept`` months without a visit after which a customer is forgotten."""

    rate: float  # visits a month while a customer
    rate_shape: float
    hazard: float  # of leaving, a month, of those who have just come for the first time
    hazard_shape: float
    margin: float  # contribution of a visit
    margin_spread: float  # its log-sd between customers
    no_show: float
    kept: int
    past: int  # months over which today's customers came for the first time
    budget: float  # HK$ a cycle and 1,000 customers
    hours: float  # staff hours a cycle and 1,000 customers
    facts: tuple[str, ...]
    packages: float  # share of customers who hold one
    months: tuple[float, ...]  # factor on visits, January to December
    rush: float  # of the weeks before the Lunar New Year
    closed: int  # days
    lull: float
    consent: dict[str, float] = field(default_factory=dict)


_CONSENT = {"whatsapp": 0.6, "sms": 0.6, "email": 0.5, "phone": 0.45, "post": 0.4}
_HAIR = (1.1, 0.95, 0.98, 1.0, 1.0, 1.0, 1.0, 1.03, 0.97, 0.97, 1.0, 1.12)
_BEAUTY = (1.05, 0.95, 0.98, 1.0, 1.03, 1.05, 1.03, 1.0, 0.96, 0.96, 0.97, 1.1)
_RETAIL = (1.15, 0.9, 0.95, 0.95, 1.0, 0.98, 0.98, 0.95, 0.95, 1.0, 1.1, 1.3)
_WATCH = (1.1, 0.92, 0.97, 0.98, 1.02, 0.98, 0.97, 0.97, 0.97, 1.02, 1.02, 1.15)

PRESETS: dict[str, Preset] = {
    "hair": Preset(
        rate=0.6, rate_shape=3.0, hazard=0.09, hazard_shape=0.8, margin=260.0, margin_spread=0.45, no_show=0.03,
        kept=15, past=36, budget=3_300.0, hours=33.0, facts=("bookings",), packages=0.0, months=_HAIR, rush=1.5,
        closed=4, lull=0.7, consent=_CONSENT,
    ),
    "beauty": Preset(
        rate=0.75, rate_shape=3.0, hazard=0.11, hazard_shape=0.7, margin=380.0, margin_spread=0.5, no_show=0.05,
        kept=15, past=36, budget=4_000.0, hours=40.0, facts=("bookings", "packages"), packages=0.35, months=_BEAUTY,
        rush=1.4, closed=4, lull=0.75, consent=_CONSENT,
    ),
    "retail": Preset(
        rate=0.3, rate_shape=1.8, hazard=0.07, hazard_shape=0.8, margin=270.0, margin_spread=0.6, no_show=0.0,
        kept=24, past=60, budget=3_300.0, hours=33.0, facts=(), packages=0.0, months=_RETAIL, rush=1.35, closed=3,
        lull=0.8, consent=_CONSENT,
    ),
    "watch": Preset(
        rate=0.07, rate_shape=3.0, hazard=0.02, hazard_shape=0.8, margin=1_500.0, margin_spread=0.8, no_show=0.04,
        kept=84, past=180, budget=5_000.0, hours=40.0, facts=("bookings", "pieces"), packages=0.0, months=_WATCH,
        rush=1.2, closed=3, lull=0.85, consent=_CONSENT,
    ),
}  # fmt: skip


def preset_of(pack: str) -> Preset:
    """The preset of a pack that comes with the product.

    Raises:
        NotThere: no such trade is simulated.
    """
    if pack not in PRESETS:
        raise NotThere(say("simulate.no_preset", pack=pack), say("simulate.presets", packs=Listing(tuple(PRESETS))))
    return PRESETS[pack]


def season(preset: Preset, months: int) -> Floats:
    """Factor on visits of so many months from :data:`START`, by month of the year and nearness of the New Year."""
    days = [START + timedelta(day) for day in range(31 * months + 31)]
    usual = float(np.mean(preset.months))
    sums, counts = np.zeros(months), np.zeros(months)
    for day in days:
        at = 12 * (day.year - START.year) + day.month - 1
        if at >= months:
            break
        sums[at] += preset.months[day.month - 1] / usual * _new_year(preset, day)
        counts[at] += 1
    return np.asarray(sums / counts, dtype=float)


def _new_year(preset: Preset, day: date) -> float:
    off = min(((day - first).days for first in NEW_YEARS), key=abs)
    if -RUSH_DAYS <= off < 0:
        return preset.rush
    if 0 <= off < preset.closed:
        return 0.0
    return preset.lull if preset.closed <= off < preset.closed + LULL_DAYS else 1.0
