"""Formulate the strategy of one cycle: study and objectives in, the optimised plan with rivals and prices out.

cells -> draws -> options -> linear programme (targets first, then value) -> whole customers -> fresh draws.
The mathematics stands in the modules this one puts together: ``cells``, ``draws``, ``returns``, ``options``,
``allocate``, ``optimise``, ``judge``, ``rivals``, ``limits``; the words in ``explain``.
"""

from __future__ import annotations

from pathlib import Path

from regulars.analysis.diagnosis import Diagnosis
from regulars.base.progress import Progress, unwatched
from regulars.base.settings import Business
from regulars.base.text import say
from regulars.ledger.store import Reader
from regulars.packs.schema import Pack
from regulars.strategy.aims import sort_aims
from regulars.strategy.assemble import Subject, assemble
from regulars.strategy.cells import build_cells
from regulars.strategy.checked import check_names
from regulars.strategy.circumstances import given_of
from regulars.strategy.clauses import resolved
from regulars.strategy.facts import known_facts, no_show_rate
from regulars.strategy.mandate import check_mandate, with_mandate
from regulars.strategy.marks import marks_of
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
    solved = solve(
        cells.cells,
        business=aims.business,
        pack=pack,
        facts=facts,
        no_show=no_show,
        seed=seed,
        sizes=sizes,
        given=given,
        wants=marks.wants,
        diagnosis=diagnosis,
    )
    progress(say("strategy.step.report"), 2, 4)
    plan = assemble(
        solved,
        Subject(aims.business, pack, diagnosis.provenance, study_run, cells, facts, seed),
    )
    plan = with_mandate(plan, solved, business=business, aims=aims, pack=pack)
    progress(say("strategy.step.report"), 4, 4)
    return plan
