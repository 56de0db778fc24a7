"""Pictures of the trust chapter: forecasts beside what came, probabilities beside how often they came true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.base.text import Param, Text
from regulars.report import theme
from regulars.report.charts import Labels, Spec, _chart, _data, nice_ticks, on_phone


@dataclass(frozen=True, slots=True)
class Foretold:
    """One forecast with its range, and what came."""

    name: Param
    low: float
    mid: float
    high: float
    actual: float


def foretold(rows: Sequence[Foretold], *, forecast: Text, came: Text, x_title: Text) -> Spec:
    """A range bar a row with the forecast on it and the outcome as a dot of its own."""
    ticks = nice_ticks(max(max(r.high, r.actual) for r in rows))
    scale = {"domain": [0, ticks[-1]], "nice": False}
    y = {
        "field": "row",
        "type": "ordinal",
        "title": None,
        "axis": {"labelExpr": Labels(dict(enumerate(r.name for r in rows))), "labelColor": theme.INK},
    }
    x = {"type": "quantitative", "title": x_title, "scale": scale, "axis": {"values": ticks, "format": ",d"}}
    spans: Spec = {
        "data": _data([{"row": i, "a": r.low, "b": r.high} for i, r in enumerate(rows)]),
        "mark": {"type": "rule", "color": theme.ACCENT_MIDDLE, "strokeWidth": 7, "opacity": 0.45},
        "encoding": {"y": y, "x": {"field": "a", **x}, "x2": {"field": "b"}},
    }
    dots = [{"row": i, "part": "forecast", "v": r.mid} for i, r in enumerate(rows)]
    dots += [{"row": i, "part": "came", "v": r.actual} for i, r in enumerate(rows)]
    colour = {
        "field": "part",
        "type": "nominal",
        "scale": {"domain": ["forecast", "came"], "range": [theme.ACCENT, theme.SEAL]},
        "legend": {"labelExpr": Labels({"forecast": forecast, "came": came}), "columns": on_phone(1, 2)},
    }
    points: Spec = {
        "data": _data(dots),
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 95},
        "encoding": {"y": y, "x": {"field": "v", **x}, "color": colour},
    }
    return _chart(spans, points, height=max(90, 34 * len(rows)))


def reliability(points: Sequence[tuple[float, float]], *, x_title: Text, y_title: Text) -> Spec:
    """Probability given against the share of customers for whom it came true; the diagonal is a promise kept."""
    axis = {"values": [0, 0.2, 0.4, 0.6, 0.8, 1], "format": ".0%"}
    scale = {"domain": [0, 1], "nice": False}
    x = {"field": "x", "type": "quantitative", "title": x_title, "scale": scale, "axis": {**axis, "grid": False}}
    y = {"field": "y", "type": "quantitative", "title": y_title, "scale": scale, "axis": axis}
    kept: Spec = {
        "data": _data([{"x": 0, "y": 0}, {"x": 1, "y": 1}]),
        "mark": {"type": "line", "color": theme.GREY, "strokeDash": [5, 4], "strokeWidth": 1.2},
        "encoding": {"x": x, "y": y},
    }
    rows = _data([{"x": a, "y": b} for a, b in points])
    line: Spec = {
        "data": rows,
        "mark": {"type": "line", "color": theme.ACCENT_MIDDLE, "strokeWidth": 1.6},
        "encoding": {"x": x, "y": y},
    }
    dots: Spec = {
        "data": rows,
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 80, "color": theme.ACCENT},
        "encoding": {"x": x, "y": y},
    }
    return _chart(kept, line, dots, height=280)
