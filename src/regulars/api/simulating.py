"""Simulation: what the method is worth on made-up businesses whose truth is known. No business folder is needed."""

from __future__ import annotations

from pathlib import Path

from regulars.base.progress import Progress, unwatched
from regulars.base.text import Local
from regulars.packs.load import load_pack
from regulars.report.simulated import Scores, page
from regulars.simulator.knobs import RIVALS, Knobs
from regulars.simulator.play import simulate as play
from regulars.simulator.result import Simulation


def simulate(
    *,
    pack: str = "hair",
    seeds: int = 50,
    cycles: int = 8,
    customers: int = 3000,
    branches: int = 3,
    first_seed: int = 1,
    mult: float = 1.0,
    budget: float = 1.0,
    holdout: float = 0.05,
    consent: float | None = None,
    drift: float = 0.0,
    unseen: float = 0.0,
    arrivals: float = 1.0,
    wander: float = 1.0,
    rivals: tuple[str, ...] = RIVALS,
    workers: int = 1,
    progress: Progress = unwatched,
) -> Simulation:
    """Run the product's own planner on businesses with known truth and judge it by that truth.

    The same arguments give the same result, whatever ``workers`` is.

    Args:
        pack: a trade that comes with the product.
        seeds, first_seed: how many worlds, and the number of the first.
        cycles: quarters in each.
        customers, branches: size of the business (300 to 50,000; 1 to 12).
        mult: how much wider true effects scatter around the priors than these say (1: as they say).
        budget: money as a multiple of the trade's.
        holdout: share held out of every promotion.
        consent: mean share of customers who permit a channel (None: the trade's).
        drift: how far effects wander per cycle, in sds of their priors.
        unseen: part of visits that the till ties to no customer.
        arrivals: newcomers, as a multiple of the trade's.
        wander: how far the quality of branches wanders per cycle, as a multiple of the usual.
        rivals: which simple policies to fight.
        workers: processes; with more than one the caller's main module must be importable.
        progress: told after each seed.

    Raises:
        BadSettings: a knob out of range, or an unknown rival.
        NotThere: no such pack.
    """
    knobs = Knobs(
        pack=pack,
        seeds=seeds,
        cycles=cycles,
        customers=customers,
        branches=branches,
        first_seed=first_seed,
        mult=mult,
        budget=budget,
        holdout=holdout,
        consent=consent,
        drift=drift,
        unseen=unseen,
        arrivals=arrivals,
        wander=wander,
        rivals=rivals,
    )
    return play(knobs, load_pack(pack), workers=workers, progress=progress)


def write_simulation(result: Simulation, out: Path) -> Path:
    """Write a self-contained page in both languages, with pictures. Written whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    text = page(figures_of(result))
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(out.name + ".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(out)
    return out


def figures_of(result: Simulation) -> Scores:
    """The figures of the page; report and simulator are floors beside each other and do not know of one another."""
    knobs = result.settings
    pack = load_pack(knobs.pack)
    cycles = result.by_cycle
    return Scores(
        name=Local({str(k): v for k, v in pack.name.items()}),
        seeds=knobs.seeds,
        customers=knobs.customers,
        cycles=knobs.cycles,
        share=result.plan_share_of_oracle,
        rival=result.best_rival_share_of_oracle,
        wins=result.wins,
        coverage=result.coverage_80,
        violations=result.violations,
        curves={
            "plan": [c.plan_share for c in cycles],
            "intended": [c.intended_share for c in cycles],
            "best_rival": [c.best_rival_share for c in cycles],
            "cell_oracle": [c.cell_oracle_share for c in cycles],
            "regret": [c.regret_so_far for c in cycles],
            "coverage": [c.coverage_80 for c in cycles],
        },
        rivals=[(r.id, r.share_of_oracle, r.beaten) for r in result.rivals],
        split=[
            ("granularity", result.regret.granularity),
            ("hold_out", result.regret.hold_out),
            ("learn", result.regret.learning),
            ("estimation", result.regret.estimation),
        ],
        mult=knobs.mult,
        budget=knobs.budget,
        holdout=knobs.holdout,
        drift=knobs.drift,
        first_seed=knobs.first_seed,
        version=result.program_version,
    )
