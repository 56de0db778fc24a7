"""Chapter 6: the service as it is designed, judged by four audiences, and improved, from ``strategy/service.toml``.

The components of the package follow Fitzsimmons, the process matrix Schmenner (1986), dimensions and gaps Parasuraman,
Zeithaml and Berry (1985, 1988); what customers perceive is asked as Cronin and Taylor (1992) have it, expectation
beside it where it was asked.
"""

from __future__ import annotations

from datetime import date

from regulars.base.inputs.common import local
from regulars.base.inputs.service import AUDIENCES, COMPONENTS, Audit, Score, Service
from regulars.base.text import Listing, Number, Text, say
from regulars.report.chapters import hygiene
from regulars.report.document import (
    Amount,
    Bar,
    Block,
    Cell,
    Column,
    Figure,
    KeyFigures,
    Pill,
    Section,
    Table,
    Unknown,
    Words,
)
from regulars.report.figures import part, then
from regulars.report.strategy.book import Book, cards_of, queries_of
from regulars.report.strategy.process_matrix import picture
from regulars.report.strategy.told import gaps, table, words

FILE = "strategy/service.toml"
#: Answers between 1 and 5 cannot spread more than this (half their range: Popoviciu), whatever they are.
MOST_SPREAD = 2.0


def chapter(c: Book) -> Section:
    """The package, the matrix, what audiences say, the gaps, the benchmarks, what is being improved."""
    found = c.inputs.of(Service)
    kept = hygiene.chapter(c)
    own = (_best_branch(c), *c.part(kept, keep=(KeyFigures, Figure), most=2))
    queries = ("branches", *queries_of(kept))
    if found is None:
        parts = ("package", "lines", "audits", "scores", "gaps", "projects")
        wanted = c.missing(FILE, *(say(f"book.service.no_{name}") for name in parts))
        return c.chapter(
            "6", "service", say("book.missing.head"), (wanted, *own), queries=queries, cards=cards_of(kept)
        )
    blocks: tuple[Block | None, ...] = (
        _package(c, found),
        picture(c, found.lines) if found.lines else None,
        _scores(c, found.scores),
        _gaps(c, found),
        _audits(c, found.audits),
        *own,
        _projects(c, found),
        _missing(c, found),
    )
    return c.chapter(
        "6", "service", _heading(found), blocks, lead=_lead(c, found), queries=queries, cards=cards_of(kept)
    )


def latest(scores: tuple[Score, ...]) -> tuple[Score, ...]:
    """The newest answers on each dimension."""
    newest = {s.dimension: s for s in sorted(scores, key=lambda s: s.on)}
    return tuple(newest.values())


def _heading(found: Service) -> Text:
    scores = latest(found.scores)
    if not scores:
        return say("book.service.head_unasked", n=len(found.package))
    whole = sum(s.perceived * s.n for s in scores) / sum(s.n for s in scores)
    worst = min(scores, key=lambda s: s.perceived)
    return say("book.service.head", score=Number(whole, 1), worst=say(f"book.service.dim_{worst.dimension}"))


def _lead(c: Book, found: Service) -> Text | None:
    today = c.diagnosis.provenance.as_of
    held = [a for a in found.audits if a.on is not None and not _due(a, today)]
    said = [say("book.service.lead_audits", n=len({a.audience for a in held}), of=len(AUDIENCES))]
    if found.projects:
        said.append(say("book.service.lead_projects", n=len(found.projects)))
    return then(*said)


def _due(audit: Audit, today: date) -> bool:
    """Whether an audit was never held, or longer ago than it should be."""
    if audit.on is None:
        return True
    return 12 * (today.year - audit.on.year) + today.month - audit.on.month > audit.every_months


def _package(c: Book, found: Service) -> Block | None:
    columns = (
        (say("book.service.component"), 1.2),
        (say("book.service.part"), 2.4),
        (say("book.service.standard"), 2.6),
    )
    order = {name: i for i, name in enumerate(COMPONENTS)}
    rows: list[tuple[Cell, ...]] = [
        (Words(say(f"book.service.part_{p.component}"), strong=True), words(p.text), words(p.standard))
        for p in sorted(found.package, key=lambda p: order[p.component])
    ]
    return table(c, Service, say("book.service.package"), columns, rows, say("book.service.package_note"))


def _scores(c: Book, scores: tuple[Score, ...]) -> Block | None:
    columns = (
        (say("book.service.dimension"), 1.5),
        (say("book.service.answers_n"), 0.8),
        (say("book.service.perceived"), 1.8),
        (say("book.service.gap_five"), 1.1),
        (say("book.service.gap_one"), 1.1),
        (say("book.service.unsure"), 1.0),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say(f"book.service.dim_{s.dimension}"), say("book.service.asked_on", day=s.on), strong=True),
            Amount(s.n),
            Bar((s.perceived - 1) / 4, say("book.service.of_five", score=Number(s.perceived, 1))),
            _gap(None if s.expected is None else s.perceived - s.expected),
            _gap(None if s.guessed is None else s.guessed - s.perceived),
            Amount(say("book.service.within", by=Number(1.96 * MOST_SPREAD / s.n**0.5, 1))),
        )
        for s in sorted(latest(scores), key=lambda s: s.perceived)
    ]
    return table(c, Service, say("book.service.scores"), columns, rows, say("book.service.scores_note"))


def _gap(value: float | None) -> Cell:
    return Unknown(say("book.service.not_asked")) if value is None else Amount(Number(value, 1))


def _gaps(c: Book, found: Service) -> Block | None:
    columns = (
        (say("book.service.gap"), 1.5),
        (say("book.service.finding"), 2.4),
        (say("book.service.action"), 2.4),
        (say("book.service.owner"), 1.1),
    )
    rows: list[tuple[Cell, ...]] = [
        (Words(say(f"book.service.gap_{g.gap}"), strong=True), words(g.found), words(g.action), words(g.owner))
        for g in sorted(found.gaps, key=lambda g: g.gap)
    ]
    return table(c, Service, say("book.service.gaps"), columns, rows)


def _audits(c: Book, audits: tuple[Audit, ...]) -> Block | None:
    columns = (
        (say("book.service.audience"), 1.0),
        (say("book.service.scope"), 2.2),
        (say("book.service.method"), 2.2),
        (say("book.service.every"), 1.1),
        (say("book.service.last_held"), 1.9),
    )
    today = c.diagnosis.provenance.as_of
    order = {name: i for i, name in enumerate(AUDIENCES)}
    rows: list[tuple[Cell, ...]] = []
    for a in sorted(audits, key=lambda a: order[a.audience]):
        every = Words(say("book.service.months", n=a.every_months), local(a.owner))
        held: Cell = Pill(say("book.service.never"), "warn")
        if a.on is not None:
            late = (Pill(say("book.service.late"), "warn"),) if _due(a, today) else ()
            held = Words(say("book.service.on", day=a.on), local(a.found) if a.found else None, pills=late)
        rows.append(
            (Words(say(f"book.service.aud_{a.audience}"), strong=True), words(a.scope), words(a.method), every, held)
        )
    return table(c, Service, say("book.service.audits"), columns, rows, say("book.service.audits_note"))


def _best_branch(c: Book) -> Table | None:
    """The business's own best branch as benchmark of the others: share of its customers who are active."""
    found = [b for b in c.diagnosis.branches if b.customers]
    if len(found) < 2:
        return None
    shares = {b.branch: part(b.active, b.customers) for b in found}
    best = max(shares.values())
    columns = (
        Column(say("book.strategy.branch"), share=1.6),
        Column(say("report.axis.customers"), "right", 1.0),
        Column(say("book.service.active"), share=2.0),
        Column(say("book.service.behind"), "right", 1.2),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(c.branch(b.branch), strong=shares[b.branch] == best),
            Amount(b.customers),
            Bar(shares[b.branch], say("book.service.in_hundred", n=round(100 * shares[b.branch]))),
            Amount(Number(100 * (best - shares[b.branch]), 0) if shares[b.branch] < best else say("book.service.best")),
        )
        for b in sorted(found, key=lambda b: -shares[b.branch])
    ]
    caption, note = say("book.service.branches"), say("book.service.branches_note")
    return Table(caption, columns, tuple(rows), note, source=c.from_study(("branches",)))


def _projects(c: Book, found: Service) -> Block | None:
    columns = (
        (say("book.service.project"), 2.4),
        (say("book.service.stage"), 0.8),
        (say("book.service.proof"), 2.4),
        (say("book.service.owner"), 1.3),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            words(p.name, strong=True),
            Pill(say(f"book.service.stage_{p.stage}"), "accent"),
            words(p.proof),
            Words(local(p.owner), say("book.service.by", day=p.by) if p.by else None),
        )
        for p in found.projects
    ]
    return table(c, Service, say("book.service.projects"), columns, rows)


def _missing(c: Book, found: Service) -> Block | None:
    unheard = tuple(say(f"book.service.aud_{a}") for a in AUDIENCES if a not in {x.audience for x in found.audits})
    bare = tuple(say(f"book.service.part_{p}") for p in COMPONENTS if p not in {x.component for x in found.package})
    return c.missing(
        FILE,
        *gaps(
            c,
            found,
            say("book.service.no_package") if not found.package else None,
            say("book.service.no_component", parts=Listing(bare)) if found.package and bare else None,
            None if found.lines else say("book.service.no_lines"),
            say("book.service.no_audience", audiences=Listing(unheard)) if unheard else None,
            None if found.scores else say("book.service.no_scores"),
            None if found.gaps else say("book.service.no_gaps"),
            None if found.projects else say("book.service.no_projects"),
        ),
    )
