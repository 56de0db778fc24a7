"""The plan over several quarters: cells put together by state, options carried on, customers followed.

A living customer of a state is still one after a quarter with A_3 = prod (1 - h_t); of those, who came at least once,
1 - exp(-sum of visits), is active and the others are overdue; who left silently counts as lapsed, and comes back only
by a win-back option, to a second life of its own (*returned*). Who was asked back in vain is *closed*: not asked again.
Of today's lapsed customers those believed alive lead that second life already; of newcomers those who will not come
again are lapsed at once (first-visit retention). What an option does after the quarter it is given in is
left out: a cautious figure. Customers whom one may write to include some who have left unseen: an option's cost for a
living customer is its cost over the part who live.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from regulars.strategy.allocate import Offer
from regulars.strategy.fluid import Act, Course, Flow, idle, run
from regulars.strategy.options import Column, Evaluator, Option, meant, reached
from regulars.strategy.returns import QUARTER, Base, Floats, compose, path

STATES = ("newcomer", "active", "overdue", "returned", "lapsed", "closed")
#: States whose customers are gone, whether or not they may be won back.
GONE = ("lapsed", "closed")
_AT = {state: place for place, state in enumerate(STATES)}
#: Options carried on for each state beside those the plan uses; and at most so many in all.
BESIDE, MOST = 3, 6
#: Quarters whose value counts for a customer after the last one planned: three years.
AFTER = 12


@dataclass(frozen=True, slots=True)
class Given:
    """An option for a state: what is done, the columns it stands for, and whom it may reach."""

    state: int
    option: Option
    cell: int  # the largest of the state's cells
    cost: float
    hours: float
    reach: float


@dataclass(frozen=True, slots=True)
class Chain:
    """One set of draws: moves (acts x states x draws) and contribution of a quarter (acts x draws), nothing first."""

    moves: Floats
    earned: Floats
    after: Floats  # states x draws: what a customer is worth, left alone

    def means(self) -> tuple[Floats, Floats, Floats]:
        """Means over draws."""
        return self.moves.mean(axis=2), self.earned.mean(axis=1), self.after.mean(axis=1)


def given(offer: Offer, x: Floats, evaluator: Evaluator) -> tuple[Given, ...]:
    """The options carried on: those the plan uses, and the best others of each state."""
    found = []
    for place, state in enumerate(STATES):
        columns = [i for i, c in enumerate(offer.columns) if evaluator.cells[c.cell].state == state]
        everybody = sum(c.customers for c in evaluator.cells if c.state == state)
        if not columns or not everybody:
            continue
        worth: dict[str, float] = {}
        used: dict[str, float] = {}
        for i in columns:
            id = offer.columns[i].option.id
            worth[id] = worth.get(id, 0.0) + float(offer.problem.value[i]) * float(offer.problem.most[i])
            used[id] = used.get(id, 0.0) + float(x[i])
        ranked = sorted(worth, key=lambda id: (-used[id], -worth[id], id))
        kept = [id for id in ranked if used[id] > 0][:MOST]
        kept += [id for id in sorted(worth, key=lambda id: (-worth[id], id)) if id not in kept and worth[id] > 0][
            :BESIDE
        ]
        for id in kept[:MOST]:
            found.append(_given(place, [offer.columns[i] for i in columns], id, evaluator, everybody))
    return tuple(found)


def _given(state: int, columns: Sequence[Column], id: str, evaluator: Evaluator, everybody: int) -> Given:
    own = [c for c in columns if c.option.id == id]
    largest = max(own, key=lambda c: (evaluator.cells[c.cell].customers, -c.cell))
    alive = _alive(evaluator, STATES[state])
    cost = float(np.mean([evaluator.returns(c).cost.mean() for c in own]))
    reach = sum(reached(c.option, evaluator.cells[c.cell]) for c in own) / everybody
    scale = alive if STATES[state] != "lapsed" else 1.0
    return Given(state, largest.option, largest.cell, cost / scale, largest.option.hours / scale, min(reach, 1.0))


def _alive(evaluator: Evaluator, state: str) -> float:
    cells = [c for c in evaluator.cells if c.state == state]
    total = sum(c.customers for c in cells)
    return max(sum(c.customers * c.alive for c in cells) / total, 1e-3) if total else 1.0


def base_of(evaluator: Evaluator, state: str, *, moved: bool) -> Base | None:
    """One base for a state: its cells weighted by living customers (visits by living, margin by visits)."""
    # The primitives of a lapsed cell are those of the life after coming back.
    told = "lapsed" if state == "returned" else state
    places = [at for at, c in enumerate(evaluator.cells) if c.state == told and c.customers * c.alive > 0]
    if not places:
        return None
    weights = np.array([evaluator.cells[at].customers * evaluator.cells[at].alive for at in places])
    weights = weights / weights.sum()
    bases = [(evaluator.ground(at) if moved else evaluator.base(at))[0] for at in places]
    hazard = sum(w * b.by_month() for w, b in zip(weights, bases, strict=True))
    visits = sum(w * b.frequency for w, b in zip(weights, bases, strict=True))
    earned = sum(w * b.frequency * b.margin for w, b in zip(weights, bases, strict=True))
    often = np.asarray(visits)
    margin = np.asarray(earned) / np.where(often > 0, often, 1.0)
    return Base(np.asarray(hazard), often, margin, bases[0].discount, 1.0, bases[0].no_show, False)


def _like(evaluator: Evaluator, state: str, *, moved: bool) -> Base | None:
    """The base of a state, or of the nearest living one where nobody is in it today."""
    for other in dict.fromkeys((state, "active", "newcomer", "overdue")):
        found = base_of(evaluator, other, moved=moved)
        if found is not None or state in GONE:
            return found
    return None


def chain_of(evaluator: Evaluator, acts: Sequence[Given], *, moved: bool = True) -> Chain:
    """Moves and contribution of doing nothing in each state, then of the acts. ``moved``: on the plan's own base."""
    bases = {state: _like(evaluator, state, moved=moved) for state in STATES}
    count = evaluator.draws.count
    rows = [_row(place, bases[state], (), evaluator, 0.0) for place, state in enumerate(STATES)]
    for act in acts:
        cell = evaluator.cells[act.cell]
        pushes = [
            evaluator.draws.pushes(m, cell=act.cell, state=cell.state, tiers=meant(m, cell))
            for m in act.option.measures
        ]
        effects = compose(pushes, theta=evaluator.draws.theta, lapsed=cell.state == "lapsed")
        rows.append(_row(act.state, bases[STATES[act.state]], effects, evaluator, float(act.option.contacts)))
    moves = np.array([row[0] for row in rows]).reshape(len(rows), len(STATES), count)
    earned = np.array([row[1] for row in rows]).reshape(len(rows), count)
    return Chain(moves, earned, _after(moves[: len(STATES)], earned[: len(STATES)], evaluator))


def _row(
    place: int, base: Base | None, effects: Mapping[str, Floats] | tuple[()], evaluator: Evaluator, contacts: float
) -> tuple[Floats, Floats]:
    count = evaluator.draws.count
    moves, told = np.zeros((len(STATES), count)), dict(effects)
    if base is None or STATES[place] in GONE:
        return _asked_back(place, told, bool(effects), base, moves)
    d = base.discount ** np.arange(1, QUARTER + 1)
    life = path(
        base, {k: v for k, v in told.items() if k != "reactivation"}, psi=evaluator.draws.psi, contacts=round(contacts)
    )
    seen = life.alive[:QUARTER] * life.visits[:QUARTER]
    margin = life.margin[:QUARTER] if life.margin.ndim == 2 else life.margin
    earned = np.asarray(d @ (seen * margin))
    stay = life.alive[QUARTER - 1]
    came = -np.expm1(-life.visits[:QUARTER].sum(axis=0))
    if STATES[place] == "returned":
        moves[place] = stay
    else:
        moves[_AT["active"]], moves[_AT["overdue"]] = stay * came, stay * (1 - came)
    moves[_AT["lapsed"]] = 1 - stay
    return moves, earned


def _asked_back(
    place: int, effects: Mapping[str, Floats], asked: bool, base: Base | None, moves: Floats
) -> tuple[Floats, Floats]:
    """Who is gone stays where they are unless asked back: then they return, or are not asked again."""
    count = moves.shape[1]
    if not asked or base is None or STATES[place] != "lapsed":
        moves[place] = 1.0
        return moves, np.zeros(count)
    back = np.clip(effects["reactivation"][0] if "reactivation" in effects else np.zeros(count), 0.0, 1.0)
    moves[_AT["returned"]], moves[_AT["closed"]] = back, 1 - back
    life = path(base, {})
    d = base.discount ** np.arange(1, QUARTER + 1)
    earned = d @ (life.alive[:QUARTER] * life.visits[:QUARTER]) * base.margin
    return moves, 0.5 * back * earned  # who comes back does so in the middle of the quarter


def _after(moves: Floats, earned: Floats, evaluator: Evaluator) -> Floats:
    """What a customer of each state is worth over three years, left alone."""
    base = base_of(evaluator, "active", moved=False) or base_of(evaluator, "newcomer", moved=False)
    discount = (base.discount if base is not None else 1.0) ** QUARTER
    worth = np.zeros_like(earned)
    for _ in range(AFTER):
        worth = earned + discount * np.einsum("abn,bn->an", moves, worth)
    return worth


def start_of(evaluator: Evaluator) -> Floats:
    """Living customers of each state (of the lapsed: returned); those who left silently are lapsed."""
    start = np.zeros(len(STATES))
    for cell in evaluator.cells:
        start[_AT["returned" if cell.state == "lapsed" else cell.state]] += cell.customers * cell.alive
        start[_AT["lapsed"]] += cell.customers * (1 - cell.alive)
    return start


@dataclass(frozen=True, slots=True)
class Terms:
    """What is given: arrivals of a quarter with and without the plan's channels, money and hours for measures."""

    arrivals: float
    arrivals_idle: float
    budgets: tuple[float, ...]
    hours: tuple[float, ...]
    invested: tuple[float, ...]  # money of each quarter that goes into channels, service and loyalty
    discount: float  # of one month
    retention: float = 1.0  # the part of newcomers who come again

    def into(self, arrivals: float) -> Floats:
        """Arrivals by quarter and state."""
        found = np.zeros((len(self.budgets), len(STATES)))
        found[:, 0], found[:, _AT["lapsed"]] = arrivals * self.retention, arrivals * (1 - self.retention)
        return found


@dataclass(frozen=True, slots=True)
class Followed:
    """Customers by state and contribution by quarter, per draw, under the plan and doing nothing."""

    course: Course
    customers: Floats  # (quarters + 1) x states, means
    customers_idle: Floats
    living: Floats  # (quarters + 1) x draws
    living_idle: Floats
    earned: Floats  # quarters x draws
    earned_idle: Floats
    gain: Floats  # draws, net of all money, discounted, with what comes after


def flow_of(chain: Chain, acts: Sequence[Given], start: Floats, terms: Terms) -> Flow:
    """The linear programme on mean draws."""
    moves, earned, after = chain.means()
    made = [Act(s, "", moves[s], float(earned[s]), 0.0) for s in range(len(STATES))]
    made += [
        Act(a.state, a.option.id, moves[len(STATES) + i], float(earned[len(STATES) + i]), a.cost, a.hours, a.reach)
        for i, a in enumerate(acts)
    ]
    return Flow(
        STATES,
        start,
        tuple(made),
        terms.into(terms.arrivals),
        np.array(terms.budgets),
        np.array(terms.hours),
        after,
        terms.discount**QUARTER,
    )


def follow(offer: Offer, x: Floats, evaluator: Evaluator, judged: Evaluator, terms: Terms) -> Followed:
    """Plan all quarters on the evaluator's draws and follow customers on fresh ones."""
    acts = given(offer, x, evaluator)
    start = start_of(evaluator)
    flow = flow_of(chain_of(evaluator, acts), acts, start, terms)
    course = run(flow)
    fresh, bare = chain_of(judged, acts), chain_of(judged, (), moved=False)
    before = np.maximum(course.customers[:-1], 1e-12)
    shares = course.treated / before[:, [a.state for a in flow.acts]]
    customers, earned, cost = _through(fresh, shares, start, flow.arrivals, flow)
    idle_shares = np.ones((flow.quarters, len(STATES)))
    still, kept, _ = _through(bare, idle_shares, start, terms.into(terms.arrivals_idle), flow)
    living = [place for place, state in enumerate(STATES) if state not in GONE]
    d = flow.discount ** np.arange(flow.quarters)
    money = np.array(terms.invested)
    gain = d @ (earned - kept - cost) - float(d @ money)
    gain = gain + flow.discount**flow.quarters * np.einsum("an,an->n", customers[-1] - still[-1], bare.after)
    return Followed(
        course,
        customers.mean(axis=2),
        still.mean(axis=2),
        customers[:, living].sum(axis=1),
        still[:, living].sum(axis=1),
        earned,
        kept,
        gain,
    )


def _through(
    chain: Chain, shares: Floats, start: Floats, arrivals: Floats, flow: Flow
) -> tuple[Floats, Floats, Floats]:
    """Customers (quarters + 1, states, draws), contribution and cost (quarters, draws) of a policy by shares."""
    count, acts = chain.earned.shape[1], flow.acts[: chain.earned.shape[0]]
    at = [a.state for a in acts]
    price = np.array([a.cost for a in acts])
    n = np.repeat(start[:, None], count, axis=1)
    customers, earned, cost = [n], [], []
    for t in range(flow.quarters):
        treated = shares[t][:, None] * n[at]
        earned.append((treated * chain.earned).sum(axis=0))
        cost.append(price @ treated)
        n = np.einsum("an,asn->sn", treated, chain.moves) + arrivals[t][:, None]
        customers.append(n)
    return np.array(customers), np.array(earned), np.array(cost)


__all__ = ["STATES", "Chain", "Followed", "Given", "Terms", "chain_of", "flow_of", "follow", "given", "idle"]
