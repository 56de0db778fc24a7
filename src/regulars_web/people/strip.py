"""The rhythm strip: a customer's visits on a line of time, when the next one is due, and the day of the study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from regulars.base.text import Month

WIDTH, HEIGHT, BASE = 1_000.0, 64.0, 34.0
LONGEST = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Strip:
    """A drawing in units of its own view box; ``years`` are marks of the axis with their labels."""

    visits: tuple[float, ...]
    today: float
    due: tuple[float, float] | None  # from, width
    years: tuple[tuple[float, Month], ...]
    earlier: int  # visits before the line begins
    width: float = WIDTH
    height: float = HEIGHT
    base: float = BASE


def strip_of(days: Sequence[date], *, as_of: date, due: tuple[date, date] | None) -> Strip | None:
    """The strip of two years at most; None where there is no visit to show. ``due``: first and last day it may be."""
    if not days:
        return None
    begin = max(min(days), as_of - LONGEST) - timedelta(days=10)
    end = max((as_of, *(due or ()))) + timedelta(days=20)
    end = min(end, as_of + timedelta(days=240))
    scale = WIDTH / max(1, (end - begin).days)

    def at(day: date) -> float:
        place: float = min(WIDTH, max(0.0, (day - begin).days * scale))
        return round(place, 1)

    shown = [day for day in days if day >= begin]
    window = None
    if due is not None and due[0] < end:
        window = (at(due[0]), round(max(4.0, at(due[1]) - at(due[0])), 1))
    quarters = [date(y, m, 1) for y in range(begin.year, end.year + 1) for m in (1, 7)]
    return Strip(
        visits=tuple(at(day) for day in shown),
        today=at(as_of),
        due=window,
        years=tuple((at(q), Month(q)) for q in quarters if begin < q < end),
        earlier=len(days) - len(shown),
    )
