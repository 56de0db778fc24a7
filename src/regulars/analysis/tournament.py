"""The contest of the visit models on the business's own past: who foretells it best, and how wide ranges must be.

Docs: docs/methods/tournament.md. Where the history is too short to be cut, models are told apart by their likelihood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis

from regulars.analysis.desk import Kept, Setting
from regulars.analysis.models import fit_all, named_prior
from regulars.analysis.origins import OriginDay, longest, origins, sampled, trials
from regulars.analysis.past import past_lines
from regulars.analysis.results.tournament import Contender, LineContest, Origin, Tournament, Trust
from regulars.analysis.trust import far, trust
from regulars.analysis.value.calibration import Calibration
from regulars.analysis.value.contest import (
    TELLING,
    Fitting,
    Standing,
    Trial,
    calibrated,
    choose,
    contest,
    judge,
    repeat_crps,
)
from regulars.analysis.value.foretold import foretold_value
from regulars.analysis.value.spend import SpendFit, fit_gamma_gamma
from regulars.analysis.value.visits import VisitFit
from regulars.base.text import Text, say
from regulars.ledger.schema import VISIT_KINDS

#: Lines of trade that get a contest of their own, at most, and origins they are tried at.
LINES, LINE_ORIGINS = 4, 1
#: Repeat customers (in the sample) below which a line is not told apart.
LINE_REPEATERS = 300


@dataclass(frozen=True, slots=True)
class Tried:
    """What the contest leaves for the rest of the study."""

    result: Tournament
    chosen: str
    standings: Mapping[str, Standing]
    visits: Calibration
    value: Calibration
    errors: tuple[float, ...]  # foretold over actual visits at every origin, latest first
    trust: Trust
    cases: Mapping[OriginDay, Trial]  # the customers tried, latest origin first
    fits: tuple[VisitFit, ...]  # the chosen model at each of them


def tournament(setting: Setting, kept: Kept) -> Tried | None:
    """Try every model at every origin; None where the history is too short or too few came back.

    Only what was known until the end of the past is looked at: found once, it holds for all days after.
    """
    past, first = kept.past, setting.first_day
    at = origins(first, past.day)
    if not at:
        return None
    days = setting.desk.keep("tried_days", sampled(kept.days, customers=past.customers))
    of = (past.key, first.isoformat(), kept.clocks.key if kept.clocks is not None else None)
    return setting.desk.recall("contest", of, lambda: _tournament(setting, kept, days, at))


def _tournament(setting: Setting, kept: Kept, days: ibis.Table, at: tuple[OriginDay, ...]) -> Tried | None:
    customers = kept.past.customers
    known = trials(setting.desk, days, at=at, name="origin", clocks=kept.clocks)
    if not known:
        return None
    cases = list(known.values())
    entries = contest(cases, fitting(setting))
    if not entries:
        return None
    standings = judge(entries, cases)
    chosen = choose(standings)
    entry = entries[chosen]
    spends = [spend_at(trial) for trial in cases]
    money = [
        foretold_value(
            fit, spend, t.x, t.t_x, t.T, mean_value=t.repeat_value, weeks=t.weeks, actual=t.earned, gaps=t.log_gaps
        )
        for fit, spend, t in zip(entry.fits, spends, cases, strict=True)
    ]
    naive = repeat_crps(cases)
    looked_at = len(cases[0].x)
    return Tried(
        result=Tournament(
            origins=tuple(_origin(o, t) for o, t in known.items()),
            contenders=tuple(_contender(name, s, chosen=name == chosen) for name, s in standings.items()),
            naive_crps=naive,
            skill=_skill(standings[chosen].crps, naive),
            sampled=looked_at if customers > 2 * looked_at else None,
            reason=reason(standings, chosen),
            lines=_lines(setting, kept, customers=customers, at=at[:LINE_ORIGINS]),
        ),
        chosen=chosen,
        standings=standings,
        visits=calibrated(entry.parts, cases),
        value=calibrated(money, cases),
        errors=tuple(
            float(p.sum() / t.came.sum()) for p, t in zip(entry.predicted, cases, strict=True) if t.came.sum() > 0
        ),
        trust=_far(setting, kept, days, chosen, trust(known, entry, spends, money), beyond=at[0].horizon),
        cases=known,
        fits=entry.fits,
    )


def _far(setting: Setting, kept: Kept, days: ibis.Table, chosen: str, found: Trust, *, beyond: int) -> Trust:
    """With the longest period that the past allows tried as well, by the chosen model fitted on what came before."""
    origin = longest(setting.first_day, kept.past.day, beyond=beyond)
    if origin is None:
        return found
    known = trials(setting.desk, days, at=(origin,), name="origin_longest", clocks=kept.clocks)
    if origin not in known:
        return found
    fit = fitting(setting)(known[origin]).get(chosen)
    if fit is None or not fit.converged:
        return found
    return far(found, origin, known[origin], fit, spend_at(known[origin]))


def fitting(setting: Setting) -> Fitting:
    """Every model as it would have been fitted on what was known at the origin, with the prior of the settings."""
    prior = named_prior(setting.business.forecast.prior, pack=setting.pack)

    def at_origin(trial: Trial) -> dict[str, VisitFit]:
        own, total = trial.statistics(even=True), float(trial.log_gaps.sum())
        return fit_all(trial.statistics(), log_gaps=total, prior=prior, even=own)

    return at_origin


def spend_at(trial: Trial) -> SpendFit:
    """The spend model as it would have been fitted at the origin."""
    paid = (trial.x > 0) & (trial.repeat_value > 0)
    if not paid.any():
        return fit_gamma_gamma([1.0], [1.0])
    return fit_gamma_gamma(trial.x[paid], trial.repeat_value[paid])


def reason(standings: Mapping[str, Standing], chosen: str) -> Text:
    """Why that model, in plain words."""
    others = {name: s for name, s in standings.items() if name != chosen}
    if not others:
        return say("study.tournament.alone")
    mine = standings[chosen]
    best = next(iter(standings))
    if best != chosen:
        if mine.likelihood > standings[best].likelihood + TELLING:
            return say("study.tournament.timed", best=say(f"study.tournament.model.{best}"))
        if mine.miscalibration < standings[best].miscalibration:
            return say("study.tournament.calibrated", best=say(f"study.tournament.model.{best}"))
        return say("study.tournament.simpler", best=say(f"study.tournament.model.{best}"))
    second, s = next(iter(others.items()))
    name = say(f"study.tournament.model.{second}")
    if s.behind > s.behind_se:
        return say("study.tournament.clear", second=name)
    return say("study.tournament.close", second=name)


def _origin(origin: OriginDay, trial: Trial) -> Origin:
    return Origin(origin.cut, origin.horizon, len(trial.x), int(trial.came.sum()))


def _contender(name: str, s: Standing, *, chosen: bool) -> Contender:
    return Contender(
        model=name,
        crps=s.crps,
        behind=s.behind,
        behind_se=s.behind_se,
        bias=s.bias,
        miscalibration=s.miscalibration,
        nominal_90=s.nominal_90,
        coverage_80=s.coverage[0.8],
        coverage_90=s.coverage[0.9],
        chosen=chosen,
    )


def _skill(crps: float, naive: float) -> float:
    return 1 - crps / naive if naive > 0 else 0.0


def _lines(setting: Setting, kept: Kept, *, customers: int, at: tuple[OriginDay, ...]) -> tuple[LineContest, ...]:
    """A contest within each of the largest categories, where there is more than one."""
    lines = past_lines(setting, kept.past.day)
    known = lines.filter(lines.customer.notnull(), lines.category.notnull(), lines.kind.isin(VISIT_KINDS))
    known = sampled(known, customers=customers)
    sizes = known.group_by("category").aggregate(customers=known.customer.nunique())
    found = setting.desk.ask("trade_lines", sizes.order_by(sizes.customers.desc(), sizes.category).limit(LINES + 1))
    names = [row["category"] for row in found.to_pylist() if row["customers"] >= LINE_REPEATERS]
    if len(names) < 2:
        return ()
    contests = (_line(setting, kept, known, name, number, at) for number, name in enumerate(names[:LINES], 1))
    return tuple(c for c in contests if c is not None)


def _line(
    setting: Setting, kept: Kept, lines: ibis.Table, category: str, number: int, at: tuple[OriginDay, ...]
) -> LineContest | None:
    own = lines.filter(lines.category == category)
    days = own.group_by("customer", "day").aggregate(value=own.net.sum())
    window = ibis.window(group_by=days.customer, order_by=days.day)
    days = days.mutate(
        visit=ibis.literal(True),
        index=ibis.row_number().over(window),
        previous=days.day.lag().over(window),
        first_day=days.day.first().over(window),
    )
    days = setting.desk.keep(f"trade_line_{number}", days)
    known = trials(setting.desk, days, at=at, name=f"trade_line_{number}_origin", clocks=kept.clocks)
    cases = [t for t in known.values() if t.repeaters >= LINE_REPEATERS]
    entries = contest(cases, fitting(setting)) if cases else {}
    if not entries:
        return None
    standings = judge(entries, cases)
    chosen = choose(standings)
    naive = repeat_crps(cases)
    return LineContest(
        line=category,
        customers=len(cases[0].x),
        visits=int(cases[0].came.sum()),
        model=chosen,
        crps=standings[chosen].crps,
        skill=_skill(standings[chosen].crps, naive),
        regularity=entries[chosen].fits[0].k,
        reason=reason(standings, chosen),
    )
