"""How numbers become words in chapters: rounding of estimates, ranges in plain words, positions of range bars.

An estimate is shown to three significant digits at most: more would pretend to a precision it has not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from regulars.base.estimate import Estimate
from regulars.base.text import Money, Number, Param, Share, Text, say
from regulars.report.document import Cell, KeyFigure, Range, Unknown


def significant(value: float, digits: int = 3) -> float:
    """``value`` to so many significant digits."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    return float(f"{value:.{digits}g}")


def known(estimate: Estimate | None) -> bool:
    """Whether an estimate says anything: it rests on somebody and its figures are finite."""
    if estimate is None or estimate.n <= 0:
        return False
    return all(math.isfinite(v) for v in (estimate.mean, estimate.p10, estimate.p90))


def plain(shown: Param) -> Text:
    """A name or value where a sentence is wanted."""
    return say("report.say.plain", text=shown)


def then(*sentences: Text) -> Text:
    """Sentences one after the other, joined as the language joins them."""
    first, *rest = sentences
    for sentence in rest:
        first = say("report.say.then", first=first, second=sentence)
    return first


def share(value: float | None) -> Share | None:
    """A share, or None where there is none to tell."""
    return None if value is None or not math.isfinite(value) else Share(value)


def part(of: float, whole: float) -> float:
    """``of`` / ``whole``; 0 of nothing is 0."""
    return of / whole if whole else 0.0


def in_hundred(value: float) -> int:
    """A share as "n of 100"."""
    return round(value * 100)


@dataclass(frozen=True, slots=True)
class Purse:
    """The business's currency: turns floats into money."""

    currency: str

    def exact(self, amount: float) -> Money:
        """A fact: rounded to cents, shown to whole dollars."""
        return Money.of(amount if math.isfinite(amount) else 0.0, self.currency)

    def about(self, amount: float) -> Money:
        """An estimate: three significant digits, and never cents beside tens, which would be rounded a second time."""
        if 10 <= abs(amount) < 1000:
            return Money.of(math.copysign(math.floor(abs(amount) + 0.5), amount), self.currency)
        return Money.of(significant(amount), self.currency)

    def between(self, estimate: Estimate) -> Text:
        """ "between HK$180 and HK$420"."""
        return say("report.say.between", low=self.about(estimate.p10), high=self.about(estimate.p90))

    def key(self, label: Text, estimate: Estimate | None, note: Text | None = None) -> KeyFigure:
        """An estimate of money as a key figure."""
        if estimate is None or not known(estimate):
            return KeyFigure(label, None, None, note)
        return KeyFigure(label, self.about(estimate.mean), self.between(estimate), note)


def count(value: float) -> Number:
    """An estimated number of customers or visits, three significant digits."""
    return Number(significant(value), 0 if abs(value) >= 10 or value == int(value) else 1)


def between_counts(estimate: Estimate) -> Text:
    """ "between 180 and 420"."""
    return say("report.say.between", low=count(estimate.p10), high=count(estimate.p90))


def in_unit(value: float, unit: str, purse: Purse, *, estimated: bool = True) -> Param:
    """A number with its unit: money, share or count."""
    if unit in ("share", "probability"):
        return Share(value)
    if unit == purse.currency:
        return purse.about(value) if estimated else purse.exact(value)
    return count(value)


@dataclass(frozen=True, slots=True)
class Scale:
    """One scale for all range bars of a column, zero always on it."""

    low: float
    high: float

    @classmethod
    def of(cls, estimates: Iterable[Estimate]) -> Scale:
        """The scale that holds every range and zero."""
        ends = [v for e in estimates if known(e) for v in (e.p10, e.p90, e.mean)]
        return cls(min([0.0, *ends]), max([0.0, *ends]))

    def at(self, value: float) -> float:
        """Where a value lies, 0..1."""
        width = self.high - self.low
        return min(1.0, max(0.0, (value - self.low) / width)) if width > 0 else 0.0

    def cell(self, estimate: Estimate, purse: Purse, *, unit: str | None = None, strong: bool = False) -> Cell:
        """The range bar of an estimate, or "not yet known"."""
        if not known(estimate):
            return Unknown()
        named = unit or estimate.unit
        low, high = in_unit(estimate.p10, named, purse), in_unit(estimate.p90, named, purse)
        return Range(
            low=round(self.at(estimate.p10), 4),
            mid=round(self.at(estimate.mean), 4),
            high=round(self.at(estimate.p90), 4),
            mark=round(self.at(0.0), 4),
            value=in_unit(estimate.mean, named, purse),
            words=say("report.say.range", low=low, high=high) if low != high else None,
            strong=strong,
        )
