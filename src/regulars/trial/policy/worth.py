"""What policies are worth on rows they were not learned from, beside the simple rivals under the same limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from regulars.trial.offpolicy import Valued, inverse_propensity, robust_scores, self_normalised
from regulars.trial.policy.additive import Floats
from regulars.trial.policy.allocate import Choice, by_budget, by_reach, within_folds
from regulars.trial.policy.campaign import Campaign
from regulars.trial.policy.learn import Learned
from regulars.trial.policy.result import Interval, Rival
from regulars.trial.policy.scores import mean_of, unsettled

#: An arm's own scatter counts as if so many answers had scattered as those of all arms together do.
LIKE_ALL = 20
#: Rivals that nothing is learned for.
FIXED = ("nobody", "everybody", "random")


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
        scores = robust_scores(
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

    def weights(self, choice: Choice) -> Floats:
        """With what weight each row's own outcome enters :meth:`gains`, before it is divided by its chance."""
        arm = self.campaign.arm
        found: Floats = choice.logged(arm) - (arm == 0)
        return found

    @cached_property
    def _lacking(self) -> Floats:
        """By arm, the variance that few answers hide.

        An arm in which nobody has answered yet seems to be known exactly. Its variance is drawn towards that of all
        arms together, as if :data:`LIKE_ALL` answers had scattered like theirs.
        """
        campaign = self.campaign
        arms = len(campaign.arms)
        left = campaign.outcome - self.learned.predicted[np.arange(campaign.rows), campaign.arm]
        rows = np.bincount(campaign.arm, minlength=arms)
        own = np.bincount(campaign.arm, weights=left**2, minlength=arms) / np.maximum(rows, 1)
        answers = np.bincount(campaign.arm, weights=campaign.responded, minlength=arms)
        lacking: Floats = LIKE_ALL / (LIKE_ALL + answers) * np.maximum(float((left**2).mean()) - own, 0.0)
        return lacking

    def _wider(self, found: Valued, weights: Floats) -> Valued:
        campaign = self.campaign
        each = (
            np.bincount(campaign.arm, weights=(weights / campaign.propensity) ** 2, minlength=len(campaign.arms))
            / float(campaign.rows) ** 2
        )
        return replace(found, se=float(np.sqrt(found.se**2 + each @ self._lacking)))

    def mean(self, values: Floats, weights: Floats) -> Interval:
        """A mean gain with its interval, for policies that were fixed beforehand. ``weights``: see :meth:`weights`."""
        return self.interval(self._wider(mean_of(values, self.campaign.cluster), weights))

    def learned_mean(self, gains: Floats, weights: Floats) -> Interval:
        """The mean gain (over anything) of a learned policy: wider while it is not settled whether to act."""
        found = self._wider(mean_of(gains, self.campaign.cluster), weights)
        return self.interval(replace(found, se=found.se * unsettled(found)))

    def interval(self, found: Valued) -> Interval:
        """An estimate as an interval of the level."""
        return Interval(found.mean, *found.interval(self.level))


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
    scores = {"high_risk": learned.risk, "low_risk": -learned.risk, "one_feature": learned.single}
    for name, score in scores.items() if campaign.features else ():
        chance = np.zeros(n)
        for k in range(best.size):
            rows = np.flatnonzero(learned.fold == k)
            chance[rows] = within_folds(learned.fold[rows], score[rows], float(shares[best[k]]))
        feature = max(set(learned.single_names), key=learned.single_names.count) if name == "one_feature" else None
        found.append(Opponent(name, None, Choice.of(arm_of.astype(np.int16), chance), feature=feature))
    return found


def valued(bench: Bench, opponent: Opponent, gains: Floats, weights: Floats) -> Rival:
    """A rival's value, and how much more the policy (its ``gains`` and ``weights`` row by row) brings."""
    own, with_weight = bench.gains(opponent.choice), bench.weights(opponent.choice)
    told = bench.mean if opponent.rival in FIXED else bench.learned_mean
    value = float(opponent.choice.blend(bench.net).mean())
    share = 1.0 - float(opponent.choice.of_arm(0).mean())
    return Rival(
        opponent.rival,
        bench.campaign.arms[opponent.arm] if opponent.arm else None,
        opponent.within,
        share,
        bench.cost(opponent.choice),
        value,
        told(own, with_weight),
        bench.learned_mean(gains - own, weights - with_weight),
        opponent.feature,
    )


def estimates(bench: Bench, choice: Choice) -> dict[str, Interval]:
    """The policy's value by three estimators, net of contact costs."""
    campaign = bench.campaign
    net = campaign.outcome - campaign.cost[campaign.arm]
    chance, e = choice.logged(campaign.arm), campaign.propensity
    plain = {"ipw": bench.interval(inverse_propensity(outcome=net, chance=chance, propensity=e))}
    normalised = self_normalised(outcome=net, chance=chance, propensity=e)
    if normalised.n:  # where no logged row agrees, there is nothing to weigh
        plain["snipw"] = bench.interval(normalised)
    values = mean_of(choice.blend(bench.net), campaign.cluster)
    gained = mean_of(bench.gains(choice), campaign.cluster)
    more = (unsettled(gained) ** 2 - 1) * gained.se**2
    return {**plain, "aipw": bench.interval(replace(values, se=float(np.sqrt(values.se**2 + more))))}


def surely_above(found: Interval, *, level: float, looks: int) -> bool:
    """Whether the interval stays above zero when widened for so many looks (Bonferroni)."""
    half = (found.high - found.low) / 2
    if half <= 0:
        return False
    z = float(ndtri(0.5 + level / 2))
    wide = float(ndtri(1 - (1 - level) / 2 / max(looks, 1)))
    return bool(found.mean - half * wide / z > 0.0)
