"""Ranges that hold as often as they say: nominal widths replaced by those the business's own past asked for.

Distributional conformal prediction (Chernozhukov, Wuthrich and Zhu 2021) on rolling origins: of past customers it is
known how wide a central interval of their forecast would have had to be to hold what came (:attr:`Foretold.needed`).
The 0.9 quantile of these widths is the width that held nine in ten. Counts jump, so a nominal 90 % interval of them
holds more than 90 %, and a model that is too sure of itself less; either is put right without touching the forecast.
Widths are learned for bands of past visits: those who came once and regulars err differently. A band of few customers
learns from its neighbours besides.
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
#: How much more of what is left out a single past day may have left out, and the fewest customers that judge a day.
_SLACK, _JUDGED = 0.1, 10
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
        so in every band a width must have held nearly what it promises on each of them, not only on average.
        """
        if len(needed) < _FEW:
            return cls.none()
        days = np.zeros(len(needed), np.int64) if origin is None else np.asarray(origin, dtype=np.int64)
        bands = _bands(needed, band_of(x), days)
        widths = {nominal: _widths(bands, nominal) for nominal in WIDTHS}
        if origin is not None:
            widths = {
                nominal: tuple(_at_worst(band, width, nominal) for band, width in zip(bands, found, strict=True))
                for nominal, found in widths.items()
            }
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


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """What a band learns from: widths needed, how much each counts, the day it was foretold on; ``own`` customers come
    first."""

    needed: Floats
    weight: Floats
    day: Ints
    own: int

    def held(self, width: float) -> float:
        """Share of the band's own customers that a width held."""
        return float((self.needed[: self.own] <= width).mean()) if self.own else 0.0


def _bands(needed: Floats, band: Ints, day: Ints) -> list[_Band]:
    """Every band's customers; where they are few, those of the bands beside it too, at so little weight as makes up the
    number. Customers of all bands would be mostly those who came once, whose narrow ranges hold no regular."""
    counts = np.bincount(band, minlength=len(BANDS))
    found = []
    for here in range(len(BANDS)):
        rows, weights = [np.flatnonzero(band == here)], [np.ones(counts[here])]
        missing = float(_FEW - counts[here])
        for beside in sorted(range(len(BANDS)), key=lambda other: abs(other - here)):
            if beside != here and missing > 0 and counts[beside]:
                share = min(1.0, missing / counts[beside])
                rows.append(np.flatnonzero(band == beside))
                weights.append(np.full(counts[beside], share))
                missing -= share * counts[beside]
        chosen = np.concatenate(rows)
        found.append(_Band(needed[chosen], np.concatenate(weights), day[chosen], int(counts[here])))
    return found


def _widths(bands: list[_Band], nominal: float) -> tuple[float, ...]:
    """One width a band: the nominal quantile, or a little less where other bands cannot help holding too much.

    A customer who will almost surely not come has the range nought to nought, and that holds more than nine in ten.
    The other bands then aim lower, by at most three tenths of what is left out, until all hold what is promised.
    """
    least = nominal - _GIVE * (1 - nominal)
    for aim in np.linspace(nominal, least, 9):
        widths = tuple(_quantile(band.needed, band.weight, aim) for band in bands)
        held = [band.held(width) for band, width in zip(bands, widths, strict=True)]
        if float(np.average(held, weights=[band.own for band in bands])) <= nominal + 0.002:
            break
    return widths


def _at_worst(band: _Band, width: float, nominal: float) -> float:
    """Widen until the band's hardest day, too, held all but a tenth more of what is left out, give or take the chance
    in so few customers."""
    least = nominal - _SLACK * (1 - nominal)
    size = np.bincount(band.day, band.weight)
    doubt = np.sqrt(nominal * (1 - nominal) / np.maximum(size, 1e-300))
    judged = size >= _JUDGED
    for wider in np.linspace(0.0, 1.0, 41):
        # Towards one in equal steps of what is missing to it.
        tried = 1 - (1 - width) * (1 - wider)
        held = np.bincount(band.day, band.weight * (band.needed <= tried)) / np.maximum(size, 1e-300)
        if (held >= least - doubt)[judged].all():
            break
    return float(min(tried, _WIDEST))


def _quantile(needed: Floats, weight: Floats, share: float) -> float:
    """The smallest width that held at least ``share`` of the outcomes (finite-sample corrected)."""
    order = np.argsort(needed, kind="stable")
    upto = np.cumsum(weight[order])
    place = int(np.searchsorted(upto, share * (upto[-1] + 1) - 1e-9))
    return float(min(needed[order[min(place, len(order) - 1)]], _WIDEST))
