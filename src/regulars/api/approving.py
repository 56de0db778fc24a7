"""A plan on its way to a strategy: who drafted it, what is met and what is not, and what approving puts in force."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from regulars.api.business import OpenBusiness
from regulars.api.comparing import compare
from regulars.api.journal import Entry
from regulars.api.strategies import LEAST_REJECTED, PLAN, Block, Status, blocks_of, journal_of, plan_run, status
from regulars.base.errors import BadData, NotThere
from regulars.base.text import Local
from regulars.strategy.explain import local
from regulars.strategy.plan import Plan
from regulars.strategy.plan_compare import Comparison

type Checked = Literal["data", "settings", "consistent", "alternatives", "accepted", "person"]
#: Which check a reason against approval belongs to; any other is about consistency.
_CHECKS: dict[str, Checked] = {
    "data_changed": "data",
    "settings_changed": "settings",
    "no_mandate": "settings",
    "alternatives": "alternatives",
    "no_judgement": "accepted",
    "not_accepted": "accepted",
    "rejected": "accepted",
    "same_person": "person",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that approval asks for, and what still stands against it."""

    id: Checked
    done: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who did something to the plan, and when (as the journal has it)."""

    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A measure of the plan, all its lines together; of a bundle each measure has its even share of cost and value."""

    measure: str
    name: Local
    customers: int
    cost: float
    value_36: float


@dataclass(frozen=True, slots=True)
class Approving:
    """All that whoever approves wants to see. ``hands`` are those who drafted or judged the plan and may not approve
    it; ``rejected`` of ``least`` alternatives; ``replaces`` the plan in force beside this one, None while none is or it
    cannot be read any more."""

    status: Status
    drafted: Hand | None
    hands: tuple[str, ...]
    checks: tuple[Check, ...]
    rejected: int
    least: int
    plan: Plan | None
    measures: tuple[Taken, ...]
    replaces: Comparison | None


def approval(business: OpenBusiness, *, by: str = "", plan: str | None = None) -> Approving:
    """A plan (the newest when not named) on its way, as somebody (``by``) who may want to approve it sees it.

    Raises as :func:`regulars.api.strategies.status`.
    """
    found = status(business, plan=plan)
    if found.plan is None:
        return Approving(found, None, (), (), 0, LEAST_REJECTED, None, (), None)
    run, entries = plan_run(business, found.plan), journal_of(business).read()
    own = [entry for entry in entries if entry.plan == run.id]
    force = found.in_force is not None and found.in_force.plan == run.id
    blocks = () if force else blocks_of(business, run, entries, by=by or None)
    rejected = {j.about for j in found.judgements if j.about != PLAN and j.verdict == "reject"}
    return Approving(
        found,
        _drafted(own),
        tuple(dict.fromkeys(entry.by for entry in own if entry.kind in ("drafted", "judged"))),
        _checks(blocks),
        len(rejected),
        LEAST_REJECTED,
        run.result,
        _measures(run.result, business),
        None if force else _replaced(business, found, run.id),
    )


def _drafted(entries: list[Entry]) -> Hand | None:
    last = next((entry for entry in reversed(entries) if entry.kind == "drafted"), None)
    return Hand(last.by, last.at) if last is not None else None


def _checks(blocks: tuple[Block, ...]) -> tuple[Check, ...]:
    found: dict[Checked, list[Block]] = {id: [] for id in _CHECKS.values()}
    found = {"data": [], "settings": [], "consistent": [], **found}
    for block in blocks:
        found[_CHECKS.get(block.code, "consistent")].append(block)
    return tuple(Check(id, not some, tuple(some)) for id, some in found.items())


def _measures(plan: Plan, business: OpenBusiness) -> tuple[Taken, ...]:
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for line in plan.lines:
        for id in line.measures:
            row, share = sums[id], 1 / len(line.measures)
            row[0] += line.customers
            row[1] += line.cost * share
            row[2] += line.value_36.mean * share
    names = {measure.id: local(measure.name) for measure in business.pack.measures}
    rows = (
        Taken(id, names.get(id) or Local({"en": id}), round(n), cost, value) for id, (n, cost, value) in sums.items()
    )
    return tuple(sorted(rows, key=lambda row: -row.value_36))


def _replaced(business: OpenBusiness, found: Status, plan: str) -> Comparison | None:
    if found.in_force is None:
        return None
    try:
        return compare(business, found.in_force.plan, plan)
    except (BadData, NotThere):
        return None
