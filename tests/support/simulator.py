"""Small simulations for tests."""

from __future__ import annotations

from regulars.packs.load import load_pack
from regulars.simulator.knobs import Knobs
from regulars.simulator.presets import preset_of

PACK = load_pack("hair")
PRESET = preset_of("hair")


def small(**changes: object) -> Knobs:
    """Two little businesses, two quarters."""
    return Knobs(**({"seeds": 2, "cycles": 2, "customers": 400} | changes))  # type: ignore[arg-type]
