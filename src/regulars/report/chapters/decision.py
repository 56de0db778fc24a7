"""The decision page: what to spend on what, what it brings, what is asked of the director."""

from __future__ import annotations

from regulars.base.text import Listing, Local, Number, Param, Share, Text, say
from regulars.report.chapters import asks
from regulars.report.context import Context
from regulars.report.document import (
    Amount,
    Callout,
    Cell,
    Column,
    KeyFigure,
    KeyFigures,
    Pill,
    Points,
    Range,
    Section,
    Table,
    Tone,
    Unknown,
    Words,
)
from regulars.report.figures import Scale, in_unit, known, then
from regulars.strategy.objectives import LOWER_IS_BETTER, MONEY, PEOPLE, RATES
from regulars.strategy.plan import Plan, Rival, TargetRow

MONEY_KPIS, SHARE_KPIS = frozenset(MONEY), frozenset(RATES)
#: Objectives where less is better.
CEILINGS = frozenset(LOWER_IS_BETTER)


def chapter(c: Context) -> Section | None:
    """The page for the director; None when nothing has been formulated."""
    if c.plan is None:
        return None
    blocks = (
        *_too_few(c),
        _figures(c, c.plan),
        Points(asks.decisions(c, c.plan), say("report.decision.asked"), numbered=True),
        _objectives(c, c.plan),
        _rivals(c, c.plan),
    )
    return c.section(
        "decision",
        _heading(c, c.plan),
        blocks,
        lead=_lead(c, c.plan),
        queries=("standings",),
        cards=("allocation", "targets", "rivals"),
    )


def _too_few(c: Context) -> tuple[Callout, ...]:
    # Ranges say it too, but a director reads the head; a handful of people is not a base to steer by.
    told = [problem.reason for problem in c.diagnosis.quality if problem.code == "few_repeaters"]
    return tuple(Callout(say("report.decision.too_few"), reason, "warn") for reason in told)


def measures_by_value(plan: Plan) -> list[str]:
    """The plan's measures, the one that brings most first."""
    worth: dict[str, float] = {}
    for line in plan.lines:
        for measure in line.measures:
            worth[measure] = worth.get(measure, 0.0) + line.value_36.mean
    return sorted(worth, key=lambda m: -worth[m])


def _heading(c: Context, plan: Plan) -> Text:
    if not plan.lines:
        return say("report.decision.head_nothing")
    gain, n = c.purse.about(plan.value_36.mean), len(measures_by_value(plan))
    if plan.cost < 1:
        return say("report.decision.head_free", hours=Number(plan.hours), n=n, gain=gain)
    return say("report.decision.head", cost=c.purse.exact(plan.cost), n=n, gain=gain)


def _lead(c: Context, plan: Plan) -> Text:
    if not plan.lines:
        return say("report.decision.lead_nothing")
    said = [say("report.decision.lead_range", range=c.purse.between(plan.value_36))]
    names = tuple(c.measure(m) for m in measures_by_value(plan)[:3])
    said.append(say("report.decision.lead_measures", measures=Listing(names), n=len(names)))
    rivals = [r for r in plan.rivals if known(r.value_36)]
    if rivals:
        best = max(rivals, key=lambda r: r.value_36.mean)
        said.append(say("report.decision.lead_rival", rival=best.name, gain=c.purse.about(best.value_36.mean)))
    return then(*said)


def _figures(c: Context, plan: Plan) -> KeyFigures:
    spent = KeyFigure(
        say("report.decision.spend"),
        c.purse.exact(plan.cost),
        say("report.decision.of_budget", budget=c.purse.exact(plan.budget)),
        say("report.decision.and_hours", n=round(plan.hours), hours=Number(plan.hours)),
    )
    reached = KeyFigure(
        say("report.decision.reached"),
        plan.customers,
        say("report.decision.cycle", n=plan.cycle_months),
        say("report.decision.held_out", n=plan.held_out),
    )
    return KeyFigures(
        (
            c.purse.key(say("report.decision.gain_36"), plan.value_36, say("report.decision.net")),
            c.purse.key(say("report.decision.gain_12"), plan.value_12, say("report.decision.net")),
            spent,
            reached,
        )
    )


def _objectives(c: Context, plan: Plan) -> Table | Callout:
    if not plan.targets:
        return Callout(say("report.decision.no_objective"), say("report.decision.no_objective_hint"), "warn")
    columns = (
        Column(say("report.objective.name"), share=2.4),
        Column(say("report.objective.baseline"), "right", 1.2),
        Column(say("report.objective.target"), "right", 1.2),
        Column(say("report.objective.expected"), share=3.2),
        Column(say("report.objective.chance"), "right", 1.1),
    )
    rows = tuple(_target(c, target) for target in plan.targets)
    remedies = tuple(t.remedy if asks.missed(t) else None for t in plan.targets)
    beneath = remedies if any(remedies) else ()
    return Table(say("report.objective.caption"), columns, rows, say("report.objective.note"), beneath)


def _unit(c: Context, row: TargetRow) -> str:
    return c.purse.currency if row.kpi in MONEY_KPIS else "share" if row.kpi in SHARE_KPIS else "count"


def target_values(c: Context, row: TargetRow) -> tuple[Param, Text]:
    """Where a KPI stands if nothing is done, and what is wanted of it."""
    unit = _unit(c, row)
    goal = _with_unit(in_unit(row.target, unit, c.purse, estimated=False), row.target, unit, row.kpi)
    before = _with_unit(in_unit(row.baseline, unit, c.purse), row.baseline, unit, row.kpi)
    return before, say("report.objective.at_most" if row.kpi in CEILINGS else "report.objective.at_least", target=goal)


def _target(c: Context, row: TargetRow) -> tuple[Cell, ...]:
    before, wanted = target_values(c, row)
    chance = Pill(Share(row.probability), _tone(row.probability))
    return (
        Words(row.name, strong=True),
        Amount(before),
        Amount(wanted),
        _expected(c, row, _unit(c, row)),
        chance,
    )


def _expected(c: Context, row: TargetRow, unit: str) -> Cell:
    if not known(row.expected):
        return Unknown()
    e = row.expected
    ends = (row.target, row.baseline, e.p10, e.p90, e.mean)
    low, high = min(ends), max(ends)
    room = 0.04 * (high - low)
    scale = Scale(low - room, high + room)
    cell = scale.cell(e, c.purse, unit=unit)
    assert isinstance(cell, Range)
    value = _with_unit(cell.value, e.mean, unit, row.kpi)
    return Range(cell.low, cell.mid, cell.high, round(scale.at(row.target), 4), value, cell.words)


def _with_unit(value: Param, figure: float, unit: str, kpi: str) -> Param:
    """Shares to a tenth, customers by name; anything else as it is told."""
    if unit == "share":
        return _told(figure)
    return say("report.objective.people", n=value) if kpi in PEOPLE else value


def _told(share: float) -> Text:
    """To a tenth of a per cent: a plan moves a rate by less than whole ones would show."""
    return say("report.objective.share", share=Share(share))


def _tone(probability: float) -> Tone:
    return "good" if probability >= 0.7 else "warn" if probability >= 0.4 else "bad"


def _rivals(c: Context, plan: Plan) -> Table | None:
    if not plan.rivals:
        return None
    scale = Scale.of([plan.value_36, *(r.value_36 for r in plan.rivals)])
    columns = (
        Column(say("report.rival.policy"), share=3.1),
        Column(say("report.rival.cost"), "right", 1.1),
        Column(say("report.rival.hours"), "right", 0.8),
        Column(say("report.rival.customers"), "right", 1.0),
        Column(say("report.rival.gain"), share=3.2),
        Column(say("report.rival.wins"), "right", 1.1),
    )
    own: tuple[Cell, ...] = (
        Words(say("report.rival.this_plan"), strong=True),
        Amount(c.purse.exact(plan.cost), strong=True),
        Amount(Number(plan.hours), strong=True),
        Amount(plan.customers, strong=True),
        scale.cell(plan.value_36, c.purse, strong=True),
        Amount(None),
    )
    ordered = sorted(plan.rivals, key=lambda r: -r.value_36.mean)
    rows = (own, *(_rival(c, rival, scale) for rival in ordered))
    return Table(say("report.rival.caption"), columns, rows, say("report.rival.note", draws=plan.draws))


def _rival(c: Context, rival: Rival, scale: Scale) -> tuple[Cell, ...]:
    return (
        Words(rival.name),
        Amount(c.purse.exact(rival.cost)),
        Amount(Number(rival.hours)),
        Amount(rival.customers),
        scale.cell(rival.value_36, c.purse),
        Amount(Share(rival.plan_wins)),
    )


def mission(c: Context) -> Local | None:
    """The mission the plan was made for; the settings' one for a study alone."""
    if c.plan is not None and c.plan.mission is not None:
        return c.plan.mission
    names = {str(k): v for k, v in c.business.mission.items()}
    return Local(names) if names else None
