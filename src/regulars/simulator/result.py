"""What a simulation says: shares of the oracle, wins, coverage, violations, and where the rest was lost."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.simulator.knobs import Knobs

SCHEMA = "regulars.simulate/1"


@dataclass(frozen=True)
class ByCycle:
    """One cycle over all seeds. Shares are of the individual oracle's value."""

    cycle: int
    plan_share: float
    intended_share: float  # nobody left out in order to learn
    best_rival_share: float  # in each seed the rival that is best in hindsight in this cycle
    wins: float
    cell_oracle_share: float
    regret_so_far: float  # what the oracle would have made more since the first cycle, as a part of what it would make
    coverage_80: float
    effect_error: float
    left_out_to_learn: float  # customers, mean over seeds
    overspent: float  # share of seeds
    harmed_share: float


@dataclass(frozen=True)
class RivalScore:
    """One rival, for those with a choice of measure the one best in hindsight in each seed."""

    id: str
    share_of_oracle: float
    beaten: float  # share of seeds in which the plan brought more


@dataclass(frozen=True)
class RegretSplit:
    """Where the distance to the individual oracle comes from, as parts of its value; they add up to 1 - plan share."""

    granularity: float  # knowing cells instead of customers
    hold_out: float  # the accountability hold-out
    learning: float  # left out in order to learn
    estimation: float  # not knowing the true effects (negative where choosing inside cells makes up for more)


@dataclass(frozen=True)
class Overspend:
    """Money really paid against the budget, of all cycles. The plan reserves the P90 of incentives taken up."""

    share_of_cycles: float
    mean_excess: float  # of the budget, in those cycles
    within_reserve: bool  # not more often than one time in ten


@dataclass(frozen=True)
class Target:
    """Beforehand: the chance of making four fifths of the expected value. Afterwards: did it?"""

    told: float
    reached: float
    brier: float


@dataclass(frozen=True)
class LearningPaid:
    """The last cycle's customers planned with the beliefs of the first and with those learned: shares of the oracle."""

    first_beliefs: float
    learned_beliefs: float
    first_cycle: float
    last_cycle: float
    improved: bool


@dataclass(frozen=True)
class History:
    """Mean absolute error of effects, in sds of the priors: read off the past without a hold-out, and the priors."""

    naive_error: float
    prior_error: float


@dataclass(frozen=True)
class SeedScore:
    """One seed: values over all cycles in money."""

    seed: int
    oracle: float
    plan: float
    best_rival: float
    best_rival_id: str
    covered: float
    plan_last_cycle: float
    oracle_last_cycle: float


@dataclass(frozen=True)
class WholeRun:
    """All cycles together, those in which hardly anything had been learned included."""

    plan_share_of_oracle: float
    best_rival_share_of_oracle: float
    plan_share_error: float  # standard error over seeds of the mean share


@dataclass(frozen=True)
class Simulation:
    """The result of ``regulars simulate``. See docs/methods/simulator.md.

    Shares are of the last cycle: what the loop has come to after the cycles asked for. ``whole_run`` has those of all
    cycles together, ``by_cycle`` of each. ``wins``, coverage and violations are of all cycles: a rival is a policy that
    is held to for the whole run of a seed, and the best of them is picked afterwards.
    """

    schema: str
    program_version: str
    settings: Knobs
    plan_share_of_oracle: float
    best_rival_share_of_oracle: float
    wins: float
    coverage_80: float
    violations: int
    whole_run: WholeRun
    duality_gap: float  # mean over cycles: how far the best choice found lies below the bound called oracle
    cell_oracle_share: float
    by_cycle: tuple[ByCycle, ...]
    rivals: tuple[RivalScore, ...]
    regret: RegretSplit
    overspend: Overspend
    harmed_share: float
    target: Target
    stability: float  # overlap of what two seeds' last plans give, mean over pairs (1: the same)
    learning: LearningPaid
    history: History
    violations_by_rule: dict[str, int]
    seeds: tuple[SeedScore, ...]
