"""A small base to value investments on."""

from __future__ import annotations

import pytest

from regulars.base.settings import Business
from regulars.strategy.draws import draw
from regulars.strategy.options import Evaluator
from support.cells import cell
from support.planning import business_of, measures


@pytest.fixture
def evaluator() -> Evaluator:
    cells = (cell("newcomer"), cell("active"), cell("active", tiers=("high",)), cell("overdue", alive=0.6))
    drawn = draw(measures(), count=400, seed=3, stream=0)
    return Evaluator(cells, drawn, discount=0.99, no_show=0.0)


@pytest.fixture
def business() -> Business:
    return business_of(branches=[{"id": "A"}])
