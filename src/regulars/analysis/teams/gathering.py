"""The measures that hang on bookings and on money, and the days between visits: their counts by branch and by staff."""

from __future__ import annotations

import ibis

from regulars.analysis.bookings import rebooked
from regulars.analysis.lookback import Look
from regulars.analysis.sums import exact
from regulars.analysis.teams.moments import of_pairs, of_values
from regulars.analysis.visits import YEAR
from regulars.ledger.schema import VISIT_KINDS

#: Kinds that hand over what was paid before: their price is the package's, not the day's.
_REDEEMED = ("package_redemption", "points_redemption")
_SETTLED = ("completed", "no_show", "late_cancelled", "cancelled")


def intervals_by_branch(scene: Look) -> ibis.Table:
    """Customers with a gap between visits that ended in the last year, by the branch where it ended.

    ``value`` is each one's mean logarithm of the gap in days: one long absence does not outweigh twenty usual ones.
    """
    days = scene.kept.days
    ended = days.filter(
        days.visit, days.branch == days.branch_to, days.previous.notnull(), days.day > scene.setting.as_of - YEAR
    )
    gap = ended.day.delta(ended.previous, unit="day").cast("float64").ln()
    t = ended.mutate(gap=gap)
    each = t.group_by("branch", "customer").aggregate(
        value=exact(t.gap, decimals=9).cast("float64") / t.count().cast("float64")
    )
    return of_values(each, "branch")


def _sold(scene: Look) -> ibis.Table:
    """Lines of the last year of known customers that were sold at a price, with the price before discount."""
    lines = scene.setting.lines
    own = lines.filter(
        lines.customer.notnull(),
        lines.day > scene.setting.as_of - YEAR,
        lines.kind.isin([kind for kind in VISIT_KINDS if kind not in _REDEEMED]),
        lines.net > 0,
    )
    listed = ibis.ifelse(own.gross > own.net, own.gross, own.net).fill_null(own.net)
    return own.mutate(listed=listed.cast("decimal(18, 2)"))


def _placed(scene: Look, table: ibis.Table) -> ibis.Table:
    """Rows with the code of their branch."""
    assert scene.kept.branch_codes is not None
    codes = scene.kept.branch_codes.select("place", at="code")
    return table.mutate(place=table.branch.fill_null("")).join(codes, "place")


def discounts_by_branch(scene: Look) -> ibis.Table:
    """Customers by branch: list price of what they bought, and what of it was given away."""
    t = _placed(scene, _sold(scene))
    each = t.group_by("at", "customer").aggregate(x=t.listed.sum(), y=(t.listed - t.net).sum())
    return of_pairs(each.rename(branch="at"), "branch")


def refunds_by_branch(scene: Look) -> ibis.Table:
    """Customers by branch: money taken of them in the last year, and money given back.

    Redemptions are left out: their money was taken when the package was sold.
    """
    lines = scene.setting.lines
    own = lines.filter(
        lines.customer.notnull(), lines.day > scene.setting.as_of - YEAR, ~lines.kind.isin(list(_REDEEMED))
    )
    t = _placed(scene, own)
    each = t.group_by("at", "customer").aggregate(
        x=t.net.sum(where=t.net > 0).fill_null(0), y=-(t.net.sum(where=t.net < 0).fill_null(0))
    )
    return of_pairs(each.rename(branch="at"), "branch")


def margins_by_branch(scene: Look, each: ibis.Table) -> ibis.Table:
    """Customers by home branch: revenue and contribution of the last year, of those whose costs the ledger knows."""
    assert scene.kept.home is not None
    known = each.filter(each.plain > 0, each.known >= 0.99 * each.plain)
    t = known.select("customer", x="plain", y="contribution_12").join(
        scene.kept.home.select("customer", "branch"), "customer"
    )
    return of_pairs(t, "branch")


def rebooked_by_branch(scene: Look) -> ibis.Table:
    """Customers by branch: visits of the last year, and those followed by a further booking within 24 hours."""
    assert scene.kept.presence is not None
    presence = scene.kept.presence
    visits = presence.filter(presence.day > scene.setting.as_of - YEAR)
    t = _followed(scene, visits)
    each = t.group_by("code", "customer").aggregate(x=t.count(), y=t.count(where=t.quickly.fill_null(False)))
    return of_pairs(each.rename(branch="code"), "branch")


def _followed(scene: Look, visits: ibis.Table) -> ibis.Table:
    bookings = scene.setting.desk.reader.table("bookings")
    days = visits.select("customer", "day").distinct()
    return visits.left_join(rebooked(days, bookings), ["customer", "day"])


def settled(scene: Look) -> ibis.Table:
    """Bookings of the last year that are settled, and whether they were ``missed`` without notice."""
    bookings, as_of = scene.setting.desk.reader.table("bookings"), scene.setting.as_of
    own = bookings.filter(bookings.status.isin(list(_SETTLED)), bookings.day <= as_of, bookings.day > as_of - YEAR)
    return own.mutate(missed=own.status == "no_show")


def no_shows_by_branch(scene: Look) -> ibis.Table:
    """Customers by branch: bookings of the last year that are settled, and those missed without notice.

    A booking of nobody known stands for itself.
    """
    t = _placed(scene, settled(scene))
    known = t.filter(t.customer.notnull())
    each = known.group_by("at", "customer").aggregate(x=known.count(), y=known.count(where=known.missed))
    alone = t.filter(t.customer.isnull()).select("at", x=ibis.literal(1, "int64"), y=ibis._.missed.cast("int64"))
    return of_pairs(each.select("at", "x", "y").union(alone).rename(branch="at"), "branch")


def discounts_by_staff(scene: Look) -> ibis.Table:
    """Customers by staff: list price of services, and what was given away beyond the usual of branch and category.

    ``paid`` and ``given`` are list price and discount of all of them.
    """
    sold = _sold(scene)
    own = sold.filter(sold.staff.notnull(), sold.kind.isin(["service", "repair"]))
    own = own.select(
        "staff",
        "customer",
        "listed",
        place=own.branch.fill_null(""),
        mix=ibis.coalesce(own.category, own.item, ibis.literal("")),
        given=own.listed - own.net,
    )
    usual = own.group_by("place", "mix").aggregate(
        usual=own.given.sum().cast("float64") / own.listed.sum().cast("float64")
    )
    t = own.join(usual, ["place", "mix"])
    off = t.given.cast("float64") - t.usual * t.listed.cast("float64")
    each = t.mutate(off=off).group_by("staff", "customer").aggregate(x=t.listed.sum(), y=exact(ibis._.off, decimals=6))
    found = of_pairs(each, "staff")
    given = t.group_by("staff").aggregate(given=t.given.sum().cast("float64"))
    return found.join(given, "staff").order_by("staff")


def _alone(served: ibis.Table) -> ibis.Table:
    """Customers' days on which one member of ``staff`` served them."""
    return served.filter(served.lo == served.hi).select("customer", "day", staff="lo")


def rebooked_by_staff(scene: Look, served: ibis.Table) -> ibis.Table:
    """As by branch, of visits served by one member of staff; by ``branch`` too (0 where there is but one)."""
    days = scene.kept.days
    visits = days.filter(days.visit, days.day > scene.setting.as_of - YEAR)
    if "branch" in days.columns:
        visits = visits.filter(visits.branch == visits.branch_to).select("customer", "day", "branch")
    else:
        visits = visits.select("customer", "day", branch=ibis.literal(0, "int64"))
    t = _followed(scene, visits.join(_alone(served), ["customer", "day"]))
    each = t.group_by("staff", "branch", "customer").aggregate(x=t.count(), y=t.count(where=t.quickly.fill_null(False)))
    return of_pairs(each, "staff", "branch")


def values_by_hands(scene: Look, served: ibis.Table) -> ibis.Table:
    """Customers of the last year by the branch and the hands that served them last: each one's mean revenue of a visit
    there. A customer stands in one row only, so that rows are independent."""
    days = scene.kept.days
    visits = days.filter(days.visit, days.branch == days.branch_to, days.day > scene.setting.as_of - YEAR)
    t = visits.select("customer", "day", "branch", "value").join(_alone(served), ["customer", "day"])
    last = t.group_by("customer").aggregate(branch=t.branch.argmax(t.day), staff=t.staff.argmax(t.day))
    t = t.join(last, ["customer", "branch", "staff"])
    each = t.group_by("branch", "staff", "customer").aggregate(
        value=t.value.sum().cast("float64") / t.count().cast("float64")
    )
    return of_values(each, "branch", "staff")
