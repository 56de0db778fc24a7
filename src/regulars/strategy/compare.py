"""Two plans beside each other: what changed before, which lines came, went, grew and shrank, and what value that moved.

The change in value is put down to causes as far as the plans themselves tell: money and hours along the earlier plan's
own frontiers, a veto or target by its price in the plan that has it, the hold-out by its price. What is left is data,
effects and their interplay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from regulars.base.text import Listing, Local, Money, Number, Share, Text, say
from regulars.strategy.changes import changes
from regulars.strategy.plan import Line, Plan
from regulars.strategy.plan_compare import (
    SCHEMA,
    Cause,
    Chance,
    Change,
    Comparison,
    Figures,
    LineMove,
    Move,
)

#: A line that changes by less than this part of its customers is kept.
KEPT = 0.05
#: A cause below this part of the larger value is not told.
TOLD = 0.002
#: So many moves are put into sentences.
SENTENCES = 5


def compare(before: Plan, after: Plan, *, runs: tuple[str, str], names: Mapping[str, Local]) -> Comparison:
    """Compare two plans. ``runs`` are their ids, ``names`` those of measures."""
    told = changes(before, after, names)
    measures = _moves(_by_measure(before), _by_measure(after), names)
    lines = _line_moves(before, after)
    causes = tuple(_causes(before, after, told))
    return Comparison(
        SCHEMA,
        figures(before, runs[0]),
        figures(after, runs[1]),
        told,
        measures,
        lines,
        causes,
        tuple(_sentences(before, after, told, measures, lines, causes)),
    )


def figures(plan: Plan, run: str) -> Figures:
    """A plan in key figures."""
    return Figures(
        run,
        plan.provenance.as_of,
        plan.provenance.data_version,
        plan.provenance.currency,
        plan.budget,
        plan.cost,
        plan.hours,
        plan.customers,
        plan.held_out,
        len(plan.lines),
        plan.value_12.mean,
        plan.value_36.mean,
        plan.value_36.p10,
        plan.value_36.p90,
        tuple(Chance(t.objective, t.name, t.target, t.expected.mean, t.probability) for t in plan.targets),
    )


type _Sums = dict[str, tuple[int, float, float]]  # customers, cost, value


def _by_measure(plan: Plan) -> _Sums:
    """Customers, cost and value per measure; a bundle counts for each of its measures, value and cost evenly."""
    found: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for line in plan.lines:
        for id in line.measures:
            row = found[id]
            row[0] += line.customers
            row[1] += line.cost / len(line.measures)
            row[2] += line.value_36.mean / len(line.measures)
    return {id: (round(n), cost, value) for id, (n, cost, value) in found.items()}


def _moves(old: _Sums, new: _Sums, names: Mapping[str, Local]) -> tuple[LineMove, ...]:
    none = (0, 0.0, 0.0)
    rows = []
    for id in dict.fromkeys((*old, *new)):
        a, b = old.get(id, none), new.get(id, none)
        name = names.get(id) or Local({"en": id})
        rows.append(LineMove(id, move_of(a[0], b[0]), name, None, (a[0], b[0]), (a[1], b[1]), (a[2], b[2])))
    return tuple(sorted(rows, key=_weight))


def _line_moves(before: Plan, after: Plan) -> tuple[LineMove, ...]:
    old, new = ({line.id: line for line in plan.lines} for plan in (before, after))
    rows = []
    for id in dict.fromkeys((*old, *new)):
        a, b = old.get(id), new.get(id)
        line = b or a
        assert line is not None

        def pair[N: (int, float)](
            of: Callable[[Line], N], none: N, a: Line | None = a, b: Line | None = b
        ) -> tuple[N, N]:
            return (of(a) if a else none, of(b) if b else none)

        customers = pair(lambda x: x.customers, 0)
        rows.append(
            LineMove(
                id,
                move_of(*customers),
                line.measure_name,
                line.cell_label,
                customers,
                pair(lambda x: x.cost, 0.0),
                pair(lambda x: x.value_36.mean, 0.0),
            )
        )
    return tuple(sorted(rows, key=_weight))


def _weight(row: LineMove) -> tuple[float, str]:
    return -abs(row.value_36[1] - row.value_36[0]), row.id


def move_of(before: int, after: int) -> Move:
    """What became of a number of customers."""
    if not before:
        return "came" if after else "kept"
    if not after:
        return "went"
    if abs(after - before) <= KEPT * before:
        return "kept"
    return "grew" if after > before else "shrank"


def _causes(before: Plan, after: Plan, told: tuple[Change, ...]) -> Iterator[Cause]:
    total = after.value_36.mean - before.value_36.mean
    currency, left = after.provenance.currency, total
    for id, value, text in (*_of_limits(before, after), *_of_rules(before, after, told)):
        if abs(value) >= TOLD * max(abs(before.value_36.mean), abs(after.value_36.mean), 1.0):
            left -= value
            yield Cause(id, value, text)
    if told and abs(left) >= TOLD * max(abs(before.value_36.mean), 1.0):
        kinds = {change.kind for change in told}
        rest = (
            "strategy.compare.rest_data"
            if "data" in kinds
            else "strategy.compare.rest_effects"
            if kinds & {"effect", "measure"}
            else "strategy.compare.rest"
        )
        sign = say(
            "strategy.compare.more" if left > 0 else "strategy.compare.less", value=Money.of(abs(left), currency)
        )
        yield Cause("rest", left, say(rest, change=sign))


def _of_limits(before: Plan, after: Plan) -> Iterator[tuple[str, float, Text]]:
    currency = after.provenance.currency
    points = [(p.budget, p.value_36.mean) for p in before.frontier]
    if before.budget != after.budget and len(points) > 1:
        more = after.budget > before.budget
        value = _gain(points, before.budget, after.budget)
        yield "budget", value, say(f"strategy.compare.by_budget_{_way(more)}", value=Money.of(abs(value), currency))
    hours = [(p.hours, p.value_36.mean) for p in before.hours_frontier]
    old, new = (_hours_of(plan) for plan in (before, after))
    if old != new and len(hours) > 1:
        value = _gain(hours, old, new)
        yield "hours", value, say(f"strategy.compare.by_hours_{_way(new > old)}", value=Money.of(abs(value), currency))


def _way(up: bool) -> str:
    return "up" if up else "down"


def _gain(points: list[tuple[float, float]], old: float, new: float) -> float:
    """Along a frontier; more of a limit is never taken to cost value (the points are judged on draws of their own)."""
    value = _along(points, new) - _along(points, old)
    return max(value, 0.0) if new > old else min(value, 0.0)


def _hours_of(plan: Plan) -> float:
    return round(sum(p.available for p in plan.prices if p.limit.startswith("hours:")), 4)


def _along(points: list[tuple[float, float]], at: float) -> float:
    ordered = sorted(points)
    return float(np.interp(at, [x for x, _ in ordered], [y for _, y in ordered]))


def _of_rules(before: Plan, after: Plan, told: tuple[Change, ...]) -> Iterator[tuple[str, float, Text]]:
    if before.basis is None or after.basis is None:
        return  # an earlier version kept no prices to compare
    currency = after.provenance.currency

    def priced(id: str, value: float) -> Text:
        return say(id, value=Money.of(abs(value), currency))

    old, new = ({s.id: s for s in plan.sensitivities} for plan in (before, after))
    for id in dict.fromkeys((*old, *new)):
        if (id in old) is (id in new) or _own(id):
            continue
        cost, sign = (new[id], -1.0) if id in new else (old[id], 1.0)
        text = "strategy.compare.by_rule_down" if id in new else "strategy.compare.by_rule_up"
        yield id, sign * cost.price, say(text, rule=cost.label, value=Money.of(abs(cost.price), currency))
    if any(change.key == "contact.holdout" for change in told):
        value = before.holdout_price - after.holdout_price
        yield "contact.holdout", value, priced(f"strategy.compare.by_holdout_{_way(value > 0)}", value)
    prices = [{id: s.price for id, s in found.items()} for found in (old, new)]
    value = prices[0].get("targets", _one(prices[0])) - prices[1].get("targets", _one(prices[1]))
    yield "targets", value, priced(f"strategy.compare.by_targets_{_way(value > 0)}", value)


def _own(id: str) -> bool:
    """Prices that are compared in their own way, or that every plan has."""
    return id in ("targets", "holdout", "reserve") or id.startswith(("target:", "trial"))


def _one(prices: Mapping[str, float]) -> float:
    return sum(price for id, price in prices.items() if id.startswith("target:"))


def _sentences(
    before: Plan,
    after: Plan,
    told: tuple[Change, ...],
    measures: tuple[LineMove, ...],
    lines: tuple[LineMove, ...],
    causes: tuple[Cause, ...],
) -> Iterator[Text]:
    ranges = [change for change in told if change.kind == "effect" and change.before == change.after]
    yield from (change.told for change in told if change not in ranges)
    if ranges:  # after a cycle that found a whole grade too sure of itself they are as many as the pack has effects
        yield say("strategy.compare.ranges", n=len(ranges))
    if not told:
        yield say("strategy.compare.same_basis")
    yield from _of_lines(lines)
    for row in [m for m in measures if m.move != "kept"][:SENTENCES]:
        a, b = (Number(n) for n in row.customers)
        yield say(f"strategy.compare.measure_{row.move}", measure=row.name, before=a, after=b)
    yield from _of_figures(before, after)
    yield from _of_targets(before, after)
    yield from (cause.told for cause in causes)


def _of_lines(lines: tuple[LineMove, ...]) -> Iterator[Text]:
    counts: dict[Move, int] = defaultdict(int)
    for row in lines:
        counts[row.move] += 1
    moves: tuple[Move, ...] = ("came", "went", "grew", "shrank")
    moved = [move for move in moves if counts[move]]
    if not moved:
        yield say("strategy.compare.lines_same")
        return
    parts = tuple(say(f"strategy.compare.lines_{move}", n=counts[move]) for move in moved)
    yield say("strategy.compare.lines", parts=Listing(parts), kept=counts["kept"])


def _of_figures(before: Plan, after: Plan) -> Iterator[Text]:
    currency = after.provenance.currency

    def money(value: float) -> Money:
        return Money.of(value, currency)

    a, b = before.value_36, after.value_36
    if round(a.mean) != round(b.mean):
        more = b.mean > a.mean
        yield say(
            "strategy.compare.value_up" if more else "strategy.compare.value_down",
            before=money(a.mean),
            after=money(b.mean),
            change=money(abs(b.mean - a.mean)),
            low=money(b.p10),
            high=money(b.p90),
        )
    if round(before.cost) != round(after.cost):
        yield say("strategy.compare.cost", before=money(before.cost), after=money(after.cost))
    if round(before.hours, 1) != round(after.hours, 1):
        yield say("strategy.compare.time", before=Number(before.hours), after=Number(after.hours))


def _of_targets(before: Plan, after: Plan) -> Iterator[Text]:
    old = {t.objective: t for t in before.targets}
    for row in after.targets:
        was = old.get(row.objective)
        if was is not None and abs(was.probability - row.probability) >= 0.005:
            a, b = Share(was.probability), Share(row.probability)
            yield say("strategy.compare.chance", name=row.name, before=a, after=b)
