"""A policy learned from a logged randomised campaign and valued offline, beside the simple rivals."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regulars.base.progress import Progress, unwatched
from regulars.base.text import Number, Text, say
from regulars.ledger.table_file import TableFile
from regulars.trial.offpolicy import resampled
from regulars.trial.policy import curve, guard, verdict, worth
from regulars.trial.policy.additive import Floats
from regulars.trial.policy.campaign import Campaign
from regulars.trial.policy.intake import Taken, take
from regulars.trial.policy.learn import LEARNERS, MOST_FEATURES, MOST_ROWS, Learned, deal, learn
from regulars.trial.policy.request import Request
from regulars.trial.policy.result import (
    ArmFacts,
    Checks,
    ColumnDropped,
    FeatureUsed,
    Interval,
    PolicyResult,
    Randomisation,
    Rival,
    Scenario,
)
from regulars.trial.policy.worth import Bench, Limit, surely_above

__all__ = ["Judged", "PolicyResult", "Request", "learn_policy"]

#: Fewer answers than this in an arm say next to nothing about whom it moves.
FEW_RESPONSES = 25


@dataclass(frozen=True)
class Judged:
    """The result, and row by row what it rests on. ``row`` (n,) numbers customers as the file does."""

    result: PolicyResult
    bench: Bench
    row: NDArray[np.int64]


def learn_policy(
    table: TableFile, request: Request, *, rng: np.random.Generator, progress: Progress = unwatched
) -> Judged:
    """Learn whom to give which arm, and say what that is worth, under each reach and budget.

    Raises:
        BadSettings: a column, an arm or a figure that cannot be used.
        BadData: a file no policy can be learned from.
    """
    taken = take(table, request, rng=rng, progress=progress)
    progress(say("policy.step.checking"), 0, None)
    tested, campaign, how = _tested(taken, rng)
    learned = learn(campaign, rng=rng, progress=progress)
    progress(say("policy.step.valuing"), 0, None)
    bench = Bench.of(campaign, learned, request.level)
    limits = [Limit(r, None, request.fill) for r in request.reaches]
    limits += [Limit(None, b / campaign.rows) for b in request.budgets]
    scenarios = tuple(_scenario(bench, limit, request, len(limits), rng) for limit in limits)
    arms = _arm_facts(bench, taken)
    word, said = verdict.overall(
        scenarios, tested, limits=limits, rows=campaign.rows, simple=_everybody(bench, request.level)
    )
    result = PolicyResult(
        *(table.file, request.arm, campaign.arms[0], request.outcome, request.level, request.seed),
        *(
            _checks(taken, campaign, learned, tested, how),
            arms,
            scenarios,
            curve.rankings(bench),
            curve.cost_curve(bench),
        ),
        _weights(learned, campaign.arms),
        word,
        said,
    )
    return Judged(result, bench, taken.row)


def _tested(taken: Taken, rng: np.random.Generator) -> tuple[guard.Deal, Campaign, str]:
    """Test the deal; where it depends on features, replace the shares by chances estimated from them."""
    campaign = taken.campaign
    if taken.propensity != "shares" or not campaign.features:
        return guard.Deal(1.0, 0.0, 0.5, "given" if campaign.features else "random"), campaign, taken.propensity
    # The features that tell most about the outcome: chosen without a look at the arms, so the test stays honest.
    share = {b.feature: b.outcome_share for b in taken.columns.balances}
    picked = sorted(campaign.features, key=lambda f: (-share[f.name], f.name))[:MOST_FEATURES]
    narrowed = replace(campaign, features=tuple(picked))
    n, arms = campaign.rows, len(campaign.arms)
    rows = np.arange(n) if n <= MOST_ROWS else np.sort(rng.permutation(n)[:MOST_ROWS])
    cluster = campaign.cluster[rows] if campaign.cluster is not None else None
    fold = deal(campaign.arm[rows], cluster, rng)
    codes = narrowed.codes(rows)
    found, told = guard.deal_of(narrowed.features, campaign.arm[rows], arms, fold, codes=codes, cluster=cluster)
    if found.verdict == "random":
        return found, campaign, "shares"
    if rows.size < n:
        fold = deal(campaign.arm, campaign.cluster, rng)
        _, told = guard.deal_of(narrowed.features, campaign.arm, arms, fold, codes=narrowed.codes())
    estimated = guard.propensities(told, campaign.arm, fold)
    return found, replace(campaign, propensity=estimated), "estimated"


def _scenario(bench: Bench, limit: Limit, request: Request, looks: int, rng: np.random.Generator) -> Scenario:
    choice = limit.policy(bench)
    gains = bench.gains(choice)
    weights = bench.weights(choice)
    gain = bench.learned_mean(gains, weights)
    rivals = tuple(worth.valued(bench, o, gains, weights) for o in worth.opponents(bench, limit))
    within = [r for r in rivals if r.within]
    best = max(within, key=lambda r: r.gain.mean)
    values = worth.estimates(bench, choice)
    draws = resampled(gains[:, None], rng=rng, cluster=bench.campaign.cluster)[:, 0]
    low, high = np.quantile(draws, [(1 - request.level) / 2, (1 + request.level) / 2])
    rows, arms = bench.campaign.rows, bench.campaign.arms
    word, said = verdict.of_scenario(gain, rivals, best, limit=limit, rows=rows, level=request.level, looks=looks)
    shares = choice.shares(len(arms))
    foretold = choice.blend(np.column_stack([np.zeros(rows), bench.net_effect]))
    return Scenario(
        reach=limit.reach,
        budget=limit.budget * rows if limit.budget is not None else None,
        share=float(1 - shares[0]),
        shares={arm: float(s) for arm, s in zip(arms, shares, strict=True)},
        cost=bench.cost(choice),
        value=values["aipw"],
        gain=gain,
        gain_bootstrap=Interval(gain.mean, float(low), float(high)),
        estimator="aipw",
        estimates=values,
        predicted_gain=float(foretold.mean()),
        rivals=rivals,
        best_rival=best.rival,
        ahead_of_best=best.ahead,
        best="policy" if best.ahead.mean > 0 else best.rival,
        verdict=word,
        said=said,
    )


def _everybody(bench: Bench, level: float) -> tuple[Rival | None, bool]:
    limit = Limit(1.0, None)
    zero = np.zeros(bench.campaign.rows)
    found = [worth.valued(bench, o, zero, zero) for o in worth.opponents(bench, limit) if o.rival == "everybody"]
    best = max(found, key=lambda r: r.gain.mean)
    return best, surely_above(best.gain, level=level, looks=len(found))


def _arm_facts(bench: Bench, taken: Taken) -> tuple[ArmFacts, ...]:
    campaign = bench.campaign
    facts = []
    for at, name in enumerate(campaign.arms):
        own = campaign.arm == at
        effect = net = None
        if at:
            gains = bench.net[:, at] - bench.net[:, 0]
            weights = own - (campaign.arm == 0).astype(float)
            net = bench.mean(gains, weights)
            effect = bench.mean(gains + campaign.cost[at] - campaign.cost[0], weights)
        raw, answered = taken.raw_outcome[own], campaign.responded[own]
        rows = int(own.sum())
        facts.append(
            ArmFacts(
                name,
                rows,
                rows / campaign.rows,
                float(raw.mean()),
                float(answered.mean()),
                float(campaign.cost[at]),
                effect,
                net,
            )
        )
    return tuple(facts)


def _checks(taken: Taken, campaign: Campaign, learned: Learned, tested: guard.Deal, how: str) -> Checks:
    balance = {b.feature: b for b in taken.columns.balances}
    used = tuple(FeatureUsed(f.name, f.bins, balance[f.name].p, balance[f.name].v) for f in campaign.features)
    dropped = tuple(ColumnDropped(d.column, d.reason, d.text) for d in taken.columns.dropped)
    counts = np.bincount(campaign.arm, minlength=len(campaign.arms))
    answers = np.bincount(campaign.arm, weights=campaign.responded, minlength=len(campaign.arms))
    warnings: list[Text] = list(taken.warnings)
    if answers.min() < FEW_RESPONSES:
        few = int(answers.argmin())
        warnings.append(say("policy.warn.few_responses", arm=campaign.arms[few], n=int(answers[few])))
    if learned.rows_learned < campaign.rows:
        warnings.append(say("policy.warn.sampled", learned=learned.rows_learned, rows=campaign.rows))
    said = say(f"policy.deal.{tested.verdict}", auc=Number(tested.auc, 3))
    return Checks(
        rows=campaign.rows,
        rows_left_out=taken.rows_left_out,
        rows_learned=learned.rows_learned,
        randomisation=Randomisation(tested.verdict, tested.p, tested.auc, how, said),
        features=used,
        dropped=dropped,
        warnings=tuple(warnings),
        smallest_arm=int(counts.min()),
        fewest_responses=int(answers.min()),
    )


def _weights(learned: Learned, arms: tuple[str, ...]) -> dict[str, dict[str, float]]:
    mean: Floats = learned.weights.mean(axis=0)
    return {
        arm: {name: float(w) for name, w in zip(LEARNERS, mean[at], strict=True)} for at, arm in enumerate(arms[1:])
    }
