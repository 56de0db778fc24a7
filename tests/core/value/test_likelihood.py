"""The fast likelihoods against the slow loop, their gradients against differences."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.analysis.value import Statistics
from regulars.analysis.value.likelihood import VisitLikelihood, VisitModel
from regulars.analysis.value.optimise import Objective, hessian
from regulars.analysis.value.spend import SpendLikelihood
from regulars.analysis.value.statistics import Floats
from support.value import simulate, slow_spend_likelihood, slow_visit_likelihood

MODELS: tuple[VisitModel, ...] = ("bg-nbd", "mbg-nbd")
POINTS = [(0.25, 4.4, 0.8, 2.4), (3.0, 10.0, 0.05, 9.0), (0.9, 0.3, 1.0, 0.4)]


def some() -> Statistics:
    base = simulate("mbg-nbd", (0.8, 5.0, 0.7, 2.0), (2.0, 3.0, 40.0), customers=200, rng=np.random.default_rng(5))
    return Statistics.collapse(base.x, base.t_x, base.T, np.random.default_rng(6).integers(1, 9, 200))


def differences(objective: Objective, theta: Floats, step: float = 1e-6) -> Floats:
    moves = np.eye(len(theta)) * step
    return np.array([(objective(theta + m)[0] - objective(theta - m)[0]) / (2 * step) for m in moves])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("point", POINTS)
def test_visit_likelihood_is_the_papers_sum(model: VisitModel, point: tuple[float, ...]) -> None:
    stats = some()
    value, _ = VisitLikelihood.of(stats, model)(np.log(point))
    assert value == pytest.approx(slow_visit_likelihood(model, stats, point), rel=1e-11)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("point", POINTS)
def test_visit_gradient(model: VisitModel, point: tuple[float, ...]) -> None:
    objective = VisitLikelihood.of(some(), model)
    theta = np.log(point)
    assert objective(theta)[1] == pytest.approx(differences(objective, theta), rel=1e-5, abs=1e-3)
    assert objective.nbd(theta[:2])[1] == pytest.approx(differences(objective.nbd, theta[:2]), rel=1e-5, abs=1e-3)


@pytest.mark.parametrize("model", MODELS)
def test_without_attrition_it_is_the_nbd(model: VisitModel) -> None:
    objective = VisitLikelihood.of(some(), model)
    value, _ = objective(np.log([0.8, 5.0, 1e-12, 10.0]))
    assert value == pytest.approx(objective.nbd(np.log([0.8, 5.0]))[0], rel=1e-9)


@pytest.mark.parametrize("point", [(6.25, 3.74, 15.44), (0.6, 1.2, 100.0), (40.0, 9.0, 3.0)])
def test_spend_likelihood_and_gradient(point: tuple[float, ...]) -> None:
    base = simulate("bg-nbd", (0.8, 5.0, 0.7, 2.0), (2.0, 3.0, 40.0), customers=300, rng=np.random.default_rng(7))
    known = base.x > 0
    x, value = base.x[known].astype(float), base.mean_value[known]
    objective = SpendLikelihood.of(x, value, np.ones(len(x)))
    theta = np.log(point)
    assert objective(theta)[0] == pytest.approx(slow_spend_likelihood(x, value, point), rel=1e-11)
    assert objective(theta)[1] == pytest.approx(differences(objective, theta), rel=1e-5, abs=1e-3)


def test_weights_are_repetition() -> None:
    x, value, weight = np.array([1.0, 3.0]), np.array([20.0, 35.0]), np.array([2.0, 3.0])
    theta = np.log([2.0, 3.0, 20.0])
    once, gradient = SpendLikelihood.of(x, value, weight)(theta)
    times = weight.astype(int)
    again, same = SpendLikelihood.of(np.repeat(x, times), np.repeat(value, times), np.ones(5))(theta)
    assert once == pytest.approx(again)
    assert gradient == pytest.approx(same)


def test_hessian_of_a_known_surface() -> None:
    matrix = np.array([[4.0, 1.0], [1.0, 3.0]])
    assert hessian(lambda t: (float(t @ matrix @ t) / 2, matrix @ t), np.array([0.3, -2.0])) == pytest.approx(matrix)
