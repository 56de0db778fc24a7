"""What customers contributed in the last 365 days, and that every cent of the ledger is accounted for.

The rule is :mod:`regulars.analysis.contribution`; what comes from settings is marked as such. Docs:
docs/methods/profit.md.
"""

from __future__ import annotations

from decimal import Decimal

import ibis
import numpy as np

from regulars.analysis.contribution import contributed, sums, valued
from regulars.analysis.lookback import Look
from regulars.analysis.part import Scene
from regulars.analysis.results.profit import BridgeLine, Reconciled, Whale
from regulars.analysis.visits import YEAR, earned, redeemed_value
from regulars.base.text import Text, say

_POINTS = 100


def contributions(scene: Scene | Look, *, name: str = "profit_of_each") -> ibis.Table:
    """One row per studied customer: revenue, list price, discount, goods, time, commission, fees and contribution of
    the last 365 days, ``known`` the revenue whose cost is in the ledger."""
    setting = scene.setting
    lines = setting.lines.filter(setting.lines.customer.notnull(), setting.lines.day > setting.as_of - YEAR)
    t = valued(lines.semi_join(scene.people, "customer"), basis=setting.tally.basis)
    listed = ibis.cases(
        (t.kind == "package_redemption", redeemed_value(t)), (t.value == 0, 0), else_=ibis.coalesce(t.gross, t.value)
    )
    t = t.mutate(listed=listed.cast("decimal(18, 2)"))
    each = contributed(t.group_by("customer").aggregate(listed=t.listed.sum(), **sums(t)), setting.business)
    each = each.rename(contribution_12="contribution").mutate(
        discount_12=(each.listed - each.revenue).cast("float64"),
    )
    return setting.desk.keep(name, each)


def bridge(scene: Scene, each: ibis.Table) -> tuple[tuple[BridgeLine, ...], float]:
    """From list price to contribution, and the share of revenue whose cost the ledger knows."""
    names = ("listed", "revenue", "known", "cost", "time", "commission", "fees", "contribution_12")
    sums = each.aggregate(**{name: each[name].cast("decimal(38, 6)").sum().fill_null(0) for name in names})
    row = scene.setting.desk.ask("profit_bridge", sums).to_pylist()[0]
    total = {name: float(row[name]) for name in names}
    costs = scene.setting.business.costs
    known = total["known"] / total["revenue"] if total["revenue"] > 0 else 0.0
    timed = costs.staff_hour is not None and costs.service_minutes is not None
    paid = costs.commission_service is not None or costs.commission_product is not None
    lines = (
        BridgeLine("listed", total["listed"], "ledger"),
        BridgeLine("discount", total["revenue"] - total["listed"], "ledger"),
        BridgeLine("revenue", total["revenue"], "ledger"),
        BridgeLine("goods", total["cost"], "ledger" if known > 0.99 else "setting"),
        BridgeLine("time", total["time"] if timed else None, "setting" if timed else "unknown"),
        BridgeLine("commission", total["commission"] if paid else None, "setting" if paid else "unknown"),
        _fees(total["fees"], known=costs.payment_fee is not None),
        BridgeLine("contact", None, "unknown"),
        BridgeLine("contribution", total["contribution_12"], "ledger" if known > 0.99 else "setting"),
    )
    return lines, known


def _fees(amount: float, *, known: bool) -> BridgeLine:
    return BridgeLine("fees", amount if known else None, "setting" if known else "unknown")


def reconciled(scene: Scene) -> Reconciled:
    """The year's revenue by where it is in the study; in exact decimals."""
    setting = scene.setting
    lines = setting.lines.filter(setting.lines.day > setting.as_of - YEAR)
    lines = lines.mutate(value=earned(lines, setting.tally.basis).cast("decimal(18, 2)"))
    studied = lines.semi_join(scene.people, "customer")
    parts = {
        "ledger": lines.aggregate(v=lines.value.sum().fill_null(0)),
        "studied": studied.aggregate(v=studied.value.sum().fill_null(0)),
        "identified": lines.aggregate(v=lines.value.sum(where=lines.customer.notnull()).fill_null(0)),
        "anonymous": lines.aggregate(v=lines.value.sum(where=lines.customer.isnull()).fill_null(0)),
    }
    found = {n: Decimal(str(setting.desk.ask(f"profit_{n}", q)["v"][0].as_py())) for n, q in parts.items()}
    aside = found["identified"] - found["studied"]
    left = found["ledger"] - found["studied"] - aside - found["anonymous"]
    return Reconciled(*(float(v) for v in (found["ledger"], found["studied"], aside, found["anonymous"], left)))


def whale(scene: Scene, each: ibis.Table) -> Whale:
    """The curve over customers who earned or cost anything in the year."""
    best_first = ibis.window(order_by=[each.contribution_12.desc(), each.customer])
    ranked = each.mutate(group=ibis.ntile(_POINTS).over(best_first))
    exact = ranked.contribution_12.cast("decimal(38, 6)")
    query = ranked.group_by("group").aggregate(
        customers=ranked.count(),
        sum=exact.sum().cast("float64"),
        below=ranked.count(where=ranked.contribution_12 < 0),
        lost=exact.sum(where=ranked.contribution_12 < 0).cast("float64").fill_null(0.0),
    )
    table = scene.setting.desk.ask("profit_whale", query.order_by("group"))
    counts, sums = (table[name].to_numpy().astype(float) for name in ("customers", "sum"))
    total = float(sums.sum())
    if not len(counts) or total <= 0:
        return Whale(
            ((0.0, 0.0), (1.0, 1.0)),
            1.0,
            1.0,
            int(table["below"].to_numpy().sum()),
            float(sum(table["lost"].to_pylist())),
            0.0,
        )
    x, y = np.r_[0.0, np.cumsum(counts) / counts.sum()], np.r_[0.0, np.cumsum(sums) / total]
    top = int(np.argmax(y))
    return Whale(
        points=tuple(zip(x.tolist(), y.tolist(), strict=True)),
        peak=float(y[top]),
        peak_at=float(x[top]),
        below_zero=int(table["below"].to_numpy().sum()),
        below_zero_amount=float(sum(table["lost"].to_pylist())),
        top_decile_share=float(np.interp(0.1, x, y)),
    )


def missing(scene: Scene) -> tuple[Text, ...]:
    """What contribution leaves out, and what would tell."""
    costs, found = scene.setting.business.costs, []
    if not any(row.costed for row in scene.setting.tally.rows):
        found.append(say("study.profit.no_cost"))
    if costs.staff_hour is None or costs.service_minutes is None:
        found.append(say("study.profit.no_time"))
    if costs.commission_service is None and costs.commission_product is None:
        found.append(say("study.profit.no_commission"))
    if costs.payment_fee is None:
        found.append(say("study.profit.no_fee"))
    found.append(say("study.profit.no_contacts"))
    return tuple(found)
