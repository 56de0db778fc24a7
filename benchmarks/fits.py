"""Fits on all 23,570 CDNOW customers beside `lifetimes`, in turn, in one process: `python benchmarks/fits.py`.

`--pymc PYTHON` adds MAP fits of pymc-marketing, by the interpreter of an environment that has it.

Models that `lifetimes` does not have stand beside our BG/NBD of the same customers.

Prints the best of three runs of each, the log-likelihood reached and the ratio. `lifetimes` fits on rescaled time and
reports a mean; its log-likelihood is taken anew at its parameters by our likelihood, so that both are compared at what
they found.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from regulars.analysis.models import refit
from regulars.analysis.value import SpendFit, Statistics, VisitFit, fit_bgnbd, fit_gamma_gamma, fit_mbgcnbd
from regulars.analysis.value.bgbb import BgbbFit, Opportunities, fit_bgbb
from regulars.analysis.value.contest import MIXTURE
from regulars.analysis.value.duration import DurationFit, Renewals, fit_duration
from regulars.analysis.value.ggom import fit_ggom
from regulars.analysis.value.likelihood import VisitLikelihood
from regulars.analysis.value.nbd import fit_nbd
from regulars.analysis.value.pareto import ParetoLikelihood, fit_pareto
from support.cdnow import Customers, cdnow
from support.value import simulate_mixture


def best_of(run: Callable[[], object], times: int = 3) -> tuple[float, object]:
    """Seconds of the quickest run, and what it gave."""
    seconds, found = float("inf"), None
    for _ in range(times):
        started = time.perf_counter()
        found = run()
        seconds = min(seconds, time.perf_counter() - started)
    return seconds, found


def alone(base: Customers) -> None:
    """Models without a peer in `lifetimes`."""
    runs: dict[str, Callable[[], VisitFit]] = {
        "NBD": lambda: fit_nbd(Statistics.collapse(base.x, base.t_x, base.T)),
        "GGom/NBD": lambda: fit_ggom(Statistics.collapse(base.x, base.t_x, base.T)),
    }
    mixed = simulate_mixture(len(base.x), np.random.default_rng(1))
    total = float(mixed.gaps.sum())
    runs |= {
        "MBG/CNBD-k (as many simulated)": lambda: fit_mbgcnbd(mixed.plain, log_gaps=total),
        "mixture of rhythms (the same)": lambda: refit(mixed.even, MIXTURE, log_gaps=total),
    }
    yardstick, _ = best_of(lambda: fit_bgnbd(Statistics.collapse(base.x, base.t_x, base.T)))
    for name, run in (runs | others(base)).items():
        seconds, found = best_of(run)
        assert isinstance(found, VisitFit | SpendFit | BgbbFit | DurationFit)
        times = seconds / yardstick
        print(
            f"{name:30s} ours {seconds:7.3f} s  LL {found.log_likelihood:.4f}   {times:.2f} of our BG/NBD", flush=True
        )


def others(base: Customers) -> dict[str, Callable[[], SpendFit | BgbbFit | DurationFit]]:
    """Spend of the same customers, and models of other settings on as many invented ones."""
    rng, n = np.random.default_rng(2), len(base.x)
    means = rng.gamma(6.0, 1.0, n) / rng.gamma(4.0, 1 / 15.0, n)
    # Six yearly chances: come with probability p while there, leave with probability q before each.
    there = np.cumprod(rng.random((n, 6)) > rng.beta(0.7, 2.8, n)[:, None], axis=1)
    came = there * (rng.random((n, 6)) < rng.beta(1.2, 0.8, n)[:, None])
    last = np.where(came.any(axis=1), 6 - came[:, ::-1].argmax(axis=1), 0)
    rows, weight = np.unique(np.stack([came.sum(axis=1), last]), axis=1, return_counts=True)
    x, t_x = rows.astype(float)
    chances = Opportunities(x, t_x, np.full(len(weight), 6.0), weight.astype(float))
    held = n * np.array([1.0, 0.63, 0.47, 0.38, 0.33, 0.29, 0.26, 0.24])
    renewals = Renewals.of_cohorts([held[: 8 - year] for year in range(4)])
    return {
        "Gamma-Gamma (as many invented)": lambda: fit_gamma_gamma(base.x[base.x > 0], means[base.x > 0]),
        "BG/BB (as many invented)": lambda: fit_bgbb(chances),
        "sBG (four cohorts of as many)": lambda: fit_duration(renewals, "sbg"),
        "BdW (the same)": lambda: fit_duration(renewals, "bdw"),
    }


def map_fits(python: str, base: Customers) -> dict[str, dict[str, Any]]:
    """Model -> seconds and parameters of pymc-marketing, from a process of its own."""
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        np.savez(file, x=base.x, t_x=base.t_x, T=base.T)
        file.flush()
        script = Path(__file__).with_name("fits_map.py")
        ran = subprocess.run([python, str(script), file.name], capture_output=True, text=True, check=True)
    told: dict[str, dict[str, Any]] = json.loads(ran.stdout.splitlines()[-1])
    return told


def main() -> None:
    """Ours alone, then both models of both programs."""
    ask = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    ask.add_argument("--pymc", metavar="PYTHON")
    asked = ask.parse_args()
    warnings.simplefilter("ignore")
    base = cdnow("master")
    alone(base)
    theirs_by_map = map_fits(asked.pymc, base) if asked.pymc else {}
    import lifetimes

    stats = Statistics.collapse(base.x, base.t_x, base.T)

    def bg() -> object:
        model = lifetimes.BetaGeoFitter()
        model.fit(base.x, base.t_x, base.T)
        return [model.params_[name] for name in ("r", "alpha", "a", "b")]

    def pareto() -> object:
        model = lifetimes.ParetoNBDFitter()
        model.fit(base.x, base.t_x, base.T)
        return [model.params_[name] for name in ("r", "alpha", "s", "beta")]

    def ours(fit: Callable[[Statistics], VisitFit]) -> Callable[[], object]:
        # Grouping customers to unique histories is part of the work.
        return lambda: fit(Statistics.collapse(base.x, base.t_x, base.T))

    rows = (
        ("BG/NBD", ours(fit_bgnbd), bg, VisitLikelihood.of(stats, "bg-nbd")),
        ("Pareto/NBD", ours(fit_pareto), pareto, ParetoLikelihood.of(stats)),
    )
    for name, mine, theirs, likelihood in rows:
        seconds, fit = best_of(mine)
        peer, parameters = best_of(theirs, times=1 if name == "Pareto/NBD" else 3)
        assert isinstance(fit, VisitFit)
        reached, _ = likelihood(np.log(np.asarray(parameters, dtype=float)))
        print(
            f"{name:11s} ours {seconds:7.3f} s  LL {fit.log_likelihood:.4f}   "
            f"lifetimes {peer:7.3f} s  LL {reached:.4f}   ratio {peer / seconds:.1f}",
            flush=True,
        )
        if told := theirs_by_map.get(name):
            at_map, _ = likelihood(np.log(np.asarray(told["parameters"], dtype=float)))
            print(
                f"{'':45s} pymc-marketing, MAP {told['seconds']:7.3f} s  LL {at_map:.4f}   "
                f"ratio {told['seconds'] / seconds:.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
