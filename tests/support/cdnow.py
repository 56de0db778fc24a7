"""The CDNOW data the way the papers cut it: visit days collapsed, calibration 1997-01-01 to 1997-09-30, weeks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from regulars.analysis.value import Statistics
from regulars.analysis.value.statistics import Floats, Ints

DATA = Path(__file__).parents[1] / "data"
START = np.datetime64("1997-01-01")
CUT = np.datetime64("1997-09-30")
END = np.datetime64("1998-06-30")


@dataclass(frozen=True, slots=True, eq=False)
class Customers:
    """One element per customer; ``spent`` is the mean value of repeat days in calibration (0 without)."""

    x: Ints
    t_x: Floats
    T: Floats
    holdout: Ints
    spent: Floats
    log_gaps: float  # sum of the logarithms of the gaps in calibration, in weeks

    @property
    def stats(self) -> Statistics:
        return Statistics.collapse(self.x, self.t_x, self.T)


def cdnow(which: str, *, cut: np.datetime64 = CUT, weekly: bool = False) -> Customers:
    """``sample`` (2,357 customers) or ``master`` (23,570), calibrated to the end of ``cut``.

    ``weekly``: the visits of one week (from 1 January 1997 on; the usual cut ends one) are taken as one.
    """
    rows = [line.split() for line in (DATA / f"CDNOW_{which}.txt").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row and row[-1].replace(".", "").isdigit()]
    first = 1 if which == "sample" else 0
    ids = np.array([int(row[first]) for row in rows])
    days = np.array([f"{d[:4]}-{d[4:6]}-{d[6:]}" for d in (row[first + 1] for row in rows)], dtype="datetime64[D]")
    if weekly:
        week = np.timedelta64(7, "D")
        cut, days = START + (cut - START) // week * week, START + (days - START) // week * week
    value = np.array([float(row[-1]) for row in rows])
    key, code = np.unique(np.stack([ids, days.astype(int)]), axis=1, return_inverse=True)
    value = np.bincount(code.ravel(), value)
    day = key[1].astype("datetime64[D]")
    start = np.flatnonzero(np.r_[True, np.diff(key[0]) > 0])
    born = day[start]
    owner = np.cumsum(np.r_[True, np.diff(key[0]) > 0]) - 1
    seen = day <= cut
    repeat = seen & (day > born[owner])
    x = np.bincount(owner, repeat).astype(np.int64)
    last = np.array(born)
    np.maximum.at(last, owner[seen], day[seen])
    weeks = np.timedelta64(7, "D")
    spent = np.bincount(owner, value * repeat) / np.maximum(x, 1)
    gaps = np.r_[np.timedelta64(0, "D"), np.diff(day)][repeat] / weeks
    holdout = np.bincount(owner, ~seen & (day <= END)).astype(np.int64)
    return Customers(x, (last - born) / weeks, (cut - born) / weeks, holdout, spent, float(np.log(gaps).sum()))
