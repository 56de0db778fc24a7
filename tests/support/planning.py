"""Builders for tests of formulation: a small pack, standings with known counts, a diagnosis around them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.base.settings import Business
from regulars.packs.schema import Measure, Pack

DAY = date(2025, 6, 30)
CHANNELS = ("email", "sms", "whatsapp", "phone", "post")
NAMES = {"en": "Thing", "zh-Hant": "事物"}


def effect(primitive: str, mean: float, sd: float = 0.2, months: float = 3, trust: str = "B") -> dict[str, Any]:
    return {"primitive": primitive, "mean": mean, "sd": sd, "months": months, "trust": trust, "source": "a test"}


def measure(id: str, effects: list[dict[str, Any]], **changes: Any) -> Measure:
    base: dict[str, Any] = {
        "id": id,
        "name": {"en": id, "zh-Hant": id},
        "about": NAMES,
        "why": NAMES,
        "family": "retain",
        "relationship": "functional",
        "channel": "whatsapp",
        "purpose": "marketing",
        "states": ("newcomer", "active", "overdue", "lapsed"),
        "cost": 1.0,
        "effects": effects,
    }
    return Measure.model_validate(base | changes)


def measures() -> tuple[Measure, ...]:
    """A reminder, a call, a voucher, an e-mail with a fixed cost and a win-back offer."""
    living = ("newcomer", "active", "overdue")
    return (
        measure("reminder", [effect("attrition", -0.15), effect("frequency", 0.10, months=2)], states=living),
        measure("call", [effect("attrition", -0.25)], states=living, channel="phone", cost=6.0, hours=0.15),
        measure(
            "voucher",
            [effect("attrition", -0.10), effect("frequency", 0.15, months=2)],
            states=living,
            incentive=75.0,
            take_up=dict.fromkeys(living, 0.3),
        ),
        measure("newsletter", [effect("frequency", 0.3, months=1)], channel="email", cost=0.3, fixed_cost=300.0),
        measure(
            "winback",
            [effect("reactivation", 0.04, 0.03)],
            states=("lapsed",),
            incentive=75.0,
            take_up={"lapsed": 0.06},
        ),
    )


def pack_of(measures: tuple[Measure, ...]) -> Pack:
    return Pack.model_validate(
        {
            "id": "small",
            "version": 1,
            "name": NAMES,
            "about": NAMES,
            "mission": NAMES,
            "words": dict.fromkeys(("customer", "visit", "staff", "branch", "service"), NAMES),
            "margin_share": 0.6,
            "windows": {
                "returned_within": 90,
                "lapsing_after": 120,
                "lost_after": 240,
                "newcomer_for": 90,
                "typical_interval": 40,
            },
            "measures": [m.model_dump() for m in measures],
        }
    )


def business_of(budget: float = 6000, hours: float = 60, **more: Any) -> Business:
    return Business.model_validate(
        {
            "name": NAMES,
            "pack": "small",
            "budget": {"amount": budget},
            "capacity": {"staff_hours_per_branch": hours},
        }
        | more
    )


def objective(id: str, kpi: str, target: float, priority: int = 1) -> dict[str, Any]:
    return {"id": id, "name": {"en": id}, "kpi": kpi, "target": target, "priority": priority}


#: state -> p_alive, visits a month, monthly hazard
LIVES = {
    "newcomer": (0.7, 0.3, 0.12),
    "active": (0.97, 0.7, 0.03),
    "overdue": (0.6, 0.6, 0.07),
    "lapsed": (0.1, 0.4, 0.05),
}


def standings_table(
    customers: int,
    rng: np.random.Generator,
    *,
    branches: tuple[str, ...] = ("Central", "Mong Kok"),
    permission: float | None = 0.6,
    margin: float = 200.0,
) -> pa.Table:
    """Standings whose expected visits follow a constant hazard exactly, so that cells can be recovered."""
    state = rng.choice(list(LIVES), customers, p=(0.15, 0.4, 0.2, 0.25))
    tier = rng.choice(["high", "middle", "low"], customers, p=(0.2, 0.3, 0.5))
    alive, rate, hazard = (np.array([LIVES[s][i] for s in state]) for i in range(3))
    visits = {t: alive * rate * sum((1 - hazard) ** m for m in range(1, t + 1)) for t in (12, 36)}
    spend = np.full(customers, margin / 0.6)
    columns: dict[str, Any] = {
        "customer": np.arange(customers),
        "branch": rng.choice(list(branches), customers),
        "state": state,
        "tier": tier,
        "p_alive": alive,
        "rate_month": rate,
        "visits_12": visits[12],
        "visits_36": visits[36],
        "spend_visit": spend,
        "value_12": visits[12] * spend,
        "value_36": visits[36] * spend,
        "margin_visit": np.full(customers, margin),
        "package_balance": pa.nulls(customers, pa.float64()),
    }
    for channel in CHANNELS:
        known = pa.nulls(customers, pa.bool_()) if permission is None else pa.array(rng.random(customers) < permission)
        columns[f"may_{channel}"] = known
    return pa.table(columns)


def standings(folder: Path, customers: int, seed: int = 1, **how: Any) -> Path:
    path = folder / "standings.parquet"
    pq.write_table(standings_table(customers, np.random.default_rng(seed), **how), path)
    return path
