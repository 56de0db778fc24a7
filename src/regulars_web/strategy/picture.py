"""The frontier as a picture with axes: the best plan at each budget, and where the plan as it stands lies."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from regulars.base.text import Money
from regulars.base.ticks import nice_ticks
from regulars.base.words import show

#: Room for the labels, and the length of a tick.
_LEFT, _TOP, _RIGHT, _BOTTOM, _TICK = 84.0, 30.0, 14.0, 28.0, 5.0
#: Labels of the budget axis stay so far from the one at its end.
_APART = 92.0


@dataclass(frozen=True, slots=True)
class _Sheet:
    kind: str
    wide: int
    high: int
    ticks: int  # about so many on the axis of budgets


_SHEETS = (_Sheet("wide", 760, 280, 4), _Sheet("narrow", 330, 250, 2))


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick: where it stands, in the picture's own units, and what is written there."""

    at: str
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn, as SVG wants it: numbers as text with a point, whatever the language."""

    kind: str  # wide or narrow
    box: str
    left: str
    right: str
    top: str
    bottom: str
    tick: str
    zero: str
    under: str
    beside: str
    line: str
    budgets: tuple[Mark, ...]
    values: tuple[Mark, ...]
    dot: tuple[str, str]
    said: Mark
    said_at: str


def pictures(
    points: Sequence[tuple[float, float]], plan: tuple[float, float], *, currency: str, language: str
) -> tuple[Picture, ...]:
    """The picture for a desk and the one for a phone; none where fewer than two budgets could be solved.

    ``points`` are budget and value of the best plans, ``plan`` those of the plan as it stands.
    """
    solved = sorted((b, v) for b, v in points if math.isfinite(v))
    if len(solved) < 2 or solved[-1][0] <= 0:
        return ()

    def amount(value: float) -> str:
        return show(Money.of(value, currency), language, "short")

    return tuple(_drawn(sheet, solved, plan, amount) for sheet in _SHEETS)


def _drawn(
    sheet: _Sheet, points: list[tuple[float, float]], plan: tuple[float, float], amount: Callable[[float], str]
) -> Picture:
    far = max(points[-1][0], plan[0])
    rungs = _rungs(min(0.0, plan[1], *(v for _, v in points)), max(plan[1], *(v for _, v in points)))
    right, bottom = sheet.wide - _RIGHT, sheet.high - _BOTTOM

    def x(budget: float) -> float:
        return _LEFT + budget / far * (right - _LEFT)

    def y(value: float) -> float:
        return bottom - (value - rungs[0]) / (rungs[-1] - rungs[0]) * (bottom - _TOP)

    budgets = [Mark(_at(x(t)), amount(t)) for t in nice_ticks(far, sheet.ticks) if x(t) <= right - _APART]
    above = y(plan[1]) + 22 > bottom
    return Picture(
        sheet.kind,
        f"0 0 {sheet.wide} {sheet.high}",
        _at(_LEFT),
        _at(right),
        _at(_TOP),
        _at(bottom),
        _at(bottom + _TICK),
        _at(y(0.0)),
        _at(bottom + 20),
        _at(_LEFT - 8),
        " ".join(f"{_at(x(b))},{_at(y(v))}" for b, v in points),
        (*budgets, Mark(_at(right), amount(far), "end")),
        tuple(Mark(_at(y(v)), amount(v)) for v in rungs),
        (_at(x(plan[0])), _at(y(plan[1]))),
        Mark(_at(x(plan[0])), "", "end" if plan[0] > 0.6 * far else "start"),
        _at(y(plan[1]) + (-12 if above else 22)),
    )


def _rungs(low: float, high: float) -> list[float]:
    """Round values that hold both ends and zero."""
    step = nice_ticks(max(high, -low, 1.0))[1]
    first, last = math.floor(low / step + 1e-9), max(math.ceil(high / step - 1e-9), 1)
    return [round(n * step, 10) for n in range(first, last + 1)]


def _at(place: float) -> str:
    return f"{place:.1f}"
