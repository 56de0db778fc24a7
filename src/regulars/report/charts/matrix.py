"""A field of two scales from 1 to 5, cut into four: where each line of service lies and where it is to go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regulars.base.text import Param, Text
from regulars.report import theme
from regulars.report.charts import Spec, _chart, _data

LOW, MIDDLE, HIGH = 0.5, 3.0, 5.5


@dataclass(frozen=True, slots=True)
class Place:
    """One line of service: now, and where it is to go (the same place where it is to stay)."""

    name: Param
    x: float
    y: float
    to_x: float
    to_y: float


def quarters(places: Sequence[Place], corners: tuple[Text, Text, Text, Text], titles: tuple[Text, Text]) -> Spec:
    """Places on the field. ``corners``: low/low, high/low, low/high, high/high as (x, y); ``titles`` of x and y."""
    scale = {"domain": [LOW, HIGH], "nice": False}
    axis = {"values": [1, 2, 3, 4, 5], "format": "d", "grid": False}
    x = {"field": "x", "type": "quantitative", "title": titles[0], "scale": scale, "axis": axis}
    y = {"field": "y", "type": "quantitative", "title": titles[1], "scale": scale, "axis": axis}
    at = ((0.6, 0.68), (5.4, 0.68), (0.6, 5.32), (5.4, 5.32))
    names = [{"x": a, "y": b, "text": text} for (a, b), text in zip(at, corners, strict=True)]
    layers = [_cross("x", x), _cross("y", y)]
    for side, some in (("left", names[::2]), ("right", names[1::2])):
        layers.append(_text(some, x, y, align=side, color=theme.MUTED, fontStyle="italic"))
    rows: list[dict[str, float]] = [{"x": p.x, "y": p.y, "x2": p.to_x, "y2": p.to_y} for p in places]
    moved = [row for row in rows if (row["x"], row["y"]) != (row["x2"], row["y2"])]
    if moved:
        layers += _moves(moved, x, y)
    mark = {"type": "point", "filled": True, "opacity": 1, "size": 90, "color": theme.ACCENT}
    layers.append({"data": _data(rows), "mark": mark, "encoding": {"x": x, "y": y}})
    for side, called in (("left", _named(places, left=True)), ("right", _named(places, left=False))):
        layers.append(_text(called, x, y, align=side, dx=10 if side == "left" else -10, dy=-10))
    return _chart(*layers, height=340)


def _named(places: Sequence[Place], *, left: bool) -> list[dict[str, Any]]:
    """Names to the right of points in the left half, else to their left; names of one place stand below each other."""
    seen: dict[tuple[float, float], int] = {}
    rows = []
    for p in places:
        level = seen.setdefault((p.x, p.y), 0)
        seen[p.x, p.y] += 1
        if (p.x <= MIDDLE) == left:
            rows.append({"x": p.x, "y": p.y - 0.24 * level, "text": p.name})
    return rows


def _moves(rows: list[dict[str, float]], x: Spec, y: Spec) -> list[Spec]:
    ends = [{"x": row["x2"], "y": row["y2"]} for row in rows]
    way = {"x": x, "y": y, "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    hollow = {"type": "point", "filled": False, "opacity": 1, "size": 90, "color": theme.SEAL, "strokeWidth": 1.6}
    return [
        {"data": _data(rows), "mark": {"type": "rule", "color": theme.SEAL, "strokeDash": [4, 3]}, "encoding": way},
        {"data": _data(ends), "mark": hollow, "encoding": {"x": x, "y": y}},
    ]


def _cross(axis: str, encoded: Spec) -> Spec:
    return {
        "data": _data([{axis: MIDDLE}]),
        "mark": {"type": "rule", "color": theme.LINE_STRONG},
        "encoding": {axis: encoded},
    }


def _text(rows: Sequence[dict[str, Any]], x: Spec, y: Spec, **mark: Any) -> Spec:
    encoding = {"x": x, "y": y, "text": {"field": "text"}}
    return {"data": _data(rows), "mark": {"type": "text", **mark}, "encoding": encoding}
