"""A week as a board: days down, hours across, the darker the busier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regulars.base.text import Param, Text
from regulars.report import theme
from regulars.report.charts import Labels, Spec, _chart, _data


def week_board(
    days: Sequence[Param], hours: Mapping[float | str, Param], loads: Mapping[tuple[int, int], float], *, x_title: Text
) -> Spec:
    """``loads`` by (place of the day, hour); hours the doors are closed have none."""
    cells = [{"row": row, "k": hour, "load": load, "label": f"{load:.1f}"} for (row, hour), load in loads.items()]
    y = {
        "field": "row",
        "type": "ordinal",
        "title": None,
        "scale": {"domain": list(range(len(days)))},
        "axis": {"labelExpr": Labels(dict(enumerate(days)))},
    }
    x = {
        "field": "k",
        "type": "ordinal",
        "title": x_title,
        "scale": {"domain": list(hours)},
        "axis": {"labelAngle": 0, "orient": "top", "labelExpr": Labels(hours)},
    }
    low, top = min(loads.values()), max(max(loads.values()), 1e-9)
    scale = {"domain": [low, top], "range": ["#f3f1ea", "#a9cac6", theme.ACCENT], "interpolate": "lab"}
    squares: Spec = {
        "mark": {"type": "rect", "stroke": theme.CARD, "strokeWidth": 1.5},
        "encoding": {
            "x": x,
            "y": y,
            "color": {"field": "load", "type": "quantitative", "legend": None, "scale": scale},
        },
    }
    dark = f"datum.load > {low + (top - low) * 0.75:.4f}"
    numbers: Spec = {
        "mark": {"type": "text", "fontSize": 10.5},
        "encoding": {
            "x": x,
            "y": y,
            "text": {"field": "label"},
            "color": {"condition": {"test": dark, "value": "#ffffff"}, "value": theme.INK},
        },
    }
    return _chart(squares, numbers, height=26 * len(days), data=_data(cells))
