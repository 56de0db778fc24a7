"""Options: single measures and bundles of up to three, evaluated in a cell; those never best are dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

import numpy as np

from regulars.packs.schema import Effect, Measure
from regulars.strategy.cells import CONSENT, PACKAGE, TIER_BITS, Cell, by_month
from regulars.strategy.draws import Draws, holding, prior_of
from regulars.strategy.environment import Environment, applied
from regulars.strategy.returns import Base, Floats, Life, Outcome, Push, live, outcome, without_synergy

#: Bundles of two come from the five strongest measures, of three from the four strongest.
MOST_OPTIONS, MOST_SINGLES, BUNDLED = 15, 9, {2: 5, 3: 4}
#: Prices (value asked for one unit of money, of hours) at which an option must be best somewhere to be kept.
MONEY_GRID = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
NO_MARKS: Mapping[str, int] = MappingProxyType({})
HOUR_GRID = (0.0, 50.0, 100.0, 200.0, 400.0, 800.0)


def taken(measure: Measure, state: str) -> float:
    """Share of customers in that state who take the incentive up when treated, those who would have come included."""
    rates: dict[str, float] = {str(name): rate for name, rate in measure.take_up.items()}
    return rates.get(state, 0.0)


@dataclass(frozen=True, slots=True)
class Option:
    """What is done for a customer: one measure, or several together (in the order of their ids).

    ``marketing``: something is promoted, so permission is needed and the hold-out is spared. ``need``: the permission
    bits (and the package bit) a customer must have all of; ``tiers``: tier bits, one of them. ``test_first``: a part
    of it must be tried before roll-out.
    """

    measures: tuple[Measure, ...]
    id: str
    hours: float
    contacts: int
    marketing: bool
    need: int
    tiers: int
    test_first: bool

    @classmethod
    def of(cls, *measures: Measure, wants: Mapping[str, int] = NO_MARKS) -> Option:
        """Make an option. ``wants``: marks that whoever gets a measure (by id) must carry."""
        together = tuple(sorted(measures, key=lambda m: m.id))
        need, tiers = 0, sum(TIER_BITS.values())
        for measure in together:
            tiers &= sum(TIER_BITS[tier] for tier in set(measure.tiers))
            if measure.purpose == "marketing":
                need |= CONSENT.get(measure.channel, 0)
            if "packages" in measure.needs:
                need |= PACKAGE
            need |= wants.get(measure.id, 0)
        return cls(
            together,
            "+".join(m.id for m in together),
            sum(m.hours for m in together),
            sum(m.contacts for m in together),
            any(m.purpose == "marketing" for m in together),
            need,
            tiers,
            any(m.test_first for m in together),
        )

    def cost(self, state: str) -> float:
        """Expected cost per customer, incentives at stated take-up under treatment."""
        return sum(m.cost + m.incentive * taken(m, state) for m in self.measures)


@dataclass(frozen=True, slots=True)
class Column:
    """An option offered in a cell."""

    cell: int
    option: Option


@dataclass(frozen=True, slots=True)
class Returns:
    """What a column brings per customer and draw. Values are net of cost."""

    net_12: Floats
    net_36: Floats
    cost: Floats
    outcome: Outcome


def useful(measure: Measure, cell: Cell) -> bool:
    """Whether the measure may be used in the cell and something is known of an effect that counts there."""
    return fits(measure, cell) and any(known_effects(measure, cell))


def fits(measure: Measure, cell: Cell) -> bool:
    """Whether the measure is meant for some of the cell's customers (a merged cell holds several tiers)."""
    return cell.state in measure.states and bool(set(cell.tiers) & set(measure.tiers))


def meant(measure: Measure, cell: Cell) -> tuple[str, ...]:
    """The tiers of the cell that the measure is meant for."""
    return tuple(tier for tier in cell.tiers if tier in measure.tiers)


def holds(effect: Effect, measure: Measure, cell: Cell) -> bool:
    """Whether an effect holds for all of the cell's customers the measure is meant for."""
    in_state = not effect.states or cell.state in effect.states
    return in_state and (not effect.tiers or set(meant(measure, cell)) <= set(effect.tiers))


def known_effects(measure: Measure, cell: Cell) -> Iterable[bool]:
    """For each effect: does it hold in the cell, count in the value, and have a mean other than nothing?"""
    for effect in measure.effects:
        yield holds(effect, measure, cell) and counts(effect.primitive, cell) and abs(prior_of(effect).mean) > 1e-12


def counts(primitive: str, cell: Cell) -> bool:
    """Whether the value model sees the primitive in the cell. Arrivals and complaints belong to other blocks."""
    if cell.state == "lapsed":
        return primitive == "reactivation"
    return primitive in ("attrition", "frequency", "margin", "no_show")


class Evaluator:
    """Evaluates options in cells on one set of draws, each once."""

    def __init__(
        self,
        cells: Sequence[Cell],
        draws: Draws,
        *,
        discount: float,
        no_show: float,
        wants: Mapping[str, int] = NO_MARKS,
        environment: Environment | None = None,
    ) -> None:
        self.cells, self.draws, self.wants = cells, draws, wants
        self._discount, self._no_show, self._effects = discount, no_show, 1.0
        self._environment: Environment = environment or {}
        self._grounds: dict[int, tuple[Base, Life]] = {}
        self._bases: dict[int, tuple[Base, Life]] = {}
        self._pushes: dict[tuple[int, str], tuple[Push, ...]] = {}
        self._outcomes: dict[tuple[int, tuple[str, ...]], Outcome] = {}
        self._returns: dict[tuple[int, str], Returns] = {}
        self._high = {id: float(np.quantile(factor, 0.9)) for id, factor in draws.take_up.items()}

    def counting(self, cells: Sequence[Cell]) -> Evaluator:
        """The same evaluator for cells that differ in whom they count alone; what was worked out is shared."""
        other = copy(self)
        other.cells = cells
        return other

    def take_up_90(self, measure: Measure) -> float:
        """P90 of the factor around a measure's stated take-up."""
        return self._high[measure.id]

    def with_effects(self, times: float) -> Evaluator:
        """The same draws with every expected effect so many times as strong; spreads stay."""
        other = copy(self)
        other._effects, other._pushes, other._outcomes, other._returns = times, {}, {}, {}
        return other

    def base(self, at: int) -> tuple[Base, Life]:
        """A cell's primitives and untouched life."""
        if at not in self._bases:
            cell = self.cells[at]
            factor = self.draws.primitives(cell=at, customers=cell.customers)
            hazards = np.array(by_month(cell.second or cell.hazards))
            base = Base(
                np.minimum(np.outer(hazards, factor["hazard"]), 1.0),
                cell.frequency * factor["frequency"],
                cell.margin * factor["margin"],
                self._discount,
                cell.alive,
                self._no_show,
                cell.state == "lapsed",
                cell.returning / max(cell.customers, 1) if cell.state == "lapsed" else 1.0,
            )
            self._bases[at] = base, live(base, {})
        return self._bases[at]

    def ground(self, at: int) -> tuple[Base, Life]:
        """What options are valued on: the base as service levels and loyalty programme have left it."""
        changes = self._environment.get(at, ())
        if not changes:
            return self.base(at)
        if at not in self._grounds:
            changed = applied(self.base(at)[0], changes)
            self._grounds[at] = changed, live(changed, {})
        return self._grounds[at]

    def under(self, environment: Environment) -> Evaluator:
        """The same cells and draws where service levels and loyalty programme have changed the base."""
        return Evaluator(
            self.cells,
            self.draws,
            discount=self._discount,
            no_show=self._no_show,
            wants=self.wants,
            environment=environment,
        )

    def pushes(self, at: int, measure: Measure) -> tuple[Push, ...]:
        """A measure's effects in a cell."""
        key = at, measure.id
        if key not in self._pushes:
            cell = self.cells[at]
            self._pushes[key] = self.draws.pushes(
                measure, cell=at, state=cell.state, tiers=meant(measure, cell), times=self._effects
            )
        return self._pushes[key]

    def holding(self, at: int, measure: Measure) -> tuple[int, ...]:
        """Places of a measure's effects that hold in a cell."""
        cell = self.cells[at]
        return holding(measure, state=cell.state, tiers=meant(measure, cell))

    def outcome(self, at: int, measures: tuple[Measure, ...]) -> Outcome:
        """The change a bundle makes, without synergy."""
        key = at, tuple(m.id for m in measures)
        if key not in self._outcomes:
            base, none = self.ground(at)
            found = outcome(
                base,
                none,
                [self.pushes(at, m) for m in measures],
                theta=self.draws.theta,
                psi=self.draws.psi,
                contacts=sum(m.contacts for m in measures),
                pairs=self.draws.overlaps(measures),
            )
            if len(measures) > 1:
                parts = [
                    (self.outcome(at, measures[:i] + measures[i + 1 :]), self.outcome(at, (m,)))
                    for i, m in enumerate(measures)
                ]
                found = without_synergy(found, parts)
            self._outcomes[key] = found
        return self._outcomes[key]

    def returns(self, column: Column) -> Returns:
        """What a column brings per customer, net of what it costs."""
        key = column.cell, column.option.id
        if key not in self._returns:
            found = self.outcome(column.cell, column.option.measures)
            cost = self._cost(column)
            self._returns[key] = Returns(found.value_12 - cost, found.value_36 - cost, cost, found)
        return self._returns[key]

    def _cost(self, column: Column) -> Floats:
        state = self.cells[column.cell].state
        cost = np.zeros(self.draws.count)
        for measure in column.option.measures:
            cost += measure.cost * self.draws.cost.get(measure.id, 1.0)
            if measure.incentive:
                taking = np.minimum(taken(measure, state) * self.draws.take_up[measure.id], 1.0)
                cost += measure.incentive * taking
        return cost


def reached(option: Option, cell: Cell) -> int:
    """Customers of the cell whom the option may go to."""
    return cell.reach(option.need, tiers=option.tiers, treatable=option.marketing)


def compatible(measures: Sequence[Measure], *, max_contacts: int) -> bool:
    """No two conflict and a customer is not contacted too often."""
    ids = {m.id for m in measures}
    return sum(m.contacts for m in measures) <= max_contacts and not any(ids & set(m.conflicts) for m in measures)


def columns_of(
    at: int, measures: Sequence[Measure], evaluator: Evaluator, *, max_contacts: int, goals: Sequence[str]
) -> list[Column]:
    """The options of one cell worth offering: singles first, then bundles, at most :data:`MOST_OPTIONS`.

    ``goals`` are the names of the Outcome fields that targets look at: an option that is best at one of them stays.
    """
    cell = evaluator.cells[at]
    usable = sorted((m for m in measures if useful(m, cell) and m.contacts <= max_contacts), key=lambda m: m.id)
    offered = [Column(at, Option.of(m, wants=evaluator.wants)) for m in usable]
    offered = [column for column in offered if reached(column.option, cell)]
    singles = _best(offered, evaluator, MOST_SINGLES, goals)
    strong = _best(singles, evaluator, max(BUNDLED.values()), goals, spare_reach=False)
    apart = [column.option.measures[0] for column in strong]
    bundles = [
        Column(at, Option.of(*some, wants=evaluator.wants))
        for size, strongest in BUNDLED.items()
        for some in combinations(apart[:strongest], size)
        if compatible(some, max_contacts=max_contacts)
    ]
    bundles = [column for column in bundles if reached(column.option, cell)]
    kept = _best(singles + bundles, evaluator, MOST_OPTIONS, goals, drop=True)
    named = {column.option.id for column in kept}
    room = MOST_OPTIONS - len(kept)
    spare = [column for column in singles if column.option.id not in named]
    return sorted(kept + spare[:room], key=lambda c: (len(c.option.measures), c.option.id))


def _best(
    columns: list[Column],
    evaluator: Evaluator,
    most: int,
    goals: Sequence[str],
    *,
    spare_reach: bool = True,
    drop: bool = False,
) -> list[Column]:
    """Columns by how often they are best over the grid of prices, among those asking the same permissions."""
    if not columns or (len(columns) <= most and not drop):
        return columns
    won = np.zeros(len(columns), dtype=int)
    figures = np.array([_figures(column, evaluator, goals) for column in columns])
    asked = np.array([(money, hour) for money in MONEY_GRID for hour in HOUR_GRID]).T
    paid = figures[:, :2] @ asked  # columns x prices
    needs = [(c.option.need, c.option.marketing) if spare_reach else (0, False) for c in columns]
    for need in sorted(set(needs)):
        members = np.array([i for i, n in enumerate(needs) if n == need])
        for kpi in range(2, figures.shape[1]):
            score = figures[members, kpi][:, None] - paid[members]
            best = np.argmax(score, axis=0)
            wins = members[best] if kpi > 2 else members[best[score.max(axis=0) > 0]]
            np.add.at(won, wins, 1)
    order = sorted(range(len(columns)), key=lambda i: (-won[i], -figures[i, 2], columns[i].option.id))
    return [columns[i] for i in order[:most] if won[i] > 0 or not drop]


def _figures(column: Column, evaluator: Evaluator, goals: Sequence[str]) -> list[float]:
    found = evaluator.returns(column)
    wanted = [float(getattr(found.outcome, goal).mean()) * 1e3 for goal in goals]
    return [float(found.cost.mean()), column.option.hours, float(found.net_36.mean()), *wanted]
