"""Chapter 9: the procedures step by step, the clocks of complaints and the ladder of remedies.

From ``strategy/workflows.toml``. The states of a complaint follow the process of ISO 10002:2018. Beside each procedure
stands how many cases the study lets one expect, where it can tell.
"""

from __future__ import annotations

from regulars.base.inputs.common import local
from regulars.base.inputs.workflows import PROCESSES, Timer, Workflow, Workflows
from regulars.base.text import Listing, Number, Text, say
from regulars.report.document import Block, Cell, Column, Entries, Entry, Pill, Section, Table, Unknown, Words
from regulars.report.figures import known
from regulars.report.strategy.book import Book
from regulars.report.strategy.told import chain, gaps, table, words

FILE = "strategy/workflows.toml"
QUERIES = ("standings", "movement", "newcomers")


def chapter(c: Book) -> Section:
    """Who does what, in which order, how fast, and what may be given to put things right."""
    found = c.inputs.of(Workflows)
    if found is None:
        wanted = c.missing(FILE, *(say(f"book.workflows.no_{x}") for x in ("workflows", "timers", "remedies")))
        return c.chapter("9", "workflows", say("book.missing.head"), (wanted, _loads(c)), queries=QUERIES)
    blocks = (_procedures(c, found), _timers(c, found), _remedies(c, found), _missing(c, found))
    return c.chapter("9", "workflows", _heading(found), blocks, lead=_lead(found), queries=QUERIES)


def _heading(found: Workflows) -> Text:
    steps = sum(len(w.steps) for w in found.workflows)
    return say("book.workflows.head", n=len(found.workflows), of=len(PROCESSES), steps=steps)


def _lead(found: Workflows) -> Text | None:
    first = next((t for t in found.timers if t.clock == "acknowledge" and t.severity in (0, 3)), None)
    return None if first is None else say("book.workflows.lead", time=_time(first))


def _expected(c: Book, process: str) -> Text | None:
    """Cases the study lets one expect of a procedure; None where the ledger cannot tell."""
    d = c.diagnosis
    recent = [m.new for m in d.movement.months[-12:]]
    match process:
        case "screening":
            return say("book.workflows.load_screening", n=d.base.customers)
        case "acquisition" if recent:
            return say("book.workflows.load_acquisition", n=round(sum(recent) / len(recent)))
        case "loyalty":
            return say("book.workflows.load_loyalty", n=c.made.customers)
        case "wastage" if known(d.wastage.expected_lost_next_90):
            return say("book.workflows.load_wastage", n=round(d.wastage.expected_lost_next_90.mean))
        case "complaints" if "complaints" in d.provenance.tables:
            return say("book.workflows.load_complaints", n=_answered(c))
    return None


def _answered(c: Book) -> int:
    """Customers whose open complaint the plan answers."""
    answers = {measure.id for measure in c.pack.measures if "complaints" in measure.needs}
    return sum(line.customers for line in c.made.lines if answers.intersection(line.measures))


def _loads(c: Book) -> Table:
    """What comes through each procedure, as far as the study can tell."""
    columns = (Column(say("book.workflows.process"), share=1.2), Column(say("book.workflows.load"), share=2.4))
    rows: list[tuple[Cell, ...]] = [
        (Words(say(f"book.workflows.is_{x}"), strong=True), _load(_expected(c, x))) for x in PROCESSES
    ]
    return Table(say("book.workflows.loads"), columns, tuple(rows))


def _load(said: Text | None) -> Cell:
    return Words(said) if said is not None else Unknown(say("book.workflows.uncounted"))


def _procedures(c: Book, found: Workflows) -> Block | None:
    order = {name: i for i, name in enumerate(PROCESSES)}
    items = tuple(_entry(c, w) for w in sorted(found.workflows, key=lambda w: order[w.process]))
    return c.stated(Workflows, Entries(say("book.workflows.procedures"), items)) if items else None


def _entry(c: Book, w: Workflow) -> Entry:
    columns = (
        Column(say("book.workflows.state"), share=1.2),
        Column(say("book.workflows.who"), share=1.2),
        Column(say("book.workflows.does"), share=3.0),
        Column(say("book.workflows.proof"), share=1.8),
    )
    rows: list[tuple[Cell, ...]] = [
        (words(s.state, strong=True), words(s.who), words(s.does), words(s.proof) if s.proof else Unknown())
        for s in w.steps
    ]
    caption = say("book.workflows.steps")
    return Entry(
        title=say(f"book.workflows.is_{w.process}"),
        subtitle=local(w.purpose),
        pills=(),
        facts=(
            (say("book.workflows.owner"), words(w.owner)),
            (say("book.workflows.judged"), words(w.judged_by)),
            (say("book.workflows.load"), _load(_expected(c, w.process))),
            (say("book.workflows.way"), Words(chain([s.state for s in w.steps]))),
        ),
        points=(),
        table=Table(caption, columns, tuple(rows)),
    )


def _time(t: Timer) -> Text:
    kind = "working" if t.working and t.unit != "percent" else "plain"
    n = round(t.amount) if t.amount == round(t.amount) else 2
    return say(
        f"book.workflows.{t.unit}_{kind}", n=n, amount=Number(t.amount, 0 if float(t.amount).is_integer() else 1)
    )


def _timers(c: Book, found: Workflows) -> Block | None:
    columns = (
        (say("book.workflows.clock"), 2.2),
        (say("book.workflows.severity"), 2.0),
        (say("book.workflows.time"), 1.4),
        (say("book.workflows.pause"), 1.4),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say(f"book.workflows.clock_{t.clock}"), strong=True),
            Words(say(f"book.workflows.severity_{t.severity}")),
            Words(_time(t)),
            Pill(say("book.workflows.pauses")) if t.pauses else Pill(say("book.workflows.runs"), "accent"),
        )
        for t in found.timers
    ]
    return table(c, Workflows, say("book.workflows.timers"), columns, rows, say("book.workflows.timers_note"))


def _remedies(c: Book, found: Workflows) -> Block | None:
    columns = (
        (say("book.workflows.rung"), 0.7),
        (say("book.workflows.remedy"), 2.0),
        (say("book.workflows.fits"), 2.6),
        (say("book.workflows.authority"), 1.5),
    )
    rows: list[tuple[Cell, ...]] = [
        (Pill(str(r.rung)), words(r.remedy, strong=True), words(r.fits), words(r.authority)) for r in found.remedies
    ]
    return table(c, Workflows, say("book.workflows.ladder"), columns, rows, say("book.workflows.ladder_note"))


def _missing(c: Book, found: Workflows) -> Block | None:
    there = {w.process for w in found.workflows}
    lacking = tuple(say(f"book.workflows.is_{p}") for p in PROCESSES if p not in there)
    return c.missing(
        FILE,
        *gaps(
            c,
            found,
            say("book.workflows.no_process", names=Listing(lacking)) if lacking else None,
            None if found.timers else say("book.workflows.no_timers"),
            None if found.remedies else say("book.workflows.no_remedies"),
        ),
    )
