"""Small multiples: one row a group, its course with its range over that of all together, all on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.base.text import Param
from regulars.report import theme
from regulars.report.charts import Labels, Spec, _chart, _data

#: Height of a row on the scale that all rows share; the rest of its hundred keeps rows apart.
_ROW, _FILLED, _PIXELS = 100, 78, 74


@dataclass(frozen=True, slots=True)
class Path:
    """One row: ``(low, mid, high)`` at each place, None where there is nothing; ``marked`` places stand out."""

    name: Param
    points: Sequence[tuple[float, float, float] | None]
    marked: tuple[int, int] | None = None
    last: Param | None = None  # the last figure, in words


def paths(
    rows: Sequence[Path],
    together: Sequence[float],
    *,
    x_labels: Mapping[float | str, Param],
    domain: tuple[float, float],
) -> Spec:
    """Rows under one another, each on the same scale from the bottom of its row to the top of it."""
    low, high = domain

    def at(row: int, value: float) -> float:
        inside = min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.5
        return round((len(rows) - 1 - row) * _ROW + inside * _FILLED, 2)

    k = len(together)
    places = [(row, i, p) for row, path in enumerate(rows) for i, p in enumerate(path.points) if p is not None]
    own = [{"row": r, "x": i, "low": at(r, p[0]), "mid": at(r, p[1]), "high": at(r, p[2])} for r, i, p in places]
    usual = [{"row": row, "x": i, "mid": at(row, v)} for row in range(len(rows)) for i, v in enumerate(together)]
    middles: dict[float | str, Param] = {
        (len(rows) - 1 - row) * _ROW + _FILLED // 2: path.name for row, path in enumerate(rows)
    }
    x = {
        "field": "x",
        "type": "quantitative",
        "title": None,
        # Room for the last figures, which a phone has less of.
        "scale": {"domainMin": -0.4, "domainMax": {"expr": f"width < 340 ? {k + 1.9} : {k - 0.1}"}, "nice": False},
        "axis": {"values": list(x_labels), "labelExpr": Labels(x_labels), "grid": False, "labelFlush": False},
    }
    y = {
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [-8, len(rows) * _ROW - _ROW + _FILLED + 8], "nice": False},
        "axis": {
            "values": list(middles),
            "labelExpr": Labels(middles),
            "grid": False,
            "labelColor": theme.INK,
            "labelFontSize": 12,
            "labelLimit": 130,
        },
    }
    layers = [*_marks(rows, x, y), _floors(len(rows), y), *_courses(own, usual, x, y), *_ends(rows, own, x, y)]
    return _chart(*layers, height=max(90, _PIXELS * len(rows)))


def _marks(rows: Sequence[Path], x: Spec, y: Spec) -> list[Spec]:
    found = []
    for row, path in enumerate(rows):
        if path.marked is not None:
            bottom = (len(rows) - 1 - row) * _ROW
            first, last = path.marked
            found.append({"a": first - 0.4, "b": last + 0.4, "low": bottom - 6, "high": bottom + _FILLED + 6})
    if not found:
        return []
    encoding = {"x": {**x, "field": "a"}, "x2": {"field": "b"}, "y": {"field": "low", **y}, "y2": {"field": "high"}}
    return [
        {"data": _data(found), "mark": {"type": "rect", "color": theme.LINE, "opacity": 0.55}, "encoding": encoding}
    ]


def _floors(rows: int, y: Spec) -> Spec:
    lines = _data([{"v": row * _ROW - 8} for row in range(rows)])
    return {"data": lines, "mark": {"type": "rule", "color": theme.LINE}, "encoding": {"y": {"field": "v", **y}}}


def _courses(own: list[dict[str, float]], usual: list[dict[str, float]], x: Spec, y: Spec) -> list[Spec]:
    apart = {"field": "row", "type": "nominal"}
    dotted = {"size": 26, "color": theme.ACCENT}
    ranges = {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}}
    return [
        {
            "data": _data(own),
            "mark": {"type": "rule", "color": theme.ACCENT_MIDDLE, "strokeWidth": 5, "opacity": 0.35},
            "encoding": ranges,
        },
        {
            "data": _data(usual),
            "mark": {"type": "line", "color": theme.GREY, "strokeDash": [4, 3], "strokeWidth": 1.3},
            "encoding": {"x": x, "y": {"field": "mid", **y}, "detail": apart},
        },
        {
            "data": _data(own),
            "mark": {
                "type": "line",
                "color": theme.ACCENT,
                "strokeWidth": 2.2,
                "point": dotted,
            },
            "encoding": {"x": x, "y": {"field": "mid", **y}, "detail": apart},
        },
    ]


def _ends(rows: Sequence[Path], own: list[dict[str, float]], x: Spec, y: Spec) -> list[Spec]:
    ends = []
    for row, path in enumerate(rows):
        mine = [p for p in own if p["row"] == row]
        if mine and path.last is not None:
            ends.append({"x": mine[-1]["x"], "mid": mine[-1]["mid"], "text": path.last})
    if not ends:
        return []
    mark = {"type": "text", "align": "left", "dx": 8, "fontWeight": 600, "fontSize": 11.5}
    encoding = {"x": x, "y": {"field": "mid", **y}, "text": {"field": "text"}}
    return [{"data": _data(ends), "mark": mark, "encoding": encoding}]
