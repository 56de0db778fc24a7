"""Whether the order of win-back candidates was right: whom an earlier day would have named, and what became of them.

What a contact recovers only a hold-out can tell. What can be seen is whether those named first had something to
recover: that they stayed away the whole period (a contact to somebody who comes anyway recovers nothing), and how much
money went with them, by what each had brought a year while known. Beside the order by value stand the simple rules a
shop would use: who spent most a year, who has been silent longest, and names drawn from a hat. Docs:
docs/methods/win-back.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from regulars.analysis.lookback import Look
from regulars.analysis.results.leaving import RankingTrial, RankRule
from regulars.analysis.tournament import spend_at
from regulars.analysis.value.contest import Trial
from regulars.analysis.value.spend import SpendFit
from regulars.analysis.value.statistics import Floats
from regulars.analysis.value.visits import VisitFit

#: Candidates who had come back before; of fewer nothing is told.
TRIED = 50
_TOP, _PART = 100, 3
_WEEKS = 365.25 / 7
_CLEAR = 1.96  # 5 % for each of two simple rules


def late_at(t: Trial, scene: Look) -> NDArray[np.bool_]:
    """The overdue and lapsed of an earlier day, by today's rules."""
    windows = scene.setting.pack.windows
    own = (windows.prior_strength * scene.interval + t.span) / (windows.prior_strength + t.x)
    return np.asarray((t.silent >= windows.overdue_at * own) & ((t.x > 0) | (t.silent > windows.newcomer_for)))


def ranking(scene: Look) -> RankingTrial | None:
    """The order by value at the latest origin beside simple rules; None without a past or with too few candidates."""
    if scene.tried is None:
        return None
    (origin, t), fit = next(iter(scene.tried.cases.items())), scene.tried.fits[0]
    some = late_at(t, scene) & (t.x > 0) & (t.repeat_value > 0)
    if some.sum() < TRIED:
        return None
    worth = yearly(t)[some]
    scores = {
        "value": at_stake(t, fit, spend_at(t))[some],
        "spend": worth,
        "silence": t.silent[some],
    }
    rules, clear = judged(scores, worth=worth, away=t.came[some] == 0)
    return RankingTrial(origin.cut, origin.horizon, int(some.sum()), top_of(int(some.sum())), rules, clear)


def yearly(t: Trial) -> Floats:
    """What each brought a year since the first visit (of repeat visits; at least a year is counted)."""
    return np.asarray(t.x * t.repeat_value / np.maximum(t.T / _WEEKS, 1.0))


def at_stake(t: Trial, fit: VisitFit, spend: SpendFit) -> Floats:
    """Value of the period if surely a customer, less as expected: the order of win-back, whose response and cost are
    the same for all."""
    knowing = fit.knowing(t.log_gaps)
    money = knowing.visits(t.x, t.t_x, t.T, t.weeks).mean * spend.expected_spend(t.x, t.repeat_value)
    return np.asarray(money / np.maximum(knowing.p_alive(t.x, t.t_x, t.T), 1e-6) - money)


def top_of(candidates: int) -> int:
    """How many are named first: a hundred, or a third where there are few."""
    return min(_TOP, candidates // _PART)


def judged(scores: dict[str, Floats], *, worth: Floats, away: NDArray[np.bool_]) -> tuple[tuple[RankRule, ...], str]:
    """Every rule with those it names first, then chance; and whether the first loses less, more or as much money as the
    best of the others: the sum over customers of what only one of them names, in its own standard deviations."""
    n, top = len(worth), top_of(len(worth))
    named = {}
    for id, score in scores.items():
        named[id] = np.zeros(n, dtype=bool)
        named[id][np.argsort(-score, kind="stable")[:top]] = True
    rules = [RankRule(id, int(away[some].sum()) / top, float(worth[some & away].sum())) for id, some in named.items()]
    chance = RankRule("chance", float(away.mean()), float(worth[away].sum()) * top / n)
    own, *others = rules
    best = max(others, key=lambda rule: rule.gone)
    apart = (named[own.id].astype(float) - named[best.id]) * worth * away
    spread = float(np.sqrt(((apart - apart.mean()) ** 2).sum()))
    gain = own.gone - best.gone
    clear = "alike" if abs(gain) <= _CLEAR * spread else "better" if gain > 0 else "worse"
    return (*rules, chance), clear
