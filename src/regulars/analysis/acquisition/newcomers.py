"""Newcomers and where they came from: one row a newcomer in the engine, then counts by source and first day."""

from __future__ import annotations

from datetime import date

import ibis

from regulars.analysis.part import Scene
from regulars.analysis.sums import exact

#: Days of the windows, and how long a newcomer must have been watched for each.
BACK = (90, 180)
YEAR_DAYS, STILL_FROM, STILL_TO = 365, 366, 548
MONEY = ("first_year", "first_margin", "value_36")
OTHERS = "\u0001others"
_SHOWN = 14


def origins(scene: Scene) -> ibis.Table | None:
    """``customer``, ``source``, ``referrer``: one row per customer of the list (several systems: the first by name)."""
    reader = scene.setting.desk.reader
    if not reader.has("customers"):
        return None
    t = reader.table("customers")
    return t.group_by("customer").aggregate(source=t.source.min(), referrer=t.referrer.min())


def newcomers_query(scene: Scene, told: ibis.Table | None, *, start: date) -> ibis.Table:
    """One row per newcomer: source, first day, days watched, expected value, and what they did since."""
    as_of = scene.setting.as_of
    p = scene.people
    p = p.filter(p.first_day >= start)
    p = p.select(
        "customer",
        "first_day",
        "value_36",
        rate=(p.margin_visit / p.spend_visit.nullif(0.0)).fill_null(0.0),
        watched=ibis.literal(as_of).delta(p.first_day, unit="day"),
    )
    if told is None:
        p = p.mutate(source=ibis.null("string"), referrer=ibis.null("int64"))
    else:
        p = p.left_join(told, "customer").drop("customer_right")
    days = scene.kept.days.select("customer", "day", "visit", "value")
    d = days.inner_join(p.select("customer", began="first_day"), "customer")
    gap = d.day.delta(d.began, unit="day")
    within = (gap >= 0) & (gap <= YEAR_DAYS)
    did = d.group_by("customer").aggregate(
        **{f"did_{n}": (d.visit & (gap > 0) & (gap <= n)).any() for n in BACK},
        did_still=(d.visit & (gap >= STILL_FROM) & (gap <= STILL_TO)).any(),
        first_year=d.value.sum(where=within).cast("float64").fill_null(0.0),
    )
    t = p.left_join(did, "customer").drop("customer_right")
    return t.mutate(first_margin=t.first_year * t.rate)


def named(t: ibis.Table, sources: list[str]) -> ibis.Table:
    """Sources beyond the largest go together; no source is the empty text."""
    few = ibis.cases((t.source.isnull(), ""), (t.source.isin(sources), t.source), else_=OTHERS)
    return t.mutate(source=few if sources else ibis.literal(""))


def sizes_query(t: ibis.Table) -> ibis.Table:
    """The largest sources of newcomers."""
    known = t.filter(t.source.notnull())
    sized = known.group_by("source").aggregate(n=known.count())
    return sized.order_by(sized.n.desc(), "source").limit(_SHOWN)


def counts_query(t: ibis.Table) -> ibis.Table:
    """By source and first day: newcomers, and for each window those watched long enough and those who came."""
    counted: dict[str, ibis.Value] = {"newcomers": t.count()}
    for n in BACK:
        counted[f"n_{n}"] = t.count(where=t.watched >= n)
        counted[f"hit_{n}"] = t.count(where=(t.watched >= n) & t[f"did_{n}"])
    old = t.watched >= STILL_TO
    counted |= {"n_still": t.count(where=old), "hit_still": t.count(where=old & t.did_still)}
    for name in MONEY:
        seen = ibis.literal(True) if name == "value_36" else t.watched >= YEAR_DAYS
        amount = ibis.ifelse(seen, t[name], 0.0)
        counted[f"n_{name}"] = t.count(where=seen)
        counted[f"sum_{name}"] = exact(amount, decimals=4).cast("float64")
        counted[f"square_{name}"] = exact(amount * amount, decimals=2).cast("float64")
    return t.group_by("source", "first_day").aggregate(**counted).order_by("source", "first_day")
