"""Whom to win back, ranked by what one contact can be expected to recover, and whom rather not to keep.

Value recovered = (12-month margin if surely a customer, less as expected) x response of the pack's best win-back
measure, less its cost. Risk alone is no reason to write to anybody: the surest losses are often worth least, and those
at highest risk are not those a message moves (Ascarza 2018). Docs: docs/methods/win-back.md.
"""

from __future__ import annotations

import ibis

from regulars.analysis.leaving.ranking import late_at
from regulars.analysis.lookback import Look
from regulars.analysis.part import Scene
from regulars.analysis.results.leaving import Exit, RankingTrial, Untouched, WinBack
from regulars.analysis.sums import exact
from regulars.analysis.trust import expected_total
from regulars.packs.schema import Measure, Pack

TOP = 100
#: Candidates at an earlier day below which nothing is tried.
TRIED = 50
_VISITS = 3  # before anybody is proposed for exit


def measure_of(pack: Pack) -> tuple[float, float]:
    """Response (probability of coming back because of it) and cost of the win-back measure with the best response."""
    found = [(_response(m), m.cost + m.incentive * max(m.take_up.values(), default=0.0)) for m in pack.measures]
    won = [(response, cost) for response, cost in found if response > 0]
    return max(won, default=(0.0, 0.0), key=lambda pair: (pair[0], -pair[1]))


def _response(measure: Measure) -> float:
    if measure.family != "winback":
        return 0.0
    return max((e.mean for e in measure.effects if e.primitive == "reactivation"), default=0.0)


def of_each(scene: Scene) -> ibis.Table:
    """Customer, ``winback_value`` and ``winback_rank`` of the overdue and lapsed (null for others), and
    ``deliberate_exit``; with ``at_stake`` and ``p_alive`` for the comparison."""
    response, cost = measure_of(scene.setting.pack)
    t = scene.people
    stake = t.margin_12 / ibis.greatest(t.p_alive, 1e-6) - t.margin_12
    t = t.mutate(
        candidate=t.state.isin(["overdue", "lapsed"]),
        at_stake=ibis.greatest(stake, 0.0),
        deliberate_exit=(t.visits >= _VISITS) & ((t.margin_12 < 0) | (t.revenue <= 0)),
    )
    t = t.mutate(winback_value=ibis.ifelse(t.candidate & ~t.deliberate_exit, t.at_stake * response - cost, None))
    best_first = ibis.window(order_by=[t.winback_value.desc(), t.customer])
    ranked = t.filter(t.winback_value.notnull()).mutate(winback_rank=ibis.row_number().over(best_first) + 1)
    ranked = ranked.select("customer", "winback_rank")
    t = t.left_join(ranked, "customer").drop("customer_right")
    columns = ("customer", "winback_value", "winback_rank", "deliberate_exit", "at_stake", "p_alive", "candidate")
    return scene.setting.desk.keep("leaving_of_each", t.select(*columns))


def win_back(scene: Scene, each: ibis.Table, *, untouched: Untouched | None, ranking: RankingTrial | None) -> WinBack:
    """Candidates, and what is at stake among the first hundred by value and by risk."""
    response, cost = measure_of(scene.setting.pack)
    some = each.filter(each.winback_value.notnull())
    riskiest = ibis.window(order_by=[some.p_alive, some.customer])
    some = some.mutate(risk_rank=ibis.row_number().over(riskiest))
    row = scene.setting.desk.ask(
        "leaving_win_back",
        some.aggregate(
            candidates=some.count(),
            worth=some.count(where=some.winback_value > 0),
            by_value=_of(some.at_stake, some.winback_rank <= TOP),
            by_risk=_of(some.at_stake, some.risk_rank < TOP),
        ),
    ).to_pylist()[0]
    top = min(TOP, row["candidates"])
    return WinBack(
        row["candidates"],
        row["worth"],
        response,
        cost,
        top,
        row["by_value"],
        row["by_risk"],
        untouched,
        ranking,
    )


def _of(money: ibis.Value, some: ibis.Value) -> ibis.Value:
    return exact(ibis.ifelse(some, money, 0.0)).cast("float64").fill_null(0.0)


def untouched(scene: Look) -> Untouched | None:
    """The candidates of the latest origin (of the sample tried there), by today's rules: who came back by himself.

    None without a past to look back on, or with fewer than :data:`TRIED` candidates then.
    """
    if scene.tried is None:
        return None
    (origin, t), fit = next(iter(scene.tried.cases.items())), scene.tried.fits[0]
    late = late_at(t, scene)
    if late.sum() < TRIED:
        return None
    back = 1 - fit.knowing(t.log_gaps).visits(t.x, t.t_x, t.T, t.weeks).none[late]
    foretold = expected_total(back, back * (1 - back), unit="customers")
    return Untouched(origin.cut, origin.horizon, int(late.sum()), foretold, int((t.came[late] > 0).sum()))


def deliberate_exit(scene: Scene, each: ibis.Table) -> Exit:
    """Customers proposed for a talk about leaving, and the margin they are expected to bring."""
    t = each.filter(each.deliberate_exit).inner_join(scene.people.select("customer", "margin_12"), "customer")
    found = t.aggregate(customers=t.count(), margin=exact(t.margin_12).cast("float64").fill_null(0.0))
    row = scene.setting.desk.ask("leaving_exit", found).to_pylist()[0]
    return Exit(row["customers"], row["margin"])
