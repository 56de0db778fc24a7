"""What customers buy and from whom, in one pass over the sale lines: counts, which add up exactly on any engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis

from regulars.analysis.desk import Desk
from regulars.ledger.schema import VISIT_KINDS

MOST_KINDS = 8
LEAST_TOLD = 0.5  # share of lines that must name a category, or an item


@dataclass(frozen=True, slots=True)
class Menu:
    """What lines are told apart by: ``column`` (category, else item), its commonest values, and whether any are left.

    ``staffed`` tells whether lines name staff.
    """

    column: str | None
    kinds: tuple[str, ...]
    staffed: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The kinds and, last, all others."""
        return (*self.kinds, OTHERS)


OTHERS = "…"


def menu(desk: Desk, lines: ibis.Table) -> Menu:
    """Look at what the lines tell."""
    known = _visits(lines)
    told = desk.ask(
        "schemes_told",
        known.aggregate(
            lines=known.count(), category=known.category.count(), item=known["item"].count(), staff=known.staff.count()
        ),
    ).to_pylist()[0]
    enough = LEAST_TOLD * max(told["lines"], 1)
    column = next((name for name in ("category", "item") if told[name] >= enough), None)
    if column is None:
        return Menu(None, (), told["staff"] > 0)
    named = known.filter(known[column].notnull())
    common = named.group_by(kind=named[column]).aggregate(lines=named.count())
    rows = desk.ask("schemes_menu", common.order_by(common.lines.desc(), common.kind).limit(MOST_KINDS))
    return Menu(column, tuple(str(kind) for kind in rows["kind"].to_pylist()), told["staff"] > 0)


def _visits(lines: ibis.Table) -> ibis.Table:
    return lines.filter(lines.customer.notnull(), lines.kind.isin(VISIT_KINDS))


def baskets(lines: ibis.Table, menu: Menu, *, then: date) -> ibis.Table:
    """One row per customer: ``lines``, ``kind_<i>``, ``discount``, ``full`` (price before discount) and ``top`` (lines
    by the member of staff who served most), each also ``..._then`` for lines until ``then``."""
    known = _visits(lines)
    early = known.day <= then
    off = known.discount.fill_null(0).cast("float64")
    full = known.gross.cast("float64").fill_null(known.net.cast("float64") + off)
    what: dict[str, ibis.Value] = {}
    for suffix, where in (("", ibis.literal(True)), ("_then", early)):
        what[f"lines{suffix}"] = known.count(where=where)
        what[f"off{suffix}"] = off.sum(where=where).fill_null(0.0).round(2)
        what[f"full{suffix}"] = full.sum(where=where).fill_null(0.0).round(2)
        for i, kind in enumerate(menu.kinds):
            what[f"kind_{i}{suffix}"] = known.count(where=where & (known[str(menu.column)] == kind))
    if not menu.staffed:
        one = known.group_by("customer").aggregate(**what)
        return one.mutate(top=ibis.literal(0), top_then=ibis.literal(0))
    served = known.staff.notnull()
    by_staff = known.group_by("customer", "staff").aggregate(
        **what, by=known.count(where=served), by_then=known.count(where=served & early)
    )
    return by_staff.group_by("customer").aggregate(
        **{name: by_staff[name].sum() for name in what}, top=by_staff.by.max(), top_then=by_staff.by_then.max()
    )
