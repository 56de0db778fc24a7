"""A segment: the customers of a study of whom a predicate is true, counted and valued; nobody is named.

The expected revenue of a segment is the sum of its customers'. Its 80 % range puts together what is particular to
each customer (independent: variances add) and what is wrong for all alike (the relative error of the whole base's
forecast). Docs: docs/how-to/segments.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import numpy as np

from regulars.analysis.catalogue import CATALOGUE
from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.predicate import compiled
from regulars.analysis.standings import PERMISSIONS
from regulars.base.estimate import Estimate
from regulars.base.predicate import Catalogue, Predicate, fields_of, from_json, in_words, parse, to_json, write
from regulars.base.predicate.errors import BadPredicate
from regulars.base.text import Text, say
from regulars.ledger.store import Reader

SCHEMA = "regulars.segment/1"
METHOD = "segments"
Z80 = 1.2815515655446004
HORIZONS = (12, 36)


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment at one study.

    ``predicate`` is the canonical text, ``as_json`` its JSON form, ``words`` the sentence. ``unknown`` counts
    customers of whom the predicate is neither true nor false. ``reachable`` are customers with that permission on
    record. Values are None for an empty segment.
    """

    schema: str
    predicate: str
    as_json: dict[str, Any]
    words: Text
    as_of: date
    base: int
    customers: int
    unknown: int
    share: float
    revenue_12: float
    value_12: Estimate | None
    value_36: Estimate | None
    reachable: dict[str, int]


def catalogue_of(columns: tuple[str, ...]) -> Catalogue:
    """The fields that a study's standings carry."""
    return CATALOGUE.within(columns)


def understood(asked: str | Mapping[str, Any], catalogue: Catalogue) -> Predicate:
    """A predicate given as text or as JSON.

    Raises:
        BadPredicate: it cannot be understood; a field that this study does not have is told apart from a misspelling.
    """
    predicate = parse(asked, CATALOGUE) if isinstance(asked, str) else from_json(asked, CATALOGUE)
    missing = [name for name in fields_of(predicate) if name not in catalogue]
    if missing:
        raise BadPredicate(say("study.segment.not_here", field=missing[0]), say("study.segment.not_here_hint"))
    return predicate


def segment(reader: Reader, standings: Path, asked: str | Mapping[str, Any], *, diagnosis: Diagnosis) -> Segment:
    """Count and value the customers of whom the predicate is true. Raises BadPredicate as :func:`understood`."""
    t = reader.open_parquet(standings)
    fields = catalogue_of(tuple(t.columns))
    predicate = understood(asked, fields)
    p = diagnosis.provenance
    row = reader.arrow(segment_query(t, predicate, catalogue=fields, as_of=p.as_of)).to_pylist()[0]
    n, base = int(row["customers"]), int(row["base"])
    whole = {12: diagnosis.value.revenue_12, 36: diagnosis.value.revenue_36}
    values = {h: _value(row, h, whole[h], n) for h in HORIZONS}
    return Segment(
        schema=SCHEMA,
        predicate=write(predicate),
        as_json=to_json(predicate),
        words=in_words(predicate, catalogue=fields, currency=p.currency),
        as_of=p.as_of,
        base=base,
        customers=n,
        unknown=int(row["unknown"]),
        share=n / base if base else 0.0,
        revenue_12=float(row["revenue_12"] or 0.0),
        value_12=values[12],
        value_36=values[36],
        reachable={name.removeprefix("may_"): int(row[name]) for name in PERMISSIONS},
    )


def segment_query(t: ibis.Table, predicate: Predicate, *, catalogue: Catalogue, as_of: date) -> ibis.Table:
    """One row: the base, those selected, those unknown, sums of money and of variances, and permissions."""
    told = t.mutate(told=compiled(predicate, t, catalogue=catalogue, as_of=as_of))
    chosen = told.told.fill_null(False)
    spread = {h: (told[f"value_{h}_p90"] - told[f"value_{h}_p10"]) / (2 * Z80) for h in HORIZONS}
    return told.aggregate(
        base=told.count(),
        customers=told.count(where=chosen),
        unknown=told.count(where=told.told.isnull()),
        revenue_12=told.revenue_12.sum(where=chosen).round(2),
        **{f"value_{h}": told[f"value_{h}"].sum(where=chosen).round(6) for h in HORIZONS},
        **{f"variance_{h}": (spread[h] * spread[h]).sum(where=chosen).round(6) for h in HORIZONS},
        **{name: told.count(where=chosen & told[name].cast("boolean").fill_null(False)) for name in PERMISSIONS},
    )


def _value(row: Mapping[str, Any], horizon: int, whole: Estimate, n: int) -> Estimate | None:
    mean = float(row[f"value_{horizon}"] or 0.0)
    if not n:
        return None
    relative = (whole.p90 - whole.p10) / (2 * Z80 * whole.mean) if whole.mean > 0 else 0.0
    return log_normal(
        mean, float(row[f"variance_{horizon}"] or 0.0) + (relative * mean) ** 2, unit=whole.unit, method=METHOD, n=n
    )


def log_normal(mean: float, variance: float, *, unit: str, method: str, n: int) -> Estimate:
    """A positive quantity with this mean and variance, taken as log-normal; a mean of nothing has no width."""
    if mean <= 0:
        return Estimate(mean, mean, mean, mean, unit, method, n)
    s2 = math.log1p(variance / mean**2)
    median, s = mean * math.exp(-s2 / 2), math.sqrt(s2)
    low, high = (float(median * np.exp(sign * Z80 * s)) for sign in (-1, 1))
    return Estimate(mean, low, median, high, unit, method, n)
