"""What groups of customers are expected to bring, with ranges.

The mean is the plain sum over the standings, so that tables add up. The range has three parts (METHODS 6.4): what the
customers will do given the models (variances add), and what we do not know of the models' parameters, which all
customers share and which dominates in large bases: parameters are drawn from their Laplace approximation and every
draw re-scores the base on cells of like customers. Neither part knows that a model is only a model. So a third part is
added: a common log-normal error, sized by the one the model made on the business's own past (:func:`discrepancy`). It
widens living and leaving customers too: an error in visits is one in who still comes or in how often.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import betaincinv, hyp2f1

from regulars.analysis.diagnosis import Backtest
from regulars.analysis.value import HORIZONS, SpendFit, VisitFit
from regulars.analysis.value.likelihood import chances_after_first
from regulars.analysis.value.statistics import Floats
from regulars.base.estimate import Estimate

DRAWS = 100
CELL_DAYS = 28
NEXT_WEEKS = 90 / 7
_NODES = 24
_MOST_VISITS = 1000
_WIDTH_80 = 2.5631  # of the central 80 % of a normal, in standard deviations
_LARGEST_ERROR = 0.7  # a factor of two
#: What a model of visits misses a year by even where it fits well, and how many trials that knowledge is worth.
_USUAL_ERROR, _USUAL_WORTH = 0.05, 2.0
_CHANCES = 20  # draws of chance for every draw of parameters

type Cells = NDArray[np.bool_]


def cells_query(t: ibis.Table, *, p: float) -> ibis.Table:
    """Customers of like state, class and history in one row, with the sums the ranges need."""
    cv2 = t.spend_cv * t.spend_cv
    square = t.spend_visit * t.spend_visit  # the variance of value.interval.value_interval
    sums: dict[str, ibis.Value] = {
        name: t[name].sum() for name in ("revenue_12", "visits_12", "visits_36", "value_12", "value_36", "p_alive")
    }
    for h in HORIZONS:
        visits = t[f"visits_{h}"]
        spread = (visits / p + t[f"visits_{h}_var"]) * (1 + cv2) + visits * visits * cv2
        sums[f"value_{h}_var"] = (square * spread).sum()
    at_risk = t.value_12 * (1 / ibis.greatest(t.p_alive, 1e-9) - 1)
    return (
        t.group_by(
            state=t.state,
            class_=t["class"],
            x=t.x,
            last_cell=t.t_x_days // CELL_DAYS,
            age_cell=t.T_days // CELL_DAYS,
        )
        .aggregate(
            customers=t.count(),
            t_x=t.t_x_days.mean() / 7,
            T=t.T_days.mean() / 7,
            paid_customers=t.count(where=t.paid_visits > 0),
            paid_total=(t.paid_visits * t.paid_value).sum(),
            visits_12_var=t.visits_12_var.sum(),
            alive_var=(t.p_alive * (1 - t.p_alive)).sum(),
            at_risk=at_risk.sum(),
            **sums,
        )
        .order_by("state", "class_", "x", "last_cell", "age_cell")
    )


def lost_within(fit: VisitFit, x: Floats, t_x: Floats, T: Floats, weeks: float) -> Floats:
    """P(leaves for good within ``weeks``), given still a customer.

    A living customer leaves after a visit with own chance p, so leaves at rate lambda p: with lambda ~ Gamma(r+x,
    alpha+T) and p ~ Beta(a, b+n) this is 1 - E_p[(1 + p z)^-(r+x)] = 1 - 2F1(r+x, a; a+b+n; -z), z = t / (alpha+T);
    taken after Pfaff's transformation, whose argument lies between 0 and 1. With Erlang gaps it is the sum over visits.
    """
    if fit.k > 1:
        return _lost_by_visit(fit, x, t_x, T, weeks)
    r, alpha, a, b = fit.parameters
    z = weeks / (alpha + T)
    whole = a + b + x + chances_after_first(fit.model)
    return np.asarray(1 - np.exp(-a * np.log1p(z)) * hyp2f1(a, whole - r - x, whole, z / (1 + z)))


def _lost_by_visit(fit: VisitFit, x: Floats, t_x: Floats, T: Floats, weeks: float) -> Floats:
    """Sum over N of P(the N-th visit comes in time) E[p (1-p)^(N-1)]."""
    future = fit.future(x, t_x, T, weeks)
    lost = np.zeros(len(x))
    for visit in range(1, _MOST_VISITS):
        reach = future.reach(np.full(len(x), float(visit)))  # includes E[(1-p)^(N-1)]
        lost += reach * future.a / (future.a + future.survived + (visit - 1))
        if float(reach.max(initial=0.0)) < 1e-9:
            break
    return lost


def lost_within_quickly(fit: VisitFit, x: Floats, T: Floats, weeks: float) -> Floats:
    """The same for draws, to a per cent or two: midpoints in the quantiles of p, one set for every distinct x.

    With Erlang gaps as if visits came by chance at the same rate: good enough for how draws differ from each other.
    """
    r, alpha, a, b = fit.parameters
    counts, of = np.unique(x, return_inverse=True)
    levels = (np.arange(_NODES) + 0.5) / _NODES
    chance = betaincinv(a, (b + counts + chances_after_first(fit.model))[:, None], levels[None, :])
    stays = np.exp(-(r + fit.k * x)[:, None] * np.log1p(chance[of] * (weeks / (fit.k * (alpha + T)))[:, None]))
    return np.asarray(1 - stays.mean(axis=1))


def discrepancy(tested: Backtest | None) -> float:
    """Size of the error the model made on the business's own past, on the log scale, less what chance explains.

    One observed error estimates the scale of such errors; it is not taken for a bias and corrected, which one
    observation cannot justify. Nor does one lucky trial prove a model exact: the scale is drawn towards a usual 5 %,
    worth two trials, and is that where nothing could be tested.
    """
    if tested is None or not tested.actual_visits or tested.predicted_visits.mean <= 0:
        return _USUAL_ERROR
    expected = tested.predicted_visits
    missed = np.log(tested.actual_visits / expected.mean) ** 2
    explained = ((expected.p90 - expected.p10) / (_WIDTH_80 * expected.mean)) ** 2
    beyond = max(missed - explained, 0.0)
    return float(min(np.sqrt((_USUAL_WORTH * _USUAL_ERROR**2 + beyond) / (_USUAL_WORTH + 1)), _LARGEST_ERROR))


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """Cells, and for every draw of parameters how much more or less each cell brings (draws x cells)."""

    columns: dict[str, Any]  # of the query, one array each
    visits_ratio: dict[int, Floats]
    spend_ratio: Floats
    alive: Floats
    lost: Floats
    lost_mean: Floats
    rng: Generator
    error: Floats  # of the model as a whole, one factor a draw
    currency: str
    method: str

    @classmethod
    def of(
        cls, table: pa.Table, *, visits: VisitFit, spend: SpendFit, error: float, rng: Generator, currency: str
    ) -> Portfolio:
        """Re-score the cells under :data:`DRAWS` draws of both models' parameters; ``error`` as :func:`discrepancy`."""
        columns = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}
        x, t_x, T = (columns[name].astype(float) for name in ("x", "t_x", "T"))
        t_x = np.minimum(t_x, T)
        drawn = visits.draw_parameters(rng, DRAWS)
        ratio = {}
        for months, weeks in HORIZONS.items():
            now = np.maximum(visits.expected_visits(x, t_x, T, weeks), 1e-300)
            ratio[months] = np.array([fit.expected_visits(x, t_x, T, weeks) for fit in drawn]) / now
        today = visits.p_alive(x, t_x, T)
        alive = np.array([fit.p_alive(x, t_x, T) for fit in drawn])
        customers = columns["customers"].astype(float)
        exact = columns["p_alive"].astype(float)
        spent = _spend_of_cells(spend, columns)
        soon = lost_within(visits, x, t_x, T, NEXT_WEEKS)
        quickly = np.maximum(lost_within_quickly(visits, x, T, NEXT_WEEKS), 1e-300)
        return cls(
            columns=columns,
            visits_ratio=ratio,
            spend_ratio=np.array([_spend_of_cells(fit, columns) for fit in spend.draw_parameters(rng, DRAWS)]) / spent,
            alive=np.clip(exact + (alive - today) * customers, 0.0, customers),
            lost=np.array([lost_within_quickly(f, x, T, NEXT_WEEKS) for f in drawn]) * (soon / quickly),
            lost_mean=soon,
            rng=rng,
            error=np.exp(error * rng.standard_normal(DRAWS))[:, None],
            currency=currency,
            method=visits.model,
        )

    def where(self, *, state: str | None = None, class_: str | None = None) -> Cells:
        """Cells of a state or class (all cells without either)."""
        chosen = np.ones(len(self.lost_mean), dtype=bool)
        for name, value in (("state", state), ("class_", class_)):
            if value is not None:
                chosen &= self.columns[name] == value
        return chosen

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
        name = f"value_{months}"
        draws = self.columns[name] * self.visits_ratio[months] * self.spend_ratio * self.error
        return self._estimate(draws, cells, total=self.total(name, cells), var=f"{name}_var", unit=self.currency)

    def visits(self, cells: Cells) -> Estimate:
        """Expected visits of the next 12 months."""
        draws = self.columns["visits_12"] * self.visits_ratio[12] * self.error
        total = self.total("visits_12", cells)
        return self._estimate(draws, cells, total=total, var="visits_12_var", unit="visits")

    def still_alive(self, cells: Cells) -> Estimate:
        """Customers probably still customers."""
        total = self.total("p_alive", cells)
        draws = np.minimum(self.alive * self.error, self.columns["customers"])
        found = self._estimate(draws, cells, total=total, var="alive_var", unit="customers")
        most = float(self.count(cells))  # chance is added as a gamma, which knows no upper end
        return replace(found, p10=min(found.p10, most), p50=min(found.p50, most), p90=min(found.p90, most))

    def at_risk(self, cells: Cells) -> Estimate:
        """Revenue of 12 months the cells would bring if surely alive, less what they are expected to bring."""
        customers = self.columns["customers"].astype(float)
        share = np.clip(self.alive / customers, 1e-9, 1.0)
        now = np.clip(self.columns["p_alive"].astype(float) / customers, 1e-9, 1.0)
        odds = (1 / share - 1) / np.maximum(1 / now - 1, 1e-12)
        draws = self.columns["at_risk"] * self.visits_ratio[12] * self.spend_ratio * odds * self.error
        total = self.total("at_risk", cells)
        return self._estimate(draws, cells, total=total, var=None, unit=self.currency)

    def lost_next_90(self, cells: Cells) -> Estimate:
        """Customers expected to leave for good within 90 days."""
        draws = np.minimum(self.alive * self.lost * self.error, self.columns["customers"])
        now = self.columns["p_alive"].astype(float) * self.lost_mean
        return self._estimate(draws, cells, total=float(now[cells].sum()), var=now, unit="customers")

    def _estimate(self, draws: Floats, cells: Cells, *, total: float, var: str | Floats | None, unit: str) -> Estimate:
        """Draws of parameters plus the customers' own chance, around the plain sum."""
        if isinstance(var, str):
            var = np.asarray(self.columns[var], dtype=float)
        known = draws[:, cells].sum(axis=1)
        if var is not None and (variance := float(var[cells].sum())) > 0:
            # Chance as a gamma of that mean and variance: never negative, normal when large.
            middle = np.maximum(np.repeat(known, _CHANCES), 1e-9)
            known = self.rng.gamma(middle**2 / variance, variance / middle)
        p10, p50, p90 = (float(q) for q in np.quantile(known, (0.1, 0.5, 0.9)))
        return Estimate(total, p10, p50, p90, unit, self.method, self.count(cells))


def _spend_of_cells(fit: SpendFit, columns: dict[str, Any]) -> Floats:
    """Sum of expected spend a visit over the customers of every cell: linear in their totals, so exact by cell."""
    p, q, gamma = fit.parameters
    x, paid, total = (columns[name].astype(float) for name in ("x", "paid_customers", "paid_total"))
    unknown = columns["customers"].astype(float) - paid
    return np.asarray(p * (gamma * paid + total) / (p * x + q - 1) + unknown * p * gamma / (q - 1))
