"""What goes together with not coming back, other things equal. Association, never cause.

At up to three rolling origins, customers still in touch are told apart by whether they came in the period after it. A
logistic regression on exposures known at the origin, with lateness, number of visits, age of the relation and the
origin held equal; ridge towards no effect (a normal prior on the log odds, sd 0.7), fitted by Newton's method. The
customers of one origin are those of the next, so intervals are clustered by customer (Liang & Zeger, Biometrika 1986).
Many reasons are looked at: those called clear are what Benjamini and Hochberg (1995) leave of all that are shown.
Nobody is exposed at random: customers who complain or whose stylist leaves differ from others in more than that.
Docs: docs/methods/reasons.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import numpy.typing as npt
from scipy.special import erfc, expit

from regulars.analysis.lookback import Look
from regulars.analysis.many import Flags, surviving
from regulars.analysis.origins import OriginDay, sampled
from regulars.analysis.results.leaving import Reason
from regulars.analysis.value.contest import Trial
from regulars.analysis.value.statistics import Floats
from regulars.analysis.visits import redeemed_value
from regulars.base.text import Text, say

_PRIOR_SD = 0.7
_NORMAL_80 = 1.2816
_FALSE = 0.1
_EXPOSED, _OUTCOMES = 15, 50
_GONE_STAFF = timedelta(days=45)
_DISCOUNT = 0.15
_DEARER = 1.1
_RECENT = timedelta(days=180)
_SETTLED_IN_TIME = 7
_ORIGINS = 3

type Ids = npt.NDArray[np.int64]


def exposures_query(scene: Look, *, origin: OriginDay, customers: int) -> ibis.Table:
    """One row per customer known at the origin with what had happened to them by then (0 or 1; null = not told)."""
    lines = scene.setting.lines
    past = sampled(lines.filter(lines.customer.notnull(), lines.day <= origin.cut), customers=customers)
    list_price = past.gross.fill_null(past.net)
    # What a prepaid session costs less at the till was paid before: it is no discount.
    priced = past.kind != "package_redemption"
    each = past.group_by("customer").aggregate(
        listed=list_price.sum(where=priced).fill_null(0).cast("float64"),
        discount=past.discount.sum(where=priced).fill_null(0).cast("float64"),
        refunds=past.count(where=past.kind == "refund"),
        sold=past.net.sum(where=past.kind == "package_sale").fill_null(0).cast("float64"),
        redeemed=redeemed_value(past).sum(where=past.kind == "package_redemption").fill_null(0).cast("float64"),
        branches=past.branch.nunique(),
    )
    return each.select(
        "customer",
        discounted=(each.discount > _DISCOUNT * each.listed).cast("int64"),
        refunded=(each.refunds > 0).cast("int64"),
        package_used_up=ibis.ifelse(each.sold > 0, (each.redeemed >= each.sold).cast("int64"), 0),
        several_branches=(each.branches > 1).cast("int64"),
    )


def price_query(scene: Look, *, origin: OriginDay, customers: int) -> ibis.Table:
    """Customers who paid over a tenth more in the last 180 days than in the year before for the same things.

    Unit prices within category and kind of line, weighted by what was bought lately (a Paasche index of own prices), so
    that changing to dearer services is not taken for dearer prices. Who bought nothing alike in both is not exposed.
    """
    lines = scene.setting.lines
    half = origin.cut - _RECENT
    since = half - timedelta(days=365)
    paid = lines.filter(lines.customer.notnull(), lines.day <= origin.cut, lines.day > since, lines.net > 0)
    paid = sampled(paid.filter(paid.quantity > 0, paid.kind.isin(("service", "product"))), customers=customers)
    paid = paid.mutate(category=paid.category.fill_null(""), late=paid.day > half)
    alike = paid.group_by("customer", "category", "kind").aggregate(
        net_late=paid.net.sum(where=paid.late).cast("float64"),
        units_late=paid.quantity.sum(where=paid.late),
        net_early=paid.net.sum(where=~paid.late).cast("float64"),
        units_early=paid.quantity.sum(where=~paid.late),
    )
    alike = alike.filter(alike.units_late > 0, alike.units_early > 0)
    before = alike.units_late * alike.net_early / alike.units_early
    each = alike.group_by("customer").aggregate(paid=alike.net_late.sum(), before=before.sum())
    return each.filter(each.paid > _DEARER * each.before).select("customer").mutate(dearer=ibis.literal(1))


def complaints_query(complaints: ibis.Table, *, cut: date, customers: int) -> ibis.Table:
    """Customers who complained in the 180 days before ``cut`` by their worst complaint as it stood then.

    Open, settled after more than a week, or settled within one: exactly one of the three is 1.
    """
    known = complaints.filter(complaints.customer.notnull(), complaints.day <= cut, complaints.day > cut - _RECENT)
    known = sampled(known, customers=customers)
    settled = (known.resolved <= cut).fill_null(False)
    late = settled & (known.resolved.delta(known.day, unit="day") > _SETTLED_IN_TIME)
    each = known.group_by("customer").aggregate(
        opened=(~settled).cast("int64").max(), late=late.fill_null(False).cast("int64").max()
    )
    return each.select(
        "customer",
        complaint_open=each.opened,
        complaint_late=(1 - each.opened) * each.late,
        complaint_settled=(1 - each.opened) * (1 - each.late),
    )


def staff_query(scene: Look, *, origin: OriginDay, customers: int) -> ibis.Table:
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


def reasons(scene: Look) -> tuple[tuple[Reason, ...], int, tuple[Text, ...]]:
    """Reasons with enough exposed, on how many customers, and what could not be looked at."""
    missing = _missing(scene)
    if scene.tried is None:
        return (), 0, missing
    looks = list(scene.tried.cases.items())[:_ORIGINS]
    seen = [_look(scene, origin, trial, number) for number, (origin, trial) in enumerate(looks)]
    names = seen[0].names
    ids, y = np.concatenate([s.ids for s in seen]), np.concatenate([s.silent for s in seen])
    base = len(np.unique(ids))
    if min(len(np.unique(ids[y == 1])), len(np.unique(ids[y == 0]))) < _OUTCOMES:
        return (), base, missing
    exposed = np.hstack([s.exposed for s in seen])
    people = [len(np.unique(ids[row > 0])) for row in exposed]
    told = [i for i, row in enumerate(exposed) if people[i] >= _EXPOSED <= len(np.unique(ids[row == 0]))]
    if not told:
        return (), base, missing
    # What was different about a whole period is no matter of the customer.
    period = [
        np.repeat([float(k == at) for k in range(len(seen))], [len(s.ids) for s in seen]) for at in range(1, len(seen))
    ]
    held = np.vstack([np.hstack([s.held for s in seen]), *period])
    found = associations(exposed[told], held, y, ids=ids)
    rows = [
        _reason(names[i], people[i], beta, sd, extra / len(seen), clear=bool(kept))
        for i, (beta, sd, extra), kept in zip(told, found, believed(found), strict=True)
    ]
    return tuple(sorted(rows, key=lambda r: (-r.odds, r.id))), base, missing


@dataclass(frozen=True, slots=True)
class _Look:
    """Customers in touch at one origin: keys, whether silent after it, exposures and what is held equal."""

    names: list[str]
    ids: Ids
    silent: Floats
    exposed: Floats
    held: Floats


def _look(scene: Look, origin: OriginDay, trial: Trial, number: int) -> _Look:
    name = f"leaving_reasons_{number}" if number else "leaving_reasons"
    table = scene.setting.desk.ask(name, _query(scene, origin))
    names = [n for n in table.column_names if n != "customer"]
    still = trial.silent <= scene.setting.pack.windows.lost_after
    exposed = np.array([table[n].to_numpy(zero_copy_only=False).astype(float) for n in names])[:, still]
    ids = table["customer"].to_numpy(zero_copy_only=False).astype(np.int64)[still]
    return _Look(names, ids, (trial.came == 0)[still].astype(float), exposed, controls(scene, trial)[:, still])


def _query(scene: Look, origin: OriginDay) -> ibis.Table:
    reader, many = scene.setting.desk.reader, scene.kept.past.customers
    t = reader.table("study_tried_days").filter(lambda d: d.visit & (d.day <= origin.cut)).select("customer").distinct()
    parts = [make(scene, origin=origin, customers=many) for make in (exposures_query, price_query, staff_query)]
    if reader.has("bookings"):
        bookings = reader.table("bookings")
        missed = bookings.filter(bookings.status == "no_show")
        parts.append(events_query(missed, origin=origin, customers=many, name="no_show"))
    if reader.has("complaints"):
        parts.append(complaints_query(reader.table("complaints"), cut=origin.cut, customers=many))
    for part in parts:
        t = t.left_join(part, "customer").drop("customer_right")
    flags = {n: t[n].fill_null(0) for n in t.columns if n != "customer"}
    return t.mutate(**flags).order_by("customer")


def controls(scene: Look, t: Trial) -> Floats:
    """What is held equal, one row each: lateness (and its square), visits, age of the relation."""
    windows = scene.setting.pack.windows
    rhythm = (windows.prior_strength * scene.interval + t.span) / (windows.prior_strength + t.x)
    late = np.log1p(t.silent / rhythm)
    rows = np.array([late, late**2, np.log1p(t.x), (t.x == 0).astype(float), np.log1p((t.span + t.silent) / 7)])
    return np.asarray((rows - rows.mean(axis=1, keepdims=True)) / np.maximum(rows.std(axis=1, keepdims=True), 1e-9))


def associations(
    exposed: Floats, held: Floats, y: Floats, *, ids: Ids | None = None
) -> list[tuple[float, float, float]]:
    """Log odds ratio, its standard error, and the silent customers beyond what others' odds would have given.

    ``ids`` says which customer a row is of; the error is then clustered by customer.
    """
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
    covariance = np.linalg.inv(curvature)
    if ids is not None:
        whose = np.unique(ids, return_inverse=True)[1]
        scores = np.array([np.bincount(whose, weights=row) for row in X * (y - expit(beta @ X))])
        # The prior is information that no customer brings: with it and independent rows this is the curvature again.
        covariance = covariance @ (scores @ scores.T + np.diag(precision)) @ covariance
    sd = np.sqrt(np.diag(covariance))
    found = []
    for i in range(len(exposed)):
        at = 1 + len(held) + i
        without = expit(beta @ X - beta[at] * exposed[i])
        found.append((float(beta[at]), float(sd[at]), float(((expit(beta @ X) - without) * exposed[i]).sum())))
    return found


def believed(found: list[tuple[float, float, float]]) -> Flags:
    """Which of these associations are clear: of those, no more than one in ten is chance (two-sided tests)."""
    z = np.array([abs(beta) / sd for beta, sd, _ in found])
    return surviving(erfc(z / np.sqrt(2)), false=_FALSE)


def _reason(name: str, exposed: int, beta: float, sd: float, extra: float, *, clear: bool) -> Reason:
    low, high = (float(np.exp(beta + sign * _NORMAL_80 * sd)) for sign in (-1, 1))
    return Reason(name, exposed, float(np.exp(beta)), low, high, extra, clear=clear)


def _missing(scene: Look) -> tuple[Text, ...]:
    """What could not be looked at, and what would tell."""
    reader, found = scene.setting.desk.reader, []
    if not reader.has("bookings"):
        found.append(say("study.leaving.no_bookings"))
    if not reader.has("complaints"):
        found.append(say("study.leaving.no_complaints"))
    return tuple(found)


__all__ = ["associations", "believed", "controls", "reasons"]
