"""What hygiene needs to know of customers and lines: expressions computed in the engine, one pass each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis

from regulars.analysis.hygiene.thresholds import LOG_STEPS
from regulars.analysis.visits import Basis, earned

#: Columns whose words tell a staff price.
WORDS = ("item", "category", "promotion")
_PRICED = ("service", "product", "repair")
_SAME = ("customer", "day", "branch", "item", "kind", "net", "currency", "minute")


def several_sales(lines: ibis.Table) -> ibis.Table:
    """``customer`` and ``day`` where a customer has several sales in a day and their items or times are known."""
    known = _told(lines)
    per_day = known.group_by("customer", "day").aggregate(one=known.sale_id.min(), other=known.sale_id.max())
    return per_day.filter(per_day.one != per_day.other).select("customer", "day")


def sold_again(lines: ibis.Table) -> ibis.Table:
    """The lines of :func:`several_sales`: few, and all that copies can be among.

    A customer may well pay the same amount twice in a day: where neither item nor time is known nothing is suspected.
    """
    again = _told(lines).semi_join(several_sales(lines), ["customer", "day"])
    return again.select(
        *("system", "sale_id", "line_id", "customer", "day", "kind", "net", "currency"),
        branch=again.branch.fill_null(""),
        item=again.item.fill_null(""),
        # Engines write a zone behind the time or none.
        minute=again.sold_at.truncate("m").cast("string").left(16).fill_null(""),
    )


def _told(lines: ibis.Table) -> ibis.Table:
    return lines.filter(lines.customer.notnull(), lines.item.notnull() | lines.sold_at.notnull())


def copies(again: ibis.Table) -> ibis.Table:
    """Suspected copies: lines alike in customer, day, branch, item, kind, amount and minute, under another sale id.

    The sale id that sorts first is the original, the others are copies. Within one sale, like lines are two of a thing.
    """
    first = again.group_by(*_SAME).aggregate(original=again.sale_id.min(), other=again.sale_id.max())
    first = first.filter(first.original != first.other).drop("other")
    alike = again.inner_join(first, list(_SAME))
    return alike.filter(alike.sale_id != alike.original).select("system", "sale_id", "line_id")


def by_customer(lines: ibis.Table) -> ibis.Table:
    """Per identified customer: lines, refunds, largest quantity, and list price and price paid of priced lines."""
    known = lines.filter(lines.customer.notnull())
    priced = known.kind.isin(_PRICED) & (known.gross > 0)
    return known.group_by("customer").aggregate(
        lines=known.count(),
        refunds=known.count(where=known.kind == "refund"),
        most_units=known.quantity.max(where=known.kind.isin(_PRICED)),
        priced=known.count(where=priced),
        listed=known.gross.sum(where=priced),
        paid=known.net.sum(where=priced),
    )


def by_days(days: ibis.Table) -> ibis.Table:
    """Per identified customer: visit days, span, revenue, largest basket, days at several branches."""
    elsewhere = days.branch != days.branch_to if "branch" in days.columns else ibis.literal(False)
    total = days.group_by("customer").aggregate(
        visits=days.count(where=days.visit),
        first_day=days.day.min(where=days.visit),
        last_day=days.day.max(where=days.visit),
        earned=days.value.sum(),
        most_value=days.value.max(where=days.visit),
        branchy=days.count(where=days.visit & elsewhere),
    )
    return total.mutate(
        x=total.visits - 1,
        t_x_days=total.last_day.delta(total.first_day, unit="day"),
    )


def receipts(lines: ibis.Table, suspects: ibis.Table) -> ibis.Table:
    """Of suspects only: sales per day with a line, on average."""
    theirs = lines.filter(lines.kind != "refund").semi_join(suspects, "customer")
    per_day = theirs.group_by("customer", "day").aggregate(sales=theirs.sale_id.nunique())
    return per_day.group_by("customer").aggregate(receipts=per_day.sales.mean())


def words(lines: ibis.Table, pattern: str) -> ibis.Table:
    """Distinct words of items, categories and promotions (``place``, ``word``) that match, in lower case, a pattern.

    Searched are the few distinct words, not the lines.
    """
    named = [
        lines.filter(lines[place].notnull()).select(word=lines[place]).distinct().mutate(place=ibis.literal(place))
        for place in WORDS
    ]
    every = named[0].union(named[1]).union(named[2])
    return every.filter(every.word.lower().re_search(pattern)).order_by("place", "word")


def worded(lines: ibis.Table, found: Mapping[str, Sequence[str]]) -> ibis.Table:
    """Per customer: lines of which an item, category or promotion is among the ``found`` words of that place."""
    known = lines.filter(lines.customer.notnull())
    said = ibis.literal(False)
    for place, some in found.items():
        said = said | known[place].isin(list(some)).fill_null(False)
    theirs = known.filter(said)
    return theirs.group_by("customer").aggregate(worded=theirs.count())


def baskets(days: ibis.Table) -> ibis.Table:
    """Visit days by the logarithm of what they brought, on a grid."""
    paid = days.filter(days.visit, days.value > 0)
    step = (paid.value.cast("float64").ln() * LOG_STEPS).round().cast("int64")
    return paid.group_by(step=step).aggregate(n=paid.count()).order_by("step")


def quantities(lines: ibis.Table) -> ibis.Table:
    """Identified priced lines by the logarithm of their quantity, on a grid."""
    sold = lines.filter(lines.customer.notnull(), lines.kind.isin(_PRICED), lines.quantity > 0)
    step = (sold.quantity.ln() * LOG_STEPS).round().cast("int64")
    return sold.group_by(step=step).aggregate(n=sold.count()).order_by("step")


def first_visits(people: ibis.Table, *, before: date) -> ibis.Table:
    """One row: customers first seen before a day, and from it on."""
    return people.aggregate(
        early=people.count(where=people.first_day < before), later=people.count(where=people.first_day >= before)
    )


def copied_money(lines: ibis.Table, copied: ibis.Table, *, basis: Basis) -> ibis.Table:
    """One row: customers, lines and revenue of the copies."""
    theirs = lines.semi_join(copied, ["system", "sale_id", "line_id"])
    theirs = theirs.mutate(value=earned(theirs, basis).cast("decimal(18, 2)"))
    return theirs.aggregate(
        customers=theirs.customer.nunique(),
        lines=theirs.count(),
        money=theirs.value.sum(),
    )
