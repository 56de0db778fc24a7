"""From sale lines to customer-days: what counts as a visit, and which money belongs to it.

Policy (one basis for every revenue figure of a study, so that past revenue and expected revenue compare):

* A **visit** is a customer's presence on a business day at a branch: any line of a kind in ``VISIT_KINDS``. A day with
  nothing but a package sale, a membership fee, a gift card or a refund is no visit; its money still counts.
* **Revenue is earned, not taken.** A package sale is a debt to the customer, not revenue; the redemption earns its own
  value (``net`` where the source writes one, else ``gross``). So a package is counted once, at the visits it pays for.
  A gift card sale is no revenue either: what is bought with the card is a line of its own.
* Where no redemption of the ledger carries any value, packages cannot be earned visit by visit and count when sold
  (:data:`Basis` ``"sale"``); the study says so among its quality findings.
* Refunds are negative revenue on the day they are made. ``Base.takings`` keeps the plain sum of ``net``.

Each line is read once into customer-days; windows run over customer-days, never over lines.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import ibis

from regulars.ledger.schema import VISIT_KINDS

type Basis = Literal["redemption", "sale"]

YEAR = timedelta(days=365)


def lines_until(sales: ibis.Table, as_of: date) -> ibis.Table:
    """The sale lines a study of that day may see."""
    return sales.filter(sales.day <= as_of)


def own_money(lines: ibis.Table, currency: str) -> ibis.Table:
    """Lines whose amounts in other currencies are 0 (costs: unknown): the visit counts, sums are never mixed."""
    own = lines.currency == currency
    amounts = {
        n: ibis.ifelse(own, lines[n], ibis.literal(0)).cast(lines[n].type()) for n in ("gross", "discount", "net")
    }
    return lines.mutate(**amounts, cost=ibis.ifelse(own, lines.cost, ibis.null(lines.cost.type())))


def redeemed_value(lines: ibis.Table) -> ibis.Value:
    """What a redemption line is worth: its net where there is one, else its gross."""
    return ibis.ifelse(lines.net != 0, lines.net, lines.gross.fill_null(0))


def earned(lines: ibis.Table, basis: Basis) -> ibis.Value:
    """The revenue a line earns (see the module's policy)."""
    if basis == "sale":
        return ibis.ifelse(lines.kind == "gift_card_sale", 0, lines.net)
    return ibis.cases(
        (lines.kind.isin(["package_sale", "gift_card_sale"]), 0),
        (lines.kind == "package_redemption", redeemed_value(lines)),
        else_=lines.net,
    )


def customer_days(lines: ibis.Table, *, basis: Basis, branches: ibis.Table | None, costed: bool) -> ibis.Table:
    """One row per identified customer and day.

    ``branches`` maps branch names to codes where there is more than one; ``branch`` and ``branch_to`` are the lowest
    and highest code of the day's visit lines (they differ only when somebody visited several branches in one day).
    """
    known = lines.filter(lines.customer.notnull())
    if branches is not None:
        known = known.mutate(place=known.branch.fill_null("")).join(branches, "place")
    comes = known.kind.isin(VISIT_KINDS)
    known = known.mutate(value=earned(known, basis).cast("decimal(18, 2)"), comes=comes)
    columns: dict[str, ibis.Value] = {"value": known.value.sum()}
    if branches is None:
        columns["visit"] = known.comes.any()
    else:
        known = known.mutate(comes_to=ibis.ifelse(known.comes, known.code, ibis.null("int64")))
        columns |= {"branch": known.comes_to.min(), "branch_to": known.comes_to.max()}
    if costed:
        columns["costed"] = known.value.sum(where=known.cost.notnull())
        columns["cost"] = known.cost.sum()
    days = known.group_by("customer", "day").aggregate(**columns)
    return days if branches is None else days.mutate(visit=days.branch.notnull())


def in_order(days: ibis.Table) -> ibis.Table:
    """Customer-days with, on visits, ``index`` (0 = first visit), ``previous`` visit day and ``first_day``."""
    visits = days.filter(days.visit)
    window = ibis.window(group_by=visits.customer, order_by=visits.day)
    visits = visits.mutate(
        index=ibis.row_number().over(window),
        previous=visits.day.lag().over(window),
        first_day=visits.day.first().over(window),
    )
    others = days.filter(~days.visit).mutate(
        index=ibis.null("int64"), previous=ibis.null("date"), first_day=ibis.null("date")
    )
    return visits.union(others)


def presences(lines: ibis.Table, *, days: ibis.Table, branches: ibis.Table) -> ibis.Table:
    """Visits at the grain of the definition: customer, day and branch ``code``.

    A day at one branch is read off the customer-days; only the few days at several branches go back to the lines.
    """
    one = days.filter(days.visit, days.branch == days.branch_to).select("customer", "day", code="branch")
    several = days.filter(days.visit, days.branch != days.branch_to).select("customer", "day")
    known = lines.filter(lines.customer.notnull(), lines.kind.isin(VISIT_KINDS))
    known = (
        known.mutate(place=known.branch.fill_null("")).join(branches, "place").semi_join(several, ["customer", "day"])
    )
    return one.union(known.select("customer", "day", "code").distinct())
