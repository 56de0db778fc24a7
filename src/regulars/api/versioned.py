"""The plans of a business as versions: who formulated each and when, who decided on it and when, how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from regulars.api.business import OpenBusiness
from regulars.api.comparing import plans
from regulars.api.journal import Entry
from regulars.api.runs import DOCUMENT
from regulars.api.strategies import day_of, journal_of
from regulars.base.text import Day, Text
from regulars.strategy.plan_compare import Figures

#: ``open``: the newest, nobody has decided yet. ``passed``: nobody decided before a newer one came. ``replaced``: was
#: in force until another was approved. ``withdrawn``: was approved, then rejected.
type State = Literal["in_force", "replaced", "withdrawn", "rejected", "open", "passed"]


@dataclass(frozen=True, slots=True)
class Decided:
    """Who approved or rejected a plan, and when. ``version`` is the strategy it became by being approved."""

    by: str
    on: Text | Day | str
    reason: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A plan with its number, counted from the first. ``formulated_by`` is empty where nobody was named."""

    number: int
    figures: Figures
    formulated_by: str
    formulated_on: Text | Day | str
    approved: Decided | None
    rejected: Decided | None
    state: State


@dataclass(frozen=True, slots=True)
class Versions:
    """Newest first. ``unreadable`` plans were written by another version of the program."""

    versions: tuple[Version, ...]
    unreadable: tuple[str, ...]


def versions(business: OpenBusiness) -> Versions:
    """Every finished plan as a version. Raises BadData when the journal was tampered with."""
    entries = journal_of(business).read()
    approved = [e for e in entries if e.kind == "approved"]
    listed, zone = plans(business), ZoneInfo(business.settings.zone)
    found = []
    for number, figures in enumerate(listed.plans, 1):
        own = [e for e in entries if e.plan == figures.run]
        drafted = next((e for e in own if e.kind == "drafted"), None)
        made = datetime.fromtimestamp((business.runs / figures.run / DOCUMENT).stat().st_mtime, zone)
        decided = [e for e in own if e.kind in ("approved", "rejected")]
        state = _state(decided, approved[-1] if approved else None, newest=number == len(listed.plans))
        found.append(
            Version(
                number,
                figures,
                drafted.by if drafted else "",
                day_of(drafted.at, zone) if drafted and drafted.at else Day(made.date()),
                _last(decided, "approved", zone),
                _last(decided, "rejected", zone) if state in ("rejected", "withdrawn") else None,
                state,
            )
        )
    return Versions(tuple(reversed(found)), listed.unreadable)


def _state(decided: list[Entry], last_approved: Entry | None, *, newest: bool) -> State:
    if not decided:
        return "open" if newest else "passed"
    if decided[-1].kind == "rejected":
        return "withdrawn" if any(e.kind == "approved" for e in decided) else "rejected"
    return "in_force" if decided[-1] == last_approved else "replaced"


def _last(decided: list[Entry], kind: str, zone: ZoneInfo) -> Decided | None:
    entry = next((e for e in reversed(decided) if e.kind == kind), None)
    if entry is None:
        return None
    version = entry.body.get("version")
    return Decided(
        entry.by, day_of(entry.at, zone), str(entry.body["reason"]), None if version is None else int(version)
    )
