"""From an engine's small tables to arrays by group."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from regulars.analysis.teams.measured import gathered
from regulars.analysis.teams.ratio import Ratio
from regulars.analysis.value.statistics import Floats


def branches_of(names: tuple[str, ...], table: pa.Table) -> list[str]:
    """The names of a table's branches, which it holds as codes or as names."""
    return [names[at] if isinstance(at, int) else at for at in table["branch"].to_pylist()]


def columns(table: pa.Table, *names: str) -> dict[str, Floats]:
    """Columns as arrays."""
    return {name: np.asarray(table[name].to_numpy(), dtype=float) for name in names}


def of_ratio(names: tuple[str, ...], at: list[str], table: pa.Table, *, bounded: bool = True) -> Ratio:
    """A table of :func:`of_pairs` as a ratio by group."""
    return summed(names, at, columns(table, "n", "x", "y", "xx", "xy", "yy"), bounded=bounded)


def summed(names: tuple[str, ...], at: list[str], parts: dict[str, Floats], *, bounded: bool) -> Ratio:
    """Sums and products by row, added up by group."""
    g = gathered(names, at, **parts)
    return Ratio(names, g["n"], g["x"], g["y"], g["xx"], g["xy"], g["yy"], bounded)
