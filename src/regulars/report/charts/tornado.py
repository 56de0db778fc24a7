"""A tornado: what a value would be where one source of doubt turns out low or high, the widest on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.base.text import Param, Text
from regulars.report import theme
from regulars.report.charts import Labels, Spec, _chart, _data


@dataclass(frozen=True, slots=True)
class Blade:
    """One row: the value at the low and at the high end of one source."""

    name: Param
    low: float
    high: float


def tornado(
    rows: Sequence[Blade],
    *,
    middle: float,
    x_title: Text,
    ticks: Mapping[float | str, Param],
    domain: tuple[float, float],
) -> Spec:
    """Bars from low to high around ``middle``, each under its name; a line at zero where zero is in sight.

    Names stand above the bars, not beside them: on a telephone they would leave no room for the bars.
    """
    y = {"field": "row", "type": "ordinal", "title": None, "axis": None}
    x = {
        "type": "quantitative",
        "title": x_title,
        "scale": {"domain": list(domain), "nice": False},
        "axis": {"values": list(ticks), "labelExpr": Labels(ticks)},
    }
    below = [{"row": i, "a": min(r.low, r.high), "b": middle} for i, r in enumerate(rows)]
    above = [{"row": i, "a": middle, "b": max(r.low, r.high)} for i, r in enumerate(rows)]
    layers: list[Spec] = []
    for part, colour in ((below, theme.ACCENT_MIDDLE), (above, theme.ACCENT)):
        layers.append(
            {
                "data": _data(part),
                "mark": {"type": "bar", "color": colour, "height": 12, "yOffset": 8},
                "encoding": {"y": y, "x": {"field": "a", **x}, "x2": {"field": "b"}},
            }
        )
    # Twice: first as a halo, so that upright lines do not run through the letters.
    names: list[Spec] = [
        {
            "data": _data([{"row": i, "name": r.name} for i, r in enumerate(rows)]),
            "mark": {"type": "text", "align": "left", "dy": -9, "fontSize": 12, **style},
            "encoding": {"y": y, "x": {"value": 2}, "text": {"field": "name", "type": "nominal"}},
        }
        for style in ({"color": theme.CARD, "stroke": theme.CARD, "strokeWidth": 5}, {"color": theme.INK})
    ]
    marks: list[tuple[float, Spec]] = [(middle, {"type": "rule", "color": theme.INK})]
    if domain[0] < 0 < domain[1]:
        marks.append((0.0, {"type": "rule", "color": theme.GREY, "strokeDash": [5, 4]}))
    for at, mark in marks:
        layers.append({"data": _data([{"m": at}]), "mark": mark, "encoding": {"x": {"field": "m", **x}}})
    return _chart(*layers, *names, height=max(90, 40 * len(rows)))
