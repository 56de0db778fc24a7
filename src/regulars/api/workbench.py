"""Trying other amounts while somebody looks: ledger and study are read once, then each plan takes a moment.

A plan tried at a budget is the plan that would be formulated at that budget: same cells, same draws, same rules. What
was tried is kept by a digest of everything it rests on, so that the same question is answered at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from pydantic import TypeAdapter, ValidationError

from regulars.api.business import OpenBusiness
from regulars.api.comparing import differ
from regulars.api.earlier import last_plan
from regulars.api.lately import recall, remember
from regulars.api.what_if import WhatIf, changed
from regulars.api.work import latest_study, plan_id
from regulars.base.errors import BadSettings
from regulars.base.estimate import Estimate
from regulars.base.text import Text, say
from regulars.strategy.explain import local
from regulars.strategy.formulate import Gathered, at_amounts, gather, planned
from regulars.strategy.grid import Grid, grid_of
from regulars.strategy.kpis import KpiNow, kpis_now
from regulars.strategy.plan import Plan, TargetRow
from regulars.strategy.plan_compare import LineMove

#: Tried plans in short, by digest; a folder that may be emptied at any time.
TRIES = "tries"
#: The worth of more money is told for so much of it.
FURTHER = 1000.0


@dataclass(frozen=True, slots=True)
class Tried:
    """A plan at other amounts, in short, beside the plan as it stands. ``worth_1000`` is what the next thousand of
    money would bring over 36 months; ``moves`` are the measures that come, go, grow or shrink."""

    budget: float
    cost: float
    hours: float
    customers: int
    value_36: Estimate
    difference: float
    worth_1000: float
    targets: tuple[TargetRow, ...]
    moves: tuple[LineMove, ...]
    sentences: tuple[Text, ...]
    blocked: tuple[Text, ...]  # what would keep it from being approved


class Workbench:
    """The newest study and the settings of a business, read once for trying amounts. Safe for several threads."""

    def __init__(self, business: OpenBusiness) -> None:
        self.business = business
        self.study = latest_study(business)
        self._last = last_plan(business, self.study.result.provenance.as_of)
        self._lock = Lock()
        self._gathered: Gathered | None = None
        self._now: Plan | None = None
        self._kpis: tuple[KpiNow, ...] | None = None

    @property
    def id(self) -> str:
        """The run id of the plan as the settings stand."""
        return self._id(self.business)

    def plan(self) -> Plan:
        """The plan as the settings stand."""
        with self._lock:
            return self._standing()

    def grid(self) -> Grid:
        """Which measure of the plan serves which target, and what stands alone."""
        names = {measure.id: local(measure.name) for measure in self.business.pack.measures}
        return grid_of(self.plan(), names)

    def kpis(self) -> tuple[KpiNow, ...]:
        """Every KPI that can be aimed at, with where it would be if nothing is done."""
        with self._lock:
            if self._kpis is None:
                gathered = self._read()
                with self.business.ledger.read() as reader:
                    self._kpis = kpis_now(gathered, reader)
            return self._kpis

    def homes(self) -> dict[str, tuple[str, ...]]:
        """The branches whose customers are in each cell of the plan: one, or several where small groups were merged."""
        with self._lock:
            cells = self._read().cells.cells
        return {cell.id: tuple(sorted(branch for branch, n in cell.branches.items() if n)) for cell in cells}

    def tried(self, what_if: WhatIf) -> Tried:
        """The plan with other amounts.

        Raises:
            BadSettings: an amount is none, or something other than budget, hours and risk is to change.
        """
        if what_if.locks or what_if.veto or what_if.must or what_if.targets:
            raise BadSettings(say("api.workbench.amounts"))
        then = changed(self.business, what_if)
        path = self.business.folder / TRIES / f"{self._id(then, kind='try')}.json"
        try:
            return TypeAdapter(Tried).validate_json(path.read_bytes())
        except (FileNotFoundError, ValidationError):
            pass  # not tried yet, or kept by another version of the program
        with self._lock:
            found = self._brief(planned(at_amounts(self._read(), business=then.settings)))
        path.parent.mkdir(exist_ok=True)
        partial = path.with_suffix(".part")
        partial.write_bytes(TypeAdapter(Tried).dump_json(found))
        partial.replace(path)
        return found

    def _id(self, business: OpenBusiness, kind: str = "plan") -> str:
        return plan_id(business, study=self.study.id, seed=1, last=self._last, kind=kind)

    def _standing(self) -> Plan:
        if self._now is None:
            self._now = recall(self.business, self.id)
        if self._now is None:
            self._now = planned(self._read())
            remember(self.business, self.id, self._now)
        return self._now

    def _read(self) -> Gathered:
        if self._gathered is None:
            with self.business.ledger.read() as reader:
                self._gathered = gather(
                    reader,
                    standings=self.study.standings,
                    diagnosis=self.study.result,
                    business=self.business.settings,
                    pack=self.business.pack,
                    study_run=self.study.id,
                    last=self._last,
                )
        return self._gathered

    def _brief(self, plan: Plan) -> Tried:
        now = self._standing()
        told = differ(self.business, now, plan)
        worth = next((price.worth for price in plan.prices if price.limit == "budget"), 0.0)
        blocked = tuple(f.text for f in plan.mandate.findings if f.weight == "blocks") if plan.mandate else ()
        return Tried(
            plan.budget,
            plan.cost,
            plan.hours,
            plan.customers,
            plan.value_36,
            plan.value_36.mean - now.value_36.mean,
            worth * FURTHER,
            plan.targets,
            tuple(move for move in told.measures if move.move != "kept"),
            told.sentences,
            blocked,
        )
