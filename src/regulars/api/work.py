"""Study and formulate: from the ledger to immutable runs."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import get_args

import ibis

from regulars.analysis.costs import Costs
from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.memory import Memory, program
from regulars.analysis.study import study as study_ledger
from regulars.api.business import OpenBusiness
from regulars.api.earlier import last_plan
from regulars.api.lately import recall, remember
from regulars.api.runs import CACHE, Run, digest_of, is_finished, latest_run, load_run, new_run, write_document
from regulars.api.what_if import WhatIf, changed
from regulars.base.errors import BadData, BadSettings, NotThere
from regulars.base.progress import Progress, unwatched
from regulars.base.settings import Engine
from regulars.base.text import Listing, say
from regulars.ledger.store import Reader
from regulars.strategy.formulate import formulate as formulate_plan
from regulars.strategy.plan import Plan
from regulars.strategy.rulebook import Last

#: Names the engine where neither the call does; ``business.toml`` where this does not either.
ENGINE = "REGULARS_ENGINE"
#: How many of the lines may be dated later than today and still be taken for slips.
_SLIPS = 0.01
#: Beside those of a study: the floors of the program that a plan is made by.
_PLANNING = ("privacy", "trial", "strategy")


def study(
    business: OpenBusiness,
    *,
    as_of: date | None = None,
    today: date | None = None,
    fresh: bool = False,
    full: bool = False,
    engine: str | None = None,
    costs: Costs | None = None,
    progress: Progress = unwatched,
) -> Run[Diagnosis]:
    """Study the customer base as it was at the end of ``as_of`` (when not given the ledger's last day, by
    :func:`last_day` not later than ``today``).

    The same day, data, settings and program give the same run, which is reused unless ``fresh``. What earlier studies
    found of a past in which nothing has changed since is taken from ``runs/.cache`` (the run's ``recalled``);
    ``full`` computes that again too. ``engine`` ("duckdb" or "spark") changes how it is computed, and none of these
    what comes out.
    ``costs`` is filled with what each part took (with nothing where the run is reused).

    Raises:
        BadData: the ledger holds no sales up to that day, or none with an identified customer.
        EngineMissing: the engine is not installed here.
        BadSettings: there is no such engine.
    """
    with business.ledger.read(engine=chosen_engine(business, engine)) as reader:
        day = as_of or last_day(reader, today)
        rests_on = (business.settings.deciding(), business.pack.model_dump(mode="json"))
        id = f"study-{day.isoformat()}-v{reader.version.number}-{digest_of(*rests_on, program())}"
        memory = Memory.of(business.runs / CACHE, engine=reader.engine, settings=rests_on, again=full)
        if not (fresh or full) and is_finished(business.runs / id):
            return load_run(business.runs / id, Diagnosis)
        with new_run(business.runs, id) as folder:
            result = study_ledger(
                reader,
                business=business.settings,
                pack=business.pack,
                as_of=day,
                standings=folder / "standings.parquet",
                costs=costs,
                memory=memory,
                progress=progress,
            )
            _write_queries(folder, result.queries)
            write_document(folder, result)
    return Run(id, business.runs / id, result, recalled=tuple(memory.recalled))


def chosen_engine(business: OpenBusiness, name: str | None = None) -> Engine:
    """The engine by name, else by environment, else by the business's settings. Raises BadSettings as :func:`study`."""
    wanted = name or os.environ.get(ENGINE) or business.settings.engine.name
    known = get_args(Engine.model_fields["name"].annotation)
    if wanted not in known:
        text = say("store.engine.unknown", engine=wanted)
        raise BadSettings(text, say("store.engine.unknown_hint", engines=Listing(known)))
    return business.settings.engine.model_copy(update={"name": wanted})


def last_day(reader: Reader, today: date | None = None) -> date:
    """The last business day with a sale: the default ``as_of``.

    A few sales later than ``today`` (one in a hundred lines at most) are slips of the year: counted, a single one
    would make every customer look long gone, so the last day until today is taken. More of them mean that the clock
    is wrong, not the ledger. Raises BadData when there is no sale.
    """
    sales = reader.table("sales")
    later = sales.day > ibis.literal(today or date.max)
    found = reader.arrow(
        sales.aggregate(
            last=sales.day.max(), until=sales.day.max(where=~later), later=later.sum(), lines=sales.day.count()
        )
    ).to_pylist()[0]
    if found["last"] is None:
        raise BadData(say("api.study.empty"), say("api.study.empty_hint"))
    slips = found["until"] is not None and found["later"] <= _SLIPS * found["lines"]
    return date.fromisoformat(str(found["until"] if slips else found["last"])[:10])


def lines_after(business: OpenBusiness, day: date) -> int:
    """How many sale lines are dated later than ``day``."""
    with business.ledger.read() as reader:
        sales = reader.table("sales")
        found = reader.arrow(sales.aggregate(lines=(sales.day > day).sum())).to_pylist()[0]
    return int(found["lines"] or 0)


def latest_study(business: OpenBusiness) -> Run[Diagnosis]:
    """The newest study of the business. Raises NotThere when there is none."""
    found = latest_run(business.runs, "study")
    if found is None:
        raise NotThere(say("api.study.none"), say("api.study.none_hint"))
    return load_run(found, Diagnosis)


def formulate(
    business: OpenBusiness,
    *,
    study_run: Run[Diagnosis] | None = None,
    seed: int = 1,
    fresh: bool = False,
    what_if: WhatIf | None = None,
    progress: Progress = unwatched,
) -> Run[Plan]:
    """Formulate a plan from a study (the newest when not given). Same study, settings, last plan and seed: same plan.

    With ``what_if`` settings are changed for this plan alone; its run is named ``what-if-...`` and is no plan of the
    business: reports and later cycles do not see it.

    Raises:
        NotThere: the business has not been studied, or ``steady.last`` names no run.
        BadSettings: a rule or a change names what does not exist.
    """
    kind = "what-if" if what_if else "plan"
    business = changed(business, what_if) if what_if else business
    base = study_run or latest_study(business)
    last = last_plan(business, base.result.provenance.as_of)
    id = plan_id(business, study=base.id, seed=seed, last=last, kind=kind)
    if not fresh and is_finished(business.runs / id):
        return load_run(business.runs / id, Plan)
    with business.ledger.read() as reader, new_run(business.runs, id) as folder:
        plan = formulate_plan(
            reader,
            standings=base.standings,
            diagnosis=base.result,
            business=business.settings,
            pack=business.pack,
            study_run=base.id,
            seed=seed,
            progress=progress,
            last=last,
        )
        write_document(folder, plan)
    return Run(id, business.runs / id, plan)


def plan_id(business: OpenBusiness, *, study: str, seed: int, last: Last | None, kind: str = "plan") -> str:
    """The run id of the plan that these settings, this pack, the last plan and this program make of a study."""
    parts: list[object] = [business.settings.deciding(), business.pack.model_dump(mode="json"), seed]
    parts.append(program(*_PLANNING))
    return f"{kind}-{study.removeprefix('study-')}-{digest_of(*parts, *([last.run] if last else []))}"


def weigh(business: OpenBusiness, *, seed: int = 1, progress: Progress = unwatched) -> Plan:
    """The plan these settings would make of the newest study; nothing is kept. Raises as :func:`formulate`."""
    base = latest_study(business)
    last = last_plan(business, base.result.provenance.as_of)
    id = plan_id(business, study=base.id, seed=seed, last=last)
    if (known := recall(business, id)) is not None:
        return known
    with business.ledger.read() as reader:
        plan = formulate_plan(
            reader,
            standings=base.standings,
            diagnosis=base.result,
            business=business.settings,
            pack=business.pack,
            study_run=base.id,
            seed=seed,
            last=last,
            progress=progress,
        )
    remember(business, id, plan)
    return plan


def _write_queries(folder: Path, queries: dict[str, str]) -> None:
    into = folder / "queries"
    into.mkdir()
    for name, sql in queries.items():
        (into / f"{name}.sql").write_text(sql + "\n", encoding="utf-8")
