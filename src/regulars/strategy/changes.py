"""What was not the same for two plans: settings, targets, money, data, what is believed of measures."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from regulars.base.text import Local, Money, Number, Param, Share, Text, say
from regulars.strategy.objectives import MONEY, RATES
from regulars.strategy.plan import Plan
from regulars.strategy.plan_basis import Basis, Believed
from regulars.strategy.plan_compare import Change

#: Settings told in sentences of their own, or that are only names.
_APART = ("budget", "objectives", "veto", "name", "mission", "languages", "zone", "branches", "currency")


def changes(before: Plan, after: Plan, names: Mapping[str, Local]) -> tuple[Change, ...]:
    """Every difference in what the plans were made from, money first."""
    found = [*_money(before, after), *_targets(before, after)]
    if before.basis is not None and after.basis is not None:
        found += _settings(before.basis.settings, after.basis.settings, names)
        found += _measures(before.basis, after.basis, names, after.provenance.currency)
        found += _effects(before.basis, after.basis, names)
    elif before.provenance.settings_digest != after.provenance.settings_digest:
        found.append(Change("setting", "settings", "", "", say("strategy.compare.settings_unknown")))
    return (*found, *_data(before, after))


def _money(before: Plan, after: Plan) -> Iterator[Change]:
    if before.budget != after.budget:
        a, b = (Money.of(p.budget, after.provenance.currency) for p in (before, after))
        yield Change(
            "budget", "budget", str(before.budget), str(after.budget), say("strategy.compare.budget", before=a, after=b)
        )


def _targets(before: Plan, after: Plan) -> Iterator[Change]:
    old, new = ({t.objective: t for t in plan.targets} for plan in (before, after))
    for id in dict.fromkeys((*old, *new)):
        if id not in new:
            told = say("strategy.compare.target_gone", name=old[id].name)
            yield Change("target", id, str(old[id].target), "", told)
        elif id not in old:
            goal = _goal(new[id].kpi, new[id].target, after)
            yield Change(
                "target", id, "", str(new[id].target), say("strategy.compare.target_new", name=new[id].name, after=goal)
            )
        elif old[id].target != new[id].target or old[id].kpi != new[id].kpi:
            a, b = _goal(old[id].kpi, old[id].target, before), _goal(new[id].kpi, new[id].target, after)
            told = say("strategy.compare.target", name=new[id].name, before=a, after=b)
            yield Change("target", id, str(old[id].target), str(new[id].target), told)


def _goal(kpi: str, value: float, plan: Plan) -> Param:
    if kpi in MONEY:
        return Money.of(value, plan.provenance.currency)
    return Share(value) if kpi in RATES else Number(value)


def _settings(old: Mapping[str, Any], new: Mapping[str, Any], names: Mapping[str, Local]) -> Iterator[Change]:
    for id in sorted({*old.get("veto", ()), *new.get("veto", ())}):
        name = names.get(id, id)
        if id not in old.get("veto", ()):
            yield Change("rule", f"veto:{id}", "", id, say("strategy.compare.vetoed", measure=name))
        elif id not in new.get("veto", ()):
            yield Change("rule", f"veto:{id}", id, "", say("strategy.compare.allowed", measure=name))
    yield from _hours(old, new)
    a, b = _flat(old), _flat(new)
    for key in sorted({*a, *b}):
        if key.split(".")[0] in _APART or a.get(key) == b.get(key):
            continue
        if key == "capacity.staff_hours_per_branch":
            told = say("strategy.compare.hours_each", before=Number(float(a[key])), after=Number(float(b[key])))
            yield Change("hours", key, a[key], b[key], told)
        elif key == "contact.holdout":
            told = say("strategy.compare.holdout", before=Share(float(a[key])), after=Share(float(b[key])))
            yield Change("rule", key, a[key], b[key], told)
        else:
            shown = say("strategy.compare.setting", key=key, before=a.get(key) or "-", after=b.get(key) or "-")
            yield Change("setting", key, a.get(key, ""), b.get(key, ""), shown)


def _hours(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    a, b = ({x["id"]: x for x in settings.get("branches", ())} for settings in (old, new))
    for id in dict.fromkeys((*a, *b)):
        if id not in a or id not in b:
            key = "strategy.compare.branch_new" if id not in a else "strategy.compare.branch_gone"
            yield Change(
                "setting", f"branches.{id}", "" if id not in a else id, id if id in b else "", say(key, branch=id)
            )
        elif a[id].get("staff_hours") != b[id].get("staff_hours"):
            was, now = a[id].get("staff_hours"), b[id].get("staff_hours")
            told = say("strategy.compare.hours", branch=id, before=_or_dash(was), after=_or_dash(now))
            yield Change("hours", f"hours:{id}", str(was), str(now), told)


def _or_dash(hours: float | None) -> Param:
    return "-" if hours is None else Number(hours)


def _flat(settings: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            found.update(_flat(value, f"{before}{key}."))
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            found[f"{before}{key}"] = text
    return found


def _measures(old: Basis, new: Basis, names: Mapping[str, Local], currency: str) -> Iterator[Change]:
    a, b = ({t.measure: t for t in basis.terms} for basis in (old, new))
    for id in dict.fromkeys((*a, *b)):
        name = names.get(id, id)
        if id not in b:
            yield Change("measure", id, id, "", say("strategy.compare.measure_gone", measure=name))
        elif id not in a:
            yield Change("measure", id, "", id, say("strategy.compare.measure_new", measure=name))
        elif a[id] != b[id]:
            was, now = (Money.of(t.cost + t.incentive, currency) for t in (a[id], b[id]))
            told = say("strategy.compare.terms", measure=name, before=was, after=now)
            yield Change("measure", id, str(a[id].cost), str(b[id].cost), told)


def _effects(old: Basis, new: Basis, names: Mapping[str, Local]) -> Iterator[Change]:
    a, b = ({(e.measure, e.primitive, e.months): e for e in basis.effects} for basis in (old, new))
    for key in a:
        if key in b and (a[key].mean != b[key].mean or a[key].sd != b[key].sd):
            told = say(
                "strategy.compare.effect",
                measure=names.get(key[0], key[0]),
                primitive=say(f"strategy.primitive.{key[1]}"),
                before=strength(a[key]),
                after=strength(b[key]),
            )
            yield Change("effect", f"{key[0]}:{key[1]}", str(a[key].mean), str(b[key].mean), told)


def strength(effect: Believed) -> Text:
    """An effect with one spread either way, as a change in per cent (reactivation: points)."""
    ends = (effect.mean, effect.mean - effect.sd, effect.mean + effect.sd)
    if effect.primitive != "reactivation":
        ends = tuple(math.expm1(end) for end in ends)  # type: ignore[assignment]
    mid, low, high = (Share(end) for end in ends)
    return say("strategy.compare.strength", mean=mid, low=low, high=high)


def _data(before: Plan, after: Plan) -> Iterator[Change]:
    a, b = before.provenance, after.provenance
    if a.as_of != b.as_of:
        told = say("strategy.compare.as_of", before=a.as_of, after=b.as_of)
        yield Change("data", "as_of", a.as_of.isoformat(), b.as_of.isoformat(), told)
    if a.data_version != b.data_version:
        told = say("strategy.compare.data_version", before=a.data_version, after=b.data_version)
        yield Change("data", "data_version", str(a.data_version), str(b.data_version), told)
    old, new = (_states(plan) for plan in (before, after))
    for state in dict.fromkeys((*old, *new)):
        was, now = old.get(state, 0), new.get(state, 0)
        if was != now:
            told = say(
                "strategy.compare.state", state=say(f"strategy.state.{state}"), before=Number(was), after=Number(now)
            )
            yield Change("data", f"customers:{state}", str(was), str(now), told)
    if a.program_version != b.program_version:
        told = say("strategy.compare.program", before=a.program_version, after=b.program_version)
        yield Change("program", "program_version", a.program_version, b.program_version, told)
    if before.seed != after.seed:
        told = say("strategy.compare.seed", before=before.seed, after=after.seed)
        yield Change("program", "seed", str(before.seed), str(after.seed), told)


def _states(plan: Plan) -> dict[str, int]:
    found: dict[str, int] = {}
    for cell in plan.cells:
        found[cell.state] = found.get(cell.state, 0) + cell.customers
    return found
