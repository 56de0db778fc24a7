"""regulars simulate"""

from __future__ import annotations

import os
from pathlib import Path

import click

from regulars import api
from regulars.api.runs import as_json
from regulars.base.text import Share
from regulars.cli.shared import Voice, verb
from regulars.simulator.knobs import RIVALS
from regulars.simulator.result import Simulation


def _names(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    return tuple(name.strip() for name in value.split(",") if name.strip())


@click.command("simulate")
@click.option("--pack", default="hair", show_default=True, help="Trade: a pack that comes with the product.")
@click.option("--seeds", default=50, show_default=True, help="How many made-up businesses.")
@click.option("--cycles", default=8, show_default=True, help="Quarters in each.")
@click.option("--seed", "first_seed", default=1, show_default=True, help="Number of the first business.")
@click.option("--customers", default=3000, show_default=True, help="Customers of each, 300 to 50000.")
@click.option("--branches", default=3, show_default=True, help="Branches of each, 1 to 12.")
@click.option(
    "--mult", default=1.0, show_default=True, help="True effects scatter so many times as wide as priors say."
)
@click.option("--budget", default=1.0, show_default=True, help="Money, as a multiple of what the trade usually spends.")
@click.option("--holdout", default=0.05, show_default=True, help="Share held out of every promotion.")
@click.option("--consent", type=float, default=None, help="Mean share who permit a channel (default: the trade's).")
@click.option("--drift", default=0.0, show_default=True, help="How far effects wander per quarter, in prior sds.")
@click.option("--unseen", default=0.0, show_default=True, help="Part of visits that the till ties to no customer.")
@click.option("--arrivals", default=1.0, show_default=True, help="Newcomers, as a multiple of the trade's.")
@click.option("--wander", default=1.0, show_default=True, help="How far branches' quality wanders: 1 is as usual.")
@click.option("--rivals", callback=_names, default=None, help="Rivals to fight, by comma (default: all).")
@click.option("--workers", type=int, default=None, help="Processes (default: one a processor, at most 4).")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Also write an HTML page.")
@verb
def command(
    voice: Voice,
    pack: str,
    seeds: int,
    cycles: int,
    first_seed: int,
    customers: int,
    branches: int,
    mult: float,
    budget: float,
    holdout: float,
    consent: float | None,
    drift: float,
    unseen: float,
    arrivals: float,
    wander: float,
    rivals: tuple[str, ...] | None,
    workers: int | None,
    out: Path | None,
) -> None:
    """Play the product against made-up businesses whose truth is known. No business folder is needed.

    The product's own planner plans, hands out, waits a quarter and learns; it never sees the truth. Then truth judges
    it, beside an oracle that knows every customer and beside simple rivals, all under the same limits. The same
    options give the same figures. See docs/how-to/simulate.md.
    """

    result = api.simulate(
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
        rivals=RIVALS if rivals is None else rivals,
        workers=workers if workers is not None else min(os.cpu_count() or 1, 4),
        progress=voice.progress(),
    )
    tell(voice, result)
    if out is not None:
        api.write_simulation(result, out)
        voice.tell("simulate.wrote", file=str(out))
    voice.result(as_json(result))


def tell(voice: Voice, result: Simulation) -> None:
    """The result in a few sentences."""
    settings = result.settings
    voice.tell(
        "simulate.done",
        name=settings.pack,
        seeds=settings.seeds,
        customers=settings.customers,
        cycles=settings.cycles,
    )
    voice.tell(
        "simulate.share",
        share=Share(result.plan_share_of_oracle),
        first=Share(result.learning.first_cycle),
        whole=Share(result.whole_run.plan_share_of_oracle),
    )
    voice.tell("simulate.wins", rival=Share(result.best_rival_share_of_oracle), wins=Share(result.wins))
    voice.tell("simulate.coverage", coverage=Share(result.coverage_80))
    voice.tell("simulate.violations", n=result.violations)
    voice.tell("simulate.overspend", share=Share(result.overspend.share_of_cycles))
    learning = result.learning
    voice.tell("simulate.learning", first=Share(learning.first_beliefs), learned=Share(learning.learned_beliefs))
