"""Newcomers whose first visit was on a deal, beside those who came at the full price."""

from __future__ import annotations

import ibis
import numpy as np
from numpy.random import Generator
from scipy.special import betaincinv

from regulars.analysis.part import Scene
from regulars.analysis.results.acquisition import DealGroup, Deals
from regulars.base.estimate import Estimate

METHOD = "deal_hunters"
#: Part of the list price off that makes a day a deal, and below which it is the full price.
DEEP, FULL = 0.2, 0.05
_KINDS = ("service", "product", "repair")
_WATCHED, _FEW = 180, 30
_STRENGTH = 4.0  # visits that the base's share of deals counts for, in a customer's own
_DRAWS = 4000


def priced_query(scene: Scene, newcomers: ibis.Table) -> ibis.Table:
    """One row per newcomer: visit days, those on a deal, and whether the first was and a later one at full price.

    Only the lines with something off are read; a day without any is at full price. Redeemed packages are no deals.
    """
    lines = scene.setting.lines
    sold = lines.filter(lines.customer.notnull(), lines.kind.isin(_KINDS))
    off, gross = sold.discount.fill_null(0).cast("float64"), sold.gross.fill_null(0).cast("float64")

    def at_least(part: float) -> ibis.Value:  # half a cent less, as tills round
        return sold.promotion.notnull() | ((gross > 0) & (off >= part * gross - 0.005))

    marked = sold.mutate(deal=at_least(DEEP), some=at_least(FULL)).filter(lambda t: t.some)
    marked = marked.group_by("customer", "day").aggregate(deal=marked.deal.any())
    days = scene.kept.days.filter(scene.kept.days.visit).select("customer", "day")
    days = days.inner_join(newcomers.select("customer", "first_day", "watched"), "customer")
    days = days.left_join(marked, ["customer", "day"]).drop("customer_right", "day_right")
    days = days.mutate(full=days.deal.isnull(), deal=days.deal.fill_null(False))
    gap = days.day.delta(days.first_day, unit="day")
    return days.group_by("customer", "watched").aggregate(
        days=days.count(),
        deals=days.count(where=days.deal),
        first=(days.deal & (gap == 0)).any(),
        again=(days.full & (gap > 0)).any(),
        again_180=(days.full & (gap > 0) & (gap <= _WATCHED)).any(),
    )


def counts_query(t: ibis.Table) -> ibis.Table:
    """By first visit on a deal or not: watched long enough, back at full price, hunters, days and deals."""
    old = t.watched >= _WATCHED
    return (
        t.group_by("first")
        .aggregate(
            newcomers=t.count(where=old),
            full_price=t.count(where=old & t.again_180),
            hunters=t.count(where=old & t["first"] & ~t.again),
            days=t.days.sum(),
            deals=t.deals.sum(),
        )
        .order_by("first")
    )


def deals(scene: Scene, newcomers: ibis.Table, *, rng: Generator) -> tuple[Deals | None, ibis.Table | None]:
    """What the two groups did, and per customer ``deal_share``, ``deal_hunter``; None where either group is small."""
    desk = scene.setting.desk
    priced = desk.keep("acquisition_priced", priced_query(scene, newcomers))
    rows = {row["first"]: row for row in desk.ask("acquisition_deals", counts_query(priced)).to_pylist()}
    if any(rows.get(group, {}).get("newcomers", 0) < _FEW for group in (True, False)):
        return None, None
    groups = {group: _group(row["newcomers"], row["full_price"]) for group, row in rows.items()}
    drawn = {g: rng.beta(x.full_price + 0.5, x.newcomers - x.full_price + 0.5, _DRAWS) for g, x in groups.items()}
    found = Deals(
        DEEP, groups[True], groups[False], float(np.mean(drawn[True] < drawn[False])), int(rows[True]["hunters"])
    )
    base = sum(row["deals"] for row in rows.values()) / sum(row["days"] for row in rows.values())
    each = priced.select(
        "customer",
        deal_share=(priced.deals + _STRENGTH * base) / (priced.days + _STRENGTH),
        # Who came yesterday cannot be told yet.
        deal_hunter=ibis.ifelse(priced.watched >= _WATCHED, priced["first"] & ~priced.again, ibis.null("boolean")),
    )
    return found, each


def _group(n: int, hits: int) -> DealGroup:
    p10, p50, p90 = (float(betaincinv(hits + 0.5, n - hits + 0.5, q)) for q in (0.1, 0.5, 0.9))
    return DealGroup(n, hits, Estimate((hits + 0.5) / (n + 1), p10, p50, p90, "share", METHOD, n))
