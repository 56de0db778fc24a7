"""The acceptance table of the strategy model on known truth: every setting, from one command.

    python benchmarks/acceptance.py [--seeds 50] [--first-seed 1] [--cycles 8] [--workers 2] [--only calibrated:30]

A setting may say after a colon how many seeds it is given.
Prints a Markdown table and, under it, the seconds that planning and assigning 10,000 customers take.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from regulars import api
from regulars.packs.load import load_pack
from regulars.simulator.knobs import Knobs
from regulars.simulator.learn import Memory
from regulars.simulator.result import Simulation
from regulars.simulator.run import Game, Table
from regulars.simulator.truth import truth_of
from regulars.simulator.world import found

#: Name -> knobs. The first two are those the acceptance levels speak of.
SETTINGS: dict[str, dict[str, Any]] = {
    "calibrated": {},
    "poor_priors": {"mult": 2.5},
    "hold_out_2": {"holdout": 0.02},
    "hold_out_10": {"holdout": 0.10},
    "tight_budget": {"budget": 0.3},
    "drift": {"drift": 0.2},
    "large": {"customers": 12_000},
    "large_poor_priors": {"customers": 12_000, "mult": 2.5},
    "beauty": {"pack": "beauty"},
    "retail": {"pack": "retail"},
    "watch": {"pack": "watch"},
}
HEAD = (
    "| setting | seeds | share, cycle 1 | share, last | share, whole run | best rival, last | wins, last | wins, run "
    "| coverage | violations | overspent | first beliefs -> learned, last | CPU min |"
)


def row(name: str, result: Simulation, minutes: float) -> str:
    """One line of the table."""
    whole, learning = result.whole_run, result.learning
    cells = [
        name,
        str(result.settings.seeds),
        f"{learning.first_cycle:.3f}",
        f"{result.plan_share_of_oracle:.3f}",
        f"{whole.plan_share_of_oracle:.3f} +- {whole.plan_share_error:.3f}",
        f"{result.best_rival_share_of_oracle:.3f}",
        f"{result.by_cycle[-1].wins:.2f}",
        f"{result.wins:.2f}",
        f"{result.coverage_80:.2f}",
        str(result.violations),
        f"{result.overspend.share_of_cycles:.3f}",
        f"{learning.first_beliefs:.3f} -> {learning.learned_beliefs:.3f}",
        f"{minutes:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def planning_seconds(customers: int = 10_000) -> tuple[float, float]:
    """Wall and CPU seconds to study, plan and assign so many customers once, hold-outs included."""
    game = Game.of(Knobs(customers=customers), load_pack("hair"))
    rng = np.random.default_rng(1)
    world = found(game.preset, rng, customers, branches=3, consent=None)
    truth = truth_of(game.measures, rng, mult=1.0, discount=game.discount)
    wall, cpu = time.perf_counter(), time.process_time()
    Table(game, Memory(game.measures), world, truth, 1, 0)
    return time.perf_counter() - wall, time.process_time() - cpu


def settings_of(only: str, seeds: int) -> Mapping[str, dict[str, Any]]:
    """Knobs of all settings, or of those named, with the number of seeds each is given."""
    if not only:
        return {name: knobs | {"seeds": seeds} for name, knobs in SETTINGS.items()}
    asked = (one.partition(":") for one in only.split(","))
    return {name: SETTINGS[name] | {"seeds": int(many or seeds)} for name, _, many in asked}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--cycles", type=int, default=8)
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 4))
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    print(HEAD)
    print(f"|{'---|' * (HEAD.count('|') - 1)}", flush=True)
    for name, knobs in settings_of(args.only, args.seeds).items():
        before = sum(os.times()[:4])
        result = api.simulate(first_seed=args.first_seed, cycles=args.cycles, workers=args.workers, **knobs)
        print(row(name, result, (sum(os.times()[:4]) - before) / 60), flush=True)
    wall, cpu = planning_seconds()
    print(f"\nPlanning and assigning 10,000 customers: {wall:.1f} s ({cpu:.1f} s CPU).")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
