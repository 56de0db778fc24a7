"""What the figures say, in words."""

from __future__ import annotations

from regulars.base.text import Number, Share, Text, say
from regulars.trial.policy.guard import Deal
from regulars.trial.policy.result import Interval, Rival, Scenario
from regulars.trial.policy.worth import Limit, surely_above


def per_thousand(value: float) -> Number:
    """A value per customer as one per 1,000 customers, with as many decimals as it bears."""
    scaled = 1000 * value
    return Number(scaled, 0 if abs(scaled) >= 1000 else 1 if abs(scaled) >= 1 else 3)


def of_rival(rival: Rival) -> Text:
    """A rival by name."""
    if rival.arm:
        return say(f"policy.rival_with.{rival.rival}", arm=rival.arm)
    if rival.feature:
        return say("policy.rival.one_feature", feature=rival.feature)
    return say(f"policy.rival.{rival.rival}")


def of_limit(limit: Limit, rows: int) -> Text:
    """A reach or a budget by name."""
    if limit.budget is None:
        return say("policy.limit.reach", share=Share(limit.reach or 0.0))
    return say("policy.limit.budget", amount=Number(limit.budget * rows, 0))


def of_scenario(
    gain: Interval, rivals: tuple[Rival, ...], best: Rival, *, limit: Limit, rows: int, level: float, looks: int
) -> tuple[str, Text]:
    """The verdict under one limit and its sentence."""
    within = [r for r in rivals if r.within and r.rival != "nobody"]
    params = {
        "limit": of_limit(limit, rows),
        "gain": per_thousand(gain.mean),
        "low": per_thousand(gain.low),
        "high": per_thousand(gain.high),
        "rival": of_rival(best),
    }
    if not surely_above(gain, level=level, looks=looks):
        return "no_gain", say("policy.scenario.no_gain", **params)
    ahead = {
        "ahead": per_thousand(best.ahead.mean),
        "ahead_low": per_thousand(best.ahead.low),
        "ahead_high": per_thousand(best.ahead.high),
    }
    # Claimed only where it is shown against each rival, which needs no correction for their number.
    if all(surely_above(r.ahead, level=level, looks=looks) for r in within):
        return "better", say("policy.scenario.better", **params, **ahead)
    if best.ahead.high < 0.0:
        return "worse", say("policy.scenario.worse", **params, **ahead)
    return "unclear", say("policy.scenario.unclear", **params, **ahead)


def overall(
    scenarios: tuple[Scenario, ...], deal: Deal, *, limits: list[Limit], rows: int, simple: tuple[Rival | None, bool]
) -> tuple[str, Text]:
    """The verdict on the file as a whole. ``simple``: the best treatment of everybody, and whether it surely pays."""
    best_all, pays = simple
    if deal.verdict == "strongly":
        return "not_random", say("policy.verdict.not_random")
    better = [i for i, s in enumerate(scenarios) if s.verdict == "better"]
    if better:
        at = max(better, key=lambda i: scenarios[i].gain.mean)
        return "policy", say("policy.verdict.policy", limit=of_limit(limits[at], rows), rival=_named(scenarios[at]))
    paying = [i for i, s in enumerate(scenarios) if s.verdict in ("unclear", "worse")]
    if paying:
        at = max(paying, key=lambda i: scenarios[i].gain.mean)
        return "simple", say("policy.verdict.simple", limit=of_limit(limits[at], rows), rival=_named(scenarios[at]))
    if best_all is not None and pays:
        return "everybody", say("policy.verdict.everybody", rival=of_rival(best_all))
    return "no_gain", say("policy.verdict.no_gain")


def _named(scenario: Scenario) -> Text:
    rivals = [r for r in scenario.rivals if r.within and r.rival != "nobody"]
    return of_rival(max(rivals, key=lambda r: r.gain.mean)) if rivals else say("policy.rival.nobody")
