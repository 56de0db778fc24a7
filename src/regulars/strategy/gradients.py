"""How the value of every option answers to the strength of each measure, by regression on the draws.

In each cell the net values of all options are fitted at once on the random numbers that may move them. The
coefficient of an effect's common number is what one standard deviation of that effect is worth per customer, the rest
averaged out: the slope of the conditional expectation, which is all that information about the effect can change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from regulars.packs.schema import Measure
from regulars.strategy.options import Column, Evaluator
from regulars.strategy.returns import Floats
from regulars.strategy.sources import of_cell, of_measure

#: (measure, place of the effect in it) -> slope per column.
type Slopes = dict[tuple[str, int], Floats]


def slopes_of(columns: Sequence[Column], evaluator: Evaluator) -> Slopes:
    """Slopes of net value over 36 months, per customer and standard deviation of an effect, for every column."""
    by_cell: dict[int, list[int]] = defaultdict(list)
    for place, column in enumerate(columns):
        by_cell[column.cell].append(place)
    found: Slopes = {}
    for at, places in by_cell.items():
        measures = {m.id: m for p in places for m in columns[p].option.measures}
        keys, weights = _fit(at, list(measures.values()), [columns[p] for p in places], evaluator)
        for row, key in enumerate(keys):
            slope = found.setdefault(key, np.zeros(len(columns)))
            for number, place in enumerate(places):
                if any(m.id == key[0] for m in columns[place].option.measures):
                    slope[place] = weights[row, number]
    return found


def _fit(
    at: int, measures: Sequence[Measure], columns: Sequence[Column], evaluator: Evaluator
) -> tuple[list[tuple[str, int]], Floats]:
    keys: list[tuple[str, int]] = []
    first, others = [], [raw for _, raw in of_cell(at, evaluator)]
    for measure in measures:
        for place in evaluator.holding(at, measure):
            keys.append((measure.id, place))
            first.append(evaluator.draws.effects[measure.id, place])
        others += [raw for source, raw in of_measure(at, measure, evaluator) if source in ("cells", "take_up")]
    others += list(evaluator.draws.theta.values())
    basis = np.array(first + others)
    basis -= basis.mean(axis=1, keepdims=True)
    values = np.array([evaluator.returns(column).net_36 for column in columns])
    gram = basis @ basis.T
    gram[np.diag_indices_from(gram)] += 1e-9 * basis.shape[1]
    return keys, np.linalg.solve(gram, basis @ (values - values.mean(axis=1, keepdims=True)).T)[: len(keys)]
