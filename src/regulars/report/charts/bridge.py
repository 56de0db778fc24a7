"""A bridge: from one sum to another by the parts that make the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regulars.base.text import Param
from regulars.report import theme
from regulars.report.charts import Labels, Spec, _chart, _data, nice_ticks, on_phone


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: a ``total`` stands on zero, a part hangs where the last one ended."""

    name: Param
    value: float
    label: Param
    total: bool = False


def bridge(steps: Sequence[Step]) -> Spec:
    """Bars down the page in the order of reading; what adds in the accent, what takes away in the seal's red."""
    rows: list[dict[str, Any]] = []
    at = 0.0
    for i, step in enumerate(steps):
        start = 0.0 if step.total else at
        at = step.value if step.total else at + step.value
        kind = "total" if step.total else "up" if step.value >= 0 else "down"
        low, high = min(start, at), max(start, at)
        rows.append({"row": i, "a": low, "b": high, "kind": kind, "text": step.label})
    low, high = min(0.0, *(r["a"] for r in rows)), max(0.0, *(r["b"] for r in rows))
    ticks = nice_ticks(max(high, 1e-9))
    y = {
        "field": "row",
        "type": "ordinal",
        "title": None,
        "axis": {
            "labelExpr": Labels(dict(enumerate(s.name for s in steps))),
            "labelColor": theme.INK,
            "labelFontSize": 12,
            "labelLimit": on_phone(120, 190),
        },
        "scale": {"paddingInner": 0.35, "paddingOuter": 0.15},
    }
    # Room on the right for the amounts beside the longest bars.
    scale = {"domain": [low, on_phone(max(ticks[-1], high) * 2, max(ticks[-1], high) * 1.18)], "nice": False}
    x = {"field": "a", "type": "quantitative", "axis": None, "scale": scale}
    bars: Spec = {
        "mark": {"type": "bar"},
        "encoding": {
            "y": y,
            "x": x,
            "x2": {"field": "b"},
            "color": {
                "field": "kind",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": ["total", "up", "down"], "range": [theme.GREY, theme.ACCENT, theme.SEAL]},
            },
        },
    }
    words: Spec = {
        "mark": {"type": "text", "align": "left", "dx": 6, "fontWeight": 600, "fontSize": 11.5},
        "encoding": {
            "y": y,
            "x": {"field": "b", "type": "quantitative", "scale": scale},
            "text": {"field": "text"},
        },
    }
    return _chart(bars, words, height=34 * len(rows), data=_data(rows))
