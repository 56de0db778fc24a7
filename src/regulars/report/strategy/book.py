"""What every chapter of the strategy document is given, and how a chapter is put together.

A chapter is ``chapter(c: Book) -> Section``: the short answer first in words computed from data (``heading``,
``lead``), then picture and table, then what is missing. Its own words are ``book.<id>.*``: ``book.<id>.name`` is what
it is about, ``book.<id>.answers`` the question of the trade's competency standards that it answers, in plain words.
Every block with figures carries its source: the queries, day and data version they rest on, or the file in which a
person stated them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from regulars.base.inputs.common import InputFile
from regulars.base.inputs.files import Inputs, name_of
from regulars.base.text import Listing, Text, say
from regulars.report.context import Context
from regulars.report.document import (
    Block,
    Entries,
    Figure,
    Footer,
    Heading,
    KeyFigures,
    Missing,
    Points,
    Section,
    Table,
)
from regulars.report.strategy.past import Approval, Earlier
from regulars.strategy.plan import Plan
from regulars.strategy.plan_investments import Investments

#: So many queries are named beside a figure; the chapter's foot names all of them.
NAMED = 3


@dataclass(frozen=True, slots=True)
class Book(Context):
    """The material of the document: study, plan, what people stated, earlier cycles."""

    made: Plan = field(kw_only=True)
    plan_run: str = field(kw_only=True)
    inputs: Inputs = field(default_factory=Inputs, kw_only=True)
    approval: Approval = field(default_factory=Approval, kw_only=True)
    earlier: tuple[Earlier, ...] = field(default=(), kw_only=True)

    def chapter(
        self,
        number: str,
        id: str,
        heading: Text,
        blocks: tuple[Block | None, ...],
        *,
        lead: Text | None = None,
        queries: tuple[str, ...] = (),
        cards: tuple[str, ...] = (),
        planned: bool = False,
    ) -> Section:
        """A chapter. Blocks that have nothing to show (None) are left out; those without a source get the chapter's:
        its queries, or the plan's run where its figures are the plan's (``planned``)."""
        p = self.diagnosis.provenance
        kept = tuple(dict.fromkeys(name for name in queries if name in self.diagnosis.queries))
        footer = Footer(kept, p.as_of, p.data_version, tuple(dict.fromkeys(cards))) if kept or cards else None
        own = self.from_study(kept) if kept and not planned else self.from_plan()
        shown = tuple(sourced(block, own) for block in blocks if block is not None)
        name, answers = say(f"book.{id}.name"), say(f"book.{id}.answers")
        return Section(id, name, heading, lead, shown, footer, number, answers)

    def from_study(self, queries: tuple[str, ...]) -> Text:
        """The source of figures of the study: queries, day, data version."""
        p = self.diagnosis.provenance
        known = tuple(name for name in queries if name in self.diagnosis.queries)
        if not known:
            return say("book.source.study", day=p.as_of, version=p.data_version)
        names, more = Listing(known[:NAMED]), len(known) - NAMED
        if more > 0:
            return say("book.source.queries_more", queries=names, n=more, day=p.as_of, version=p.data_version)
        return say("book.source.queries", queries=names, n=len(known), day=p.as_of, version=p.data_version)

    def from_plan(self) -> Text:
        """The source of figures of the plan: its run, the query of the standings it was made from, day, version."""
        p = self.diagnosis.provenance
        return say("book.source.plan", run=self.plan_run, day=p.as_of, version=p.data_version)

    def from_file(self, kind: type[InputFile]) -> Text:
        """The source of what people stated: the file, who stands behind it and since when."""
        found = self.inputs.of(kind)
        if found is None or found.stated is None:
            return say("book.source.unconfirmed", file=name_of(kind))
        return say("book.source.stated", file=name_of(kind), by=found.stated.by, day=found.stated.on)

    def stated(self, kind: type[InputFile], block: Block) -> Block:
        """A block whose content people stated, with its source."""
        return sourced(block, self.from_file(kind))

    def missing(self, file: str, *items: Text | None) -> Missing | None:
        """What nobody has stated yet of a file, and how to state it; None where nothing is missing."""
        return self.lacking(*items, how=say("book.missing.how", file=file))

    def lacking(self, *items: Text | None, how: Text, title: Text | None = None) -> Missing | None:
        """What is not there yet for another reason, and how it comes to be there; None where nothing is missing."""
        wanted = tuple(item for item in items if item is not None)
        if not wanted:
            return None
        return Missing(title or say("book.missing.title"), wanted, how)

    def unconfirmed(self, kind: type[InputFile]) -> Text | None:
        """An item for :meth:`missing` where a file is still the starter that nobody stands behind."""
        found = self.inputs.of(kind)
        return say("book.missing.unconfirmed") if found is not None and found.stated is None else None

    def invested(self) -> Investments | None:
        """What was put into channels, service, loyalty and growth; None where nothing was."""
        found = self.made.investments
        return found if found is not None and (found.cost >= 1 or found.hours > 0) else None

    def owner(self, objective: str) -> str:
        """Who answers for an objective, as the mandate tells it; empty where nobody does."""
        if self.made.mandate is not None:
            return next((aim.owner for aim in self.made.mandate.aims if aim.objective == objective), "")
        return next((o.owner for o in self.business.objectives if o.id == objective), "")

    def due(self, objective: str) -> date | None:
        """By when an objective is to be reached."""
        if self.made.mandate is not None:
            return next((aim.by for aim in self.made.mandate.aims if aim.objective == objective), None)
        return next((o.by for o in self.business.objectives if o.id == objective), None)

    def part(self, section: Section | None, *, keep: tuple[type, ...] = (), most: int = 99) -> tuple[Block, ...]:
        """A section of the study's report as a part of a chapter: its answer, then its blocks with their sources.

        Args:
            keep: kinds of block that are taken over; all when empty.
            most: so many of them.
        """
        if section is None:
            return ()
        queries = section.footer.queries if section.footer else ()
        source = self.from_study(queries)
        blocks = [b for b in section.blocks if not keep or isinstance(b, keep)][:most]
        return (Heading(section.heading, section.lead), *(sourced(b, source) for b in blocks))


def sourced(block: Block, source: Text) -> Block:
    """A block with its source, where it has figures and does not say one itself."""
    if isinstance(block, Figure | Table | KeyFigures | Points | Entries) and block.source is None:
        return replace(block, source=source)
    return block


def queries_of(*sections: Section | None) -> tuple[str, ...]:
    """All queries that sections rest on, each once."""
    return tuple(dict.fromkeys(q for s in sections if s is not None and s.footer is not None for q in s.footer.queries))


def cards_of(*sections: Section | None) -> tuple[str, ...]:
    """All method cards that sections point to, each once."""
    return tuple(dict.fromkeys(q for s in sections if s is not None and s.footer is not None for q in s.footer.cards))
