"""What every chapter is given: the run, the settings, and how this business says money, branches and names."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.screening import Screened
from regulars.base.settings import Business
from regulars.base.text import Local, Text, say
from regulars.packs.schema import Pack
from regulars.report import names
from regulars.report.document import Block, Footer, Section
from regulars.report.figures import Purse, then
from regulars.strategy.plan import Plan


@dataclass(frozen=True, slots=True)
class Context:
    """The material of a report. ``plan`` is None for a report on a study alone; ``screened`` are the scorecards run on
    the study."""

    diagnosis: Diagnosis
    plan: Plan | None
    business: Business
    pack: Pack
    screened: tuple[Screened, ...] = ()

    @property
    def purse(self) -> Purse:
        """The currency of the run."""
        return Purse(self.diagnosis.provenance.currency)

    def branch(self, id: str) -> Local:
        """A branch's name; its id where the settings do not know it."""
        for branch in self.business.branches:
            if branch.id == id or id in branch.also:
                return branch.label()
        return names.verbatim(id)

    def measure(self, id: str) -> Local:
        """A measure's name; its id where the pack does not have it."""
        for measure in self.pack.measures:
            if measure.id == id:
                return Local({str(k): v for k, v in measure.name.items()})
        return names.verbatim(id)

    def looked_back(self, lead: Text) -> Text:
        """The lead of a chapter whose figures end with the last whole month: with that day, where it is not today."""
        past = self.diagnosis.past
        if past is None or past >= self.diagnosis.provenance.as_of:
            return lead
        return then(lead, say("report.say.looked_back", day=past))

    def section(
        self,
        id: str,
        heading: Text,
        blocks: tuple[Block | None, ...],
        *,
        lead: Text | None = None,
        queries: tuple[str, ...] = (),
        cards: tuple[str, ...] = (),
    ) -> Section:
        """A section with its footer; blocks that have nothing to show (None) are left out."""
        p = self.diagnosis.provenance
        kept = tuple(name for name in queries if name in self.diagnosis.queries)
        footer = Footer(kept, p.as_of, p.data_version, cards) if queries or cards else None
        shown = tuple(block for block in blocks if block is not None)
        return Section(id, say(f"report.section.{id}"), heading, lead, shown, footer)
