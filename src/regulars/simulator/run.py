"""One seed: a world, and cycle after cycle plan, assign, live, estimate, learn; everything judged by the truth."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator

from regulars.base.settings import Business
from regulars.packs.schema import STATES, Measure, Pack
from regulars.simulator.belief import believed
from regulars.simulator.check import violations
from regulars.simulator.estimate import estimates
from regulars.simulator.explore import explored, ideas, reserve
from regulars.simulator.ground import Ground, shares_of
from regulars.simulator.history import QUARTERS, lived_past
from regulars.simulator.knobs import Knobs
from regulars.simulator.learn import Expected, Memory, Trial, spared, start_of, withhold
from regulars.simulator.life import Quarter, quarter
from regulars.simulator.market import market_of, safe_costs
from regulars.simulator.menu import Menu, eligible, menu_of
from regulars.simulator.planning import Planned, business_of, expects_harm, grid_of, hold_out, plan
from regulars.simulator.presets import Preset, preset_of, season
from regulars.simulator.rivals import Scene, by_rule_of_thumb, last_year, policies
from regulars.simulator.truth import Truth, base_of, truth_of, values
from regulars.simulator.world import Bools, Ints, Standing, World, found, renew, stand
from regulars.strategy.allocate import offer_of
from regulars.strategy.cells import without_holdout
from regulars.strategy.choosing import Market, Prices, bargain, second_level, wished, worth
from regulars.strategy.optimise import Program
from regulars.strategy.returns import LONG, Floats
from regulars.strategy.solve import feasible

YEAR = 4  # cycles


@dataclass(frozen=True)
class Cycle:
    """Scores of one cycle, money in true expected value over 36 months."""

    oracle: float
    oracle_found: float
    cell_oracle: float
    cell_oracle_held: float
    plan: float
    intended: float  # the same without leaving anybody out in order to learn
    expected: float
    low: float
    high: float
    target: float
    chance: float  # P(value of at least target), told beforehand
    rivals: dict[str, float]
    violations: dict[str, int]
    budget: float
    spent: float
    treated: int
    harmed: int
    withheld: int
    effect_error: float  # mean absolute error of believed effects, in units of the prior's sd
    given: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SeedRun:
    """One seed."""

    seed: int
    cycles: tuple[Cycle, ...]
    naive_error: float  # of effects read off the past without a hold-out, in units of the prior's sd
    prior_error: float
    first_beliefs: float  # the last cycle's value with the beliefs of the first
    last_beliefs: float  # and with those learned, nobody left out in order to learn


@dataclass
class Game:
    """Everything that does not change from cycle to cycle."""

    knobs: Knobs
    preset: Preset
    pack: Pack
    business: Business
    measures: tuple[Measure, ...]
    menu: Menu
    season: Floats

    @classmethod
    def of(cls, knobs: Knobs, pack: Pack) -> Game:
        """Set the table."""
        preset = preset_of(pack.id)
        measures = feasible(pack.measures, frozenset(preset.facts))
        business = business_of(pack.id, preset, knobs)
        menu = menu_of(measures, max_contacts=business.contact.max_contacts)
        return cls(knobs, preset, pack, business, measures, menu, season(preset, 3 * (QUARTERS + knobs.cycles) + LONG))

    @property
    def discount(self) -> float:
        """Monthly."""
        return self.business.margin.monthly_discount

    @staticmethod
    def month(cycle: int) -> int:
        """The first month of a cycle; the past comes before."""
        return 3 * (QUARTERS + cycle)


def run_seed(game: Game, seed: int) -> SeedRun:
    """Play one seed from its first cycle to its last."""
    knobs = game.knobs
    rng = np.random.default_rng([seed, 0])
    world = found(game.preset, rng, knobs.customers, branches=knobs.branches, consent=knobs.consent)
    truth = truth_of(game.measures, rng, mult=knobs.mult, discount=game.discount)
    before = lived_past(
        world,
        game.measures,
        game.menu,
        game.preset,
        game.pack.windows,
        truth,
        season=game.season,
        consent=knobs.consent,
        rng=rng,
    )
    world = before.world
    memory = Memory(game.measures)
    cycles: list[Cycle] = []
    past: list[tuple[Ints, Standing]] = []
    first = last = 0.0
    for cycle in range(knobs.cycles):
        table = Table(game, memory, world, truth, seed, cycle)
        cycles.append(table.scored(past))
        if cycle == knobs.cycles - 1:
            first, last = table.with_beliefs(Memory(game.measures)), cycles[-1].intended
        past.append((table.trial.chosen, table.standing))
        seen = table.lived(rng)
        cycles[-1] = _with_spending(cycles[-1], seen)
        table.learned(seen)
        truth = truth.drifted(game.measures, knobs.drift, rng)
        world = renew(world, game.preset, rng, consent=knobs.consent)
    return SeedRun(seed, tuple(cycles), before.naive_error, before.prior_error, first, last)


def _with_spending(cycle: Cycle, seen: Quarter) -> Cycle:
    return replace(cycle, spent=seen.spent)


@dataclass(frozen=True)
class Settled:
    """Who is to get what, what the held out would have had, and what money and hours are worth."""

    intended: Ints
    would: Ints
    prices: Prices


class Table:
    """One cycle: the study, the plan, who gets what."""

    def __init__(self, game: Game, memory: Memory, world: World, truth: Truth, seed: int, cycle: int) -> None:
        self.game, self.memory, self.world, self.truth = game, memory, world, truth
        self.seed, self.cycle = seed, cycle
        self.rng = np.random.default_rng([seed, 1, cycle])
        self.standing = stand(world, game.pack.windows, self.rng)
        self.grid = grid_of(self.standing, holdout=game.business.contact.holdout)
        self.held = hold_out(self.grid, self.standing, self.rng)
        self.may = eligible(game.menu, self.standing, self.held)
        self.may_all = eligible(game.menu, self.standing, np.zeros_like(self.held))
        self.expected = Expected.of(self.standing, no_show=game.preset.no_show)
        self.cycles_left = game.knobs.cycles - cycle - 1
        self.planned, self.value, settled = self.plan(memory)
        self.market = self._market(self.value)
        self.trial: Trial = self._withheld(settled)
        if self.cycles_left:
            ground = self._ground(settled)
            part = 1 - reserve(ideas(self.trial, ground), ground)
            settled = self._settled(self.planned, part=part)
            self.trial = explored(self._withheld(settled), self._ground(settled), self.rng)
        self.intended = settled.intended

    def plan(self, memory: Memory) -> tuple[Planned, Floats, Settled]:
        """The product's plan under some beliefs, what everybody is believed to gain, and who gets what."""
        game = self.game
        measures = memory.as_measures()
        planned = plan(
            self.grid,
            measures,
            game.business,
            no_show=game.preset.no_show,
            seed=1000 * self.seed + self.cycle,
        )
        self.safe = safe_costs(game.menu, {m.id: planned.evaluator.take_up_90(m) for m in measures})
        self.every = believed(
            game.menu, measures, self.standing, self.may_all, discount=game.discount, no_show=game.preset.no_show
        )
        return planned, np.where(self.may, self.every, -np.inf), self._settled(planned)

    def _settled(self, planned: Planned, *, part: float = 1.0) -> Settled:
        """Who gets what with a part of money and hours, and what the held out would have had at those prices."""
        offered = self._offered(planned)
        on = self._on(planned)
        market = self._market(np.where(self.may & offered, self.every, -np.inf))
        fixed = sum(market.fixed[place][0] for place in on)
        kept = replace(market, budget=fixed + part * max(market.budget - fixed, 0.0), time=part * market.time)
        intended, prices = second_level(kept, on)
        would = wished(self._market(np.where(offered, self.every, -np.inf)), prices, on)
        return Settled(intended, would, prices)

    def _withheld(self, settled: Settled) -> Trial:
        shares = shares_of(settled.intended, self._ground(settled), self._free(settled))
        return withhold(settled.intended, settled.would, self.held, self.game.menu, self.standing, shares, self.rng)

    def _ground(self, settled: Settled) -> Ground:
        game = self.game
        return Ground(
            self.market,
            self._on(self.planned),
            settled.prices,
            game.menu,
            self.standing,
            self.may,
            self.memory,
            self.expected,
            self.cycles_left,
            game.discount,
            game.preset.no_show,
        )

    def _market(self, value: Floats) -> Market:
        game = self.game
        return market_of(value, game.menu, self.grid, self.standing, game.business, self.safe)

    def _offered(self, planned: Planned) -> Bools:
        """customers x options: the options that the plan considers in the customer's cell."""
        cells = np.zeros((len(self.grid.cells), self.game.menu.size), dtype=bool)
        for column in planned.offer.columns:
            if self.game.business.care.no_harm and expects_harm(planned.evaluator, column):
                continue
            if column.option.id in self.game.menu.place:
                cells[column.cell, self.game.menu.place[column.option.id]] = True
        return np.asarray(cells[self.grid.at])

    def _on(self, planned: Planned) -> tuple[int, ...]:
        fixed = sorted({(m.id, m.fixed_cost) for o in self.game.menu.options for m in o.measures if m.fixed_cost > 0})
        return tuple(place for place, (id, _) in enumerate(fixed) if id in planned.on)

    def _free(self, settled: Settled) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for id, who in spared(settled.intended, settled.would, self.held, self.game.menu).items():
            states = np.bincount(self.standing.state[who], minlength=len(STATES))
            found |= {(id, state): int(many) for state, many in zip(STATES, states, strict=True)}
        return found

    def scored(self, past: list[tuple[Ints, Standing]]) -> Cycle:
        """Judge plan, oracles and rivals by the truth."""
        game = self.game
        start = self.game.month(self.cycle)
        base = base_of(
            self.world, self.standing, self.truth, season=game.season[start : start + LONG], no_show=game.preset.no_show
        )
        self.true = values(game.menu, self.world, self.standing, self.truth, base, self.may_all)
        market = self._market(self.true)
        best = bargain(market)
        chosen = self.trial.chosen
        low, high, middle, chance, target = self._range(chosen)
        scene = Scene(self._market(self.value), game.menu, self.may, self.standing, self.rng)
        rivals = {
            name: worth(market, given) for name, given in policies(scene, game.knobs.rivals, self._before(past)).items()
        }
        who = np.flatnonzero(chosen >= 0)
        high_factor = {m.id: self.planned.evaluator.take_up_90(m) for m in game.measures}
        return Cycle(
            oracle=best.bound,
            oracle_found=best.value,
            cell_oracle=self._cell_oracle(free=True),
            cell_oracle_held=self._cell_oracle(free=False),
            plan=worth(market, chosen),
            intended=worth(market, self.intended),
            expected=middle,
            low=low,
            high=high,
            target=target,
            chance=chance,
            rivals=rivals,
            violations=violations(chosen, game.menu, self.grid, self.standing, self.held, game.business, high_factor),
            budget=float(game.business.budget.amount),
            spent=0.0,
            treated=int(who.size),
            harmed=int((self.true[who, chosen[who]] < 0).sum()),
            withheld=int((chosen != self.intended).sum()),
            effect_error=effect_error(self.memory, self.truth),
            given=self._given(chosen),
        )

    def _given(self, chosen: Ints) -> dict[str, int]:
        places, many = np.unique(chosen[chosen >= 0], return_counts=True)
        return {self.game.menu.options[int(p)].id: int(n) for p, n in zip(places, many, strict=True)}

    def _before(self, past: list[tuple[Ints, Standing]]) -> Ints:
        if len(past) >= YEAR:
            chosen, then = past[-YEAR]
            return last_year(chosen, then, self.standing, self.rng)
        return by_rule_of_thumb(self.game.menu, self.standing, self.may, self.rng)

    def _cell_oracle(self, *, free: bool) -> float:
        """The best plan by cells when the true mean of every option in every cell is known."""
        game, planned = self.game, self.planned
        may = self.may_all if free else self.may
        columns = planned.offer.columns
        mean = np.zeros(len(columns))
        for place, column in enumerate(columns):
            option = game.menu.place.get(column.option.id)
            who = (self.grid.at == column.cell) & (may[:, option] if option is not None else False)
            mean[place] = float(self.true[who, option].mean()) if option is not None and who.any() else -1.0
        offer = planned.offer
        if free:
            cells = [without_holdout(cell) for cell in self.grid.cells]
            offer = offer_of(list(columns), planned.evaluator, game.business, cells=cells)
        return float(Program(replace(offer.problem, value=mean)).best().value)

    def _range(self, chosen: Ints) -> tuple[float, float, float, float, float]:
        """P10, P90 and mean of what was assigned, on fresh draws; P(target) for a target of the plan's own mean."""
        draws = self.judged(chosen)
        low, high = (float(q) for q in np.quantile(draws, (0.1, 0.9)))
        middle = float(draws.mean())
        target = 0.8 * middle
        return low, high, middle, float((draws >= target).mean()), target

    def judged(self, chosen: Ints) -> Floats:
        """Value of an assignment on fresh draws of its cells, scaled to the customers chosen within them."""
        planned, game = self.planned, self.game
        later = planned.fresh()
        total = np.zeros(later.draws.count)
        used = set()
        for place, column in enumerate(planned.offer.columns):
            option = game.menu.place.get(column.option.id)
            who = (
                np.flatnonzero((chosen == option) & (self.grid.at == column.cell))
                if option is not None
                else np.zeros(0, dtype=int)
            )
            if not who.size or option is None:
                continue
            returns = later.returns(column)
            gain = returns.outcome.value_36
            cost = float(planned.offer.cost[place])
            mean = float(planned.evaluator.returns(column).outcome.value_36.mean())
            own = float(self.value[who, option].mean()) + cost
            part = own / mean if abs(mean) > 1e-9 else 1.0
            part = min(max(part, 0.2), 5.0)
            total = total + who.size * (part * gain - returns.cost)
            used |= {m.id for m in column.option.measures}
        return total - sum(s.cost for s in planned.offer.problem.switches if s.id in used)

    def with_beliefs(self, memory: Memory) -> float:
        """What the same planner would have reached this cycle with other beliefs, nobody left out to learn."""
        intended = self.plan(memory)[2].intended
        return worth(self._market(self.true), intended)

    def lived(self, rng: Generator) -> Quarter:
        """Live the quarter."""
        game, start = self.game, self.game.month(self.cycle)
        return quarter(
            self.world,
            self.standing,
            game.menu,
            self.trial.chosen,
            self.truth,
            season=game.season[start : start + 3],
            no_show=game.preset.no_show,
            rng=rng,
        )

    def learned(self, seen: Quarter) -> None:
        """Add what was seen to memory and learn again."""
        for key, one in estimates(self.trial, seen, self.expected, self.memory, self.game.menu, self.cycle).items():
            self.memory.seen[key].append(one)
        self.memory.updated(self.cycle + 1)


def effect_error(memory: Memory, truth: Truth) -> float:
    """Mean absolute error of believed effects that count, in units of their prior's sd."""
    errors = []
    for measure in memory.measures:
        for place, effect in enumerate(measure.effects):
            _, sd = start_of(effect)
            if abs(effect.mean) > 1e-12 and effect.primitive not in ("arrivals", "complaint"):
                for state in effect.states or measure.states:
                    if (state == "lapsed") == (effect.primitive == "reactivation"):
                        now = memory.believed((measure.id, place, state))[0]
                        errors.append(abs(now - truth.mu[measure.id, place]) / sd)
    return float(np.mean(errors)) if errors else 0.0
