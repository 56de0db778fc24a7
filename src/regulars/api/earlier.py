"""The plan a new one has to stay near to: the newest of an earlier cycle, once the first is a year old."""

from __future__ import annotations

from datetime import date

from regulars.api.business import OpenBusiness
from regulars.api.runs import Run, is_finished, load_run
from regulars.base.errors import BadData, NotThere
from regulars.base.text import say
from regulars.strategy.circumstances import last_of, steadied
from regulars.strategy.plan import Plan
from regulars.strategy.rulebook import Last


def last_plan(business: OpenBusiness, today: date) -> Last | None:
    """The last plan as of ``today``, by the settings' ``steady``; None when the plan is free.

    Raises:
        NotThere: ``steady.last`` names a run that does not exist.
    """
    steady = business.settings.steady
    if steady.off:
        return None
    if steady.last:
        if not is_finished(business.runs / steady.last):
            raise NotThere(say("api.run.missing", run=steady.last), say("api.run.missing_hint"))
        return last_of(load_run(business.runs / steady.last, Plan).result, run=steady.last)
    found = sorted(_days(business), key=lambda one: (one[0], one[1]))
    months = business.settings.cycle_months
    if not found:
        return None
    for day, run in reversed(found):
        if steadied(first=found[0][0], last=day, today=today, cycle_months=months) and (plan := _read(business, run)):
            return last_of(plan.result, run=run)
    return None


def _days(business: OpenBusiness) -> list[tuple[date, str]]:
    """The day and name of every finished plan, read off its name (``plan-YYYY-MM-DD-...``)."""
    found = []
    for folder in business.runs.glob("plan-*"):
        try:
            day = date.fromisoformat(folder.name[5:15])
        except ValueError:
            continue
        if is_finished(folder) and not folder.name.endswith(".part"):
            found.append((day, folder.name))
    return found


def _read(business: OpenBusiness, run: str) -> Run[Plan] | None:
    try:
        return load_run(business.runs / run, Plan)
    except BadData:
        return None  # written by another version of the program: no plan to stay near to
