"""Mission to measures: the objective tree, the matrix objective x measure, clauses, customer interest, factors."""

from __future__ import annotations

from regulars.base.text import Listing, Number, Param, Share, Text, say
from regulars.report.charts.schemes import Square, heat
from regulars.report.context import Context
from regulars.report.document import (
    Amount,
    Block,
    Cell,
    Column,
    Figure,
    Pill,
    Section,
    Table,
    Words,
)
from regulars.report.figures import in_unit
from regulars.strategy.plan_mandate import AimRow, ClauseRow, Finding, InterestRow, Link, Mandate

_QUESTIONS = ("benefit", "harm", "pressure", "fairness", "vulnerable", "opt_out")
#: So many measures are drawn; the table under the picture holds all.
_HIGH = 16


def chapter(c: Context) -> Section | None:
    """Whether the plan serves what the business wants; None for a study, or a plan of an older program."""
    if c.plan is None or c.plan.mandate is None:
        return None
    m = c.plan.mandate
    return c.section(
        "mandate", _heading(m), blocks(c, m), lead=_lead(m), queries=("standings",), cards=("consistency", "approval")
    )


def blocks(c: Context, m: Mandate) -> tuple[Block | None, ...]:
    """The blocks of the chapter."""
    return (*objectives(c, m), interest(m.interest), factors(c, m))


def objectives(c: Context, m: Mandate) -> tuple[Block | None, ...]:
    """Objectives, what does not fit among them, the matrix, and the clauses."""
    return (_findings(m), _tree(m), matrix(c, m), _clauses(c, m.clauses))


def _heading(m: Mandate) -> Text:
    blocking = sum(1 for f in m.findings if f.weight == "blocks")
    if blocking:
        return say("report.mandate.head_blocked", n=blocking)
    if m.findings:
        return say("report.mandate.head_weigh", n=len(m.findings))
    if not m.clauses:
        return say("report.mandate.head_free", n=len(m.aims))
    return say("report.mandate.head", n=len(m.aims), clauses=len(m.clauses))


def _lead(m: Mandate) -> Text:
    return say("report.mandate.lead") if m.consistent else say("report.mandate.lead_blocked")


def _findings(m: Mandate) -> Table | None:
    if not m.findings:
        return None
    columns = (Column(say("report.mandate.finding"), share=4.0), Column(say("report.mandate.weight"), share=1.0))
    rows: list[tuple[Cell, ...]] = [(Words(f.text, strong=f.weight == "blocks"), _weight(f)) for f in m.findings]
    return Table(say("report.mandate.findings"), columns, tuple(rows), None, tuple(f.hint for f in m.findings))


def _weight(finding: Finding) -> Pill:
    if finding.weight == "blocks":
        return Pill(say("report.mandate.blocks"), "bad")
    return Pill(say("report.mandate.warns"), "warn")


def _tree(m: Mandate) -> Table | None:
    if not m.aims:
        return None
    columns = (
        Column(say("report.mandate.corporate"), share=1.8),
        Column(say("report.mandate.target"), share=2.2),
        Column(say("report.mandate.owner"), share=1.2),
        Column(say("report.mandate.by"), "right", 1.0),
        Column(say("report.mandate.judged"), share=1.1),
    )
    names = {row.id: row.name for row in m.corporate}
    order = {row.id: place for place, row in enumerate(m.corporate)}
    rows: list[tuple[Cell, ...]] = []
    aims = sorted(m.aims, key=lambda a: (order.get(a.serves, len(order)), a.priority, a.objective))
    for aim in aims:
        where = Listing(aim.branches) if aim.branches else None
        note = say("report.mandate.branches", branches=where) if where else None
        rows.append(
            (
                Words(names[aim.serves]) if aim.serves in names else Amount(None),
                Words(aim.name, note=note, strong=True),
                Words(aim.owner) if aim.owner else Pill(say("report.mandate.nobody"), "bad"),
                Amount(say("report.say.day", day=aim.by) if aim.by else None),
                _judged(aim),
            )
        )
    reasons = tuple(aim.reason for aim in aims)
    return Table(say("report.mandate.tree"), columns, tuple(rows), None, reasons if any(reasons) else ())


def _judged(aim: AimRow) -> Pill:
    match aim.judged:
        case "planned":
            return Pill(say("report.mandate.planned"), "good")
        case "watched":
            return Pill(say("report.mandate.watched"))
        case _:
            return Pill(say("report.mandate.cannot"), "warn")


def matrix(c: Context, m: Mandate) -> Figure | None:
    """The consistency matrix: what each measure of the plan adds to each objective."""
    used = list(dict.fromkeys(link.measure for link in m.links if link.state in ("serves", "against")))
    used += [row.measure for row in m.interest if row.measure not in used]
    aims = [a for a in m.aims if a.judged == "planned"]
    if not used or not aims:
        return None
    links = {(link.objective, link.measure): link for link in m.links}
    largest = {a.objective: max(abs(links[a.objective, u].amount) for u in used) or 1.0 for a in aims}
    shown = sorted(used, key=lambda u: -sum(links[a.objective, u].amount / largest[a.objective] for a in aims))
    squares = [
        Square(row, column, link.amount / largest[a.objective], _amount(c, link))
        for row, measure in enumerate(shown[:_HIGH])
        for column, a in enumerate(aims)
        if (link := links[a.objective, measure]).state in ("serves", "against")
    ]
    title = say("report.mandate.matrix")
    titles = (say("report.mandate.measures"), say("report.mandate.objectives"))
    heads: list[Param] = [c.measure(u) for u in shown[:_HIGH]]
    chart = heat(heads, [a.name for a in aims], squares, titles, two_ways=True, long=True)
    columns = (
        Column(say("report.mandate.measure"), share=2.0),
        *(Column(say("report.say.plain", text=a.name), "right", 1.3) for a in aims),
    )
    rows: list[tuple[Cell, ...]] = [
        (Words(c.measure(u), strong=True), *(_cell(c, links[a.objective, u]) for a in aims)) for u in shown
    ]
    alt = say("report.mandate.alt", n=len(shown), objectives=len(aims))
    return Figure("consistency", title, chart, alt, Table(title, columns, tuple(rows)), say("report.mandate.read"))


def _cell(c: Context, link: Link) -> Cell:
    if link.state not in ("serves", "against"):
        return Amount(None)
    return Amount(_amount(c, link))


def _amount(c: Context, link: Link) -> Param:
    if link.unit == "share":
        return say("report.mandate.points", share=Share(link.amount))
    if link.unit == "customers":
        return Number(link.amount, 1)
    return in_unit(link.amount, link.unit, c.purse)


def _clauses(c: Context, clauses: tuple[ClauseRow, ...]) -> Table | None:
    if not clauses:
        return None
    columns = (
        Column(say("report.mandate.clause"), share=3.0),
        Column(say("report.mandate.bound"), "right", 1.2),
        Column(say("report.mandate.does"), "right", 1.2),
        Column(say("report.mandate.kept"), share=0.9),
        Column(say("report.mandate.price"), "right", 1.2),
    )
    rows: list[tuple[Cell, ...]] = []
    for row in clauses:
        told = "report.mandate.least" if row.kind == "must" else "report.mandate.most"
        bound = say(told, bound=_count(c, row, row.bound))
        rows.append(
            (
                Words(row.text, strong=True),
                Amount(bound),
                Amount(_count(c, row, row.amount)),
                Pill(say("report.mandate.yes"), "good") if row.kept else Pill(say("report.mandate.no"), "bad"),
                Amount(c.purse.about(row.price)),
            )
        )
    reasons = tuple(row.reason for row in clauses)
    note = say("report.mandate.price_note")
    return Table(say("report.mandate.clauses"), columns, tuple(rows), note, reasons if any(reasons) else ())


def _count(c: Context, row: ClauseRow, amount: float) -> Param:
    if row.counted == "spend":
        return c.purse.exact(amount)
    if row.counted == "hours":
        return say("report.say.hours", n=round(amount), hours=Number(amount, 1))
    return Number(amount)


def interest(rows: tuple[InterestRow, ...]) -> Table | None:
    """The customer-interest test of every measure in the plan."""
    if not rows:
        return None
    columns = (
        Column(say("report.mandate.measure"), share=2.2),
        *(Column(say(f"mandate.question.{question}"), "right", 1.0) for question in _QUESTIONS),
        Column(say("report.mandate.passes"), share=0.9),
    )
    made: list[tuple[Cell, ...]] = []
    for row in rows:
        marks = tuple(Amount(Number(row.levels[q]) if q in row.levels else None) for q in _QUESTIONS)
        if row.source == "none":
            verdict = Pill(say("report.mandate.untested"), "bad")
        elif row.failed:
            verdict = Pill(say("report.mandate.no"), "bad")
        else:
            verdict = Pill(say("report.mandate.yes"), "good")
        source = say(f"report.mandate.source_{row.source}")
        made.append((Words(row.name, note=source, strong=True), *marks, verdict))
    notes = tuple(say("report.say.plain", text=row.note) if row.note else None for row in rows)
    return Table(
        say("report.mandate.interest"),
        columns,
        tuple(made),
        say("report.mandate.interest_note"),
        notes if any(notes) else (),
    )


def factors(c: Context, m: Mandate) -> Table | None:
    """What bears on the plan from outside, and which decisions rest on it."""
    if not m.factors:
        return None
    columns = (
        Column(say("report.mandate.factor"), share=1.8),
        Column(say("report.mandate.says"), share=2.6),
        Column(say("report.mandate.touches"), share=2.0),
        Column(say("report.mandate.checked"), "right", 1.0),
    )
    names = {aim.objective: aim.name for aim in m.aims}
    rows: list[tuple[Cell, ...]] = []
    for f in m.factors:
        touched = (
            *(c.measure(id) for id in f.measures),
            *(names.get(id, id) for id in f.objectives),
            *f.assumptions,
        )
        rows.append(
            (
                Words(f.name, note=say(f"report.mandate.kind_{f.kind}"), strong=True),
                Words(f.says, note=f.source or None),
                Words(Listing(touched)) if touched else Amount(None),
                Amount(say("report.say.day", day=f.checked) if f.checked else None),
            )
        )
    return Table(say("report.mandate.factors"), columns, tuple(rows), say("report.mandate.factors_note"))
