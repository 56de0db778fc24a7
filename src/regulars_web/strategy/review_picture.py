"""Promises beside what came, as places along one axis. Per cent of the picture's width, so that it fits any screen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regulars import api

#: Steps between the marks of an axis, as parts of one, and the most marks.
STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
MOST = 5
#: The margin on either side of the axis, in per cent of the width.
EDGE = 5.0
#: The axis ends at so many times what was promised or came: a range that goes further is drawn with an open end.
FAR = 4.0


@dataclass(frozen=True, slots=True)
class Row:
    """A promise: its range as a bar, what came as a dot with its own range. Places are ``"12.3%"``, values ``+4%``."""

    promise: api.PromiseKept
    bar: tuple[str, str]  # where it begins, how wide it is
    dot: str
    line: tuple[str, str]
    promised: tuple[str, str]
    came: str
    between: tuple[str, str]
    open: tuple[bool, bool]  # the range of what came goes beyond either end of the axis
    standing: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Promises of one kind along one axis; ``zero`` is where nothing would have changed."""

    kind: str  # visits, points
    zero: str
    marks: tuple[tuple[str, str], ...]  # place, label
    rows: tuple[Row, ...]


def panels(promises: Iterable[api.PromiseKept]) -> tuple[Panel, ...]:
    """One panel for visits, in per cent, and one for shares, in points; what has no promise has no panel."""
    kinds: dict[str, list[api.PromiseKept]] = {"visits": [], "points": []}
    for promise in promises:
        kinds["visits" if promise.kind == "visits" else "points"].append(promise)
    return tuple(_panel(kind, some) for kind, some in kinds.items() if some)


def signed(value: float, kind: str) -> str:
    """A change as people write it: visits in per cent, shares in points."""
    said = f"{100 * value:+,.0f}%" if kind == "visits" else f"{100 * value:+.1f}"
    return said.replace("-", "−") if float(said.rstrip("%").replace(",", "")) else said[1:]


def standing(promise: api.PromiseKept) -> str:
    """held, otherwise, or open: so few customers tell it that no effect at all would fit what came just as well."""
    if not promise.inside:
        return "otherwise"
    return "open" if promise.low <= 0 <= promise.high else "held"


def _panel(kind: str, promises: Sequence[api.PromiseKept]) -> Panel:
    least, most = _ends(promises)
    step = next((s for s in STEPS if most - least <= MOST * s), STEPS[-1])
    first, last = math.floor(least / step + 1e-9), max(math.ceil(most / step - 1e-9), 1)

    def place(value: float) -> float:
        return EDGE + (100 - 2 * EDGE) * (min(max(value / step, first), last) - first) / (last - first)

    def at(value: float) -> str:
        return f"{place(value):.2f}%"

    rows = tuple(
        Row(
            p,
            (at(p.promised.p10), f"{place(p.promised.p90) - place(p.promised.p10):.2f}%"),
            at(p.came),
            ("1%" if p.low < first * step else at(p.low), "99%" if p.high > last * step else at(p.high)),
            (signed(p.promised.p10, kind), signed(p.promised.p90, kind)),
            signed(p.came, kind),
            (signed(p.low, kind), signed(p.high, kind)),
            (p.low < first * step - 1e-9, p.high > last * step + 1e-9),
            standing(p),
        )
        for p in promises
    )
    apart = max(math.ceil((last - first) / MOST), 1)
    marks = tuple((at(n * step), signed(n * step, kind)) for n in range(first, last + 1) if n % apart == 0)
    return Panel(kind, at(0.0), marks, rows)


def _ends(promises: Sequence[api.PromiseKept]) -> tuple[float, float]:
    """Where an axis reaches: to all that was promised and came, and to ranges as far as they leave that legible."""
    said = [0.0, *(end for p in promises for end in (p.promised.p10, p.promised.p90, p.came))]
    far = FAR * max(map(abs, said))
    ends = [*said, *(min(max(end, -far), far) for p in promises for end in (p.low, p.high))]
    return min(ends), max(ends)
