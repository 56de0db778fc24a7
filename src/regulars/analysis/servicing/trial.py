"""Services put to the test: fitted on what was known a year ago, held against the pieces that came since."""

from __future__ import annotations

from datetime import date

import ibis
from numpy.random import Generator

from regulars.analysis.part import Scene
from regulars.analysis.results.servicing import ServiceTrial
from regulars.analysis.servicing import queries
from regulars.analysis.servicing.ahead import FEW, YEAR_AHEAD, expected, fitted, groups
from regulars.analysis.servicing.gap import Beforehand, Gaps
from regulars.analysis.visits import YEAR

#: Pieces known for long enough below which silent owners tell nothing.
_FEW_OWNERS = 20


def beforehand(scene: Scene, happened: ibis.Table, *, on: date, name: str) -> Beforehand:
    """What was known on a day besides the gaps: the trade's interval, and how many owners have gone silent."""
    pack = scene.setting.pack
    asked = queries.silent(scene, happened, on=on, after=pack.windows.lapsing_after)
    row = scene.setting.desk.ask(name, asked).to_pylist()[0]
    share = (row["silent"] + 1) / (row["pieces"] + 2) if row["pieces"] >= _FEW_OWNERS else None
    return Beforehand(pack.service_interval, share)


def trial(scene: Scene, happened: ibis.Table, rng: Generator) -> ServiceTrial | None:
    """The test, all families together; None where too few gaps had ended a year ago."""
    desk, cut = scene.setting.desk, scene.setting.as_of - YEAR
    known = queries.gaps(happened, on=cut).mutate(family=ibis.null("string"))
    rows = desk.ask("servicing_gaps_then", queries.counted(known)).to_pylist()
    whole = Gaps.of(rows)
    if whole.services < FEW:
        return None
    known = beforehand(scene, happened, on=cut, name="servicing_silent_then")
    found = fitted({}, whole, rng, beforehand=known)
    foretold = expected(groups(found), ahead=YEAR_AHEAD, rng=rng)
    asked = queries.came(happened, after=cut, until=scene.setting.as_of)
    row = desk.ask("servicing_trial", asked).to_pylist()[0]
    return ServiceTrial(cut, row["pieces"], foretold, row["came"], found[None].tells_never)
