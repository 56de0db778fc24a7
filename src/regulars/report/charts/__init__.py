"""Charts as Vega-Lite specifications: plain dictionaries with Texts where words stand and one shared theme.

A specification is language-neutral; :mod:`regulars.report.drawing` fills in the words and draws it. Nothing here is
chosen by Vega: domains, ticks and labels are given, so that page and PDF cannot differ.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.base.text import Param, Text
from regulars.base.ticks import nice_ticks as nice_ticks
from regulars.report import theme

SCHEMA_URL = "https://vega.github.io/schema/vega-lite/v6.json"
type Spec = dict[str, Any]

CONFIG: Spec = {
    "background": None,
    "font": ", ".join(theme.SANS),
    "padding": {"left": 8, "right": 8, "top": 4, "bottom": 4},  # a reader's fonts are a little wider than ours
    "view": {"stroke": None},
    "axis": {
        "labelColor": theme.MUTED,
        "labelFontSize": 11.5,
        "titleColor": theme.MUTED,
        "titleFontSize": 11.5,
        "titleFontWeight": "normal",
        "gridColor": theme.LINE,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "titlePadding": 14,
    },
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "title": None,
        "labelColor": theme.INK,
        "labelFontSize": 12,
        "symbolType": "square",
        "symbolSize": 110,
        "symbolOpacity": 1,
        "labelLimit": 220,
        "columnPadding": 16,
        "offset": 8,
    },
    "text": {"color": theme.INK, "fontSize": 12},
    "rule": {"color": theme.LINE_STRONG},
}


def on_phone(narrow: float, wide: float) -> Spec:
    """A figure of a chart that is another one where the chart is drawn for a phone."""
    return {"expr": f"width < 340 ? {narrow} : {wide}"}


@dataclass(frozen=True, slots=True)
class Labels:
    """Words for values of an axis or legend; becomes a Vega label expression in one language.

    ``line``: broken into three lines of so many letters, a Chinese one counting double; 0 leaves them whole.
    """

    words: Mapping[float | str, Param]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Series:
    """One part of a stacked chart: key, name, colour and its value at every position."""

    key: str
    name: Param
    colour: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BandPoint:
    """One point of a curve with its range."""

    x: float
    low: float
    mid: float
    high: float


def _chart(*layers: Spec, height: int, **more: Any) -> Spec:
    return {"$schema": SCHEMA_URL, "config": CONFIG, "height": height, "layer": list(layers), **more}


def _data(rows: Sequence[Mapping[str, Any]]) -> Spec:
    return {"values": [dict(row) for row in rows]}


def _every(total: int, most: int) -> int:
    return max(1, math.ceil(total / most))


def movement_bars(months: Sequence[Param], above: Sequence[Series], below: Series, y_title: Text) -> Spec:
    """Stacked bars a month with losses hanging below the line."""
    rows = [
        {"i": i, "part": s.key, "order": order, "n": s.values[i]}
        for order, s in enumerate(above)
        for i in range(len(months))
    ]
    rows += [{"i": i, "part": below.key, "order": 9, "n": -below.values[i]} for i in range(len(months))]
    parts = (*above, below)
    top = max((sum(s.values[i] for s in above) for i in range(len(months))), default=0)
    deepest = max(below.values, default=0)
    step = nice_ticks(max(top, deepest))
    ticks = sorted({*step, *(-t for t in step if t <= deepest)})
    skip = _every(len(months), 8)
    shown: dict[float | str, Param] = {i: m for i, m in enumerate(months) if (len(months) - 1 - i) % skip == 0}
    bars: Spec = {
        "data": _data(rows),
        "mark": {"type": "bar", "stroke": theme.CARD, "strokeWidth": 0.6},
        "encoding": {
            "x": {
                "field": "i",
                "type": "ordinal",
                "axis": {
                    "title": None,
                    "values": list(shown),
                    "labelExpr": Labels(shown),
                    "labelAngle": 0,
                    "labelOverlap": "greedy",
                },
            },
            "y": {
                "field": "n",
                "type": "quantitative",
                "title": y_title,
                "scale": {"domain": [-deepest * 1.05, ticks[-1]], "nice": False},
                "axis": {"values": ticks, "labelExpr": "format(abs(datum.value), ',')"},
            },
            "color": _part_colours(parts),
            "order": {"field": "order"},
        },
    }
    zero: Spec = {
        "data": _data([{"n": 0}]),
        "mark": {"type": "rule", "color": theme.INK, "strokeWidth": 0.8},
        "encoding": {"y": {"field": "n", "type": "quantitative"}},
    }
    return _chart(bars, zero, height=270)


def _part_colours(parts: Sequence[Series], *, abreast: int = 2) -> Spec:
    """Colours of the parts, with a legend of so many names abreast on a phone."""
    return {
        "field": "part",
        "type": "nominal",
        "scale": {"domain": [p.key for p in parts], "range": [p.colour for p in parts]},
        "legend": {
            "labelExpr": Labels({p.key: p.name for p in parts}),
            "columns": on_phone(abreast, len(parts)),
        },
    }


def cohort_heatmap(
    cohorts: Sequence[Param], share: Sequence[Sequence[float | None]], x_title: Text, y_title: Text
) -> Spec:
    """Cohorts down, months since the first visit across; the share that came in each month, in per cent."""
    cells = [
        {"row": row, "k": k, "share": value, "label": str(round(value * 100))}
        for row, line in enumerate(share)
        for k, value in enumerate(line, start=1)
        if value is not None
    ]
    rows = len(cohorts)
    y = {
        "field": "row",
        "type": "ordinal",
        "title": y_title,
        "scale": {"domain": list(range(rows))},
        "axis": {"labelExpr": Labels(dict(enumerate(cohorts))), "titlePadding": 30},
    }
    x = {"field": "k", "type": "ordinal", "title": x_title, "axis": {"labelAngle": 0, "orient": "top"}}
    top = max([0.3, *(value for line in share for value in line if value is not None)])
    squares: Spec = {
        "mark": {"type": "rect", "stroke": theme.CARD, "strokeWidth": 1.5},
        "encoding": {
            "x": x,
            "y": y,
            "color": {
                "field": "share",
                "type": "quantitative",
                "legend": None,
                "scale": {"domain": [0, top], "range": ["#f3f1ea", "#a9cac6", theme.ACCENT]},
            },
        },
    }
    squares["encoding"]["color"]["scale"]["interpolate"] = "lab"
    dark = f"datum.share > {top * 0.8:.3f}"
    numbers: Spec = {
        "mark": {"type": "text", "fontSize": 10.5},
        "encoding": {
            "x": x,
            "y": y,
            "text": {"field": "label"},
            "color": {"condition": {"test": dark, "value": "#ffffff"}, "value": theme.INK},
        },
    }
    return _chart(squares, numbers, height=max(90, 21 * rows), data=_data(cells))


def histogram(
    edges: Sequence[Param],
    counts: Sequence[float],
    mark_at: float | None,
    mark_text: Text,
    x_title: Text,
    y_title: Text,
) -> Spec:
    """Bars between edges (evenly spaced on the page, edges labelled) and one marked place."""
    rows = [{"a": i, "b": i + 1, "n": n} for i, n in enumerate(counts)]
    ticks = nice_ticks(max(counts, default=0))
    skip = _every(len(edges), 12)
    shown: dict[float | str, Param] = {i: edge for i, edge in enumerate(edges) if i % skip == 0}
    y = {
        "field": "n",
        "type": "quantitative",
        "title": y_title,
        "scale": {"domain": [0, ticks[-1]]},
        "axis": {"values": ticks, "format": ",d"},
    }
    scale = {"domain": [0, len(counts)], "nice": False}
    bars: Spec = {
        "data": _data(rows),
        "mark": {"type": "rect", "color": theme.ACCENT_MIDDLE, "stroke": theme.CARD, "strokeWidth": 1.5},
        "encoding": {
            "x": {
                "field": "a",
                "type": "quantitative",
                "title": x_title,
                "scale": scale,
                "axis": {"values": list(shown), "labelExpr": Labels(shown), "grid": False},
            },
            "x2": {"field": "b"},
            "y": y,
            "y2": {"datum": 0},
        },
    }
    layers = [bars]
    if mark_at is not None:
        place = _data([{"a": mark_at, "text": mark_text, "n": ticks[-1]}])
        x = {"field": "a", "type": "quantitative", "scale": scale}
        layers.append(
            {"data": place, "mark": {"type": "rule", "color": theme.SEAL, "strokeWidth": 1.4}, "encoding": {"x": x}}
        )
        left = mark_at > len(counts) / 2  # where there is more room
        layers.append(
            {
                "data": place,
                "mark": {
                    "type": "text",
                    "align": "right" if left else "left",
                    "dx": -7 if left else 7,
                    "dy": 8,
                    "baseline": "top",
                    "fontWeight": 600,
                },
                "encoding": {"x": x, "y": {"field": "n", "type": "quantitative"}, "text": {"field": "text"}},
            }
        )
    return _chart(*layers, height=230)


def lorenz(
    points: Sequence[tuple[float, float]], at: tuple[float, float], text: Text, x_title: Text, y_title: Text
) -> Spec:
    """Share of revenue held by the best share of customers, with one point spelled out."""
    per_cent = {"values": [0, 0.2, 0.4, 0.6, 0.8, 1], "format": ".0%"}
    scale = {"domain": [0, 1], "nice": False}
    x = {"field": "x", "type": "quantitative", "title": x_title, "scale": scale, "axis": {**per_cent, "grid": False}}
    y = {"field": "y", "type": "quantitative", "title": y_title, "scale": scale, "axis": per_cent}
    curve = _data([{"x": a, "y": b} for a, b in points])
    even = {
        "data": _data([{"x": 0, "y": 0}, {"x": 1, "y": 1}]),
        "mark": {"type": "line", "color": theme.GREY, "strokeDash": [5, 4], "strokeWidth": 1.2},
        "encoding": {"x": x, "y": y},
    }
    area = {"data": curve, "mark": {"type": "area", "color": theme.ACCENT_SOFT}, "encoding": {"x": x, "y": y}}
    line = {
        "data": curve,
        "mark": {"type": "line", "color": theme.ACCENT, "strokeWidth": 2.4},
        "encoding": {"x": x, "y": y},
    }
    return _chart(area, even, line, *_marker(at, text, scale, scale), height=280)


def _marker(at: tuple[float, float], text: Text, x_scale: Spec, y_scale: Spec) -> list[Spec]:
    data = _data([{"x": at[0], "y": at[1], "text": text}])
    x = {"field": "x", "type": "quantitative", "scale": x_scale}
    y = {"field": "y", "type": "quantitative", "scale": y_scale}
    low, high = x_scale["domain"]
    place = (at[0] - low) / (high - low)
    # In the middle third the words are centred under the point: on a phone neither side has room for them.
    align, dx = ("left", 10) if place < 0.34 else ("right", -10) if place > 0.66 else ("center", 0)
    words = {"type": "text", "align": align, "dx": dx, "dy": 22, "fontWeight": 600}
    said = {"x": x, "y": y, "text": {"field": "text"}}
    return [
        {"data": data, "mark": {"type": "rule", "color": theme.SEAL, "strokeWidth": 1.2}, "encoding": {"x": x}},
        {
            "data": data,
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 90, "color": theme.SEAL},
            "encoding": {"x": x, "y": y},
        },
        {"data": data, "mark": {**words, "stroke": theme.CARD, "strokeWidth": 4}, "encoding": said},
        {"data": data, "mark": words, "encoding": said},
    ]


def split_bars(rows: Sequence[Param], parts: Sequence[Series]) -> Spec:
    """One bar of 100 % a row, cut into parts that keep their colour; shares of 7 % and more (on a phone 16 %) are
    written inside."""
    cells: list[dict[str, Any]] = []
    for i in range(len(rows)):
        start = 0.0
        for p in parts:
            end = start + p.values[i]
            label = f"{p.values[i]:.0%}" if p.values[i] >= 0.07 else ""
            cell = {"row": i, "part": p.key, "a": start, "b": end, "c": (start + end) / 2, "label": label}
            cells.append({**cell, "light": theme.ON_COLOUR[p.colour] != theme.INK})
            start = end
    y = {
        "field": "row",
        "type": "ordinal",
        "title": None,
        "axis": {
            "labelExpr": Labels(dict(enumerate(rows))),
            "labelColor": theme.INK,
            "labelFontSize": 12,
            "labelLimit": 170,
        },
        "scale": {"paddingInner": 0.35, "paddingOuter": 0.1},
    }
    scale = {"domain": [0, 1], "nice": False}
    bars: Spec = {
        "mark": {"type": "bar", "stroke": theme.CARD, "strokeWidth": 1.2},
        "encoding": {
            "y": y,
            "x": {"field": "a", "type": "quantitative", "axis": None, "scale": scale},
            "x2": {"field": "b"},
            "color": _part_colours(parts, abreast=1),
        },
    }
    text: Spec = {
        "mark": {"type": "text", "fontWeight": 600, "fontSize": 11.5},
        "encoding": {
            "y": y,
            "x": {"field": "c", "type": "quantitative", "scale": scale},
            "text": {"field": "label"},
            "color": {"condition": {"test": "datum.light", "value": "#ffffff"}, "value": theme.INK},
            # On a phone a part has to be larger to hold its words.
            "opacity": {"condition": {"test": "width < 340 && datum.b - datum.a < 0.16", "value": 0}, "value": 1},
        },
    }
    return _chart(bars, text, height=44 * len(rows), data=_data(cells))


def frontier(
    points: Sequence[BandPoint],
    at: tuple[float, float],
    text: Text,
    ticks: tuple[Labels, Labels],
    titles: tuple[Text, Text],
) -> Spec:
    """Best value at every budget with its range, and the plan's place on it."""
    rows = [{"x": p.x, "low": p.low, "mid": p.mid, "high": p.high} for p in points]
    x_ticks, y_ticks = ([float(v) for v in labels.words] for labels in ticks)
    x_scale = {"domain": [0, max([p.x for p in points])], "nice": False}
    y_scale = {
        "domain": [min([0.0, *(p.low for p in points)]), max([y_ticks[-1], *(p.high for p in points)])],
        "nice": False,
    }
    x = {
        "field": "x",
        "type": "quantitative",
        "title": titles[0],
        "scale": x_scale,
        "axis": {
            "values": x_ticks,
            "labelExpr": ticks[0],
            "grid": False,
            "labelOverlap": "parity",
            "labelSeparation": 10,
        },
    }
    y_axis = {"values": y_ticks, "labelExpr": ticks[1]}
    band: Spec = {
        "mark": {"type": "area", "color": theme.ACCENT_SOFT, "interpolate": "monotone"},
        "encoding": {
            "x": x,
            "y": {"field": "low", "type": "quantitative", "title": titles[1], "scale": y_scale, "axis": y_axis},
            "y2": {"field": "high"},
        },
    }
    line: Spec = {
        "mark": {"type": "line", "color": theme.ACCENT, "strokeWidth": 2.4, "interpolate": "monotone"},
        "encoding": {"x": x, "y": {"field": "mid", "type": "quantitative", "scale": y_scale}},
    }
    return _chart(band, line, *_marker(at, text, x_scale, y_scale), height=270, data=_data(rows))


def pairs(rows: Sequence[Param], first: Series, second: Series, x_title: Text, y_title: Text) -> Spec:
    """Two dots a row joined by a thin line: what was forecast and what happened."""
    dots = [{"row": i, "part": s.key, "v": s.values[i]} for s in (first, second) for i in range(len(rows))]
    joins = [{"row": i, "a": first.values[i], "b": second.values[i]} for i in range(len(rows))]
    ticks = nice_ticks(max([*first.values, *second.values], default=0))
    y = {"field": "row", "type": "ordinal", "title": y_title, "axis": {"labelExpr": Labels(dict(enumerate(rows)))}}
    scale = {"domain": [0, ticks[-1]], "nice": False}
    x = {"type": "quantitative", "title": x_title, "scale": scale, "axis": {"values": ticks, "format": "~g"}}
    rule: Spec = {
        "data": _data(joins),
        "mark": {"type": "rule", "color": theme.LINE_STRONG, "strokeWidth": 3},
        "encoding": {"y": y, "x": {"field": "a", **x}, "x2": {"field": "b"}},
    }
    point: Spec = {
        "data": _data(dots),
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 95},
        "encoding": {"y": y, "x": {"field": "v", **x}, "color": _part_colours((first, second))},
    }
    return _chart(rule, point, height=max(90, 26 * len(rows)))
