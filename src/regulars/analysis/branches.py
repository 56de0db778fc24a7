"""Branches: whose customers are whose, and how each branch stands.

A customer's home branch is the one most visited in the last 24 months (of all time, if not seen since); ties go to
the branch visited latest, then to the first in the alphabet.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pyarrow as pa

from regulars.analysis.diagnosis import BranchRow
from regulars.analysis.tally import Tally
from regulars.analysis.visits import YEAR

RECENT = timedelta(days=730)
_DAYS, _BRANCHES = 1_000_000, 10_000  # room for a day number and a branch code in one sortable integer


def branch_names(names: tuple[str, ...], *, default: str) -> tuple[str, ...]:
    """Names as shown: lines without a branch belong to ``default``."""
    return tuple(name or default for name in names)


def branch_table(names: tuple[str, ...], *, default: str) -> pa.Table:
    """Codes of branch names, in order of names; ``place`` is the name in the lines, ``branch_name`` the one shown."""
    shown = branch_names(names, default=default)
    codes = {name: code for code, name in enumerate(sorted(set(shown)))}
    return pa.table(
        {
            "place": pa.array(names, pa.string()),
            "branch_name": pa.array(shown, pa.string()),
            "code": pa.array([codes[name] for name in shown], pa.int64()),
        }
    )


def home(presence: ibis.Table, branches: ibis.Table, *, as_of: date) -> ibis.Table:
    """``customer``, home ``branch`` and all ``visits`` (customer, day, branch) of every customer with a visit."""
    recent = presence.day > as_of - RECENT
    by_branch = presence.group_by("customer", "code").aggregate(
        recent=presence.count(where=recent), all=presence.count(), last=presence.day.max()
    )
    last = by_branch.last.delta(ibis.date(1970, 1, 1), unit="day") + _DAYS // 2
    rank = (by_branch.recent * _DAYS + last) * _BRANCHES + (_BRANCHES - 1 - by_branch.code)
    by_branch = by_branch.mutate(rank=rank)
    chosen = by_branch.group_by("customer").aggregate(visits=by_branch["all"].sum(), rank=by_branch["rank"].max())
    chosen = chosen.mutate(code=_BRANCHES - 1 - chosen["rank"] % _BRANCHES)
    names = branches.select("code", branch="branch_name").distinct()
    return chosen.join(names, "code").select("customer", "branch", "visits")


def branches_query(standings: ibis.Table, homes: ibis.Table | None, *, only: str) -> ibis.Table:
    """Customers by home branch (``only`` where there is but one) and state."""
    if homes is None:
        standings = standings.mutate(branch=ibis.literal(only))
    else:
        standings = standings.select("customer", "state").join(homes, "customer")
    return standings.group_by("branch", "state").aggregate(customers=standings.count()).order_by("branch", "state")


def visits_query(presence: ibis.Table, *, as_of: date) -> ibis.Table:
    """Visits of the last 365 days by branch code."""
    recent = presence.filter(presence.day > as_of - YEAR)
    return recent.group_by("code").aggregate(visits=recent.count()).order_by("code")


def visits_by_branch(table: pa.Table, names: tuple[str, ...], *, default: str) -> dict[str, int]:
    """The executed :func:`visits_query` by branch name as shown."""
    shown = sorted(set(branch_names(names, default=default)))
    return {shown[row["code"]]: row["visits"] for row in table.to_pylist()}


def branch_rows(states: pa.Table, visits: dict[str, int], tally: Tally, *, default: str) -> tuple[BranchRow, ...]:
    """The branches section of a diagnosis. Revenue is all the branch earned, identified or not."""
    counted: dict[str, dict[str, int]] = {}
    for row in states.to_pylist():
        counted.setdefault(row["branch"], {})[row["state"]] = row["customers"]
    names = sorted({*branch_names(tally.branches, default=default), *counted})
    return tuple(
        BranchRow(
            branch=name,
            customers=sum(counted.get(name, {}).values()),
            active=counted.get(name, {}).get("active", 0),
            overdue=counted.get(name, {}).get("overdue", 0),
            lapsed=counted.get(name, {}).get("lapsed", 0),
            visits_12=visits.get(name, 0),
            revenue_12=tally.revenue(lambda row, name=name: row.recent and (row.branch or default) == name),  # type: ignore[misc]
        )
        for name in names
    )
