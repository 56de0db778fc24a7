"""Pieces and their services, told from the lines that carry a piece, inside the engine.

A piece begins with its purchase (its first product line that costs no less than a usual service: a strap sold for it
is no purchase) or, where it was bought elsewhere or earlier, with the first service seen. Work within 30 days of the
event before is part of it: estimates, fittings and collections are not services of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce

import ibis

from regulars.analysis.part import Scene
from regulars.analysis.sums import exact

SAME_WORK = 30  # days
_GIVEN_BACK = 0.5  # of the price of the piece


@dataclass(frozen=True, slots=True)
class Bench:
    """What counts as a service in this ledger, and what one costs on average."""

    words: tuple[str, ...]
    price: float


def with_pieces(scene: Scene) -> ibis.Table:
    """Lines with a piece and a customer that is one."""
    lines = scene.setting.lines
    lines = lines.filter(lines.piece.notnull(), lines.customer.notnull())
    own = lines.semi_join(scene.kept.everybody, "customer")
    return own.select(
        *("customer", "piece", "day", "kind", "item"), family=own.category.fill_null(own.supplier), net=_float(own.net)
    )


def _float(money: ibis.Value) -> ibis.Value:
    return money.cast("float64")


def is_service(lines: ibis.Table, words: Sequence[str]) -> ibis.Value:
    """Whether a line is a service: work on a piece whose item says one of the words (or no item, or no words given)."""
    work = lines.kind.isin(("service", "repair"))
    if not words:
        return work
    said = lines.item.lower()
    return work & reduce(lambda a, b: a | b, (said.contains(word) for word in words)).fill_null(True)


def bench(scene: Scene, lines: ibis.Table) -> Bench | None:
    """How services are told; None where there is none. The trade's words count where some line says one."""
    words = tuple(word.lower() for word in scene.setting.pack.service_words)
    named, work = is_service(lines, words), is_service(lines, ())
    asked = lines.aggregate(
        named=lines.count(where=named),
        work=lines.count(where=work),
        named_net=exact(ibis.ifelse(named, lines.net, 0.0)),
        work_net=exact(ibis.ifelse(work, lines.net, 0.0)),
    )
    row = scene.setting.desk.ask("servicing_bench", asked).to_pylist()[0]
    if row["named"]:
        return Bench(words, float(row["named_net"]) / row["named"])
    return Bench((), float(row["work_net"]) / row["work"]) if row["work"] else None


def purchases(lines: ibis.Table, found: Bench) -> ibis.Table:
    """One row a piece bought here and not given back: ``piece``, ``day``, ``family``."""
    t = lines.filter((lines.kind == "product") & (lines.net > 0) & (lines.net >= found.price))
    first = t.group_by("piece").aggregate(bought=t.day.min(), paid=t.net.max())
    back = lines.filter(lines.kind == "refund")
    back = back.group_by("piece").aggregate(back=back.net.min())
    first = first.left_join(back, "piece").drop("piece_right")
    first = first.filter((first.back > -_GIVEN_BACK * first.paid).fill_null(True)).select("piece", "bought")
    on = t.inner_join(first, "piece")
    on = on.filter(on.day == on.bought)
    return on.group_by("piece").aggregate(day=on.bought.min(), family=on.family.min())


def events(lines: ibis.Table, found: Bench) -> ibis.Table:
    """Purchases and services: ``piece``, ``family``, ``owner`` (who came with it last), ``day``, ``bought``."""
    bought = purchases(lines, found)
    work = lines.filter(is_service(lines, found.words)).select("piece", "day").distinct()
    work = work.left_join(bought.select("piece", since="day"), "piece").drop("piece_right")
    work = work.filter((work.day >= work.since).fill_null(True))
    both = bought.select("piece", "day", bought=True).union(work.select("piece", "day", bought=False))
    once = both.group_by("piece", "day").aggregate(bought=both.bought.any())
    window = ibis.window(group_by=once.piece, order_by=once.day)
    once = once.mutate(before=once.day.lag().over(window))
    once = once.filter((once.day.delta(once.before, unit="day") > SAME_WORK).fill_null(True)).drop("before")
    last = lines.group_by("piece").aggregate(last=lines.day.max())
    seen = lines.inner_join(last, "piece")
    seen = seen.filter(seen.day == seen["last"])
    owners = seen.group_by("piece").aggregate(owner=seen.customer.max())
    t = once.inner_join(owners, "piece").left_join(bought.select("piece", "family"), "piece").drop("piece_right")
    return t.select("piece", "family", "owner", "day", "bought")


def gaps(happened: ibis.Table, *, on: date) -> ibis.Table:
    """One row a gap known on a day: ``piece``, ``family``, ``owner``, ``day`` it began, ``ended``, ``gap`` in days."""
    known = happened.filter(happened.day <= on)
    window = ibis.window(group_by=known.piece, order_by=known.day)
    t = known.mutate(following=known.day.lead().over(window))
    until = t.following.fill_null(ibis.literal(on))
    return t.select(
        *("piece", "family", "owner", "day"), ended=t.following.notnull(), gap=until.delta(t.day, unit="day")
    )


def counted(known: ibis.Table) -> ibis.Table:
    """Gaps by family and whole weeks, ended or open."""
    t = known.mutate(weeks=(known.gap / 7).floor().cast("int64"))
    keys = ("family", "weeks", "ended")
    return t.group_by(*keys).aggregate(n=t.count()).order_by(*keys)


def came(happened: ibis.Table, *, after: date, until: date) -> ibis.Table:
    """How many of the pieces known on a day came for a service in the time after it, each counted once."""
    t = happened.group_by("piece").aggregate(
        known=happened.count(where=happened.day <= after),
        later=happened.count(where=(happened.day > after) & (happened.day <= until)),
    )
    return t.aggregate(pieces=t.count(where=t.known > 0), came=t.count(where=(t.known > 0) & (t.later > 0)))


def silent(scene: Scene, happened: ibis.Table, *, on: date, after: int) -> ibis.Table:
    """Of pieces known for longer than ``after`` days on a day, those whose owners made no visit in so many days."""
    since = on - timedelta(days=after)
    known = happened.filter(happened.day <= on)
    known = known.group_by("piece").aggregate(begun=known.day.min(), owner=known.owner.max())
    known = known.filter(known.begun <= since)
    days = scene.kept.days
    seen = days.filter(days.visit & (days.day > since) & (days.day <= on)).select("customer").distinct()
    t = known.left_join(seen, known.owner == seen.customer)
    return t.aggregate(pieces=t.count(), silent=t.count(where=t.customer.isnull()))


def of_each(known: ibis.Table, days: Mapping[str | None, tuple[int, int]]) -> ibis.Table:
    """Customer, ``piece_due_on`` and ``pieces``; ``days`` are the usual and the late days of each family.

    Due is the piece whose day comes first among those not past the late days; where all are, the one due last.
    """
    still = known.filter(~known.ended)

    def by_family(which: int) -> ibis.Value:
        cases = [(still.family == name, pair[which]) for name, pair in days.items() if name is not None]
        rest = days[None][which]
        return ibis.cases(*cases, else_=rest) if cases else ibis.literal(rest)

    usual = by_family(0).cast("int64").as_interval("D")
    # By way of a timestamp, which DuckDB makes of a day and an interval even where Ibis takes it for a day already.
    t = still.mutate(due=(still.day + usual).cast("timestamp").cast("date"), late=still.gap > by_family(1))
    each = t.group_by("owner").aggregate(
        pieces=t.count(), ahead=t.due.min(where=~t.late), behind=t.due.max(where=t.late)
    )
    return each.select(customer="owner", piece_due_on=each.ahead.fill_null(each.behind), pieces="pieces")


def due_within(each: ibis.Table, *, as_of: date, days: int) -> ibis.Table:
    """How many customers have a piece due from a day on, within so many days."""
    soon = (each.piece_due_on >= as_of) & (each.piece_due_on <= as_of + timedelta(days=days))
    return each.aggregate(n=each.count(where=soon))


def owners(scene: Scene, lines: ibis.Table, found: Bench) -> ibis.Table:
    """Customers by whether they ``bought`` and had ``serviced`` a piece: count and revenue of each kind."""
    bought = (lines.kind == "product") & (lines.net > 0) & (lines.net >= found.price)
    serviced = is_service(lines, found.words)
    each = lines.group_by("customer").aggregate(
        bought=bought.any(),
        serviced=serviced.any(),
        purchases=exact(ibis.ifelse(bought, lines.net, 0.0)),
        services=exact(ibis.ifelse(serviced, lines.net, 0.0)),
    )
    each = each.filter(each.bought | each.serviced)
    every = scene.setting.lines
    every = every.group_by("customer").aggregate(everything=exact(_float(every.net)))
    t = each.inner_join(every, "customer")
    sums = {name: t[name].sum().cast("float64") for name in ("purchases", "services", "everything")}
    keys = ("bought", "serviced")
    return t.group_by(*keys).aggregate(customers=t.count(), **sums).order_by(*keys)
