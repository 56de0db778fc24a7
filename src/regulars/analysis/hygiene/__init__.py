"""Hygiene: what in the ledger is no customer's history, how much of it there is, and what was done about it.

Recognised before anything is studied; what a policy excludes leaves customers, visits and models, while its money
stays in the base's totals and is shown to add up. Docs: docs/methods/hygiene.md.
"""

from __future__ import annotations

import ibis

from regulars.analysis.bygone import day_by_day
from regulars.analysis.desk import Kept, Setting
from regulars.analysis.hygiene import facts
from regulars.analysis.hygiene.account import findings, split
from regulars.analysis.hygiene.cleaning import Cleaning
from regulars.analysis.hygiene.recognise import crowded, limits, set_aside, shared, staff, wholesale
from regulars.analysis.hygiene.thresholds import STAFF_WORDS
from regulars.analysis.hygiene.truncation import early_until, flags, truncation
from regulars.analysis.part import Part
from regulars.analysis.results.hygiene import Hygiene, Truncation
from regulars.analysis.rhythm import base_interval, base_interval_query

__all__ = ["Cleaning", "clean", "hygiene", "truncated", "without_copies"]


def without_copies(setting: Setting) -> tuple[ibis.Table, ibis.Table]:
    """The lines to study and the suspected copies; the lines are free of copies where the policy excludes them."""
    desk, lines = setting.desk, setting.lines
    again = day_by_day(setting, "hygiene_again", facts.sold_again, lines, of=None)
    copied = desk.keep("hygiene_copies", facts.copies(again))
    desk.forget("hygiene_again")
    if setting.business.hygiene.duplicates == "keep":
        return lines, copied
    return lines.anti_join(copied, ["system", "sale_id", "line_id"]), copied


def clean(setting: Setting, *, lines: ibis.Table, days: ibis.Table, copied: ibis.Table) -> Cleaning:
    """Recognise accounts that are no single paying person; ``days`` are all customer-days of ``lines``."""
    desk, policies = setting.desk, setting.business.hygiene
    sums = facts.by_customer(lines)
    people = facts.by_days(days).left_join(sums, "customer").drop("customer_right")
    people = desk.keep("hygiene_people", people)
    beyond = limits(
        desk.ask("hygiene_baskets", facts.baskets(days)), desk.ask("hygiene_quantities", facts.quantities(lines))
    )
    kinds = {
        "staff": staff(people, _worded(setting, lines)),
        "wholesale": wholesale(people, beyond),
        "shared": _shared(setting, lines, people),
    }
    both = kinds.pop("shared")
    kinds |= {kind: both.filter(both.kind == kind).select("customer") for kind in ("catch_all", "house")}
    if policies.exclude_customers:
        kinds["listed"] = people.filter(people.customer.isin(policies.exclude_customers)).select("customer")
    aside = desk.keep("hygiene_aside", set_aside(kinds, policies))
    return Cleaning(people, aside, copied, beyond)


def _shared(setting: Setting, lines: ibis.Table, people: ibis.Table) -> ibis.Table:
    windows = setting.pack.windows
    row = setting.desk.ask("hygiene_rhythm", base_interval_query(people, strength=windows.prior_strength))
    suspects = setting.desk.keep("hygiene_suspects", crowded(people, interval=base_interval(row, windows=windows)))
    several = facts.receipts(lines, suspects)
    return shared(suspects, several, revenue=setting.tally.revenue(lambda row: row.known))


def _worded(setting: Setting, lines: ibis.Table) -> ibis.Table | None:
    rows = setting.desk.ask("hygiene_words", facts.words(lines, STAFF_WORDS)).to_pylist()
    found = {place: [row["word"] for row in rows if row["place"] == place] for place in facts.WORDS}
    return facts.worded(lines, found) if rows else None


def truncated(setting: Setting, kept: Kept) -> Truncation:
    """Whether and which customers may be older than the ledger, told from those who are studied."""
    desk, windows = setting.desk, setting.pack.windows
    row = desk.ask("hygiene_interval", base_interval_query(kept.customers, strength=windows.prior_strength))
    before = early_until(first_day=setting.first_day, as_of=setting.as_of, interval=base_interval(row, windows=windows))
    counted = desk.ask("hygiene_first_visits", facts.first_visits(kept.customers, before=before))
    return truncation(counted, first_day=setting.first_day, before=before, as_of=setting.as_of)


def hygiene(setting: Setting, kept: Kept, cleaning: Cleaning, found: Truncation) -> Part[Hygiene]:
    """The result, and who may be older than the ledger."""
    counted = split(setting, cleaning)
    people = [part for part in counted.parts if part.place != "duplicates"]
    result = Hygiene(
        findings=findings(setting, cleaning, counted, found),
        total=float(counted.total),
        lines=setting.tally.lines(),
        parts=counted.parts,
        difference=counted.difference,
        truncation=found,
        limits=cleaning.limits,
        pure_refund_customers=counted.pure_refunds,
        excluded_customers=sum(p.customers or 0 for p in people if p.place not in ("studied", "no_visit")),
        seen_customers=sum(p.customers or 0 for p in people),
    )
    return Part(result, flags(kept.customers, found))
