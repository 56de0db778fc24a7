"""Where the doubt about an option comes from: every random number behind its value, by source.

===========  ==============================================================
effect:<id>  how strong a measure is, over all cells (one source a measure)
cells        how far a cell's customers answer differently (heterogeneity)
overlap      how much of a measure is left beside another
echo         extra visits that are only borrowed from later
take_up      how often incentives are taken up
cost         what a contact really costs
hazard       how fast customers leave when nothing is done
frequency    how often they come
margin       what a visit brings
macro        a good or bad time for the whole trade
invested     what channels, service levels and the like bring
===========  ==============================================================

All are independent of each other, so that variance can be shared out among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from regulars.packs.schema import Measure
from regulars.strategy.options import Column, Evaluator
from regulars.strategy.returns import Floats

EFFECT = "effect:"


@dataclass(frozen=True, slots=True)
class Input:
    """One random number behind a column: its source, and its draws with mean 0 and standard deviation 1."""

    source: str
    draws: Floats


def inputs_of(column: Column, evaluator: Evaluator) -> tuple[Input, ...]:
    """Every random number that may move a column's value; constants are left out."""
    at, measures = column.cell, column.option.measures
    raw = [pair for measure in measures for pair in of_measure(at, measure, evaluator)]
    if len(measures) > 1:
        raw += [("overlap", theta) for theta in evaluator.draws.theta.values()]
        raw += [("overlap", pair) for pair in evaluator.draws.overlaps(measures).values()]
    raw += of_cell(at, evaluator)
    scaled = [(source, draws - draws.mean(), draws.std()) for source, draws in raw]
    return tuple(Input(source, around / spread) for source, around, spread in scaled if spread > 1e-12)


def of_measure(at: int, measure: Measure, evaluator: Evaluator) -> Iterator[tuple[str, Floats]]:
    """The random numbers a measure brings into a cell."""
    draws = evaluator.draws
    own = draws.deviations(measure, cell=at)
    for place in evaluator.holding(at, measure):
        yield f"{EFFECT}{measure.id}", draws.effects[measure.id, place]
        yield "cells", own[place]
    if measure.incentive:
        yield "take_up", draws.take_up[measure.id]
    if measure.cost and measure.id in draws.cost:
        yield "cost", draws.cost[measure.id]


def of_cell(at: int, evaluator: Evaluator) -> Iterator[tuple[str, Floats]]:
    """The random numbers of a cell itself, and those all cells share."""
    draws = evaluator.draws
    yield "echo", draws.psi
    for name, own in draws.own_primitives(cell=at).items():
        yield name, draws.common[name]
        yield name, own
    if draws.macro is not None:
        yield "macro", draws.macro


def main_effects(values: Floats, inputs: tuple[Input, ...]) -> dict[str, Floats]:
    """What each source alone moves ``values`` by, per draw: the part of an additive fit that belongs to it.

    A least-squares fit of ``values`` on every input and its square (Hermite polynomials of degree 1 and 2, which are
    uncorrelated for normal inputs). What the fit leaves over is interaction between sources.
    """
    if not inputs:
        return {}
    linear = np.array([one.draws for one in inputs])
    squares = linear**2
    squares -= squares.mean(axis=1, keepdims=True)
    basis = np.concatenate([linear, squares])
    gram = basis @ basis.T
    gram[np.diag_indices_from(gram)] += 1e-9 * values.size  # two inputs may be one and the same in a few draws
    weights = np.linalg.solve(gram, basis @ (values - values.mean()))
    parts: dict[str, Floats] = {}
    for place, one in enumerate(inputs):
        moved = weights[place] * linear[place] + weights[len(inputs) + place] * squares[place]
        parts[one.source] = parts[one.source] + moved if one.source in parts else moved
    return parts
