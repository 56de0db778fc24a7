"""The rules by which kinds of relation are offered, for chapter 7, from ``strategy/relationships.toml``."""

from __future__ import annotations

from regulars.base.inputs.relationships import RELATIONS, Relationships
from regulars.base.text import Listing, say
from regulars.report import names
from regulars.report.document import Block, Cell, Words
from regulars.report.strategy.book import Book
from regulars.report.strategy.told import gaps, table, words

FILE = "strategy/relationships.toml"


def rules(c: Book) -> Block | None:
    """Who is offered which kind of relation, its promise and its measure, beside whom the plan offers it to."""
    found = c.inputs.of(Relationships)
    if found is None:
        return None
    columns = (
        (say("book.relations.kind"), 1.3),
        (say("book.relations.who"), 2.0),
        (say("book.relations.promise"), 2.0),
        (say("book.relations.judged"), 1.7),
        (say("book.relations.never"), 1.7),
    )
    order = {name: i for i, name in enumerate(RELATIONS)}
    rows: list[tuple[Cell, ...]] = []
    for rule in sorted(found.rules, key=lambda r: order[r.relation]):
        planned = sum(line.customers for line in c.made.lines if line.relationship == rule.relation)
        offered = say("book.relations.planned", n=planned) if planned else say("book.relations.unplanned")
        kind = Words(names.relationship(rule.relation), offered, strong=True)
        rows.append((kind, words(rule.who), words(rule.promise), words(rule.judged_by), words(rule.never)))
    return table(c, Relationships, say("book.relations.rules"), columns, rows, say("book.relations.note"))


def missing(c: Book) -> Block | None:
    """Kinds of relation without a rule."""
    found = c.inputs.of(Relationships)
    if found is None:
        return c.missing(FILE, say("book.relations.no_rules"))
    there = {r.relation for r in found.rules}
    lacking = tuple(names.relationship(x) for x in RELATIONS if x not in there)
    return c.missing(FILE, *gaps(c, found, say("book.relations.no_rule", names=Listing(lacking)) if lacking else None))
