"""Formulate the strategy of one cycle: study and objectives in, the optimised plan with rivals and prices out.

cells -> draws -> options -> linear programme (targets first, then value) -> whole customers -> fresh draws.
The mathematics stands in the modules this one puts together: ``cells``, ``draws``, ``returns``, ``options``,
``allocate``, ``optimise``, ``judge``, ``rivals``, ``limits``; the words in ``explain``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from regulars.analysis.diagnosis import Diagnosis
from regulars.base.errors import BadSettings
from regulars.base.progress import Progress, unwatched
from regulars.base.settings import Business
from regulars.base.text import say
from regulars.ledger.store import Reader
from regulars.packs.schema import Pack
from regulars.strategy.aims import Aims, sort_aims
from regulars.strategy.allocate import Given
from regulars.strategy.assemble import Subject, assemble
from regulars.strategy.believed import spreads_of
from regulars.strategy.cells import Cells, build_cells
from regulars.strategy.checked import check_names
from regulars.strategy.circumstances import given_of
from regulars.strategy.clauses import resolved
from regulars.strategy.facts import known_facts, no_show_rate
from regulars.strategy.mandate import check_mandate, with_mandate
from regulars.strategy.marks import marks_of
from regulars.strategy.optimise import Infeasible
from regulars.strategy.plan import Plan
from regulars.strategy.rulebook import Last
from regulars.strategy.solve import Sizes, solve


def formulate(
    reader: Reader,
    *,
    standings: Path,
    diagnosis: Diagnosis,
    business: Business,
    pack: Pack,
    study_run: str,
    seed: int = 1,
    progress: Progress = unwatched,
    sizes: Sizes | None = None,
    last: Last | None = None,
) -> Plan:
    """Formulate a plan from a study's standings. The same inputs and seed give the same plan.

    ``last`` is the plan of an earlier cycle to stay near to.

    Raises:
        BadSettings: a rule, clause, factor or interest test names something that is not there.
    """
    gathered = gather(
        reader,
        standings=standings,
        diagnosis=diagnosis,
        business=business,
        pack=pack,
        study_run=study_run,
        seed=seed,
        progress=progress,
        sizes=sizes,
        last=last,
    )
    return planned(gathered, progress=progress)


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a plan is solved from, read from ledger and study once: nothing of it depends on budget, hours or risk,
    so that a plan at other amounts needs no reading again (:func:`at_amounts`)."""

    business: Business
    pack: Pack
    diagnosis: Diagnosis
    study_run: str
    seed: int
    sizes: Sizes
    cells: Cells
    given: Given
    facts: frozenset[str]
    no_show: float
    aims: Aims
    wants: Mapping[str, int]


def gather(
    reader: Reader,
    *,
    standings: Path,
    diagnosis: Diagnosis,
    business: Business,
    pack: Pack,
    study_run: str,
    seed: int = 1,
    progress: Progress = unwatched,
    sizes: Sizes | None = None,
    last: Last | None = None,
) -> Gathered:
    """Read what a plan is made from. Raises as :func:`formulate`."""
    sizes = sizes or Sizes()
    check_mandate(business, pack)
    bound = resolved(business, pack)
    progress(say("strategy.step.cells"), 0, 4)
    check_names(business, pack)
    marks = marks_of(reader, business=bound, pack=pack, as_of=diagnosis.provenance.as_of)
    cells = build_cells(
        reader,
        standings,
        holdout=business.contact.holdout,
        assumed_permission=business.contact.assumed_permission,
        lost_90=diagnosis.wastage.expected_lost_next_90.mean,
        marking=marks.on if marks.asked else None,
    )
    given = given_of(reader, standings, cells, business=bound, marks=marks, last=last)
    facts = known_facts(reader, diagnosis)
    no_show = no_show_rate(reader, as_of=diagnosis.provenance.as_of)
    progress(say("strategy.step.options"), 1, 4)
    aims = sort_aims(bound, cells.cells, reader=reader, diagnosis=diagnosis, seed=seed, draws=sizes.report)
    return Gathered(business, pack, diagnosis, study_run, seed, sizes, cells, given, facts, no_show, aims, marks.wants)


def at_amounts(gathered: Gathered, *, business: Business) -> Gathered:
    """The same at the budget, the hours and the aversion to risk of ``business``."""
    amounts = {
        "budget": gathered.business.budget.model_copy(update={"amount": business.budget.amount}),
        "capacity": business.capacity,
        "branches": business.branches,
        "risk": business.risk,
    }
    aims = replace(gathered.aims, business=gathered.aims.business.model_copy(update=amounts))
    return replace(gathered, business=gathered.business.model_copy(update=amounts), aims=aims)


def planned(gathered: Gathered, *, progress: Progress = unwatched) -> Plan:
    """Solve what was gathered, and put it into words. Raises as :func:`formulate`."""
    g = gathered
    try:
        solved = solve(
            g.cells.cells,
            business=g.aims.business,
            pack=g.pack,
            facts=g.facts,
            no_show=g.no_show,
            seed=g.seed,
            sizes=g.sizes,
            spreads=spreads_of(g.diagnosis),
            given=g.given,
            wants=g.wants,
            diagnosis=g.diagnosis,
        )
    except Infeasible as error:  # what cannot be loosened contradicts itself: said in words, nothing is made
        raise BadSettings(say("strategy.contradiction"), say("strategy.contradiction_hint")) from error
    progress(say("strategy.step.report"), 2, 4)
    about = Subject(g.aims.business, g.pack, g.diagnosis.provenance, g.study_run, g.cells, g.facts, g.seed)
    plan = with_mandate(assemble(solved, about), solved, business=g.business, aims=g.aims, pack=g.pack)
    progress(say("strategy.step.report"), 4, 4)
    return plan
