"""regulars formulate"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from regulars import api
from regulars.api.runs import as_json
from regulars.base.text import Money, Share
from regulars.base.words import LANGUAGES, render
from regulars.cli.clock import now
from regulars.cli.shared import Voice, folder_argument, verb
from regulars.cli.what_if import difference, tell_rules, tell_what_if, what_if_of, what_if_options
from regulars.strategy.plan import Plan


@click.command("formulate")
@folder_argument
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the simulated draws.")
@click.option("--fresh", is_flag=True, help="Compute again even if the same plan exists.")
@click.option("--by", help="Who drafts the plan, for the journal: somebody else has to approve it.")
@what_if_options
@verb
def command(voice: Voice, /, folder: Path, seed: int, fresh: bool, by: str | None, **asked: Any) -> None:
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
    if by is not None:
        api.draft(business, by=by, plan=run.id, at=now())
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
    if plan.investments is not None and plan.investments.cost > 0:
        gain = plan.investments.value_36.mean
        voice.tell("cli.investments.part", cost=money(plan.investments.cost), gain=money(gain))
    for target in plan.targets:
        voice.tell("cli.formulate.target", name=target.name, probability=Share(target.probability))
        if target.remedy:
            voice.tell_text(target.remedy, 2)
    tell_mandate(voice, plan)
    best = max(plan.rivals, key=lambda rival: rival.value_36.mean, default=None)
    if best:
        voice.tell("cli.formulate.rival", name=best.name, value=money(best.value_36.mean))
    tell_rules(voice, plan)
    for note in plan.notes:
        voice.tell_text(note)
    voice.tell("cli.formulate.kept", run=str(run.folder))


def tell_mandate(voice: Voice, plan: Plan) -> None:
    """What the plan says of its mandate: targets that cannot be judged, clauses with their price, what blocks."""
    if plan.mandate is None:
        return
    for aim in plan.mandate.aims:
        if aim.reason:
            voice.tell("cli.mandate.cannot", name=aim.name, reason=aim.reason)
    for clause in plan.mandate.clauses:
        price = Money.of(clause.price, plan.provenance.currency)
        if clause.kept:
            voice.tell("cli.mandate.clause_kept", clause=clause.text, price=price)
        else:
            voice.tell("cli.mandate.clause_broken", clause=clause.text)
            if clause.reason:
                voice.tell_text(clause.reason, 2)
    blocking = sum(1 for finding in plan.mandate.findings if finding.weight == "blocks")
    if blocking:
        voice.tell("cli.mandate.blocks", n=blocking)


def consistency(plan: Plan) -> dict[str, Any]:
    """The mandate as it stands in ``regulars.formulate/1``."""
    if plan.mandate is None:
        return {}
    found = as_json(plan.mandate)
    told = [
        {
            "code": f.code,
            "subject": f.subject,
            "weight": f.weight,
            "text": {language: render(f.text, language) for language in LANGUAGES},
        }
        for f in plan.mandate.findings
    ]
    return {**found, "matrix": found.pop("links"), "findings": told, "consistent": plan.mandate.consistent}


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


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        **_only(_LINE, line),
        "measure": "+".join(line["measures"]),
        "value": _estimate(line["value_36"]),
        "value_12": _estimate(line["value_12"]),
    }


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
            "lines": [_line(line) for line in full["lines"]],
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
        "consistency": consistency(plan),
        "locks": [_only(_LOCK, r) for r in full["rules"] if r["kind"] == "lock"],
        "rules": [_only(_RULE, r) for r in full["rules"] if r["kind"] != "lock"],
        "relaxations": [_only(_RELAXED, r) for r in full["relaxations"]],
        "investments": full["investments"],
        "full": full,
    }
