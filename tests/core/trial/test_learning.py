"""The hierarchical update against brute integration, the eight schools of the textbook, and simulated truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regulars.trial.learning import (
    SCALE_SPREAD,
    SCALES,
    Belief,
    Results,
    Scale,
    learn,
    observed,
    scale_of,
    scaled,
    weight_of_age,
)
from regulars.trial.mixture import Mixture

#: Coaching effects and standard errors of eight schools (Rubin 1981; Gelman et al., Bayesian Data Analysis, table 5.2).
SCHOOLS = ([28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18])


def brute(y: list[float], se: list[float], belief: Belief) -> dict[str, float]:
    """Posterior moments by a dense grid over (mu, tau) with theta integrated out by hand."""
    mus = np.linspace(belief.mean - 8 * belief.sd, belief.mean + 8 * belief.sd, 1601)
    taus = np.linspace(0, 6 * belief.tau_scale, 1201)
    m, t = np.meshgrid(mus, taus, indexing="ij")
    log = stats.norm.logpdf(m, belief.mean, belief.sd) + stats.norm.logpdf(t, 0, belief.tau_scale)
    for value, error in zip(y, se, strict=True):
        log += stats.norm.logpdf(value, m, np.sqrt(error**2 + t**2))
    weight = np.exp(log - log.max())
    weight[:, [0, -1]] *= 0.5
    weight /= weight.sum()
    keep = t**2 / (t**2 + se[0] ** 2)
    theta = keep * y[0] + (1 - keep) * m
    mean = float((weight * theta).sum())
    return {
        "mu": float((weight * m).sum()),
        "mu_sd": math.sqrt(float((weight * m**2).sum()) - float((weight * m).sum()) ** 2),
        "tau": float((weight * t).sum()),
        "theta": mean,
        "theta_sd": math.sqrt(float((weight * (theta**2 + keep * se[0] ** 2)).sum()) - mean**2),
        "new_sd": math.sqrt(float((weight * (m**2 + t**2)).sum()) - float((weight * m).sum()) ** 2),
    }


@pytest.mark.parametrize(
    ("y", "se"),
    [
        ([-0.3, -0.1, 0.05], [0.1, 0.2, 0.15]),
        ([0.6, -0.5, 0.4, -0.6], [0.05, 0.05, 0.06, 0.05]),
        ([0.2], [0.3]),
    ],
)
def test_the_closed_form_is_the_integral(y: list[float], se: list[float]) -> None:
    belief = Belief(-0.15, 0.12)
    found, wanted = learn(Results.of(y, se), belief=belief), brute(y, se, belief)
    assert found.mu.mean == pytest.approx(wanted["mu"], abs=2e-5)
    assert found.mu.sd == pytest.approx(wanted["mu_sd"], abs=2e-5)
    assert found.tau.mean == pytest.approx(wanted["tau"], abs=2e-4)
    assert found.units["0"].mean == pytest.approx(wanted["theta"], abs=1e-4)
    assert found.units["0"].sd == pytest.approx(wanted["theta_sd"], abs=1e-4)
    assert found.new().sd == pytest.approx(wanted["new_sd"], abs=2e-4)


def test_eight_schools_as_printed() -> None:
    flat = Belief(0.0, 1e4, tau_scale=1e4)
    schools = Results.of(*SCHOOLS)
    pooled = learn(schools, belief=Belief(0.0, 1e4, tau_scale=1e-6))
    assert pooled.mu.mean == pytest.approx(7.7, abs=0.05)  # printed in section 5.5
    assert pooled.mu.sd == pytest.approx(4.1, abs=0.05)
    # Table 5.3 rests on 200 draws; a flat tau is a half-normal of large scale, on a grid that resolves it.
    found = learn(schools, belief=Belief(0.0, 1e4, tau_scale=flat.tau_scale / 100))
    medians = [10, 8, 7, 8, 5, 6, 10, 8]
    assert [found.units[str(i)].quantile(0.5) for i in range(8)] == pytest.approx(medians, abs=1.6)
    assert found.units["0"].quantile(0.75) == pytest.approx(16, abs=1.6)


def test_intervals_cover_the_truth() -> None:
    rng = np.random.default_rng(5)
    belief, inside, cells, new = Belief(-0.1, 0.1), [], [], []
    for _ in range(400):
        mu, tau = rng.normal(-0.1, 0.1), abs(rng.normal(0, 0.15))
        theta, se = rng.normal(mu, tau, 7), rng.uniform(0.05, 0.3, 6)
        found = learn(Results.of(rng.normal(theta[:6], se), se), belief=belief)
        inside.append(0.1 < found.mu.cdf(mu) < 0.9)
        cells += [0.1 < found.units[str(i)].cdf(theta[i]) < 0.9 for i in range(6)]
        new.append(0.1 < found.new().cdf(theta[6]) < 0.9)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.06)
    assert np.mean(cells) == pytest.approx(0.8, abs=0.04)
    assert np.mean(new) == pytest.approx(0.8, abs=0.06)


def test_a_covariate_is_recovered_and_pooled() -> None:
    rng = np.random.default_rng(2)
    z = rng.normal(size=(40, 1))
    y = rng.normal(-0.2 + 0.15 * z[:, 0], 0.05)
    found = learn(Results.of(y, np.full(40, 0.05), z=z), belief=Belief(0.0, 0.3))
    slope = float(found.tau.weights @ found.coefficients[:, 1])
    assert slope == pytest.approx(0.15, abs=0.04)
    assert found.new([1.0]).mean == pytest.approx(found.mu.mean + slope, abs=1e-9)


def test_two_results_of_one_unit_are_one_better_result() -> None:
    belief = Belief(0.0, 0.2)
    both = learn(Results.of([0.1, 0.3], [0.1, 0.1], units=["a", "a"]), belief=belief)
    one = learn(Results.of([0.2], [0.1 / math.sqrt(2)], units=["a"]), belief=belief)
    assert both.mu.mean == pytest.approx(one.mu.mean)
    assert both.units["a"].sd == pytest.approx(one.units["a"].sd)


def test_old_results_weigh_half_after_the_half_life() -> None:
    assert weight_of_age([0, 18, 36]) == pytest.approx([1, 0.5, 0.25])
    belief = Belief(0.0, 0.2)
    aged = learn(Results.of([0.3], [0.1], age=[18]), belief=belief)
    wide = learn(Results.of([0.3], [0.1 * math.sqrt(2)]), belief=belief)
    assert aged.mu.mean == pytest.approx(wide.mu.mean)


def test_without_results_the_belief_stays() -> None:
    found = learn(Results.of([], []), belief=Belief(-0.15, 0.1))
    assert [found.mu.mean, found.mu.sd] == pytest.approx([-0.15, 0.1])
    assert found.own == 0.0
    assert found.tau.mean == pytest.approx(0.15 * math.sqrt(2 / math.pi), rel=1e-3)


@given(y=st.floats(-5, 5), se=st.floats(1e-4, 2), mean=st.floats(-1, 1), sd=st.floats(0.01, 1))
def test_evidence_without_a_hold_out_moves_a_prior_by_two_fifths_at_most(
    y: float, se: float, mean: float, sd: float
) -> None:
    moved = observed(Belief(mean, sd), y=y, se=se)
    assert abs(moved.mean - mean) <= 0.4 * abs(y - mean) + 1e-12
    assert moved.sd >= sd * math.sqrt(0.6) - 1e-12


def test_the_scale_of_priors_weighs_the_likelihood_of_results() -> None:
    """Against the marginal likelihood apart: y ~ N(m, (k sd)^2 + tau^2 + se^2), tau summed over its prior."""
    ys, se, belief = (0.5, -0.6, 0.4, -0.1), 0.1, Belief(0.05, 0.15, tau_scale=0.06)
    found = scale_of([(Results.of([y], [se]), belief) for y in ys])
    taus = np.linspace(0, 0.4, 4001)
    prior = stats.halfnorm.pdf(taus, scale=0.06)
    ends = np.gradient(np.log(SCALES))
    wanted = ends * np.exp(-0.5 * (np.log(SCALES) / SCALE_SPREAD) ** 2)
    for y in ys:
        for at, k in enumerate(SCALES):
            seen = stats.norm.pdf(y, 0.05, np.sqrt((k * 0.15) ** 2 + se**2 + taus**2))
            wanted[at] *= np.trapezoid(seen * prior, taus)
    assert found.weights == pytest.approx(wanted / wanted.sum(), abs=1e-4)
    assert scale_of([]).wider == scale_of([(Results.of([5.0], [0.1]), belief)] * 2).wider == 1.0


def test_the_scale_restores_coverage_of_priors_that_were_too_sure() -> None:
    rng = np.random.default_rng(9)
    before: list[bool] = []
    after: list[bool] = []
    calm: list[bool] = []
    belief = Belief(0.0, 0.10, tau_scale=0.01)
    for _ in range(60):
        for wide, held in ((2.5, after), (1.0, calm)):
            truth = rng.normal(0, wide * 0.10, 13)
            y = rng.normal(truth[:12], 0.05)
            scale = scale_of([(Results.of([one], [0.05]), belief) for one in y])
            held.append(abs(truth[12]) < 1.2816 * 0.10 * scale.wider)
            if wide > 1:
                before.append(abs(truth[12]) < 1.2816 * 0.10)
    assert np.mean(before) < 0.5
    assert np.mean(after) == pytest.approx(0.8, abs=0.12)
    assert np.mean(calm) == pytest.approx(0.85, abs=0.12)


def test_wider_priors_are_one_posterior_mixed() -> None:
    results, belief = Results.of([0.8, 0.7], [0.2, 0.2], units=["a", "b"]), Belief(0.0, 0.1)
    scale = Scale(np.array([1.0, 3.0]), np.array([0.25, 0.75]))
    found = learn(results, belief=belief, scale=scale)
    one, three = learn(results, belief=belief), learn(results, belief=scaled(belief, 3.0))
    assert found.mu.mean == pytest.approx(0.25 * one.mu.mean + 0.75 * three.mu.mean)
    assert found.units["a"].cdf(0.5) == pytest.approx(0.25 * one.units["a"].cdf(0.5) + 0.75 * three.units["a"].cdf(0.5))
    assert found.new().mean == pytest.approx(found.mu.mean)
    assert one.mu.mean < found.mu.mean < three.mu.mean


def test_a_mixture_has_the_moments_of_its_draws() -> None:
    mixture = Mixture(np.array([0.3, 0.7]), np.array([-1.0, 2.0]), np.array([0.5, 1.5]))
    drawn = mixture.draws(np.random.default_rng(1), 200_000)
    assert mixture.mean == pytest.approx(drawn.mean(), abs=0.02)
    assert mixture.sd == pytest.approx(drawn.std(), abs=0.02)
    assert mixture.quantile(0.9) == pytest.approx(np.quantile(drawn, 0.9), abs=0.03)
    low, high = mixture.interval()
    assert mixture.cdf(high) - mixture.cdf(low) == pytest.approx(0.8)


@pytest.mark.parametrize(
    "wrong", [{"y": [1], "se": [0]}, {"y": [1, 2], "se": [1]}, {"y": [1], "se": [1], "z": [[1], [2]]}]
)
def test_results_that_do_not_fit_are_refused(wrong: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match="must"):
        Results.of(**wrong)  # type: ignore[arg-type]
