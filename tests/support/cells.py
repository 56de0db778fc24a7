"""Cells with round figures."""

from __future__ import annotations

from typing import Any

from regulars.strategy.cells import Cell


def cell(state: str = "active", **changes: Any) -> Cell:
    tiers = changes.pop("tiers", ("middle",))
    base: dict[str, Any] = {
        "branch": "A",
        "state": state,
        "tiers": tiers,
        "customers": 100,
        "branches": {"A": 100},
        "patterns": {31 + 128: 100},
        "held": {31 + 128: 0},
        "alive": 1.0,
        "hazards": (0.05, 0.05, 0.05),
        "frequency": 0.5,
        "margin": 200.0,
        "revenue_share": 1.5,
        "revenue_12": 100_000.0,
        "returning": 0.0,
    }
    return Cell(**(base | changes))
