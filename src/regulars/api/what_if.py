"""What if: the settings of a business with a few of them changed, for one look; nothing is written to its settings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pydantic import ValidationError

from regulars.api.business import OpenBusiness
from regulars.base.errors import BadSettings
from regulars.base.settings import Business
from regulars.base.strategy_rules import Lock, Picking
from regulars.base.text import Listing, say
from regulars.strategy.objectives import RATES

#: No amount is so large: whoever writes one has slipped.
MOST = 1e15


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Changes to try. ``locks`` are ``WHAT=lo..hi``: WHAT is a measure, a cell, a line or ``key=value`` pairs joined by
    commas; a bound may be left open, and ``money`` or ``hours`` may follow. None leaves a setting as it is."""

    locks: tuple[str, ...] = ()
    veto: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    budget: float | None = None
    hours: float | None = None
    risk: float | None = None
    targets: Mapping[str, float] | None = None

    def __bool__(self) -> bool:
        told = (self.budget, self.hours, self.risk)
        return bool(self.locks or self.veto or self.must or self.targets) or any(v is not None for v in told)


def parse_lock(text: str) -> Lock:
    """A lock as written on the command line. Raises BadSettings when it cannot be understood."""
    what, _, bounds = text.rpartition("=")
    amount, _, of = bounds.strip().partition(" ")
    low, dots, high = amount.partition("..")
    wrong = BadSettings(say("cli.what_if.bad_lock", lock=text), say("cli.what_if.bad_lock_hint"))
    if not what or not dots or of.strip() not in ("", "customers", "money", "hours"):
        raise wrong
    try:
        picks = _picks(what)
        limits = {name: float(v) for name, v in (("at_least", low), ("at_most", high)) if v.strip()}
        if not all(math.isfinite(v) for v in limits.values()):
            raise wrong
        return Lock.model_validate({**picks, **limits, "of": of.strip() or "customers"})
    except (ValueError, ValidationError) as error:
        raise wrong from error


def _picks(what: str) -> dict[str, str]:
    if "=" in what:
        pairs = dict(part.split("=", 1) for part in what.split(","))
        unknown = set(pairs) - set(Picking.model_fields) - {"decision"}
        if unknown:
            raise ValueError(f"no key {unknown}")
        return pairs
    if "/" in what:
        return {"line" if ":" in what else "cell": what}
    return {"measure": what}


def changed(business: OpenBusiness, what_if: WhatIf) -> OpenBusiness:
    """The business with the changes made in memory.

    Raises:
        BadSettings: a lock or a figure cannot be understood, or a target names no objective.
    """
    settings = business.settings
    updates: dict[str, object] = {}
    if what_if.locks:
        updates["locks"] = (*settings.locks, *(parse_lock(text) for text in what_if.locks))
    if what_if.veto:
        updates["veto"] = tuple(dict.fromkeys((*settings.veto, *what_if.veto)))
    if what_if.must:
        must = tuple(dict.fromkeys((*settings.rules.must, *what_if.must)))
        updates["rules"] = settings.rules.model_copy(update={"must": must})
    for name, value in (("budget", what_if.budget), ("hours", what_if.hours)):
        if value is not None and not 0 <= value < MOST:
            raise BadSettings(say("cli.what_if.bad_amount", option=f"--{name}", value=str(value)))
    if what_if.budget is not None:
        updates["budget"] = settings.budget.model_copy(update={"amount": Decimal(str(what_if.budget))})
    if what_if.hours is not None:  # of every branch, whatever it states of its own
        updates["capacity"] = settings.capacity.model_copy(update={"staff_hours_per_branch": what_if.hours})
        updates["branches"] = tuple(b.model_copy(update={"staff_hours": None}) for b in settings.branches)
    if what_if.risk is not None:
        if not 0 <= what_if.risk <= 1:
            raise BadSettings(say("cli.what_if.bad_amount", option="--risk", value=str(what_if.risk)))
        updates["risk"] = settings.risk.model_copy(update={"aversion": what_if.risk})
    if what_if.targets:
        updates["objectives"] = _retargeted(settings, what_if.targets)
    return replace(business, settings=settings.model_copy(update=updates))


def _retargeted(settings: Business, targets: Mapping[str, float]) -> Sequence[object]:
    known = [o.id for o in settings.objectives]
    for id, value in targets.items():
        if id not in known:
            hint = say("cli.what_if.objectives", names=Listing(tuple(known))) if known else None
            raise BadSettings(say("cli.what_if.no_objective", objective=id), hint)
        rate = next(o for o in settings.objectives if o.id == id).kpi in RATES
        if not abs(value) < MOST or (rate and not 0 <= value <= 1):
            raise BadSettings(say("cli.what_if.bad_amount", option="--target", value=str(value)))
    return tuple(o.model_copy(update={"target": targets[o.id]}) if o.id in targets else o for o in settings.objectives)
