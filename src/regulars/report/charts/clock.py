"""Charts of the clock: factors with their ranges about 1, and held-out months as foretold and as they came."""

from __future__ import annotations

import math
from collections.abc import Sequence

from regulars.base.text import Param, Text
from regulars.report import theme
from regulars.report.charts import BandPoint, Labels, Series, Spec, _chart, _data, _part_colours, nice_ticks


def factor_ticks(low: float, high: float) -> list[float]:
    """Steps of a fifth, or of a half where factors differ much, that hold ``low``, 1 and ``high``."""
    step = 0.2 if max(high - 1, 1 - low) <= 1 else 0.5
    start, end = min(math.floor(low / step), round(1 / step) - 1), max(math.ceil(high / step), round(1 / step) + 1)
    return [round(i * step, 2) for i in range(start, end + 1)]


def factors(names: Sequence[Param], points: Sequence[BandPoint], ticks: Labels, y_title: Text) -> Spec:
    """A dot with its range for every name, about a line at 1."""
    values = [float(v) for v in ticks.words]
    rows = [{"i": round(p.x), "low": p.low, "mid": p.mid, "high": p.high} for p in points]
    scale = {"domain": [values[0], values[-1]], "nice": False, "zero": False}
    x = {
        "field": "i",
        "type": "ordinal",
        "axis": {"title": None, "labelExpr": Labels(dict(enumerate(names))), "labelAngle": 0, "labelOverlap": True},
    }
    axis = {"values": values, "labelExpr": ticks}
    y = {"field": "mid", "type": "quantitative", "title": y_title, "scale": scale, "axis": axis}
    even: Spec = {
        "data": _data([{"mid": 1}]),
        "mark": {"type": "rule", "color": theme.INK, "strokeWidth": 0.9},
        "encoding": {"y": {"field": "mid", "type": "quantitative", "scale": scale}},
    }
    low = {"field": "low", "type": "quantitative", "title": y_title, "scale": scale, "axis": axis}
    range_: Spec = {
        "mark": {"type": "rule", "color": theme.ACCENT_MIDDLE, "strokeWidth": 3},
        "encoding": {"x": x, "y": low, "y2": {"field": "high"}},
    }
    dots: Spec = {
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 80, "color": theme.ACCENT},
        "encoding": {"x": x, "y": y},
    }
    return _chart(even, range_, dots, height=230, data=_data(rows))


def months(names: Sequence[Param], actual: Series, foretold: Sequence[Series], y_title: Text) -> Spec:
    """Counted months as bars, forecasts as dots on them."""
    ticks = nice_ticks(max([*actual.values, *(v for s in foretold for v in s.values)], default=0))
    scale = {"domain": [0, ticks[-1]], "nice": False}
    skip = max(1, math.ceil(len(names) / 8))
    labels: dict[float | str, Param] = {i: name for i, name in enumerate(names) if i % skip == 0}
    x = {
        "field": "i",
        "type": "ordinal",
        "axis": {
            "title": None,
            "values": list(labels),
            "labelExpr": Labels(labels),
            "labelAngle": 0,
            "labelOverlap": True,
            "labelSeparation": 8,
        },
    }
    y = {
        "field": "n",
        "type": "quantitative",
        "title": y_title,
        "scale": scale,
        "axis": {"values": ticks, "format": ",d"},
    }
    colour = _part_colours((actual, *foretold))
    bars: Spec = {
        "data": _data([{"i": i, "part": actual.key, "n": n} for i, n in enumerate(actual.values)]),
        "mark": {"type": "bar", "stroke": theme.CARD},
        "encoding": {"x": x, "y": y, "color": colour},
    }
    dots: Spec = {
        "data": _data([{"i": i, "part": s.key, "n": n} for s in foretold for i, n in enumerate(s.values)]),
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 85, "stroke": theme.CARD, "strokeWidth": 0.8},
        "encoding": {"x": x, "y": y, "color": colour},
    }
    return _chart(bars, dots, height=240)
