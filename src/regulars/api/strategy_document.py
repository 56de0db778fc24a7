"""The strategy document: the newest plan, its study and what people stated, as one book in a language and a format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from regulars.analysis.diagnosis import Diagnosis
from regulars.api.business import OWN_PACK, OpenBusiness
from regulars.api.formats import DocumentFormat, rendered, written
from regulars.api.reporting import newest_plan
from regulars.api.runs import Run, is_finished, load_run
from regulars.api.strategies import PLAN, day_of, status
from regulars.base.errors import NotThere
from regulars.base.inputs.files import FILES, FOLDER, read_inputs
from regulars.base.inputs.form import form
from regulars.base.text import say
from regulars.packs.load import pack_folder
from regulars.packs.starters import starter
from regulars.report.strategy.book import Book
from regulars.report.strategy.build import build_strategy
from regulars.report.strategy.past import Approval, Earlier, Judged
from regulars.strategy.plan import Plan
from regulars.strategy.plan_measured import Measurement


@dataclass(frozen=True)
class WrittenDocument:
    """A strategy document on disk. ``stated`` are the files of ``strategy/`` it read, ``unstated`` those not there."""

    path: Path
    language: str
    format: DocumentFormat
    study_run: str
    plan_run: str
    stated: tuple[str, ...]
    unstated: tuple[str, ...]


def write_strategy_document(
    business: OpenBusiness, *, language: str = "en", format: DocumentFormat = "html", out: Path | None = None
) -> WrittenDocument:
    """Write the strategy document of the newest plan, chapters 0 to 16 and the annexes.

    Raises:
        NotThere: nothing has been formulated from the newest study.
        BadSettings: a file of ``strategy/`` cannot be read; the message names file and key.
        UnknownLanguage: the product does not speak ``language``.
    """
    plan = newest_plan(business)
    if plan is None:
        raise NotThere(say("book.fault.no_plan"), say("book.fault.no_plan_hint"))
    book = open_book(business, plan)
    content = rendered(build_strategy(book), language=language, format=format)
    path = out or business.reports / f"strategy-{language}.{format}"
    written(path, content)
    unstated = tuple(name for name in FILES if name not in book.inputs.files)
    return WrittenDocument(path, language, format, plan.result.study_run, plan.id, tuple(book.inputs.files), unstated)


def open_book(business: OpenBusiness, plan: Run[Plan]) -> Book:
    """All that the chapters are given. Raises as :func:`write_strategy_document`."""
    study = load_run(business.runs / plan.result.study_run, Diagnosis)
    return Book(
        diagnosis=study.result,
        plan=plan.result,
        business=business.settings,
        pack=business.pack,
        made=plan.result,
        plan_run=plan.id,
        inputs=read_inputs(business.folder),
        approval=_approval(business, plan.id),
        earlier=earlier_plans(business, plan.result),
    )


def earlier_plans(business: OpenBusiness, plan: Plan) -> tuple[Earlier, ...]:
    """Plans of earlier cycles, the newest first: of days at least a cycle before; of one day the last one made."""
    found: dict[date, Path] = {}
    for folder in sorted(business.runs.glob("plan-*"), key=lambda f: f.stat().st_mtime_ns):
        day = _day_of(folder.name)
        if day is not None and is_finished(folder) and months_between(day, plan.provenance.as_of) >= plan.cycle_months:
            found[day] = folder
    outcomes = _outcomes(business)
    return tuple(
        Earlier(found[day].name, load_run(found[day], Plan).result, outcomes.get(found[day].name))
        for day in sorted(found, reverse=True)
    )


def _outcomes(business: OpenBusiness) -> dict[str, Measurement]:
    """The newest measurement of every plan, by the plan's run."""
    found: dict[str, Measurement] = {}
    for folder in sorted(business.runs.glob("outcome-*"), key=lambda f: f.stat().st_mtime_ns):
        if is_finished(folder):
            result = load_run(folder, Measurement).result
            found[result.plan_run] = result
    return found


def _approval(business: OpenBusiness, plan: str) -> Approval:
    """Where the plan stands, from the journal of strategies."""
    found, zone = status(business, plan=plan), ZoneInfo(business.settings.zone)
    names = {PLAN: say("book.decision.the_plan"), **{a.id: a.name for a in found.alternatives}}
    judged = tuple(
        Judged(names.get(j.about, j.about), j.verdict, j.reason, j.by, day_of(j.at, zone)) for j in found.judgements
    )
    blocks = tuple(block.text for block in found.blocks)
    current = found.in_force
    if current is None or current.plan != plan:
        return Approval(judged=judged, waits_for=found.waits_for, blocks=blocks)
    at = day_of(current.approved_at, zone)
    return Approval(current.approved_by, at, current.reason, current.version, judged, found.waits_for, blocks)


def _day_of(run: str) -> date | None:
    try:
        return date.fromisoformat(run.removeprefix("plan-")[:10])
    except ValueError:
        return None


def months_between(first: date, last: date) -> int:
    """Whole months from ``first`` to ``last``, negative where it lies after it."""
    return 12 * (last.year - first.year) + last.month - first.month - (last.day < first.day)


def write_starters(business: OpenBusiness) -> tuple[Path, ...]:
    """Put starter files into ``strategy/`` of the business folder, where there is none of that name yet.

    The trade's own or the one all trades share, else an empty form. Returns the files written. They state nothing in
    anybody's name: the document marks them as unconfirmed.
    """
    own = business.folder / OWN_PACK
    shelf = pack_folder(own if own.is_dir() else business.settings.pack)
    made = []
    for name, kind in FILES.items():
        goal = business.folder / FOLDER / f"{name}.toml"
        if not goal.exists():
            content = starter(business.pack, folder=shelf, name=name)
            written(goal, content or form(kind, name=f"{FOLDER}/{name}.toml").encode())
            made.append(goal)
    return tuple(made)
