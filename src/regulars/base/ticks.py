"""Round values for the axes of charts."""

from __future__ import annotations

import math


def nice_ticks(top: float, count: int = 4) -> list[float]:
    """Round tick values from 0 to just above ``top``."""
    if top <= 0 or not math.isfinite(top):
        return [0.0, 1.0]
    rough = top / count
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= rough * 0.999)
    return [round(i * step, 10) for i in range(math.ceil(top / step - 1e-9) + 1)]
