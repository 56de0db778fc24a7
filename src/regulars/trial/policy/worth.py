"""What policies are worth on rows they were not learned from, beside the simple rivals under the same limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from regulars.trial import offpolicy
from regulars.trial.offpolicy import Valued, of_rows
from regulars.trial.policy.additive import Floats
from regulars.trial.policy.allocate import Choice, by_budget, by_reach, within_folds
from regulars.trial.policy.campaign import Campaign
from regulars.trial.policy.learn import Learned
from regulars.trial.policy.result import Interval, Rival


@dataclass(frozen=True)
class Bench:
    """A campaign, what was learned of it, and the doubly robust scores net of the cost of a contact (n, arms)."""

    campaign: Campaign
    learned: Learned
    net: Floats
    level: float

    @classmethod
    def of(cls, campaign: Campaign, learned: Learned, level: float) -> Bench:
        """Work the scores out."""
        scores = offpolicy.robust_scores(
            outcome=campaign.outcome, arm=campaign.arm, propensity=campaign.propensity, predicted=learned.predicted
        )
        return cls(campaign, learned, scores - campaign.cost, level)

    @property
    def net_effect(self) -> Floats:
        """The effect of each arm as learned, less what its contact costs more than the control's."""
        extra = self.campaign.cost[1:] - self.campaign.cost[0]
        found: Floats = self.learned.effect - extra
        return found

    def gains(self, choice: Choice) -> Floats:
        """Row by row what a choice brings over the control."""
        return choice.blend(self.net) - self.net[:, 0]

    def cost(self, choice: Choice) -> float:
        """Mean cost of contacts."""
        return float(choice.shares(len(self.campaign.arms)) @ self.campaign.cost)

    def mean(self, values: Floats) -> Valued:
        """A mean with its interval."""
        return of_rows(values, level=self.level, estimator="aipw")


@dataclass(frozen=True)
class Limit:
    """A reach (share of customers) or a budget (money per customer)."""

    reach: float | None
    budget: float | None
    fill: bool = False

    def policy(self, bench: Bench) -> Choice:
        """What the learned policy does."""
        learned, gain = bench.learned, bench.net_effect
        if self.budget is None:
            return by_reach(gain=gain, fold=learned.fold, reach=self.reach or 0.0, fill=self.fill)
        extra = bench.campaign.cost[1:] - bench.campaign.cost[0]
        return by_budget(gain=gain, cost=np.maximum(extra, 0.0), fold=learned.fold, budget=self.budget)

    def share(self, bench: Bench, arm: int) -> float:
        """The share of customers who can get an arm."""
        if self.budget is None:
            return self.reach or 0.0
        extra = bench.campaign.cost[arm] - bench.campaign.cost[0]
        return 1.0 if extra <= 0 else float(min(1.0, self.budget / extra))


def interval(found: Valued) -> Interval:
    """Without the rest."""
    return Interval(found.mean, found.low, found.high)


@dataclass(frozen=True)
class Opponent:
    """A rival policy before it is valued."""

    rival: str
    arm: int | None
    choice: Choice
    within: bool = True
    feature: str | None = None


def opponents(bench: Bench, limit: Limit) -> list[Opponent]:
    """The simple policies under a limit. The arm they use is chosen fold by fold on the other folds."""
    campaign, learned = bench.campaign, bench.learned
    n, arms = campaign.rows, len(campaign.arms)
    found = [Opponent("nobody", None, Choice.of(0, np.ones(n)))]
    shares = np.array([limit.share(bench, a) for a in range(1, arms)])
    for a in range(1, arms):
        whole = bool(shares[a - 1] >= 1.0)
        found.append(Opponent("everybody", a, Choice.of(a, np.ones(n)), within=whole))
        if not whole:
            found.append(Opponent("random", a, Choice.of(a, np.full(n, shares[a - 1]))))
    worth = (learned.mean_effect - (campaign.cost[1:] - campaign.cost[0])) * shares
    best = worth.argmax(axis=1)
    pays = worth.max(axis=1) > 0
    arm_of, share_of = (best + 1)[learned.fold], shares[best][learned.fold]
    if arms > 2 or not pays.all():
        by_lot = Choice.of(arm_of.astype(np.int16), share_of * pays[learned.fold])
        found.append(Opponent("best_arm_random", None, by_lot))
    for name, score in (("high_risk", learned.risk), ("low_risk", -learned.risk), ("one_feature", learned.single)):
        chance = np.zeros(n)
        for k in range(best.size):
            rows = np.flatnonzero(learned.fold == k)
            chance[rows] = within_folds(learned.fold[rows], score[rows], float(shares[best[k]]))
        feature = max(set(learned.single_names), key=learned.single_names.count) if name == "one_feature" else None
        found.append(Opponent(name, None, Choice.of(arm_of.astype(np.int16), chance), feature=feature))
    return found


def valued(bench: Bench, opponent: Opponent, gains: Floats) -> Rival:
    """A rival's value, and how much more the policy (its ``gains`` row by row) brings."""
    own = bench.gains(opponent.choice)
    value = float(opponent.choice.blend(bench.net).mean())
    share = 1.0 - float(opponent.choice.of_arm(0).mean())
    return Rival(
        opponent.rival,
        bench.campaign.arms[opponent.arm] if opponent.arm else None,
        opponent.within,
        share,
        bench.cost(opponent.choice),
        value,
        interval(bench.mean(own)),
        interval(offpolicy.paired(one=gains, other=own, level=bench.level)),
        opponent.feature,
    )


def estimates(bench: Bench, choice: Choice) -> dict[str, Valued]:
    """The policy's value by three estimators, net of contact costs."""
    campaign = bench.campaign
    net = campaign.outcome - campaign.cost[campaign.arm]
    chance = choice.logged(campaign.arm)
    e, level = campaign.propensity, bench.level
    return {
        "ipw": offpolicy.inverse_propensity(outcome=net, chance=chance, propensity=e, level=level),
        "snipw": offpolicy.self_normalised(outcome=net, chance=chance, propensity=e, level=level),
        "aipw": bench.mean(choice.blend(bench.net)),
    }


def surely_above(found: Interval, *, level: float, looks: int) -> bool:
    """Whether the interval stays above zero when widened for so many looks (Bonferroni)."""
    half = (found.high - found.low) / 2
    if half <= 0:
        return False
    z = float(ndtri(0.5 + level / 2))
    wide = float(ndtri(1 - (1 - level) / 2 / max(looks, 1)))
    return bool(found.mean - half * wide / z > 0.0)
