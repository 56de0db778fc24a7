"""All seeds of a simulation, in this process or in several; the same seeds give the same result either way."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from threadpoolctl import threadpool_limits

from regulars.base.progress import Progress, unwatched
from regulars.base.text import say
from regulars.packs.schema import Pack
from regulars.simulator.knobs import Knobs
from regulars.simulator.result import Simulation
from regulars.simulator.run import Game, SeedRun, run_seed
from regulars.simulator.score import scores


def simulate(knobs: Knobs, pack: Pack, *, workers: int = 1, progress: Progress = unwatched) -> Simulation:
    """Play every seed and score them.

    Args:
        knobs: what is turned; ``pack`` is the trade it names.
        workers: processes. More than one needs a program whose main module can be imported again.
        progress: told after each seed.

    Raises:
        NotThere: no preset for the pack's trade.
    """
    game = Game.of(knobs, pack)
    seeds = [knobs.first_seed + at for at in range(knobs.seeds)]
    runs = []
    progress(say("simulate.step"), 0, len(seeds))
    for run in _runs(game, seeds, min(workers, len(seeds))):
        runs.append(run)
        progress(say("simulate.step"), len(runs), len(seeds))
    return scores(knobs, runs)


def _one(game: Game, seed: int) -> SeedRun:
    # One thread a process: the arrays are small, and threads of linear algebra would only wait for each other.
    with threadpool_limits(limits=1):
        return run_seed(game, seed)


def _live_and_die(parent: int) -> None:
    """A worker whose parent is killed outright goes too, instead of waiting for work for ever."""
    threading.Thread(target=_after_parent, args=(parent,), daemon=True).start()


def _after_parent(parent: int) -> None:
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(1.0)
    os._exit(1)


def _runs(game: Game, seeds: list[int], workers: int) -> Iterator[SeedRun]:
    if workers <= 1:
        yield from (_one(game, seed) for seed in seeds)
        return
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_live_and_die, initargs=(os.getpid(),)
    )
    try:
        waiting: list[Future[SeedRun]] = [pool.submit(_one, game, seed) for seed in seeds]
        for future in waiting:
            yield future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise
    pool.shutdown()
