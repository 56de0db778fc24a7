"""The visit model judged on the business's own past. Docs: docs/methods/backtest.md.

The chosen model, as the contest fitted it on what was known at the latest origin (a year ago; a quarter of a history
under two years), predicts visit days until ``as_of``; then the ledger is opened. Nothing after the cut enters the fit.
"""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np
import pyarrow as pa
from numpy.random import Generator

from regulars.analysis.diagnosis import Backtest
from regulars.analysis.models import FEW_REPEATERS
from regulars.analysis.standings import statistics
from regulars.analysis.summary import history_keys, summary, visitors, with_gaps
from regulars.analysis.sums import exact
from regulars.analysis.value import VisitFit, by_frequency, total_visits

TOP = 7  # repeat visits shown one by one; the last row is 'seven or more'


def backtest_query(days: ibis.Table, *, cut: date, even: bool = False) -> ibis.Table:
    """Unique triples as they were at the cut, with customers and the visit days that followed; ``even`` as
    :func:`regulars.analysis.summary.with_gaps`."""
    before = visitors(summary(days.filter(days.day <= cut), as_of=cut))
    if even:
        before = with_gaps(before, days, until=cut)
    later = days.filter(days.visit, days.day > cut)
    later = later.group_by("customer").aggregate(came=later.count())
    joined = before.left_join(later, "customer")
    keys = history_keys(before.columns)
    more = {"gaps": exact(joined.log_gaps, decimals=9).cast("float64") / joined.count()} if even else {}
    came = joined.came.sum().fill_null(0)
    return joined.group_by(*keys).aggregate(customers=joined.count(), came=came, **more).order_by(*keys)


def backtest(triples: pa.Table, *, fit: VisitFit, cut: date, as_of: date, rng: Generator) -> Backtest | None:
    """Predict with the model as the contest fitted it at the cut, and compare; None when too few had come back."""
    if not triples.num_rows:
        return None
    stats = statistics(triples)
    if stats.repeaters < FEW_REPEATERS:
        return None
    horizon = (as_of - cut).days
    expected = fit.knowing(stats.gaps).expected_visits(stats.x, stats.t_x, stats.T, horizon / 7)
    came = triples["came"].to_numpy().astype(np.int64)
    return Backtest(
        cut=cut,
        horizon_days=horizon,
        customers=round(stats.customers),
        predicted_visits=total_visits(stats, fit, weeks=horizon / 7, rng=rng),
        actual_visits=int(came.sum()),
        by_frequency=by_frequency(stats.x, expected, came / stats.weight, weight=stats.weight, top=TOP),
    )
