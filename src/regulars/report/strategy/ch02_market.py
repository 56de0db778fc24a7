"""Chapter 2: the trade and how the business looks at its market, from ``strategy/market.toml``.

An example of a chapter whose facts come from people: nothing in it is invented, claims carry their dated source, what
is missing is listed with the way to supply it.
"""

from __future__ import annotations

from regulars.base.inputs.common import Claim, in_one_language, local
from regulars.base.inputs.market import Development, Factor, Judgement, Market
from regulars.base.text import Number, Text, say
from regulars.report.chapters import mandate
from regulars.report.document import (
    Bar,
    Block,
    Cell,
    Column,
    KeyFigure,
    KeyFigures,
    Pill,
    Section,
    Table,
    Words,
)
from regulars.report.figures import plain, then
from regulars.report.strategy.book import Book

FILE = "strategy/market.toml"
#: Best score of a statement of the self-assessment.
MOST = 5


def chapter(c: Book) -> Section:
    """What the trade is like, what is new in it, what bears on the plan, how the business is oriented."""
    found = c.inputs.of(Market)
    if found is None:
        wanted = c.missing(FILE, *(say(f"book.market.no_{part}") for part in ("traits", "new", "factors", "scores")))
        return c.chapter(
            "2", "market", say("book.missing.head"), (_own(c), _planned(c), wanted), queries=("cohorts", "newcomers")
        )
    blocks: tuple[Block | None, ...] = (
        _own(c),
        _claims(c, found.traits, say("book.market.traits")),
        _developments(c, found.developments),
        _factors(c, found.factors),
        _planned(c),
        _orientation(c, found.orientation),
        _missing(c, found),
    )
    return c.chapter("2", "market", _heading(found), blocks, lead=_lead(c, found), queries=("cohorts", "newcomers"))


def _heading(found: Market) -> Text:
    if not found.orientation:
        return say("book.market.head_plain", n=len(found.developments), factors=len(found.factors))
    score = sum(j.score for j in found.orientation) / len(found.orientation)
    return say("book.market.head", score=Number(score, 1), n=len(found.developments))


def _lead(c: Book, found: Market) -> Text | None:
    said = []
    weakest = min(found.orientation, key=lambda j: j.score, default=None)
    if weakest is not None and weakest.score < MOST:
        said.append(say("book.market.weakest", statement=local(weakest.statement), score=weakest.score))
    old = sum(claim.old(c.diagnosis.provenance.as_of) for claim in (*found.traits, *found.developments))
    if old:
        said.append(say("book.market.old", n=old))
    return then(*said) if said else None


def _own(c: Book) -> KeyFigures | None:
    """The business beside the trade where both are counted alike: the one part of the chapter that is computed."""
    cohorts = c.diagnosis.cohorts
    if cohorts.newcomers_returned is None or cohorts.benchmark is None:
        return None
    own = say("book.market.own", n=round(cohorts.newcomers_returned * 100), days=cohorts.returned_within_days)
    trade = say("book.market.trade", n=round(cohorts.benchmark * 100))
    figure = KeyFigure(say("book.market.newcomers"), own, trade, plain(cohorts.benchmark_source))
    return KeyFigures((figure,), c.from_study(("cohorts", "newcomers")))


def _source(c: Book, claim: Claim) -> Words:
    pills = (Pill(say("book.market.is_old"), "warn"),) if claim.old(c.diagnosis.provenance.as_of) else ()
    shown = say("book.market.source", title=claim.source.title, where=claim.source.where, day=claim.source.on)
    return Words(shown, pills=pills)


def _claims(c: Book, claims: tuple[Claim, ...], caption: Text) -> Block | None:
    if not claims:
        return None
    columns = (Column(say("book.market.claim"), share=3.0), Column(say("book.market.from"), share=2.0))
    rows: list[tuple[Cell, ...]] = [(Words(local(x.text)), _source(c, x)) for x in claims]
    return c.stated(Market, Table(caption, columns, tuple(rows)))


def _developments(c: Book, found: tuple[Development, ...]) -> Block | None:
    if not found:
        return None
    columns = (
        Column(say("book.market.claim"), share=2.4),
        Column(say("book.market.means"), share=2.4),
        Column(say("book.market.from"), share=1.8),
    )
    newest = sorted(found, key=lambda d: d.source.on, reverse=True)
    rows: list[tuple[Cell, ...]] = [(Words(local(x.text)), Words(local(x.means)), _source(c, x)) for x in newest]
    return c.stated(Market, Table(say("book.market.new"), columns, tuple(rows)))


def _factors(c: Book, found: tuple[Factor, ...]) -> Block | None:
    if not found:
        return None
    columns = (
        Column(say("book.market.kind"), share=1.0),
        Column(say("book.market.factor"), share=2.6),
        Column(say("book.market.watch"), share=2.6),
    )
    rows: list[tuple[Cell, ...]] = [
        (Words(say(f"book.market.kind_{x.kind}"), strong=True), Words(local(x.text)), Words(local(x.watch)))
        for x in found
    ]
    return c.stated(Market, Table(say("book.market.factors"), columns, tuple(rows)))


def _planned(c: Book) -> Block | None:
    """The factors of business.toml that decisions of the plan rest on."""
    return mandate.factors(c, c.made.mandate) if c.made.mandate is not None else None


def _orientation(c: Book, found: tuple[Judgement, ...]) -> Block | None:
    if not found:
        return None
    columns = (
        Column(say("book.market.about"), share=1.2),
        Column(say("book.market.statement"), share=2.4),
        Column(say("book.market.score"), share=1.3),
        Column(say("book.market.evidence"), share=2.4),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Words(say(f"book.market.about_{x.about}"), strong=True),
            Words(local(x.statement)),
            Bar(x.score / MOST, say("book.market.of_five", score=x.score)),
            Words(local(x.evidence)),
        )
        for x in found
    ]
    return c.stated(Market, Table(say("book.market.orientation"), columns, tuple(rows), say("book.market.scale")))


def _missing(c: Book, found: Market) -> Block | None:
    single = in_one_language(found)
    return c.missing(
        FILE,
        None if found.traits else say("book.market.no_traits"),
        None if found.developments else say("book.market.no_new"),
        None if found.factors else say("book.market.no_factors"),
        None if found.orientation else say("book.market.no_scores"),
        say("book.missing.one_language", n=single) if single else None,
        c.unconfirmed(Market),
    )
