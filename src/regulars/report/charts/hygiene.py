"""A waterfall of money on its side: from all revenue down to what is studied, every part with its amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.base.text import Param
from regulars.report import theme
from regulars.report.charts import Labels, Spec, _chart, _data, on_phone


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: from where to where, what is written beside it, and whether it is a whole (not a step)."""

    name: Param
    start: float
    end: float
    label: Param
    whole: bool


def waterfall(steps: Sequence[Step], ticks: Labels) -> Spec:
    """Bars below each other, each beginning where the last one ended."""
    rows = [
        {
            "row": i,
            "a": min(s.start, s.end),
            "b": max(s.start, s.end),
            "label": s.label,
            "whole": s.whole,
            "joint": s.end,
            "next": min(i + 1, len(steps) - 1),
        }
        for i, s in enumerate(steps)
    ]
    values = [float(v) for v in ticks.words]
    low = min([0.0, *(min(s.start, s.end) for s in steps)])
    top = max([*values, *(max(s.start, s.end) for s in steps)])
    # Room on the right for the amounts beside the longest bars.
    scale = {"domain": [low, on_phone(low + (top - low) * 2 or 1, low + (top - low) * 1.28 or 1)], "nice": False}
    y = {
        "field": "row",
        "type": "ordinal",
        "title": None,
        "axis": {
            "labelExpr": Labels({i: s.name for i, s in enumerate(steps)}),
            "labelColor": theme.INK,
            "labelFontSize": 12,
            "labelLimit": on_phone(120, 200),
        },
        "scale": {"paddingInner": 0.35, "paddingOuter": 0.1},
    }
    axis = {"values": values, "labelExpr": ticks}
    x = {"field": "a", "type": "quantitative", "title": None, "scale": scale, "axis": axis}
    bars: Spec = {
        "mark": {"type": "bar"},
        "encoding": {
            "y": y,
            "x": x,
            "x2": {"field": "b"},
            "color": {"condition": {"test": "datum.whole", "value": theme.ACCENT}, "value": theme.GREY},
        },
    }
    # A step of a thousandth of the money must still be seen.
    edge: Spec = {
        "mark": {"type": "tick", "thickness": 1.5, "color": theme.INK, "opacity": 0.55},
        "encoding": {"y": y, "x": {"field": "joint", "type": "quantitative", "scale": scale}},
    }
    text: Spec = {
        "mark": {"type": "text", "align": "left", "dx": 7, "fontSize": 11.5},
        "encoding": {
            "y": y,
            "x": {"field": "b", "type": "quantitative", "scale": scale},
            "text": {"field": "label"},
        },
    }
    return _chart(bars, edge, text, height=38 * len(steps), data=_data(rows))
