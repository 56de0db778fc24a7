"""Pictures of the schemes: tables of coloured cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regulars.base.text import Param, Text
from regulars.report import theme
from regulars.report.charts import CONFIG, SCHEMA_URL, Labels, Spec

#: Pixels that the names of rows take, and that a cell of two lines, of one, or one under a long name can be read at.
_NAMES, _TWO_LINES, _ONE_LINE, _LONG = 110, 88, 44, 90
#: Letters in a line of a long name over a column, and what three such lines lift above one.
_OVER, _LIFT = 12, 26
#: Pixels of the long name of a row, and of the title and the margins about it.
_BESIDE, _MARGIN = 190, 44


@dataclass(frozen=True, slots=True)
class Square:
    """One cell: place, what decides its colour, and up to two lines of words."""

    row: int
    column: int
    value: float
    first: Param
    second: Param = ""


def heat(
    rows: Sequence[Param],
    columns: Sequence[Param],
    squares: Sequence[Square],
    titles: tuple[Text, Text],
    *,
    two_ways: bool = False,
    long: bool = False,
) -> Spec:
    """Cells coloured by value: from nothing to much, or with ``two_ways`` from loss (seal) over nothing to gain.

    ``titles`` name rows and columns. Cells without a square stay empty. ``long``: names are, and are broken into lines.
    """
    top = max([abs(s.value) for s in squares if s.value] or [1.0])
    domain = [-top, 0.0, top] if two_ways else [0.0, top]
    colours = ["#c1705f", "#f3f1ea", theme.ACCENT_MIDDLE] if two_ways else ["#f3f1ea", theme.ACCENT_MIDDLE]
    y = {
        "field": "row",
        "type": "ordinal",
        "title": titles[0],
        "scale": {"domain": list(range(len(rows)))},
        "axis": {"labelExpr": Labels(dict(enumerate(rows))), "labelLimit": _BESIDE, "labelColor": theme.INK},
    }
    x = _over(columns, titles[1], long=long)
    cells: Spec = {
        "mark": {"type": "rect", "stroke": theme.CARD, "strokeWidth": 2},
        "encoding": {
            "x": x,
            "y": y,
            "color": {
                "field": "value",
                "type": "quantitative",
                "legend": None,
                "scale": {"domain": domain, "range": colours, "interpolate": "lab"},
            },
        },
    }
    both = any(s.second != "" for s in squares)
    layers = [cells, _words("first", x, y, -6 if both else 0, 10.0 if long else 12.0)]
    if both:
        layers.append(_words("second", x, y, 9, 10.5))
    cell = _TWO_LINES if both else _LONG if long else _ONE_LINE
    data: list[dict[str, Any]] = [
        {"row": s.row, "column": s.column, "value": s.value, "first": s.first, "second": s.second} for s in squares
    ]
    return {
        "$schema": SCHEMA_URL,
        "config": CONFIG,
        "height": max(90, (42 if both else 32) * len(rows)),
        "usermeta": {"least": (_BESIDE + _MARGIN if long else _NAMES) + cell * len(columns)},
        "layer": layers,
        "data": {"values": data},
    }


def _over(columns: Sequence[Param], title: Text, *, long: bool) -> Spec:
    """Names over the columns, in lines where they are long."""
    return {
        "field": "column",
        "type": "ordinal",
        "title": title,
        "scale": {"domain": list(range(len(columns)))},
        "axis": {
            "labelExpr": Labels(dict(enumerate(columns)), _OVER if long else 0),
            "labelAngle": 0,
            "labelPadding": 6 + (_LIFT if long else 0),
            "orient": "top",
            "labelLimit": 120,
            "labelColor": theme.INK,
        },
    }


def _words(field: str, x: Spec, y: Spec, dy: int, size: float) -> Spec:
    return {
        "mark": {"type": "text", "dy": dy, "fontSize": size, "color": theme.INK},
        "encoding": {"x": x, "y": y, "text": {"field": field}},
    }
