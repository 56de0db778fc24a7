"""Newcomers against spend, with today and the plan marked on the curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regulars.base.text import Param, Text
from regulars.report import theme
from regulars.report.charts import BandPoint, Labels, Spec, _chart, _data


def response(
    points: Sequence[BandPoint],
    *,
    today: tuple[float, float],
    plan: tuple[float, float],
    plan_text: Text,
    x_ticks: Mapping[float | str, Param],
    y_ticks: Mapping[float | str, Param],
    titles: tuple[Text, Text],
) -> Spec:
    """The curve with its range; today is a hollow mark, the plan a filled one with its words."""
    rows = [{"x": p.x, "low": p.low, "mid": p.mid, "high": p.high} for p in points]
    tops = [float(t) for t in y_ticks]
    x_scale = {"domain": [0, max(p.x for p in points)], "nice": False}
    y_scale = {"domain": [0, max([tops[-1], *(p.high for p in points)])], "nice": False}
    x = {
        "field": "x",
        "type": "quantitative",
        "title": titles[0],
        "scale": x_scale,
        "axis": {"values": list(x_ticks), "labelExpr": Labels(x_ticks), "grid": False},
    }
    axis = {"values": tops, "labelExpr": Labels(y_ticks)}
    y = {"type": "quantitative", "title": titles[1], "scale": y_scale, "axis": axis}
    band: Spec = {
        "mark": {"type": "area", "color": theme.ACCENT_SOFT},
        "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
    }
    line: Spec = {
        "mark": {"type": "line", "color": theme.ACCENT, "strokeWidth": 2.4},
        "encoding": {"x": x, "y": {"field": "mid", **y}},
    }
    now: Spec = {
        "data": _data([{"x": today[0], "mid": today[1]}]),
        "mark": {"type": "point", "filled": False, "size": 110, "color": theme.SEAL, "strokeWidth": 2},
        "encoding": {"x": x, "y": {"field": "mid", **y}},
    }
    return _chart(band, line, *_mark(plan, plan_text, x, y, x_scale), now, height=230, data=_data(rows))


def _mark(at: tuple[float, float], text: Text, x: Spec, y: Spec, x_scale: Spec) -> list[Spec]:
    """The plan's mark; its words where a rising curve leaves room: below it on the left half, above on the right."""
    data = _data([{"x": at[0], "mid": at[1], "text": text}])
    right = at[0] > 0.5 * x_scale["domain"][1]
    place = {"align": "right", "dx": -10, "dy": -16} if right else {"align": "left", "dx": 10, "dy": 20}
    encoding = {"x": x, "y": {"field": "mid", **y}}
    return [
        {"data": data, "mark": {"type": "rule", "color": theme.SEAL, "strokeWidth": 1.2}, "encoding": {"x": x}},
        {
            "data": data,
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 90, "color": theme.SEAL},
            "encoding": encoding,
        },
        {
            "data": data,
            "mark": {"type": "text", "fontWeight": 600, **place},
            "encoding": {**encoding, "text": {"field": "text"}},
        },
    ]
