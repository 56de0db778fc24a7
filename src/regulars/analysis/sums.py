"""Sums that do not depend on the order of rows."""

from __future__ import annotations

import ibis


def exact(column: ibis.Value, *, decimals: int = 6) -> ibis.Value:
    """The sum of a float column, the same at every run: sums of floats depend on the order in which threads finish,
    sums of decimals do not. What is no finite number counts as nothing."""
    known = ibis.ifelse(column.isnan() | column.isinf(), 0.0, column)
    return known.cast(f"decimal(38, {decimals})").sum()
