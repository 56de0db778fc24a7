"""Why revenue changed: customers, frequency, price, mix, refunds, and those nobody identified; exactly.

Identified revenue on visit days is customers x visits a customer x basket. The change of a product is shared out by
Shapley's rule (the mean over all orders in which the factors may change), which leaves no remainder. The change of the
basket is parted into price and mix by Bennet's (1920) indicator over items: price = sum of mean quantity x change of
price, mix = sum of mean price x change of quantity a visit; items of one year only are mix.
Docs: docs/methods/change.md.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.lookback import Look
from regulars.analysis.results.staying import Change, Flow
from regulars.analysis.visits import YEAR, Basis, earned
from regulars.ledger.schema import VISIT_KINDS

_CENT = Decimal("0.01")
_MIN_HISTORY = 2 * YEAR


def totals_query(days: ibis.Table, *, as_of: date) -> ibis.Table:
    """Customers seen in either year, by whether they were seen in each and before both: visits and revenue of each."""
    middle, start = as_of - YEAR, as_of - 2 * YEAR
    after, before = days.day > middle, (days.day > start) & (days.day <= middle)
    each = days.group_by("customer").aggregate(
        visits_after=days.count(where=days.visit & after),
        visits_before=days.count(where=days.visit & before),
        basket_after=days.value.sum(where=days.visit & after),
        basket_before=days.value.sum(where=days.visit & before),
        all_after=days.value.sum(where=after),
        all_before=days.value.sum(where=before),
        known=days.count(where=days.visit & (days.day <= start)) > 0,
    )
    money = ("basket_after", "basket_before", "all_after", "all_before")
    each = each.mutate(**{name: each[name].fill_null(0) for name in money})
    grouped = each.group_by(here=each.visits_after > 0, was=each.visits_before > 0, known=each.known)
    sums = {name: each[name].sum() for name in ("visits_after", "visits_before", *money)}
    return grouped.aggregate(customers=each.count(), **sums).order_by("here", "was", "known")


def items_query(lines: ibis.Table, *, as_of: date, basis: Basis) -> ibis.Table:
    """Quantity and revenue of every item in identified visits of each year."""
    middle, start = as_of - YEAR, as_of - 2 * YEAR
    seen = lines.filter(lines.customer.notnull(), lines.kind.isin(VISIT_KINDS), lines.day > start)
    item = ibis.coalesce(seen.item, seen.category, seen.kind)
    seen = seen.mutate(item=item, value=earned(seen, basis).cast("decimal(18, 2)"), units=seen.quantity.fill_null(1.0))
    after = seen.day > middle
    return (
        seen.group_by("item")
        .aggregate(
            units_after=seen.units.sum(where=after).fill_null(0.0),
            units_before=seen.units.sum(where=~after).fill_null(0.0),
            value_after=seen.value.sum(where=after).fill_null(0).cast("float64"),
            value_before=seen.value.sum(where=~after).fill_null(0).cast("float64"),
        )
        .order_by("item")
    )


def anonymous_query(lines: ibis.Table, *, as_of: date, basis: Basis) -> ibis.Table:
    """One row: revenue of lines without a customer in each year."""
    middle, start = as_of - YEAR, as_of - 2 * YEAR
    unknown = lines.filter(lines.customer.isnull(), lines.day > start)
    value = earned(unknown, basis).cast("decimal(18, 2)")
    return unknown.aggregate(
        after=value.sum(where=unknown.day > middle).fill_null(0),
        before=value.sum(where=unknown.day <= middle).fill_null(0),
    )


def change(scene: Look) -> Change | None:
    """The change between the last 365 days and the 365 before; None where the history does not hold both."""
    setting = scene.setting
    if setting.as_of - setting.first_day < _MIN_HISTORY - timedelta(days=1):
        return None
    ask, basis, as_of = setting.desk.ask, setting.tally.basis, setting.as_of
    groups = ask("staying_change", totals_query(scene.kept.days, as_of=as_of)).to_pylist()
    own = setting.lines.semi_join(scene.kept.days, "customer")  # those whose baskets are counted
    items = ask("staying_items", items_query(own, as_of=as_of, basis=basis))
    unknown = ask("staying_anonymous", anonymous_query(setting.lines, as_of=as_of, basis=basis)).to_pylist()[0]
    return explain(groups, items, unknown, as_of=as_of)


def explain(
    groups: list[dict[str, object]], items: pa.Table, unknown: dict[str, object], *, as_of: date
) -> Change | None:
    """Put the parts together; every part in cents, so that they sum to the change exactly."""
    total = {name: sum((_money(g[name]) for g in groups), Decimal(0)) for name in _SUMS}
    counts = {name: sum(int(str(g[name])) for g in groups) for name in ("visits_after", "visits_before")}
    here = sum(int(str(g["customers"])) for g in groups if g["here"])
    was = sum(int(str(g["customers"])) for g in groups if g["was"])
    if not (here and was):
        return None
    before = (was, counts["visits_before"] / was, float(total["basket_before"]) / counts["visits_before"])
    after = (here, counts["visits_after"] / here, float(total["basket_after"]) / counts["visits_after"])
    customers, frequency, _ = shapley(before, after)
    # A dollar more in every basket counts as often as the basket's own change does.
    price = _price(items, counts) * _others((before[0], before[1]), (after[0], after[1]))
    visits = total["basket_after"] - total["basket_before"]
    parts = [_cents(customers), _cents(frequency), _cents(price)]
    mix = visits - sum(parts, Decimal(0))  # what is left is mix to within a cent of rounding
    whole = (total["all_after"] - total["all_before"]) - visits
    anonymous = _money(unknown["after"]) - _money(unknown["before"])
    return Change(
        start=as_of - 2 * YEAR,
        middle=as_of - YEAR,
        end=as_of,
        before=float(total["all_before"] + _money(unknown["before"])),
        after=float(total["all_after"] + _money(unknown["after"])),
        customers=float(parts[0]),
        frequency=float(parts[1]),
        price=float(parts[2]),
        mix=float(mix),
        rest=float(whole),
        anonymous=float(anonymous),
        flows=_flows(groups),
    )


_SUMS = ("basket_after", "basket_before", "all_after", "all_before")


def shapley(before: tuple[float, float, float], after: tuple[float, float, float]) -> tuple[float, float, float]:
    """What each factor of a product contributes to its change: the mean over the six orders of changing them."""
    parts = []
    for i in range(3):
        j, k = (n for n in range(3) if n != i)
        parts.append((after[i] - before[i]) * _others((before[j], before[k]), (after[j], after[k])))
    return parts[0], parts[1], parts[2]


def _others(before: tuple[float, float], after: tuple[float, float]) -> float:
    """The mean over all orders of the product of the two other factors."""
    both = before[0] * before[1] + after[0] * after[1]
    one = before[0] * after[1] + after[0] * before[1]
    return (2 * both + one) / 6


def _price(items: pa.Table, counts: dict[str, int]) -> float:
    """What changed prices changed in a basket (Bennet), over items sold in both years."""
    units = [items[f"units_{w}"].to_numpy().astype(float) / max(counts[f"visits_{w}"], 1) for w in ("before", "after")]
    value = [items[f"value_{w}"].to_numpy().astype(float) / max(counts[f"visits_{w}"], 1) for w in ("before", "after")]
    both = (units[0] > 0) & (units[1] > 0)
    prices = [v[both] / u[both] for u, v in zip(units, value, strict=True)]
    return float(((units[0][both] + units[1][both]) / 2 * (prices[1] - prices[0])).sum())


def _flows(groups: list[dict[str, object]]) -> tuple[Flow, ...]:
    rows = []
    for name in ("kept", "new", "returned", "lost", "other"):
        own = [g for g in groups if _flow(g) == name]
        before, after = (float(sum((_money(g[f"all_{w}"]) for g in own), Decimal(0))) for w in ("before", "after"))
        rows.append(Flow(name, sum(int(str(g["customers"])) for g in own), before, after))
    return tuple(row for row in rows if row.before or row.after)


def _flow(group: dict[str, object]) -> str:
    if group["here"] and group["was"]:
        return "kept"
    if group["here"]:
        return "returned" if group["known"] else "new"
    return "lost" if group["was"] else "other"  # other: money without a visit, such as refunds and fees


def _money(value: object) -> Decimal:
    return Decimal(str(value)) if value is not None else Decimal(0)


def _cents(value: float) -> Decimal:
    return Decimal(str(np.round(value, 2))).quantize(_CENT)
