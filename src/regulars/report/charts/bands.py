"""Curves with their ranges, and rows of dots with theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.base.text import Param, Text
from regulars.report import theme
from regulars.report.charts import Labels, Spec, _chart, _data, on_phone

#: Colours of curves side by side; none of them means a state or a class.
COLOURS = (theme.ACCENT, "#6d5a8d", "#bd8728", "#8b8f94", theme.SEAL)


@dataclass(frozen=True, slots=True)
class Band:
    """One curve; ``low`` and ``high`` may be empty where it carries no range."""

    key: str
    name: Param
    x: Sequence[float]
    mid: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


def bands(
    curves: Sequence[Band],
    *,
    x_title: Text,
    y_title: Text,
    x_ticks: Mapping[float | str, Param],
    y_ticks: Mapping[float | str, Param],
    x_domain: tuple[float, float],
    y_domain: tuple[float, float],
    height: int = 280,
) -> Spec:
    """Curves over one axis, each with its thin range in its own colour."""
    rows: list[dict[str, Any]] = []
    for c in curves:
        ranges = zip(c.low, c.high, strict=True) if c.low else ((m, m) for m in c.mid)
        rows += [
            {"part": c.key, "x": x, "mid": m, "low": lo, "high": hi}
            for x, m, (lo, hi) in zip(c.x, c.mid, ranges, strict=True)
        ]
    x = {
        "field": "x",
        "type": "quantitative",
        "title": x_title,
        "scale": {"domain": list(x_domain), "nice": False},
        "axis": {"values": list(x_ticks), "labelExpr": Labels(x_ticks), "grid": False},
    }
    scale = {"domain": list(y_domain), "nice": False}
    axis = {"values": list(y_ticks), "labelExpr": Labels(y_ticks)}
    colour = {
        "field": "part",
        "type": "nominal",
        "scale": {"domain": [c.key for c in curves], "range": list(COLOURS[: len(curves)])},
        "legend": {"labelExpr": Labels({c.key: c.name for c in curves}), "columns": on_phone(1, len(curves))}
        if len(curves) > 1
        else None,
    }
    y = {"type": "quantitative", "title": y_title, "scale": scale, "axis": axis}
    area: Spec = {
        "mark": {"type": "area", "opacity": 0.18},
        "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}, "color": colour},
    }
    line: Spec = {
        "mark": {"type": "line", "strokeWidth": 2.2},
        "encoding": {"x": x, "y": {"field": "mid", **y}, "color": colour},
    }
    return _chart(area, line, height=height, data=_data(rows))


@dataclass(frozen=True, slots=True)
class Dot:
    """A row: value with range, and a second, hollow dot (what was counted) where there is one."""

    name: Param
    low: float
    mid: float
    high: float
    raw: float | None = None


def dots(
    rows: Sequence[Dot],
    *,
    x_title: Text,
    ticks: Mapping[float | str, Param],
    domain: tuple[float, float],
    mark: float | None = None,
) -> Spec:
    """Values with their ranges under one another, on one scale; ``mark`` is an upright line of comparison."""
    y = {
        "field": "row",
        "type": "ordinal",
        "title": None,
        "axis": {
            "labelExpr": Labels(dict(enumerate(r.name for r in rows))),
            "labelColor": theme.INK,
            "labelFontSize": 12,
            "labelLimit": on_phone(172, 210),
        },
    }
    x = {
        "type": "quantitative",
        "title": x_title,
        "scale": {"domain": list(domain), "nice": False},
        "axis": {"values": list(ticks), "labelExpr": Labels(ticks)},
    }
    low, high = domain
    spans = [{"row": i, "a": max(r.low, low), "b": min(r.high, high), "v": r.mid} for i, r in enumerate(rows)]
    span: Spec = {
        "data": _data(spans),
        "mark": {"type": "rule", "color": theme.ACCENT_MIDDLE, "strokeWidth": 3},
        "encoding": {"y": y, "x": {"field": "a", **x}, "x2": {"field": "b"}},
    }
    layers = [span, *_raw(rows, x, y), _points(spans, x, y)]
    if mark is not None:
        line: Spec = {
            "data": _data([{"m": mark}]),
            "mark": {"type": "rule", "color": theme.GREY, "strokeDash": [5, 4]},
            "encoding": {"x": {"field": "m", **x}},
        }
        layers.insert(0, line)
    return _chart(*layers, height=max(80, 26 * len(rows)))


def _raw(rows: Sequence[Dot], x: Spec, y: Spec) -> list[Spec]:
    raw = [{"row": i, "v": r.raw} for i, r in enumerate(rows) if r.raw is not None]
    mark = {"type": "point", "filled": False, "size": 60, "color": theme.SEAL, "strokeWidth": 1.4}
    return [{"data": _data(raw), "mark": mark, "encoding": {"y": y, "x": {"field": "v", **x}}}] if raw else []


def _points(spans: Sequence[Mapping[str, Any]], x: Spec, y: Spec) -> Spec:
    mark = {"type": "point", "filled": True, "opacity": 1, "size": 85, "color": theme.ACCENT}
    return {"data": _data(spans), "mark": mark, "encoding": {"y": y, "x": {"field": "v", **x}}}
