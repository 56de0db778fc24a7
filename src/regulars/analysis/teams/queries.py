"""The counts behind the measures of branches and staff, each a few rows from one pass in the engine."""

from __future__ import annotations

from datetime import timedelta

import ibis

from regulars.analysis.lookback import Look
from regulars.analysis.sums import exact
from regulars.analysis.teams.moments import of_values
from regulars.analysis.visits import YEAR
from regulars.ledger.schema import VISIT_KINDS

BACK = timedelta(days=90)


def newcomers(scene: Look) -> ibis.Table:
    """One row per newcomer watched 90 days: first ``day``, its ``branch`` codes, and the day of the second visit."""
    days = scene.kept.days
    where = [name for name in ("branch", "branch_to") if name in days.columns]
    first = days.filter(
        days["index"] == 0, days.day >= scene.setting.newcomers_since, days.day <= scene.setting.as_of - BACK
    )
    second = days.filter(days["index"] == 1).select("customer", again="day")
    t = first.select("customer", "day", *where).left_join(second, "customer").drop("customer_right")
    came = (t.again.delta(t.day, unit="day") <= BACK.days).fill_null(False)
    return t.mutate(came=came, later=t.day > scene.setting.as_of - BACK - YEAR)


def by_first_branch(t: ibis.Table) -> ibis.Table:
    """Newcomers by the branch they first came to, the last year's apart."""
    one = t.filter(t.branch == t.branch_to)
    counted = one.group_by("branch", "later").aggregate(n=one.count(), hits=one.count(where=one.came))
    return counted.order_by("branch", "later")


def stayed_by_branch(scene: Look) -> ibis.Table:
    """Customers who came in the year before the last, by the branch of their last visit in it: who came since."""
    days, then = scene.kept.days, scene.setting.as_of - YEAR
    before = days.filter(days.visit, days.day <= then, days.day > then - YEAR)
    last = before.group_by("customer").aggregate(branch=before.branch.argmax(before.day))
    t = last.join(scene.kept.customers.select("customer", "last_day"), "customer")
    return t.group_by("branch").aggregate(n=t.count(), hits=t.count(where=t.last_day > then)).order_by("branch")


def late_by_branch(scene: Look) -> ibis.Table:
    """Current customers (active or overdue) by home branch: those overdue in their own rhythm."""
    p = scene.people
    now = p.filter(p.state.isin(["active", "overdue"]))
    return (
        now.group_by("branch").aggregate(n=now.count(), hits=now.count(where=now.state == "overdue")).order_by("branch")
    )


def visit_value_by_branch(scene: Look) -> ibis.Table:
    """Customers of the last year by branch, with the sum and the squares of each one's mean revenue of a visit there.

    Visits of one customer are alike: to count them one by one would make ranges half as long as they are.
    """
    days = scene.kept.days
    recent = days.filter(days.visit, days.branch == days.branch_to, days.day > scene.setting.as_of - YEAR)
    each = recent.group_by("branch", "customer").aggregate(
        value=recent.value.sum().cast("float64") / recent.count().cast("float64")
    )
    return of_values(each, "branch")


def lines_by_staff(scene: Look) -> ibis.Table:
    """Customers of the last year by staff, with each one's mean distance of a price from the usual one.

    Of service lines with a price; usual is the mean of the branch's lines of the category (the item stands for a
    missing one). ``lines`` and ``paid`` count them all.
    """
    lines = scene.setting.lines
    own = lines.filter(
        lines.staff.notnull(),
        lines.customer.notnull(),
        lines.kind.isin(["service", "repair"]),
        lines.day > scene.setting.as_of - YEAR,
        lines.net > 0,
    )
    own = own.select(
        "staff",
        "customer",
        place=own.branch.fill_null(""),
        mix=ibis.coalesce(own.category, own.item, ibis.literal("")),
        net=own.net,
    )
    usual = own.group_by("place", "mix").aggregate(usual=own.net.sum().cast("float64") / own.count().cast("float64"))
    t = own.join(usual, ["place", "mix"])
    each = t.group_by("staff", "customer").aggregate(
        off=exact(t.net.cast("float64") - t.usual, decimals=6).cast("float64"), lines=t.count(), paid=t.net.sum()
    )
    each = each.mutate(value=each.off / each.lines.cast("float64"))
    return of_values(each, "staff", lines=each.lines.sum(), paid=each.paid.sum().cast("float64"))


def served_by(scene: Look) -> ibis.Table:
    """Customers' days with the first and last (``lo`` and ``hi``) of the staff who served them, kept in the engine.

    Since newcomers are counted, and a year at least.
    """
    lines, setting = scene.setting.lines, scene.setting
    served = lines.filter(
        lines.customer.notnull(),
        lines.staff.notnull(),
        lines.kind.isin(VISIT_KINDS),
        lines.day > min(setting.newcomers_since - timedelta(days=1), setting.as_of - YEAR),
    )
    served = served.group_by("customer", "day").aggregate(lo=served.staff.min(), hi=served.staff.max())
    return setting.desk.keep("teams_served", served)


def newcomers_by_staff(t: ibis.Table, served: ibis.Table) -> ibis.Table:
    """Newcomers served by one member of staff at their first visit: who came again, and to the same hands.

    By ``branch`` of that visit too (0 where there is but one): staff are held against their own branch.
    """
    first = t.inner_join(served, ["customer", "day"]).filter(ibis._.lo == ibis._.hi)
    branch = first.branch if "branch" in first.columns else ibis.literal(0, "int64")
    first = first.select("customer", "again", "came", "later", staff="lo", branch=branch)
    second = served.select("customer", again="day", lo="lo", hi="hi")
    both = first.left_join(second, ["customer", "again"])
    both = both.select("staff", "branch", "came", "later", lo="lo", hi="hi")
    known = both.came & both.lo.notnull()
    same = (both.lo == both.staff) | (both.hi == both.staff)
    return (
        both.group_by("staff", "branch", "later")
        .aggregate(
            n=both.count(),
            hits=both.count(where=both.came),
            again=both.count(where=known),
            same=both.count(where=known & same),
        )
        .order_by("staff", "branch", "later")
    )
