"""Ranges that hold as often as they say: nominal widths replaced by those the business's own past asked for.

Distributional conformal prediction (Chernozhukov, Wuthrich and Zhu 2021) on rolling origins: of past customers it is
known how wide a central interval of their forecast would have had to be to hold what came (:attr:`Foretold.needed`).
The 0.9 quantile of these widths is the width that held nine in ten. Counts jump, so a nominal 90 % interval of them
holds more than 90 %, and a model that is too sure of itself less; either is put right without touching the forecast.
Widths are learned for bands of past visits: those who came once and regulars err differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regulars.analysis.value.statistics import Floats, Ints

#: Nominal widths of the two ranges every forecast carries.
WIDTHS = (0.8, 0.9)
#: Lowest past repeat visits of every band, and customers below which a band has no width of its own.
BANDS = (0, 1, 2, 4, 8)
_FEW = 150
_WIDEST = 0.9995
#: How far a band may be narrowed to make up for bands where even the narrowest range holds more than it should.
_GIVE = 0.3
#: Quantile -> (nominal width, upper end?).
QUANTILES: Mapping[str, tuple[float, bool]] = {
    "p05": (0.9, False),
    "p10": (0.8, False),
    "p90": (0.8, True),
    "p95": (0.9, True),
}


@dataclass(frozen=True, slots=True)
class Calibration:
    """``widths[nominal][band]``: the width of a central interval that holds a share ``nominal`` in that band."""

    widths: Mapping[float, tuple[float, ...]]
    learned: bool

    @classmethod
    def none(cls) -> Calibration:
        """Nominal widths, where nothing could be tried."""
        return cls({width: (width,) * len(BANDS) for width in WIDTHS}, learned=False)

    @classmethod
    def of(cls, needed: Floats, x: ArrayLike, origin: ArrayLike | None = None) -> Calibration:
        """Learn from the widths that past outcomes would have needed; ``x`` are repeat visits before the forecast.

        ``origin`` numbers the day each forecast was made on: the future may be as hard as the hardest of these days,
        so a width must have held nearly what it promises on each of them, not only on average.
        """
        band = band_of(x)
        if len(needed) < _FEW:
            return cls.none()
        counts = np.bincount(band, minlength=len(BANDS))
        own = [needed[band == b] if counts[b] >= _FEW else needed for b in range(len(BANDS))]
        widths = {nominal: _widths(own, counts, nominal) for nominal in WIDTHS}
        if origin is not None:
            widths = {nominal: _at_worst(needed, band, np.asarray(origin), nominal, w) for nominal, w in widths.items()}
        return cls(widths, learned=True)

    def width(self, nominal: float, x: ArrayLike) -> Floats:
        """The width to use for each customer."""
        return np.asarray(self.widths[nominal])[band_of(x)]

    def level(self, quantile: str, x: ArrayLike) -> Floats:
        """The level of the model's own distribution that stands for a quantile (``p05``, ``p10``, ``p90``, ``p95``)."""
        nominal, upper = QUANTILES[quantile]
        half = self.width(nominal, x) / 2
        return np.asarray(0.5 + half if upper else 0.5 - half)


def band_of(x: ArrayLike) -> Ints:
    """Index into :data:`BANDS`."""
    return np.searchsorted(np.asarray(BANDS), np.asarray(x, dtype=float), side="right").astype(np.int64) - 1


def _widths(own: list[Floats], counts: Ints, nominal: float) -> tuple[float, ...]:
    """One width a band: the nominal quantile, or a little less where other bands cannot help holding too much.

    A customer who will almost surely not come has the range nought to nought, and that holds more than nine in ten.
    The other bands then aim lower, by at most three tenths of what is left out, until all hold what is promised.
    """
    least = nominal - _GIVE * (1 - nominal)
    for aim in np.linspace(nominal, least, 9):
        widths = tuple(_quantile(needed, aim) for needed in own)
        held = [float((needed <= width).mean()) for needed, width in zip(own, widths, strict=True)]
        if float(np.average(held, weights=counts)) <= nominal + 0.002:
            break
    return widths


def _at_worst(needed: Floats, band: Ints, origin: Ints, nominal: float, widths: tuple[float, ...]) -> tuple[float, ...]:
    """Widen all bands alike until the hardest day, too, held all but three tenths more of what is left out."""
    least = nominal - _GIVE * (1 - nominal)
    days = [origin == day for day in np.unique(origin)]
    for wider in np.linspace(0.0, 1.0, 41):
        # Towards one in equal steps of what is missing to it.
        tried = 1 - (1 - np.asarray(widths)) * (1 - wider)
        held = needed <= tried[band]
        if min(float(held[day].mean()) for day in days) >= least:
            break
    return tuple(float(min(w, _WIDEST)) for w in tried)


def _quantile(needed: Floats, share: float) -> float:
    """The smallest width that held at least ``share`` of the outcomes (finite-sample corrected)."""
    rank = min(int(np.ceil((len(needed) + 1) * share)), len(needed)) - 1
    return float(min(np.partition(needed, rank)[rank], _WIDEST))
