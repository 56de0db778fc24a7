"""Named priors: wide ones change nothing, narrow ones everything, and a fit says which took part."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from regulars.analysis.models import fit_all, named_prior, pack_visits
from regulars.analysis.value import Belief, Prior, Statistics, VisitFit, fit_bgnbd, fit_mbgcnbd, fit_mbgnbd
from regulars.analysis.value.likelihood import VisitLikelihood
from regulars.analysis.value.optimise import hessian
from regulars.analysis.value.pareto import fit_pareto
from regulars.base.errors import BadData
from regulars.base.text import say
from regulars.base.words import render
from regulars.packs.load import load_pack
from support.cdnow import cdnow
from support.value import RegularLog, simulate_regular

CENTRE = {"r": 2.0, "alpha": 10.0, "a": 0.4, "b": 4.0, "s": 1.2, "beta": 30.0}
FITS: dict[str, Callable[..., VisitFit]] = {"bg-nbd": fit_bgnbd, "mbg-nbd": fit_mbgnbd, "pareto-nbd": fit_pareto}


def believed(spread: float, *names: str) -> Prior:
    source = say("study.model.prior_pack", pack="beauty")
    return Prior("test", source, {name: Belief(CENTRE[name], spread) for name in names or CENTRE})


@cache
def salon() -> RegularLog:
    return simulate_regular(3, (3.0, 2.0, 0.5, 3.0), customers=1500, rng=np.random.default_rng(43))


@pytest.mark.parametrize("model", FITS)
def test_a_very_wide_prior_is_maximum_likelihood(model: str) -> None:
    stats = cdnow("sample").stats
    free, wide = FITS[model](stats), FITS[model](stats, prior=believed(1e4))
    assert wide.parameters == pytest.approx(free.parameters, rel=1e-4)
    assert wide.log_likelihood == pytest.approx(free.log_likelihood, abs=1e-6)
    assert np.diag(wide.covariance) == pytest.approx(np.diag(free.covariance), rel=1e-3)


@pytest.mark.parametrize("model", FITS)
def test_a_very_narrow_prior_is_the_prior(model: str) -> None:
    fit = FITS[model](cdnow("sample").stats, prior=believed(1e-4))
    assert fit.named == pytest.approx({name: CENTRE[name] for name in fit.names}, rel=1e-3)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx([1e-4] * 4, rel=0.05)
    assert fit.log_likelihood < FITS[model](cdnow("sample").stats).log_likelihood - 100


def test_between_them_the_gradients_balance() -> None:
    stats, prior = cdnow("sample").stats, believed(0.3, "r", "alpha")
    fit = fit_mbgnbd(stats, prior=prior)
    likelihood, theta = VisitLikelihood.of(stats, "mbg-nbd"), np.log(fit.parameters)
    pull = np.array([np.log(CENTRE[n] / fit.named[n]) / 0.3**2 if n in ("r", "alpha") else 0.0 for n in fit.names])
    assert likelihood(theta)[1] == pytest.approx(-pull, abs=0.02)
    assert fit.log_likelihood == pytest.approx(likelihood(theta)[0])
    assert fit.log_prior == pytest.approx(-0.5 * 0.3**2 * float(pull @ pull))
    curvature = np.diag([1 / 0.3**2, 1 / 0.3**2, 0, 0]) - hessian(likelihood, theta)
    assert fit.covariance == pytest.approx(np.linalg.inv(curvature), rel=1e-3)


def test_stages_of_gaps_know_the_rate_of_visits() -> None:
    prior = Prior("test", say("study.model.prior_pack", pack="beauty"), {"alpha": Belief(6.0, 1e-4)})
    fit = fit_mbgcnbd(salon().stats, log_gaps=salon().log_gaps, prior=prior)
    assert fit.k > 1
    assert fit.parameters[1] == pytest.approx(6.0 / fit.k, rel=1e-3)


def test_a_fit_says_which_prior_took_part() -> None:
    pack = load_pack("beauty")
    prior = named_prior("pack", pack=pack)
    assert named_prior("none", pack=pack) is None and prior is not None
    base = salon()
    fits = fit_all(base.stats, log_gaps=base.log_gaps, prior=prior)
    assert {fit.prior for fit in fits.values()} == {"pack"}
    for fit in fits.values():
        assert fit.verdict.id == "value.prior.took_part"
        assert "beauty" in render(fit.verdict, "en") and "beauty" in render(fit.verdict, "zh-Hant")
    plain = fit_all(base.stats, log_gaps=base.log_gaps)
    assert {fit.prior for fit in plain.values()} == {None}


def test_the_pack_speaks_where_few_came_back() -> None:
    pack = load_pack("beauty")
    prior = named_prior("pack", pack=pack)
    few = Statistics.collapse([0, 1, 2, 0], [0.0, 4.0, 9.0, 0.0], [10.0, 10.0, 12.0, 3.0])
    fit = fit_mbgnbd(few, prior=prior)
    assert not fit.held and fit.prior == "pack"
    off = np.abs(np.log(np.array(fit.parameters) / np.array(pack_visits(few, pack=pack).parameters)))
    assert (off < [0.5, 0.5, 1.0, 1.0]).all()


@pytest.mark.parametrize("belief", [Belief(0.0, 1.0), Belief(1.0, -1.0), Belief(float("nan"), 1.0)])
def test_what_cannot_be_believed_is_refused(belief: Belief) -> None:
    with pytest.raises(BadData) as refused:
        Prior("test", say("study.model.prior_pack", pack="beauty"), {"r": belief})
    assert render(refused.value.text, "zh-Hant")
