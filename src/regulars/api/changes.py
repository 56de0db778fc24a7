"""Changes of ``business.toml`` by line, with their effect on the plan shown before they are saved, and undo.

The file as it was is kept in ``settings/`` of the business folder before every change; undo puts the last one back, if
the file was not edited by hand since.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypedDict, Unpack

from regulars.api.business import SETTINGS, OpenBusiness
from regulars.api.comparing import differ
from regulars.api.contradictions import Miss, new_misses
from regulars.api.journal import Entry, sha256
from regulars.api.kept_settings import about_to_undo, keep, kept, known, let_go, put, record, settle
from regulars.api.strategies import journal_of
from regulars.api.what_if import WhatIf, changed
from regulars.api.work import latest_study, weigh
from regulars.base.edit import set_in_item, set_in_table
from regulars.base.errors import BadData, BadSettings, NotThere
from regulars.base.estimate import Estimate
from regulars.base.mandate import Corporate
from regulars.base.progress import Progress, unwatched
from regulars.base.settings import Objective, parse_business
from regulars.base.text import Listing, say
from regulars.strategy.objectives import RATES
from regulars.strategy.plan import Plan, TargetRow
from regulars.strategy.plan_compare import LineMove
from regulars.strategy.plan_mandate import ClauseRow, Finding

#: No amount or count of a business is as large.
MOST = 10**15


class SettingsRaced(BadData):
    """The settings are no longer those that the change was made to: somebody else changed them."""


class Contradicts(BadSettings):
    """The change contradicts other bounds: not all of them can be kept."""


@dataclass(frozen=True, slots=True)
class Brief:
    """A plan in short."""

    budget: float
    cost: float
    hours: float
    customers: int
    value_36: Estimate
    targets: tuple[TargetRow, ...]
    clauses: tuple[ClauseRow, ...]
    findings: tuple[Finding, ...]  # those that block


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the settings. ``before`` and ``after`` are the plans of both settings on the newest study, None while
    there is no study; ``difference`` is the expected gain over 36 months that the change brings or costs."""

    key: str
    before: Brief | None
    after: Brief | None
    difference: float | None
    saved: bool
    moves: tuple[LineMove, ...] = ()  # measures that come, go, grow or shrink
    misses: tuple[Miss, ...] = ()  # what the change keeps from being kept: ``after`` is the nearest plan


class How(TypedDict, total=False):
    """How a change of the settings is made. Without any of these it is saved, by nobody named."""

    dry_run: bool  # the effect on the plan is worked out and nothing is written
    token: str | None  # of ``settings_token``: the change is made to those settings or not at all
    author: str
    at: str  # the moment, in ISO 8601
    refuse_misses: bool  # a change after which something cannot be kept is refused
    progress: Progress


def set_target(
    business: OpenBusiness,
    id: str,
    value: str | float,
    *,
    by: date | None = None,
    owner: str | None = None,
    serves: str | None = None,
    **how: Unpack[How],
) -> Change:
    """Set the target of an objective (a rate may be given as ``85%``), its date, its owner, what it serves.

    Raises:
        BadSettings: no such objective, no number, or a file that cannot be edited line by line.
    """
    number = target_amount(known_target(business, id).kpi, value)
    if serves:
        known_corporate(business, serves)

    def edit(text: str) -> str:
        text = set_in_item(text, "objectives", id, "target", number)
        if by is not None:
            text = set_in_item(text, "objectives", id, "by", by)
        if serves is not None:
            text = set_in_item(text, "objectives", id, "serves", serves)
        return text if owner is None else set_in_item(text, "objectives", id, "owner", owner)

    return change(business, edit, key=f"objectives.{id}", **how)


def set_budget(
    business: OpenBusiness,
    amount: str | float,
    **how: Unpack[How],
) -> Change:
    """Set the budget of a cycle. Raises as :func:`set_target`."""
    number = _number(amount, share=False)
    if number < 0:
        raise BadSettings(say("mandate.edit.no_number", value=str(amount)), say("mandate.edit.no_number_hint"))
    return change(business, lambda text: set_in_table(text, "budget", "amount", number), key="budget.amount", **how)


def set_amounts(
    business: OpenBusiness,
    *,
    budget: float | None = None,
    hours: float | None = None,
    risk: float | None = None,
    **how: Unpack[How],
) -> Change:
    """Set budget, staff hours of every branch and aversion to risk in one change, as they were tried.

    Raises:
        BadSettings: an amount is none, nothing is to change, or a file that cannot be edited line by line.
    """
    changed(business, WhatIf(budget=budget, hours=hours, risk=risk))  # refuses amounts that are none
    said = {"budget": budget, "hours": hours, "risk": risk}
    key = "+".join(name for name, amount in said.items() if amount is not None)
    if not key:
        raise BadSettings(say("mandate.edit.nothing"))

    def edit(text: str) -> str:
        if budget is not None:
            text = set_in_table(text, "budget", "amount", _number(budget, share=False))
        if hours is not None:
            text = set_in_table(text, "capacity", "staff_hours_per_branch", _number(hours, share=False))
            for branch in business.settings.branches:
                if branch.staff_hours is not None:
                    text = set_in_item(text, "branches", branch.id, "staff_hours", _number(hours, share=False))
        return text if risk is None else set_in_table(text, "risk", "aversion", _number(risk, share=False))

    return change(business, edit, key=key, **how)


def settings_token(business: OpenBusiness) -> str:
    """What the settings are now, to be told apart from what they were when somebody began to change them."""
    return _token((business.folder / SETTINGS).read_bytes())


def _token(content: bytes) -> str:
    return sha256(content)[:16]


def changes_since(business: OpenBusiness, token: str) -> tuple[Entry, ...] | None:
    """The changes written down since the settings were those of ``token``; None where they were never those, or were
    edited by hand. Empty: nothing was changed."""
    if token == settings_token(business):
        return ()
    entries = [entry for entry in journal_of(business).read() if entry.kind == "changed"]
    for place, entry in reversed(list(enumerate(entries))):
        if str(entry.body["before"])[:16] == token:
            return tuple(entries[place:])
    return None


def change(
    business: OpenBusiness,
    edit: Callable[[str], str],
    *,
    key: str,
    dry_run: bool = False,
    token: str | None = None,
    author: str = "",
    at: str = "",
    refuse_misses: bool = False,
    progress: Progress = unwatched,
) -> Change:
    """Edit the settings: the effect on the plan is worked out first, then (unless ``dry_run``) the file is written.

    With ``token`` (of :func:`settings_token`) it is made to those settings or not at all.

    Raises:
        BadSettings: the edit cannot be made, or what comes out cannot be used; nothing is written.
        SettingsRaced: the settings are not those of ``token``, or were edited by somebody else meanwhile.
        Contradicts: it contradicts other bounds, and ``refuse_misses`` was asked for.
    """
    path = business.folder / SETTINGS
    raw = path.read_bytes()
    if token is not None and token != _token(raw):
        raise SettingsRaced(say("mandate.edit.raced", file=str(path)), say("mandate.edit.raced_hint"))
    text = edit(raw.decode("utf-8-sig"))
    content = (b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b"") + text.encode()
    settings = parse_business(content, file=path)
    before, after, moves, misses = _weighed(business, replace(business, settings=settings), progress)
    if misses and refuse_misses and not dry_run:
        raise Contradicts(say("mandate.edit.contradicts", n=len(misses)), say("mandate.edit.contradicts_hint"))
    if not dry_run:
        journal = journal_of(business)
        with journal.held():
            if path.read_bytes() != raw:
                raise SettingsRaced(say("mandate.edit.raced", file=str(path)), say("mandate.edit.raced_hint"))
            settle(business, journal)
            keep(business, raw, content, key=key, author=author, at=at)
            put(path, content)
            record(journal, key, author, at, sha256(raw), sha256(content))
    worth = after.value_36.mean - before.value_36.mean if before and after else None
    return Change(key, before, after, worth, not dry_run, moves, misses)


def undo_settings(business: OpenBusiness, *, token: str | None = None, author: str = "", at: str = "") -> str:
    """Take the last change of the settings back; the key that had been changed is given (``objectives.stay``).

    Raises:
        NotThere: there is no change to take back.
        SettingsRaced: the settings are not those of ``token``.
        BadData: the file was edited by hand since.
    """
    path, journal = business.folder / SETTINGS, journal_of(business)
    with journal.held():
        settle(business, journal)
        now, there = path.read_bytes(), kept(business)
        if token is not None and token != _token(now):
            raise SettingsRaced(say("mandate.edit.raced", file=str(path)), say("mandate.edit.raced_hint"))
        if not there:
            raise NotThere(say("mandate.undo.none"))
        last, told, before = there[-1], known(there[-1]), there[-1].read_bytes()
        if sha256(now) != told["after"]:
            raise BadData(say("mandate.undo.edited", file=str(path)), say("mandate.undo.edited_hint", copy=str(last)))
        about_to_undo(last, author=author, at=at)
        put(path, before)
        record(journal, "undo", author, at, sha256(now), sha256(before))
        let_go(last)
    return str(told.get("key", SETTINGS))


def brief(plan: Plan) -> Brief:
    """A plan in short."""
    mandate = plan.mandate
    blocking = tuple(f for f in mandate.findings if f.weight == "blocks") if mandate else ()
    clauses = mandate.clauses if mandate else ()
    return Brief(plan.budget, plan.cost, plan.hours, plan.customers, plan.value_36, plan.targets, clauses, blocking)


def _weighed(
    now: OpenBusiness, then: OpenBusiness, progress: Progress
) -> tuple[Brief | None, Brief | None, tuple[LineMove, ...], tuple[Miss, ...]]:
    try:
        latest_study(now)
    except NotThere:
        return None, None, (), ()
    before, after = weigh(now, progress=progress), weigh(then, progress=progress)
    moves = tuple(move for move in differ(now, before, after).measures if move.move != "kept")
    return brief(before), brief(after), moves, new_misses(before, after)


def known_target(business: OpenBusiness, id: str) -> Objective:
    """The target of that id. Raises BadSettings naming those there are."""
    found = next((o for o in business.settings.objectives if o.id == id), None)
    if found is None:
        ids = Listing(tuple(o.id for o in business.settings.objectives))
        raise BadSettings(say("mandate.target.unknown", id=id), say("mandate.target.unknown_hint", ids=ids))
    return found


def known_corporate(business: OpenBusiness, id: str) -> Corporate:
    """The corporate objective of that id. Raises BadSettings naming those there are."""
    found = next((c for c in business.settings.corporate if c.id == id), None)
    if found is None:
        ids = Listing(tuple(c.id for c in business.settings.corporate))
        hint = say("mandate.tree.known", ids=ids) if ids.items else say("mandate.tree.no_parents")
        raise BadSettings(say("mandate.tree.no_parent", id=id), hint)
    return found


def target_amount(kpi: str, value: str | float) -> int | float | Decimal:
    """A target of the KPI; a rate lies between 0 and 1, and may be written as ``85%``. Raises BadSettings."""
    rate = kpi in RATES
    number = _number(value, share=rate)
    if rate and not 0 <= number <= 1:
        raise BadSettings(say("mandate.edit.no_number", value=str(value)), say("mandate.edit.no_number_hint"))
    return number


def _number(value: str | float, *, share: bool) -> int | float | Decimal:
    said = str(value).strip()
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?%?", said):  # thousands; a decimal comma is refused
        said = said.replace(",", "")
    try:
        found = Decimal(said.removesuffix("%"))
    except InvalidOperation as error:
        raise BadSettings(say("mandate.edit.no_number", value=said), say("mandate.edit.no_number_hint")) from error
    if said.endswith("%") and share:
        found = found / 100
    if not found.is_finite() or abs(found) >= MOST or (said.endswith("%") and not share):
        raise BadSettings(say("mandate.edit.no_number", value=said), say("mandate.edit.no_number_hint"))
    return int(found) if found == found.to_integral_value() else found.normalize()
