"""What each line of the trade contributed in the last 365 days, by branch, and what an hour of staff time in it brings.

Lines are counted by the one rule of :mod:`regulars.analysis.contribution`, so that they sum to the contribution of all
customers. An hour is worth what is left before it is paid: (contribution + staff time) / hours, to be held against a
wage. Hours are services times their length: the mean of completed bookings of that name, else ``service_minutes`` of
business.toml, else not known. They are hours of serving, not hours paid. Docs: docs/methods/profit.md.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import ibis

from regulars.analysis.contribution import contributed, sums, valued
from regulars.analysis.part import Scene
from regulars.analysis.results.profit import BridgeLine, HoursFrom, ProfitLine, ProfitLines
from regulars.analysis.visits import YEAR

#: Lines of the trade told apart, the largest; the others are one.
MOST = 30
OTHERS = "others"
#: Of the services of a line, so many must be of known length before its hours are told.
_TOLD = 0.8
_MONEY = ("revenue", "cost", "time", "commission", "fees", "contribution")


def profit_lines(scene: Scene, bridge: tuple[BridgeLine, ...]) -> ProfitLines:
    """Contribution by line of the trade and branch; ``bridge`` is what they must sum to."""
    setting = scene.setting
    lines = setting.lines.filter(setting.lines.customer.notnull(), setting.lines.day > setting.as_of - YEAR)
    t = valued(lines.semi_join(scene.people, "customer"), basis=setting.tally.basis)
    t = t.mutate(named=t.category.fill_null(""))
    largest = t.group_by("named").aggregate(size=t.value.sum().abs(), n=t.count())
    largest = largest.order_by(largest.size.desc(), largest.n.desc(), largest.named).limit(MOST)
    names = [row["named"] for row in setting.desk.ask("profit_line_names", largest).to_pylist()]
    wage = setting.business.costs.staff_hour
    rows = setting.desk.ask("profit_lines", lines_query(scene, t, names=names)).to_pylist() if names else []
    found = [row | {"branch": row["branch"] or setting.default_branch} for row in rows]
    each = _rows(found, "line", "kind", "branch", scene=scene)
    total = next(line.amount for line in bridge if line.id == "contribution") or 0.0
    return ProfitLines(
        lines=_rows(found, "line", "kind", scene=scene),
        branches=_rows(found, "branch", scene=scene),
        cells=each,
        difference=round(total - math.fsum(row.contribution for row in each), 2) + 0.0,
        length_known=_told(found),
        wage=float(wage) if wage is not None else None,
    )


def lines_query(scene: Scene, t: ibis.Table, *, names: list[str]) -> ibis.Table:
    """Sums by ``line``, ``kind`` (where the line has no category) and ``branch``; ``booked`` services have a length."""
    line = ibis.ifelse(t.named.isin(names), t.named, OTHERS)
    nameless = (t.named == "") & t.named.isin(names)
    t = t.mutate(line=line, kind_of=ibis.ifelse(nameless, t.kind, ""), place=t.branch.fill_null(""))
    t = t.mutate(treated=t.service & (t.value > 0), minutes=ibis.null("decimal(18, 4)"))
    if scene.setting.desk.reader.has("bookings"):
        t = _timed(t, lengths_query(scene.setting.desk.reader.table("bookings"), scene))
    booked = t.treated & t.minutes.notnull()
    query = t.group_by("line", kind="kind_of", branch="place").aggregate(
        **sums(t),
        booked=t.count(where=booked),
        minutes=t.minutes.sum(where=booked).cast("float64").fill_null(0.0),
    )
    return contributed(query, scene.setting.business).order_by("line", "kind", "branch")


def lengths_query(bookings: ibis.Table, scene: Scene) -> ibis.Table:
    """Mean planned length of completed bookings by name of the service; two years back."""
    setting = scene.setting
    done = bookings.filter(
        bookings.status == "completed",
        bookings.minutes > 0,
        bookings.service.notnull(),
        bookings.day <= setting.as_of,
        bookings.day > setting.as_of - 2 * YEAR,
    )
    done = done.mutate(called=done.service.strip().lower())
    found = done.group_by("called").aggregate(minutes=done.minutes.sum().cast("float64") / done.count())
    return found.mutate(minutes=found.minutes.cast("decimal(18, 4)"))


def _timed(t: ibis.Table, lengths: ibis.Table) -> ibis.Table:
    """Lines with the length of what they name: their item, else their category."""
    t = t.drop("minutes").mutate(by_item=t.item.strip().lower(), by_category=t.category.strip().lower())
    items = lengths.rename(by_item="called", item_minutes="minutes")
    categories = lengths.rename(by_category="called", category_minutes="minutes")
    t = t.left_join(items, "by_item").drop("by_item_right").left_join(categories, "by_category")
    return t.mutate(minutes=ibis.coalesce(t.item_minutes, t.category_minutes))


def _rows(found: Iterable[dict[str, Any]], *by: str, scene: Scene) -> tuple[ProfitLine, ...]:
    """Sums of rows alike in ``by``, the most contribution first."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in found:
        groups[tuple(row[name] for name in by)].append(row)
    usual = scene.setting.business.costs.service_minutes
    rows = [_row(dict(zip(by, key, strict=True)), rows, usual=usual) for key, rows in groups.items()]
    return tuple(sorted(rows, key=lambda r: (-r.contribution, r.line, r.kind, r.branch)))


def _row(key: dict[str, str], rows: list[dict[str, Any]], *, usual: float | None) -> ProfitLine:
    money = {name: math.fsum(float(row[name]) for row in rows) for name in _MONEY}
    services, booked = (sum(int(row[name]) for row in rows) for name in ("treatments", "booked"))
    minutes = math.fsum(row["minutes"] for row in rows)
    hours, source = _hours(services, booked, minutes, usual=usual)
    before = money["contribution"] - money["time"]
    return ProfitLine(
        line=key.get("line", ""),
        kind=key.get("kind", ""),
        branch=key.get("branch", ""),
        revenue=money["revenue"],
        contribution=money["contribution"],
        before_time=before,
        margin=money["contribution"] / money["revenue"] if money["revenue"] > 0 else None,
        services=services,
        hours=hours,
        hours_from=source,
        per_hour=before / hours if hours else None,
    )


def _hours(services: int, booked: int, minutes: float, *, usual: float | None) -> tuple[float | None, HoursFrom]:
    """Hours of so many services, of which ``booked`` took ``minutes``, and where they come from."""
    if not services:
        return None, "none"
    if usual is not None:
        source: HoursFrom = "bookings" if booked == services else "both" if booked else "setting"
        return (minutes + (services - booked) * usual) / 60, source
    if booked < _TOLD * services:
        return None, "unknown"
    return minutes / 60 * services / booked, "bookings"


def _told(found: list[dict[str, Any]]) -> float | None:
    """Share of services whose length bookings tell; None without services."""
    services = sum(row["treatments"] for row in found)
    return sum(row["booked"] for row in found) / services if services else None
