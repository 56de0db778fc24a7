"""regulars formulate"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from regulars import api
from regulars.api.runs import as_json
from regulars.base.text import Money, Param, Share
from regulars.base.words import LANGUAGES, render, show
from regulars.cli.shared import Voice, folder_argument, verb
from regulars.cli.what_if import difference, tell_rules, tell_what_if, what_if_of, what_if_options
from regulars.strategy.plan import Line, Plan
from regulars.strategy.plan_uncertainty import Uncertainty
from regulars.strategy.plan_why import Why


@click.command("formulate")
@folder_argument
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the simulated draws.")
@click.option("--fresh", is_flag=True, help="Compute again even if the same plan exists.")
@what_if_options
@verb
def command(voice: Voice, /, folder: Path, seed: int, fresh: bool, **asked: Any) -> None:
    """Formulate the strategy of FOLDER from its newest study and the objectives in business.toml.

    The plan allocates the trade's measures to groups of customers under the budget, the staff hours of each branch,
    contact permission and pressure, and the hold-out; it is judged on fresh draws beside five simple rivals.

    With --lock, --veto, --must, --budget, --hours, --risk or --target the plan is tried out beside the one that stands:
    what each lock and rule costs is printed, and nothing is written to business.toml.
    """
    business = api.open_business(folder)
    what_if = what_if_of(asked)
    run = api.formulate(business, seed=seed, fresh=fresh and not what_if, progress=voice.progress())
    if what_if:
        tried = api.formulate(business, seed=seed, fresh=fresh, what_if=what_if, progress=voice.progress())
        tell_what_if(voice, run.result, tried.result)
        voice.result(as_document(tried) | {"what_if": difference(run, tried)})
        return
    tell_plan(voice, run)
    voice.tell("cli.formulate.next", folder=str(folder))
    voice.result(as_document(run))


def tell_plan(voice: Voice, run: api.Run[Plan]) -> None:
    """The plan in a few sentences."""
    plan = run.result
    currency = plan.provenance.currency

    def money(value: float) -> Money:
        return Money.of(value, currency)

    voice.tell("cli.formulate.done", cost=money(plan.cost), budget=money(plan.budget), n=plan.customers)
    voice.tell(
        "cli.formulate.value",
        mean=money(plan.value_36.mean),
        low=money(plan.value_36.p10),
        high=money(plan.value_36.p90),
    )
    for target in plan.targets:
        voice.tell("cli.formulate.target", name=target.name, probability=Share(target.probability))
        if target.remedy:
            voice.tell_text(target.remedy, 2)
    best = max(plan.rivals, key=lambda rival: rival.value_36.mean, default=None)
    if best:
        voice.tell("cli.formulate.rival", name=best.name, value=money(best.value_36.mean))
    tell_rules(voice, plan)
    for note in plan.notes:
        voice.tell_text(note)
    voice.tell("cli.formulate.kept", run=str(run.folder))


def _estimate(value: dict[str, Any]) -> dict[str, float]:
    return {key: value[key] for key in ("mean", "p10", "p50", "p90")}


_TARGET = ("objective", "kpi", "target", "baseline", "probability", "shortfall")
_PRICE = ("limit", "used", "available", "unit", "worth", "binding")
_RIVAL = ("id", "cost", "hours", "customers", "plan_wins")
_LINE = ("id", "cell", "customers", "held_out", "cost", "hours", "objectives")

_LOCK = ("id", "lo", "hi", "unit", "used", "price", "binding")
_RULE = ("id", "kind", "lo", "hi", "unit", "used", "price", "binding")
_RELAXED = ("rule", "wanted", "kept", "unit", "money", "hours", "drop", "together")


def _only(keys: tuple[str, ...], row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in keys}


def _line(line: dict[str, Any], told: Line) -> dict[str, Any]:
    return {
        **_only(_LINE, line),
        "measure": "+".join(line["measures"]),
        "value": _estimate(line["value_36"]),
        "value_12": _estimate(line["value_12"]),
        "why": _why(line["why"], told.why) if told.why is not None else None,
    }


def _why(why: dict[str, Any], told: Why) -> dict[str, Any]:
    """The explanation of a line: its figures, names and sentences in every language."""
    found: dict[str, Any] = {key: value for key, value in why.items() if key not in ("beaten", "bounds", "sentences")}
    if told.beaten is not None:
        found["beaten"] = {**why["beaten"], "name": in_languages(told.beaten.name)}
    else:
        found["beaten"] = None
    found["bounds"] = [{"id": b.id, "label": in_languages(b.label), "price": b.price} for b in told.bounds]
    found["sentences"] = {language: [render(s, language) for s in told.sentences] for language in LANGUAGES}
    return found


def in_languages(name: Param) -> dict[str, str]:
    """A name or sentence in every language."""
    return {language: show(name, language) for language in LANGUAGES}


def _uncertainty(u: Uncertainty | None, full: dict[str, Any] | None) -> dict[str, Any] | None:
    if u is None or full is None:
        return None
    swings = [
        {**_only(("source", "share", "low", "high"), row), "name": in_languages(one.name or one.source)}
        for row, one in zip(full["swings"], u.swings, strict=True)
    ]
    known = [{**row, "name": in_languages(k.name)} for row, k in zip(full["knowledge"], u.knowledge, strict=True)]
    ranges = {key: _estimate(full[key]) for key in ("expected_12", "expected_36", "seen_12", "seen_36")}
    return {**full, **ranges, "swings": swings, "knowledge": known}


def as_document(run: api.Run[Plan]) -> dict[str, Any]:
    """The plan as ``regulars.formulate/1``."""
    plan, full = run.result, as_json(run.result)
    return {
        "schema": plan.schema,
        "run": run.id,
        "study": plan.study_run,
        "data_version": plan.provenance.data_version,
        "as_of": plan.provenance.as_of.isoformat(),
        "budget": plan.budget,
        "plan": {
            "cost": plan.cost,
            "hours": plan.hours,
            "customers": plan.customers,
            "held_out": plan.held_out,
            "lines": [_line(line, told) for line, told in zip(full["lines"], plan.lines, strict=True)],
        },
        "value": {
            "months_12": _estimate(full["value_12"]),
            "months_36": _estimate(full["value_36"]),
            "cvar10": plan.cvar10_36,
        },
        "targets": [{**_only(_TARGET, t), "expected": _estimate(t["expected"])} for t in full["targets"]],
        "prices": [_only(_PRICE, p) for p in full["prices"]],
        "rivals": [{**_only(_RIVAL, r), "value": _estimate(r["value_36"])} for r in full["rivals"]],
        "frontier": [{"budget": f["budget"], "value": _estimate(f["value_36"])} for f in full["frontier"]],
        "hours_frontier": [{"hours": f["hours"], "value": _estimate(f["value_36"])} for f in full["hours_frontier"]],
        "uncertainty": _uncertainty(plan.uncertainty, full["uncertainty"]),
        "sensitivities": [
            {"id": s.id, "kind": s.kind, "price": s.price, "label": in_languages(s.label)} for s in plan.sensitivities
        ],
        "locks": [_only(_LOCK, r) for r in full["rules"] if r["kind"] == "lock"],
        "rules": [_only(_RULE, r) for r in full["rules"] if r["kind"] != "lock"],
        "relaxations": [_only(_RELAXED, r) for r in full["relaxations"]],
        "full": full,
    }
