"""Plans of a business: which there are, and how two of them differ."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.api.business import OpenBusiness
from regulars.api.runs import DOCUMENT, Run, is_finished, load_run
from regulars.base.errors import BadData, NotThere
from regulars.base.text import Local, say
from regulars.strategy.compare import compare as compare_plans
from regulars.strategy.compare import figures
from regulars.strategy.plan import Plan
from regulars.strategy.plan_compare import Comparison, Figures


@dataclass(frozen=True)
class Listed:
    """The plans of a business, oldest first. ``unreadable`` were written by another version of the program."""

    plans: tuple[Figures, ...]
    unreadable: tuple[str, ...]


def plans(business: OpenBusiness) -> Listed:
    """Every finished plan with its key figures, in the order in which they were made."""
    found, unreadable = [], []
    for id in plan_ids(business):
        try:
            found.append(figures(load_run(business.runs / id, Plan).result, id))
        except BadData:
            unreadable.append(id)
    return Listed(tuple(found), tuple(unreadable))


def plan_ids(business: OpenBusiness) -> tuple[str, ...]:
    """Ids of the finished plans, in the order in which they were made."""
    done = [p for p in business.runs.glob("plan-*") if is_finished(p) and not p.name.endswith(".part")]
    return tuple(p.name for p in sorted(done, key=lambda p: ((p / DOCUMENT).stat().st_mtime_ns, p.name)))


def compare(business: OpenBusiness, plan_a: str | None = None, plan_b: str | None = None) -> Comparison:
    """How ``plan_b`` differs from ``plan_a`` (ids, or what they begin or end with; the last two when not given).

    With one plan given, it is compared with the newest other one.

    Raises:
        NotThere: there are not two plans, or no plan (or more than one) of that name.
        BadData: a plan was written by another version of the program and cannot be read.
    """
    ids = plan_ids(business)
    first = _find(plan_a, ids) if plan_a is not None else None
    second = _find(plan_b, ids) if plan_b is not None else None
    others = [id for id in ids if id not in (first, second)]
    if second is None:
        if not others:
            raise NotThere(say("api.compare.few", n=len(ids)), say("api.compare.few_hint"))
        second = others.pop()
    if first is None:
        if not others:
            raise NotThere(say("api.compare.few", n=len(ids)), say("api.compare.few_hint"))
        first = others.pop()
    before, after = (load_run(business.runs / id, Plan) for id in (first, second))
    return _compare(business, before, after)


def _compare(business: OpenBusiness, before: Run[Plan], after: Run[Plan]) -> Comparison:
    names = {m.id: Local({str(k): v for k, v in m.name.items()}) for m in business.pack.measures}
    return compare_plans(before.result, after.result, runs=(before.id, after.id), names=names)


def differ(business: OpenBusiness, before: Plan, after: Plan) -> Comparison:
    """How two plans differ that need not be kept as runs: the first as it stands, the second as tried."""
    names = {m.id: Local({str(k): v for k, v in m.name.items()}) for m in business.pack.measures}
    return compare_plans(before, after, runs=("now", "tried"), names=names)


def _find(name: str, ids: tuple[str, ...]) -> str:
    if name in ids:
        return name
    found = [id for id in ids if id.startswith(name) or id.removeprefix("plan-").startswith(name) or id.endswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotThere(say("api.compare.many", plan=name, n=len(found)), say("api.compare.which"))
    raise NotThere(say("api.compare.unknown", plan=name), say("api.compare.which"))
