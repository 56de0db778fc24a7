"""A picture used thrice: parts of the base by customers, by past and by expected revenue, or by branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.base.text import Param, Text, say
from regulars.report.charts import Series, split_bars
from regulars.report.document import Amount, Cell, Column, Figure, Table, Words
from regulars.report.figures import part, share


@dataclass(frozen=True, slots=True)
class Part:
    """One part with its weight on every row of the picture."""

    key: str
    name: Text
    colour: str
    weights: tuple[float, ...]


def split(
    id: str, *, title: Text, rows: Sequence[Param], parts: Sequence[Part], alt: Text, note: Text | None = None
) -> Figure | None:
    """The picture; None when a row has no weight at all and nothing else is left to show."""
    kept = [i for i in range(len(rows)) if sum(max(0.0, p.weights[i]) for p in parts) > 0]
    if not kept:
        return None
    totals = {i: sum(max(0.0, p.weights[i]) for p in parts) for i in kept}
    series = [
        Series(p.key, p.name, p.colour, tuple(part(max(0.0, p.weights[i]), totals[i]) for i in kept)) for p in parts
    ]
    names = [rows[i] for i in kept]
    columns = (
        Column(say("report.axis.part"), share=2.0),
        *(Column(say("report.say.plain", text=name), "right") for name in names),
    )
    cells: list[tuple[Cell, ...]] = [
        (Words(s.name, swatch=s.colour), *(Amount(share(v)) for v in s.values)) for s in series
    ]
    return Figure(id, title, split_bars(names, series), alt, Table(title, columns, tuple(cells)), note)
