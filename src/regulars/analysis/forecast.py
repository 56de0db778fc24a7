"""What groups of customers are expected to bring, with ranges.

The mean is the plain sum over the standings, so that tables add up. The range has three parts: what the
customers will do given the models (variances add), and what we do not know of the models' parameters, which all
customers share and which dominates in large bases: parameters are drawn from their Laplace approximation and every
draw re-scores the base on cells of like customers. Neither part knows that a model is only a model. So a third part is
added: a common log-normal error, sized by the one the model made on the business's own past (:func:`discrepancy`). It
widens living and leaving customers too: an error in visits is one in who still comes or in how often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray

from regulars.analysis.diagnosis import Backtest, GroupKind, GroupValue
from regulars.analysis.redraw import Histories, Redrawn, redraw
from regulars.analysis.sums import exact
from regulars.analysis.value import HORIZONS, SpendFit, VisitFit
from regulars.analysis.value.outlook import CALENDAR, Outlook
from regulars.analysis.value.statistics import Floats, Ints
from regulars.base.estimate import Estimate

DRAWS = 100
CELL_DAYS = 28
_WIDTH_80 = 2.5631  # of the central 80 % of a normal, in standard deviations
_LARGEST_ERROR = 0.7  # a factor of two
#: What a model of visits misses a year by even where it fits well, and how many trials that knowledge is worth.
_USUAL_ERROR, _USUAL_WORTH = 0.05, 2.0
#: Below this chance of having left today nothing is scaled from it, and below this chance of being there neither.
_UNSURE, _UNTOLD = 0.01, 1e-9
_CHANCES = 20  # draws of chance for every draw of parameters

type Cells = NDArray[np.bool_]


def cells_query(t: ibis.Table, *, p: float) -> ibis.Table:
    """Customers of like state, class and history in one row, with the sums the ranges need."""
    cv2 = t.spend_cv * t.spend_cv
    square = t.spend_visit * t.spend_visit  # the variance of value.interval.value_interval
    plain = ("revenue_12", "visits_12", "visits_36", "p_alive")
    money = (f"{what}_{h}" for h in HORIZONS for what in ("value", "margin", "discounted"))
    sums: dict[str, ibis.Value] = {name: exact(t[name]).cast("float64") for name in (*plain, *money)}
    for h in HORIZONS:
        visits = t[f"visits_{h}"]
        spread = (visits / p + t[f"visits_{h}_var"]) * (1 + cv2) + visits * visits * cv2
        sums[f"value_{h}_var"] = exact(square * spread).cast("float64")
    living = t.value_12 / ibis.greatest(t.p_alive, 1e-9)  # if surely still a customer
    at_risk = living - t.value_12
    return (
        t.group_by(
            state=t.state,
            class_=t["class"],
            branch=t.branch,
            tier=t.tier,
            x=t.x,
            last_cell=t.t_x_clock // CELL_DAYS,
            age_cell=t.T_clock // CELL_DAYS,
        )
        .aggregate(
            customers=t.count(),
            t_x=t.t_x_clock.mean() / 7,
            T=t.T_clock.mean() / 7,
            paid_customers=t.count(where=t.paid_visits > 0),
            paid_total=exact(t.paid_visits * t.paid_value).cast("float64"),
            visits_12_var=exact(t.visits_12_var).cast("float64"),
            alive_var=exact(t.p_alive * (1 - t.p_alive)).cast("float64"),
            at_risk=exact(at_risk).cast("float64"),
            leaving=exact(t.leaving_90 * living).cast("float64"),
            **sums,
        )
        .order_by("state", "class_", "branch", "tier", "x", "last_cell", "age_cell")
    )


def discrepancy(tested: Backtest | None, errors: Sequence[float] = ()) -> float:
    """Size of the error the model made on the business's own past, on the log scale, less what chance explains.

    ``errors`` are foretold over actual visits at every origin of the contest. Origins overlap, so together they are
    worth one trial. The error is not taken for a bias and corrected, which one trial cannot justify. Nor does one lucky
    trial prove a model exact: the scale is drawn towards a usual 5 %, worth two trials, and is that where nothing could
    be tested.
    """
    if tested is None or not tested.actual_visits or tested.predicted_visits.mean <= 0:
        return _USUAL_ERROR
    expected = tested.predicted_visits
    ratios = errors or (expected.mean / tested.actual_visits,)
    missed = float(np.mean(np.log(np.maximum(ratios, 1e-3)) ** 2))
    explained = ((expected.p90 - expected.p10) / (_WIDTH_80 * expected.mean)) ** 2
    beyond = max(missed - explained, 0.0)
    return float(min(np.sqrt((_USUAL_WORTH * _USUAL_ERROR**2 + beyond) / (_USUAL_WORTH + 1)), _LARGEST_ERROR))


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """Cells, and for every draw of parameters how much more or less customers of like history bring.

    ``geometry`` is every cell's place among the distinct histories; ratios and chances are draws x histories.
    """

    columns: dict[str, Any]  # of the query, one array each
    geometry: Ints
    redrawn: Redrawn
    spend_ratio: Floats  # draws x cells
    lost_mean: Floats  # by cell
    rng: Generator
    error: Floats  # of the model as a whole, one factor a draw
    currency: str
    method: str

    @classmethod
    def of(
        cls,
        table: pa.Table,
        *,
        visits: VisitFit,
        spend: SpendFit,
        error: float,
        rng: Generator,
        currency: str,
        outlook: Outlook = CALENDAR,
    ) -> Portfolio:
        """Re-score the cells under :data:`DRAWS` draws of both models' parameters; ``error`` as :func:`discrepancy`."""
        columns = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}
        histories, geometry = _histories(columns)
        drawn = redraw(visits, histories, rng=rng, draws=DRAWS, outlook=outlook)
        spent = _spend_of_cells(spend, columns)
        return cls(
            columns=columns,
            geometry=geometry,
            redrawn=drawn,
            spend_ratio=np.array([_spend_of_cells(fit, columns) for fit in spend.draw_parameters(rng, DRAWS)]) / spent,
            lost_mean=drawn.soon[geometry],
            rng=rng,
            error=np.exp(error * rng.standard_normal(DRAWS))[:, None],
            currency=currency,
            method=visits.model,
        )

    def where(self, **wanted: str) -> Cells:
        """Cells of a ``state``, ``class_``, ``branch`` or ``tier`` (all cells without any)."""
        chosen = np.ones(len(self.lost_mean), dtype=bool)
        for name, value in wanted.items():
            chosen &= self.columns[name] == value
        return chosen

    def names(self, kind: str) -> tuple[str, ...]:
        """What there is of a kind of group."""
        return tuple(sorted({str(name) for name in self.columns[kind]}))

    def total(self, name: str, cells: Cells) -> float:
        """Sum of a column."""
        return float(self.columns[name][cells].astype(float).sum())

    def count(self, cells: Cells) -> int:
        """Customers in the cells."""
        return int(self.columns["customers"][cells].sum())

    def mean_alive(self, cells: Cells) -> float:
        """Mean probability of still being a customer (0 where there is nobody)."""
        return self.total("p_alive", cells) / max(self.count(cells), 1)

    def revenue(self, months: int, cells: Cells) -> Estimate:
        """Expected revenue of the next 12 or 36 months."""
        return self.money("value", months, cells)

    def money(self, what: str, months: int, cells: Cells) -> Estimate:
        """Expected ``value`` (revenue), ``margin`` or ``discounted`` margin of the next 12 or 36 months."""
        name = f"{what}_{months}"
        ratio = self.redrawn.visits[months][:, self.geometry[cells]] * self.spend_ratio[:, cells]
        known = (self.columns[name][cells] * ratio * self.error).sum(axis=1)
        plain = self.total(f"value_{months}", cells)
        kept = self.total(name, cells) / plain if plain > 0 else 0.0
        variance = self.total(f"value_{months}_var", cells) * kept**2
        return self._estimate(known, cells, total=self.total(name, cells), variance=variance, unit=self.currency)

    def visits(self, cells: Cells) -> Estimate:
        """Expected visits of the next 12 months."""
        ratio = self.redrawn.visits[12][:, self.geometry[cells]]
        known = (self.columns["visits_12"][cells] * ratio * self.error).sum(axis=1)
        total, variance = self.total("visits_12", cells), self.total("visits_12_var", cells)
        return self._estimate(known, cells, total=total, variance=variance, unit="visits")

    def still_alive(self, cells: Cells) -> Estimate:
        """Customers probably still customers."""
        customers = self.columns["customers"][cells].astype(float)
        known = np.minimum(self._alive(cells) * self.error, customers).sum(axis=1)
        total, variance = self.total("p_alive", cells), self.total("alive_var", cells)
        found = self._estimate(known, cells, total=total, variance=variance, unit="customers")
        most = float(self.count(cells))  # chance is added as a gamma, which knows no upper end
        return replace(found, p10=min(found.p10, most), p50=min(found.p50, most), p90=min(found.p90, most))

    def at_risk(self, cells: Cells) -> Estimate:
        """Revenue of 12 months the cells would bring if surely alive, less what they are expected to bring.

        The draws of a chance of being alive and of visits go together: per living customer they differ little, and a
        chance next to 0 or to 1 divides nothing.
        """
        customers = self.columns["customers"][cells].astype(float)
        gone = 1 - self._alive(cells) / customers
        now = 1 - self.columns["p_alive"][cells].astype(float) / customers
        risk, value = (self.columns[name][cells].astype(float) for name in ("at_risk", "value_12"))
        living = np.where(now > _UNSURE, risk / np.maximum(now, _UNSURE), risk + value)
        drawn, usual = self.redrawn.alive[:, self.geometry[cells]], self.redrawn.alive_now[self.geometry[cells]]
        there = (drawn > _UNTOLD) & (usual > _UNTOLD)
        visits = self.redrawn.visits[12][:, self.geometry[cells]] * usual / np.maximum(drawn, _UNTOLD)
        known = (living * gone * np.where(there, visits, 1.0) * self.spend_ratio[:, cells] * self.error).sum(axis=1)
        return self._estimate(known, cells, total=self.total("at_risk", cells), variance=0.0, unit=self.currency)

    def leaving_next_90(self, cells: Cells) -> Estimate:
        """Revenue of 12 months that goes with those who leave for good within 90 days."""
        ratio = self.redrawn.visits[12][:, self.geometry[cells]] * self.spend_ratio[:, cells]
        lost = self.redrawn.lost[:, self.geometry[cells]] / np.maximum(self.lost_mean[cells], 1e-12)
        known = (self.columns["leaving"][cells] * ratio * lost * self.error).sum(axis=1)
        return self._estimate(known, cells, total=self.total("leaving", cells), variance=0.0, unit=self.currency)

    def lost_next_90(self, cells: Cells) -> Estimate:
        """Customers expected to leave for good within 90 days."""
        customers = self.columns["customers"][cells].astype(float)
        lost = self.redrawn.lost[:, self.geometry[cells]]
        known = np.minimum(self._alive(cells) * lost * self.error, customers).sum(axis=1)
        now = float((self.columns["p_alive"][cells].astype(float) * self.lost_mean[cells]).sum())
        return self._estimate(known, cells, total=now, variance=now, unit="customers")

    def _alive(self, cells: Cells) -> Floats:
        """Living customers by draw and cell, around the exact sum."""
        customers = self.columns["customers"][cells].astype(float)
        moved = (self.redrawn.alive - self.redrawn.alive_now)[:, self.geometry[cells]] * customers
        return np.asarray(np.clip(self.columns["p_alive"][cells].astype(float) + moved, 0.0, customers))

    def _estimate(self, known: Floats, cells: Cells, *, total: float, variance: float, unit: str) -> Estimate:
        """Draws of parameters plus the customers' own chance, around the plain sum."""
        if variance > 0:
            # Chance as a gamma of that mean and variance: never negative, normal when large.
            middle = np.maximum(np.repeat(known, _CHANCES), 1e-9)
            known = self.rng.gamma(middle**2 / variance, variance / middle)
        p10, p50, p90 = (float(q) for q in np.quantile(known, (0.1, 0.5, 0.9)))
        return Estimate(total, p10, p50, p90, unit, self.method, self.count(cells))


def groups(portfolio: Portfolio) -> tuple[GroupValue, ...]:
    """What every branch, class, state and tier is expected to bring."""
    columns: dict[GroupKind, str] = {"branch": "branch", "class": "class_", "state": "state", "tier": "tier"}
    found = []
    for kind, column in columns.items():
        for name in portfolio.names(column):
            cells = portfolio.where(**{column: name})
            found.append(
                GroupValue(
                    kind=kind,
                    name=name,
                    customers=portfolio.count(cells),
                    alive=portfolio.still_alive(cells),
                    visits_12=portfolio.visits(cells),
                    revenue_12=portfolio.revenue(12, cells),
                    revenue_36=portfolio.revenue(36, cells),
                    margin_12=portfolio.money("margin", 12, cells),
                    margin_36=portfolio.money("margin", 36, cells),
                    discounted_36=portfolio.money("discounted", 36, cells),
                )
            )
    return tuple(found)


def _histories(columns: dict[str, Any]) -> tuple[Histories, Ints]:
    """The distinct histories of the cells at their customers' mean times, and every cell's place among them."""
    key = np.stack([columns[name].astype(np.int64) for name in ("x", "last_cell", "age_cell")])
    distinct, geometry = np.unique(key, axis=1, return_inverse=True)
    geometry = geometry.ravel().astype(np.int64)
    weight = columns["customers"].astype(float)
    total = np.bincount(geometry, weight)
    t_x, T = (np.bincount(geometry, weight * columns[name].astype(float)) / total for name in ("t_x", "T"))
    return Histories(distinct[0].astype(float), np.minimum(t_x, T), T), geometry


def _spend_of_cells(fit: SpendFit, columns: dict[str, Any]) -> Floats:
    """Sum of expected spend a visit over the customers of every cell: linear in their totals, so exact by cell."""
    p, q, gamma = fit.parameters
    x, paid, total = (columns[name].astype(float) for name in ("x", "paid_customers", "paid_total"))
    unknown = columns["customers"].astype(float) - paid
    return np.asarray(p * (gamma * paid + total) / (p * x + q - 1) + unknown * p * gamma / (q - 1))
