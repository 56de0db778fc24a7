"""What the ledger's state means for the study: findings about the data as a whole, never about a person.

Bad rows were refused at import; what is judged here is whether the accepted ones can carry the conclusions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import ibis
import pyarrow as pa

from regulars.analysis.diagnosis import Locked
from regulars.analysis.models import Models
from regulars.analysis.results.hygiene import Hygiene
from regulars.analysis.tally import Tally
from regulars.base.problem import Problem
from regulars.base.text import Share, Text, say

ANONYMOUS = 0.1
REFUNDED = 0.05
SHORT_DAYS = 365
STALE_DAYS = 14
#: Lines so long after (or before) all others, and so few of them, have a wrong year rather than a history.
STRAY_DAYS, STRAY_SHARE = 730, 0.05
#: Findings of hygiene that are said among those of quality, and their codes there.
_DIRT = {
    "left_truncated": "left_truncated",
    "duplicates": "suspected_copies",
    "catch_all": "catch_all_accounts",
    "house": "house_accounts",
    "staff": "staff_accounts",
    "wholesale": "wholesale",
}
_COLUMNS = {"left_truncated": "day", "duplicates": "sale_id", "staff": "discount", "wholesale": "net"}


def unusual_query(everybody: ibis.Table) -> ibis.Table:
    """One row: customers without a visit, and those whose sums are negative."""
    return everybody.aggregate(
        without_visit=everybody.count(where=everybody.x.isnull()),
        negative=everybody.count(where=everybody.revenue < 0),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What the findings are judged on."""

    tally: Tally
    hygiene: Hygiene | None
    models: Models
    unusual: pa.Table
    first_day: date
    last_day: date
    as_of: date
    currency: str


def problems(found: Found) -> tuple[Problem, ...]:
    """The quality section of a diagnosis, most consequential first."""
    return (*_of_models(found), *_of_time(found), *_of_hygiene(found), *_of_lines(found), *_of_customers(found))


def _warn(code: str, reason: Text, *, column: str | None = None, count: int = 1) -> Problem:
    return Problem("sales", None, column, code, reason, "warning", count)


def _of_models(found: Found) -> Iterator[Problem]:
    fit = found.models.visits
    if found.models.from_pack:
        yield _warn("few_repeaters", fit.verdict, column="customer")
    elif not fit.determined:
        yield _warn("weak_visit_model", fit.verdict, column="customer")
    if found.models.spend.verdict.id != "value.spend.good":
        yield _warn("weak_spend_model", found.models.spend.verdict, column="net")


def _of_time(found: Found) -> Iterator[Problem]:
    span = (found.as_of - found.first_day).days + 1
    if span < SHORT_DAYS:
        yield _warn("short_history", say("study.quality.short_history", n=span, wanted=SHORT_DAYS), column="day")
    behind = (found.as_of - found.last_day).days
    if behind > STALE_DAYS:
        reason = say("study.quality.stale", n=behind, last_day=found.last_day, as_of=found.as_of)
        yield _warn("stale", reason, column="day")
    yield from _strays(found.tally)


def _strays(tally: Tally) -> Iterator[Problem]:
    """A few lines years away from all others: a wrong year, which moves the first or the last day of the study."""
    by_month: dict[date, int] = {}
    for row in tally.rows:
        by_month[row.month] = by_month.get(row.month, 0) + row.lines
    months = sorted(by_month)
    every, before = tally.lines(), 0
    for one, other in pairwise(months):
        before += by_month[one]
        few = min(before, every - before)
        if (other - one).days > STRAY_DAYS and few <= STRAY_SHARE * every:
            early = before <= every - before
            days = (
                [r.last_day for r in tally.rows if r.month == one],
                [r.first_day for r in tally.rows if r.month == other],
            )
            places = {"n": few, "last": max(days[0]), "next": min(days[1])}
            reason = say("study.quality.stray_early" if early else "study.quality.stray_late", **places)
            yield _warn("stray_dates", reason, column="day", count=few)


def _of_hygiene(found: Found) -> Iterator[Problem]:
    for dirt in found.hygiene.findings if found.hygiene else ():
        if code := _DIRT.get(dirt.kind):
            count = dirt.lines if dirt.kind == "duplicates" else dirt.customers or 0
            yield _warn(code, dirt.said, column=_COLUMNS.get(dirt.kind, "customer"), count=count)


def _of_lines(found: Found) -> Iterator[Problem]:
    tally = found.tally
    every = tally.lines()
    if (unknown := tally.lines(lambda row: not row.known)) > ANONYMOUS * every:
        reason = say("study.quality.anonymous", share=Share(unknown / every))
        yield _warn("anonymous_lines", reason, column="customer", count=unknown)
    returned, sold = -tally.net(lambda row: row.kind == "refund"), tally.net(lambda row: row.kind != "refund")
    if sold > 0 and returned > REFUNDED * sold:
        count = tally.lines(lambda row: row.kind == "refund")
        yield _warn("refunds", say("study.quality.refunds", share=Share(returned / sold)), column="net", count=count)
    if foreign := tally.lines(lambda row: row.currency != found.currency):
        reason = say("study.quality.other_currency", n=foreign, currency=found.currency)
        yield _warn("other_currency", reason, column="currency", count=foreign)
    if tally.basis == "sale":
        yield _warn("packages_at_sale", say("study.quality.packages_at_sale"), column="gross")


def _of_customers(found: Found) -> Iterator[Problem]:
    row = found.unusual.to_pylist()[0]
    for name, column in (("without_visit", "kind"), ("negative", "net")):
        if count := row[name]:
            yield _warn(name, say(f"study.quality.{name}", n=count), column=column, count=count)


@dataclass(frozen=True, slots=True)
class Available:
    """Which parts of the ledger there are."""

    customers: bool
    permissions: bool
    bookings: bool
    costs: bool
    packages: bool
    branches: bool
    newcomers: bool
    backtest: bool


def locked(available: Available) -> tuple[Locked, ...]:
    """What the data cannot support yet, and what would unlock it."""
    missing = [name for name in Available.__slots__ if not getattr(available, name)]
    if not available.customers:
        missing.remove("permissions")  # said with the customers table
    return tuple(Locked(say(f"study.locked.{name}"), say(f"study.locked.{name}_needs")) for name in missing)
