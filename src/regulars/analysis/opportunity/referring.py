"""Who has brought how many newcomers, and did since, each answer a few rows from the engine."""

from __future__ import annotations

from datetime import date, timedelta

import ibis

from regulars.analysis.acquisition.newcomers import origins
from regulars.analysis.contribution import contributed, sums, valued
from regulars.analysis.opportunity.taking import BACK
from regulars.analysis.part import Scene
from regulars.analysis.sums import exact

#: Customers known for less say nothing of how often they bring somebody.
KNOWN = timedelta(days=30)
MONTH = 30
#: Bands of visits in two years by their least number.
BANDS = (1, 3, 6, 12, 24)
_MOST = 20


def links(scene: Scene) -> ibis.Table | None:
    """``customer``, ``referrer`` and the ``day`` the newcomer first came; None where no list of customers is kept.

    A referrer must be a studied customer who came no later; whom the ledger's early days show first may be old.
    """
    told = origins(scene)
    if told is None:
        return None
    p = scene.people.select("customer", day="first_day")
    t = told.filter(told.referrer.notnull(), told.referrer != told.customer).select("customer", "referrer")
    t = t.inner_join(p, "customer")
    t = t.inner_join(scene.people.select(referrer="customer", began="first_day"), "referrer")
    return t.filter(t.began <= t.day, t.day >= scene.setting.newcomers_since).select("customer", "referrer", "day")


def brought(scene: Scene, found: ibis.Table, here: ibis.Table, day: date) -> ibis.Table:
    """One row per current customer of ``day``: ``k`` newcomers brought until then in ``months`` watched, ``n`` in the
    year after, and the ``band`` of their visits by its least number."""
    since = ibis.literal(scene.setting.newcomers_since)
    p = scene.people.select("customer", "first_day")
    p = p.filter(p.first_day <= day - KNOWN)
    t = p.inner_join(here.filter(here.current), "customer")
    until = found.day <= day
    did = found.filter(found.day <= day + BACK)
    did = did.group_by(customer="referrer").aggregate(k=until.sum(), n=(~until).sum())
    t = t.left_join(did, "customer")
    watched = ibis.literal(day).delta(ibis.greatest(t.first_day, since), unit="day")
    return t.select(
        "customer",
        k=ibis.least(t.k.fill_null(0).cast("int64"), ibis.literal(_MOST, "int64")),
        n=t.n.fill_null(0).cast("int64"),
        months=(watched / MONTH).floor().cast("int64"),
        band=ibis.cases(*((t.band >= least, least) for least in reversed(BANDS)), else_=BANDS[0]).cast("int64"),
    )


def counts(each: ibis.Table) -> ibis.Table:
    """Customers by newcomers brought, months watched and band; those who brought somebody since, and how many."""
    return each.group_by("k", "months", "band").aggregate(
        customers=each.count(), again=each.count(where=each.n > 0), n=each.n.sum()
    )


def worth_brought(scene: Scene, found: ibis.Table, each: ibis.Table) -> ibis.Table:
    """Of customers who had brought somebody and did again: what the newcomers they brought since contributed."""
    new = found.filter(found.day > scene.setting.as_of - BACK)
    new = new.semi_join(each.filter(each.k > 0).select(referrer="customer"), "referrer")
    t = scene.setting.lines
    t = t.filter(t.customer.notnull(), t.day > scene.setting.as_of - BACK).semi_join(new, "customer")
    t = valued(t, basis=scene.setting.tally.basis)
    own = contributed(t.group_by("customer").aggregate(**sums(t)), scene.setting.business)
    own = new.inner_join(own.select("customer", "contribution"), "customer")
    by = own.group_by("referrer").aggregate(m=exact(own.contribution).cast("float64"))
    return by.aggregate(n=by.count(), m=exact(by.m).cast("float64"), mm=exact(by.m * by.m).cast("float64"))
