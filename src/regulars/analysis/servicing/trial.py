"""Services put to the test: fitted on what was known a year ago, held against the pieces that came since."""

from __future__ import annotations

import ibis
from numpy.random import Generator

from regulars.analysis.part import Scene
from regulars.analysis.results.servicing import ServiceTrial
from regulars.analysis.servicing import queries
from regulars.analysis.servicing.ahead import FEW, YEAR_AHEAD, expected, fitted, groups
from regulars.analysis.servicing.gap import Gaps
from regulars.analysis.visits import YEAR


def trial(scene: Scene, happened: ibis.Table, rng: Generator) -> ServiceTrial | None:
    """The test, all families together; None where too few gaps had ended a year ago."""
    desk, cut = scene.setting.desk, scene.setting.as_of - YEAR
    known = queries.gaps(happened, on=cut).mutate(family=ibis.null("string"))
    rows = desk.ask("servicing_gaps_then", queries.counted(known)).to_pylist()
    whole = Gaps.of(rows)
    if whole.services < FEW:
        return None
    foretold = expected(groups(fitted({}, whole, rng)), ahead=YEAR_AHEAD, rng=rng)
    asked = queries.came(happened, after=cut, until=scene.setting.as_of)
    row = desk.ask("servicing_trial", asked).to_pylist()[0]
    return ServiceTrial(cut, row["pieces"], foretold, row["came"])
