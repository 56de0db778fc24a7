"""Policies from campaigns: `python benchmarks/policy.py FILE ARM CONTROL OUTCOME [IGNORED,...]` or `... simulated`.

On a file: the held-out gain at several reaches and the Qini, beside the simple rivals and, where scikit-learn is
installed, beside T- and S-learners of boosted trees with the same folds and the same scores. `simulated`: campaigns
with known effects; coverage of 90 % intervals, share of the oracle, how often anything is claimed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from regulars.ledger.table_file import open_table
from regulars.trial.policy.allocate import ranks
from regulars.trial.policy.campaign import Campaign, bin_groups, bin_numbers, bins_for
from regulars.trial.policy.intake import take
from regulars.trial.policy.learn import FOLDS, learn
from regulars.trial.policy.request import Request
from regulars.trial.policy.verdict import of_scenario
from regulars.trial.policy.worth import Bench, Limit, opponents, valued

Floats = NDArray[np.float64]
REACHES = (0.1, 0.2, 0.3, 0.5, 0.7)
KINDS = ("null", "flat", "mild", "strong")


def peers(campaign: Campaign, fold: NDArray[np.int8]) -> dict[str, Floats]:
    """Effects by T- and S-learners of histogram-boosted trees, cross-fitted; nothing without scikit-learn."""
    try:
        from sklearn.ensemble import HistGradientBoostingRegressor  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return {}
    x, arms, y = campaign.codes().astype(float), len(campaign.arms), campaign.outcome

    def fitted(rows: NDArray[np.bool_], more: Floats | None = None) -> Callable[[Floats], Floats]:
        features = x if more is None else np.hstack([x, more])
        model = HistGradientBoostingRegressor(max_iter=60, max_leaf_nodes=15, min_samples_leaf=50)
        found: Callable[[Floats], Floats] = model.fit(features[rows], y[rows]).predict
        return found

    two, single = np.zeros((campaign.rows, arms - 1)), np.zeros((campaign.rows, arms - 1))
    for k in range(FOLDS):
        out = fold == k
        by_arm = [fitted(~out & (campaign.arm == a))(x[out]) for a in range(arms)]
        model = fitted(~out, np.eye(arms)[campaign.arm])
        given = [model(np.hstack([x[out], np.tile(np.eye(arms)[a], (int(out.sum()), 1))])) for a in range(arms)]
        for a in range(1, arms):
            two[out, a - 1], single[out, a - 1] = by_arm[a] - by_arm[0], given[a] - given[0]
    return {"T-learner": two, "S-learner": single}


def of_file(path: Path, request: Request, seeds: int = 3) -> None:
    """Print a table of gains per 1,000 customers."""
    with open_table(path) as table:
        campaign = take(table, request, rng=np.random.default_rng(0)).campaign
    print(f"{path.name}: {campaign.rows:,} rows, {[f.name for f in campaign.features]}")
    print(f"{'per 1,000 customers':22s}" + "".join(f"{f'reach {r:g}':>11s}" for r in REACHES) + f"{'Qini':>9s}")
    found: dict[str, list[Floats]] = {}
    for seed in range(seeds):
        started = time.perf_counter()
        learned = learn(campaign, rng=np.random.default_rng(seed))
        seconds = time.perf_counter() - started
        bench = Bench.of(campaign, learned, 0.9)
        best = int((learned.mean_effect.mean(axis=0) - campaign.cost[1:]).argmax())
        risk = np.full(learned.effect.shape, -np.inf)
        risk[:, best] = learned.risk
        for name, effect in {
            "policy": learned.effect,
            "highest outcome": risk,
            **peers(campaign, learned.fold),
        }.items():
            found.setdefault(name, []).append(_gains(bench, effect))
        whole = float((bench.net[:, best + 1] - bench.net[:, 0]).mean())
        found.setdefault("by lot", []).append(np.array([*(r * whole for r in REACHES), 0.0]))
    for name, rows in found.items():
        print(f"{name:22s}" + "".join(f"{v:11.2f}" for v in 1000 * np.mean(rows, axis=0)))
    print(f"learned in {seconds:.1f} s")


def _gains(bench: Bench, effect: Floats) -> Floats:
    best = effect.argmax(axis=1)
    rows = np.arange(best.size)
    gains, rank = bench.net[rows, best + 1] - bench.net[:, 0], ranks(bench.learned.fold, effect[rows, best])
    return np.array(
        [*(float(gains[rank <= r].sum()) / best.size for r in REACHES), float(((0.5 - rank) * gains).mean())]
    )


def world(n: int, kind: str, rng: np.random.Generator) -> tuple[Campaign, Floats]:
    """A campaign of two offers and its true effects (n, arms). Arms have shares of a half, a quarter, a quarter."""
    x, group = rng.normal(size=(n, 5)), rng.integers(0, 4, n)
    arm = rng.choice(3, n, p=[0.5, 0.25, 0.25]).astype(np.int16)
    level = 1 / (1 + np.exp(1.5 - 0.6 * x[:, 0] - 0.4 * (group == 1) - 0.3 * x[:, 1] * x[:, 2]))
    effect = np.zeros((n, 3))
    if kind == "flat":
        effect[:, 1:] = (0.05, 0.03)
    if kind == "mild":
        effect[:, 1:] = 0.04 + 0.03 * np.tanh(x[:, 3])[:, None] * (1, -1)
    if kind == "strong":
        effect[:, 1] = np.where(x[:, 3] > 0, 0.15, -0.08)
        effect[:, 2] = np.where(group == 2, 0.08, -0.04)
    chance = np.clip(np.clip(level, 0.1, 0.8)[:, None] + effect, 0.01, 0.99)
    y = (rng.random(n) < chance[np.arange(n), arm]).astype(float)
    features = [bin_numbers(f"x{i}", x[:, i], most=bins_for(n), rng=rng) for i in range(5)]
    features.append(bin_groups("group", group.astype(np.int32), "abcd"))
    share = np.bincount(arm) / n
    campaign = Campaign(tuple(features), ("none", "mail", "call"), arm, y, y != 0, share[arm], np.zeros(3))
    return campaign, chance - chance[:, :1]


def simulated(n: int = 3000, seeds: int = 30) -> None:
    """Print coverage, share of the oracle and claims for each kind of world."""
    reaches = (0.1, 0.3, 0.5)
    print(f"{n} customers, {seeds} campaigns of each kind; coverage aimed at 0.90")
    for kind in KINDS:
        held, got, had, rival, words, claims = [], 0.0, 0.0, 0.0, [], 0
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            campaign, effect = world(n, kind, rng)
            bench = Bench.of(campaign, learn(campaign, rng=rng), 0.9)
            said = []
            for reach in reaches:
                limit = Limit(reach, None)
                choice = limit.policy(bench)
                gains, truth = bench.gains(choice), float(choice.blend(effect).mean())
                weights = bench.weights(choice)
                gain = bench.learned_mean(gains, weights)
                against = opponents(bench, limit)
                rivals = tuple(valued(bench, o, gains, weights) for o in against)
                best = max((r for r in rivals if r.within), key=lambda r: r.gain.mean)
                word, _ = of_scenario(gain, rivals, best, limit=limit, rows=n, level=0.9, looks=len(reaches))
                held.append(gain.low <= truth <= gain.high)
                got += truth
                had += float(np.maximum(np.sort(effect.max(axis=1))[::-1][: int(reach * n)], 0).sum()) / n
                rival += max(float(o.choice.blend(effect).mean()) for o in against if o.within)
                said.append(word)
            words += said
            claims += any(w != "no_gain" for w in said)
        of_oracle = f"policy {got / had:.2f}, best rival in hindsight {rival / had:.2f} of the oracle" if had else ""
        better = words.count("better") / len(words)
        print(
            f"{kind:7s} covered {np.mean(held):.3f}; any claim {claims / seeds:.2f}; better {better:.2f}; {of_oracle}"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["simulated"]:
        simulated(*(int(v) for v in sys.argv[2:]))
    elif len(sys.argv) < 5:
        sys.exit(__doc__)
    else:
        file, arm, control, outcome, *ignored = sys.argv[1:]
        names = tuple(ignored[0].split(",")) if ignored else ()
        of_file(Path(file), Request(arm=arm, control=control, outcome=outcome, ignore=names))
