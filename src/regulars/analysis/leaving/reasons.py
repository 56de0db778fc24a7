"""What goes together with not coming back, other things equal. Association, never cause.

At the latest origin, customers still in touch are told apart by whether they came in the period after it. A logistic
regression on exposures known at the origin, with lateness, number of visits and age of the relation held equal; ridge
towards no effect (a normal prior on the log odds, sd 0.7), fitted by Newton's method, intervals from the curvature.
Nobody is exposed at random: customers who complain or whose stylist leaves differ from others in more than that.
Docs: docs/methods/reasons.md.
"""

from __future__ import annotations

from datetime import timedelta

import ibis
import numpy as np
from scipy.special import expit

from regulars.analysis.origins import OriginDay, sampled
from regulars.analysis.part import Scene
from regulars.analysis.results.leaving import Reason
from regulars.analysis.value.contest import Trial
from regulars.analysis.value.statistics import Floats
from regulars.analysis.visits import redeemed_value
from regulars.base.text import Text, say

_PRIOR_SD = 0.7
_NORMAL_80 = 1.2816
_EXPOSED, _OUTCOMES = 15, 50
_GONE_STAFF = timedelta(days=45)
_DISCOUNT = 0.15
_DEARER = 1.1


def exposures_query(scene: Scene, *, origin: OriginDay, customers: int) -> ibis.Table:
    """One row per customer known at the origin with what had happened to them by then (0 or 1; null = not told)."""
    lines = scene.setting.lines
    past = sampled(lines.filter(lines.customer.notnull(), lines.day <= origin.cut), customers=customers)
    half = origin.cut - timedelta(days=180)
    list_price = past.gross.fill_null(past.net)
    late = past.day > half
    each = past.group_by("customer").aggregate(
        listed=list_price.sum().cast("float64"),
        discount=past.discount.sum().fill_null(0).cast("float64"),
        net_late=past.net.sum(where=late & (past.net > 0)).cast("float64"),
        units_late=past.quantity.sum(where=late & (past.net > 0)),
        net_early=past.net.sum(where=~late & (past.net > 0)).cast("float64"),
        units_early=past.quantity.sum(where=~late & (past.net > 0)),
        refunds=past.count(where=past.kind == "refund"),
        sold=past.net.sum(where=past.kind == "package_sale").fill_null(0).cast("float64"),
        redeemed=redeemed_value(past).sum(where=past.kind == "package_redemption").fill_null(0).cast("float64"),
        branches=past.branch.nunique(),
    )
    price = (each.net_late / each.units_late.nullif(0)) / (each.net_early / each.units_early.nullif(0)).nullif(0)
    return each.select(
        "customer",
        discounted=(each.discount > _DISCOUNT * each.listed).cast("int64"),
        dearer=(price > _DEARER).cast("int64"),
        refunded=(each.refunds > 0).cast("int64"),
        package_used_up=ibis.ifelse(each.sold > 0, (each.redeemed >= each.sold).cast("int64"), 0),
        several_branches=(each.branches > 1).cast("int64"),
    )


def staff_query(scene: Scene, *, origin: OriginDay, customers: int) -> ibis.Table:
    """Customers whose usual staff had not been seen by anybody for six weeks at the origin."""
    lines = scene.setting.lines
    past = lines.filter(lines.staff.notnull(), lines.day <= origin.cut)
    seen = past.group_by("staff").aggregate(last=past.day.max())
    gone = seen.filter(seen.last <= origin.cut - _GONE_STAFF).select("staff")
    own = sampled(past.filter(past.customer.notnull()), customers=customers)
    served = own.group_by("customer", "staff").aggregate(n=own.count())
    first = ibis.window(group_by=served.customer, order_by=[served.n.desc(), served.staff])
    usual = served.mutate(place=ibis.row_number().over(first))
    usual = usual.filter(usual.place == 0).select("customer", "staff")
    return usual.semi_join(gone, "staff").select("customer").mutate(staff_left=ibis.literal(1))


def events_query(table: ibis.Table, *, origin: OriginDay, customers: int, name: str) -> ibis.Table:
    """Customers with an event of that table by the origin."""
    past = sampled(table.filter(table.customer.notnull(), table.day <= origin.cut), customers=customers)
    return past.select("customer").distinct().mutate(**{name: ibis.literal(1)})


def reasons(scene: Scene) -> tuple[tuple[Reason, ...], int, tuple[Text, ...]]:
    """Reasons with enough exposed, on how many customers, and what could not be looked at."""
    missing = _missing(scene)
    if scene.tried is None:
        return (), 0, missing
    origin, trial = next(iter(scene.tried.cases.items()))
    table = scene.setting.desk.ask("leaving_reasons", _query(scene, origin))
    names = [n for n in table.column_names if n != "customer"]
    still = 7 * (trial.T - trial.t_x) <= scene.setting.pack.windows.lost_after
    y = (trial.came == 0)[still].astype(float)
    if min(y.sum(), len(y) - y.sum()) < _OUTCOMES:
        return (), len(y), missing
    exposed = np.array([table[n].to_numpy(zero_copy_only=False).astype(float) for n in names])[:, still]
    told = [i for i in range(len(names)) if _EXPOSED <= exposed[i].sum() <= len(y) - _EXPOSED]
    if not told:
        return (), len(y), missing
    found = associations(exposed[told], controls(scene, trial)[:, still], y)
    rows = [_reason(names[i], exposed[i], *one) for i, one in zip(told, found, strict=True)]
    return tuple(sorted(rows, key=lambda r: (-r.odds, r.id))), len(y), missing


def _query(scene: Scene, origin: OriginDay) -> ibis.Table:
    reader, many = scene.setting.desk.reader, scene.portfolio.count(scene.portfolio.where())
    t = reader.table("study_tried_days").filter(lambda d: d.visit & (d.day <= origin.cut)).select("customer").distinct()
    parts = [exposures_query(scene, origin=origin, customers=many), staff_query(scene, origin=origin, customers=many)]
    if reader.has("bookings"):
        bookings = reader.table("bookings")
        missed = bookings.filter(bookings.status == "no_show")
        parts.append(events_query(missed, origin=origin, customers=many, name="no_show"))
    for part in parts:
        t = t.left_join(part, "customer").drop("customer_right")
    flags = {n: t[n].fill_null(0) for n in t.columns if n != "customer"}
    return t.mutate(**flags).order_by("customer")


def controls(scene: Scene, t: Trial) -> Floats:
    """What is held equal, one row each: lateness (and its square), visits, age of the relation."""
    windows = scene.setting.pack.windows
    rhythm = (windows.prior_strength * scene.interval + 7 * t.t_x) / (windows.prior_strength + t.x)
    late = np.log1p(7 * (t.T - t.t_x) / rhythm)
    rows = np.array([late, late**2, np.log1p(t.x), (t.x == 0).astype(float), np.log1p(t.T)])
    return np.asarray((rows - rows.mean(axis=1, keepdims=True)) / np.maximum(rows.std(axis=1, keepdims=True), 1e-9))


def associations(exposed: Floats, held: Floats, y: Floats) -> list[tuple[float, float, float]]:
    """Log odds ratio, its standard error, and the silent customers beyond what others' odds would have given."""
    X = np.vstack([np.ones(len(y)), held, exposed])
    precision = np.r_[1e-4, np.full(len(held), 0.1), np.full(len(exposed), 1 / _PRIOR_SD**2)]
    beta = np.zeros(len(X))
    for _ in range(50):
        p = expit(beta @ X)
        gradient = X @ (y - p) - precision * beta
        curvature = (X * (p * (1 - p))) @ X.T + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
    sd = np.sqrt(np.diag(np.linalg.inv(curvature)))
    found = []
    for i in range(len(exposed)):
        at = 1 + len(held) + i
        without = expit(beta @ X - beta[at] * exposed[i])
        found.append((float(beta[at]), float(sd[at]), float(((expit(beta @ X) - without) * exposed[i]).sum())))
    return found


def _reason(name: str, exposed: Floats, beta: float, sd: float, extra: float) -> Reason:
    low, high = (float(np.exp(beta + sign * _NORMAL_80 * sd)) for sign in (-1, 1))
    return Reason(name, int(exposed.sum()), float(np.exp(beta)), low, high, extra, clear=low > 1 or high < 1)


def _missing(scene: Scene) -> tuple[Text, ...]:
    """What could not be looked at, and what would tell."""
    reader, found = scene.setting.desk.reader, []
    if not reader.has("bookings"):
        found.append(say("study.leaving.no_bookings"))
    found.append(say("study.leaving.no_complaints"))
    return tuple(found)


__all__ = ["associations", "controls", "reasons"]
