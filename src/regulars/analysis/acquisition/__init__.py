"""Where newcomers come from, how good they are by source, what they cost, and who brought them."""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.acquisition.costs import by_day, cost_of, weekly
from regulars.analysis.acquisition.curve import response
from regulars.analysis.acquisition.deals import deals
from regulars.analysis.acquisition.newcomers import (
    BACK,
    MONEY,
    OTHERS,
    STILL_TO,
    counts_query,
    named,
    newcomers_query,
    origins,
    sizes_query,
)
from regulars.analysis.acquisition.referrals import climbed, of_referrers, referrals
from regulars.analysis.part import Part, Scene
from regulars.analysis.results.acquisition import Acquisition, Response, SourceKind, SourceRow
from regulars.analysis.results.shrunk import Shrunk
from regulars.analysis.shrink import means, rates
from regulars.analysis.value.statistics import Floats

__all__ = ["Acquisition", "acquisition"]

_FEW = 30
_KINDS: dict[str, SourceKind] = {"": "unknown", OTHERS: "others"}


def acquisition(scene: Scene) -> Part[Acquisition]:
    """The part of a study on newcomers; nothing where fewer than 30 are known to be new."""
    desk, start = scene.setting.desk, scene.setting.newcomers_since
    if start > scene.setting.as_of:
        return Part(None)
    told = origins(scene)
    each = desk.keep("acquisition_newcomers", newcomers_query(scene, told, start=start))
    sources = [row["source"] for row in desk.ask("acquisition_sizes", sizes_query(each)).to_pylist()]
    counted = desk.ask("acquisition_sources", counts_query(named(each, sources)))
    number = int(sum(counted["newcomers"].to_pylist()))
    if number < _FEW:
        return Part(None)
    rng = scene.rng.spawn(1)[0]
    rows, responses = _sources(scene, counted, start=start, rng=rng)
    trees = climbed(scene, told) if told is not None else None
    brought = None
    if told is not None and trees is not None:
        trees = desk.keep("acquisition_climbed", trees)
        new = desk.ask("acquisition_referred", each.aggregate(n=each.count(where=each.referrer.notnull())))
        brought = referrals(scene, told, trees, share=new["n"][0].as_py() / number)
    won, priced = deals(scene, each, rng=rng)
    found = Acquisition(start, number, rows, responses, brought, won)
    columns = [t for t in (of_referrers(trees) if brought and trees is not None else None, priced) if t is not None]
    return Part(found, _of_each(scene.people.select("customer"), columns) if columns else None)


def _of_each(people: ibis.Table, columns: list[ibis.Table]) -> ibis.Table:
    for more in columns:
        people = people.left_join(more, "customer").drop("customer_right")
    return people


def _sources(
    scene: Scene, counted: pa.Table, *, start: date, rng: np.random.Generator
) -> tuple[tuple[SourceRow, ...], tuple[Response, ...]]:
    names = sorted(set(counted["source"].to_pylist()))
    at = np.array([names.index(name) for name in counted["source"].to_pylist()])

    def total(column: str) -> Floats:
        return np.bincount(at, counted[column].to_numpy().astype(float), len(names))

    figures: dict[str, list[Shrunk | None]] = {
        **{f"back_{n}": rates(total(f"hit_{n}"), total(f"n_{n}")) for n in BACK},
        "still_12": rates(total("hit_still"), total("n_still")),
        **{name: means(total(f"sum_{name}"), total(f"square_{name}"), total(f"n_{name}")) for name in MONEY},
    }
    spent, currency = by_day(scene, start=start), scene.setting.business.currency
    day = np.array([(d - start).days for d in counted["first_day"].to_pylist()])
    length = (scene.setting.as_of - start).days + 1
    rows, responses = [], []
    for i, name in enumerate(names):
        own = at == i
        came, stayed = (
            np.bincount(day[own], counted[column].to_numpy()[own].astype(float), length)
            for column in ("newcomers", "hit_still")
        )
        kind, cost = _KINDS.get(name, "named"), None
        if kind == "named" and name in spent:
            cost = cost_of(spent[name], came, stayed, start=start, old_until=length - 1 - STILL_TO, currency=currency)
            responses.append(response(name, *weekly(spent[name], came), currency=currency, rng=rng))
        mine = {key: values[i] for key, values in figures.items()}
        rows.append(SourceRow(name if kind == "named" else None, kind, int(came.sum()), **mine, cost=cost))
    order = {"named": 0, "others": 1, "unknown": 2}
    rows.sort(key=lambda r: (order[r.kind], -r.newcomers, r.source or ""))
    return tuple(rows), tuple(responses)
