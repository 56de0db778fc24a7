"""The study: from the ledger at one data version and one day to a diagnosis, and one standing per customer.

Every section lives in its own module: a query (an Ibis expression, executed in the engine and kept as SQL beside the
figures) and a plain function that turns its few rows into the section. Nothing after ``as_of`` is read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa

from regulars.analysis.branches import branch_table, home
from regulars.analysis.bygone import day_by_day
from regulars.analysis.classes import value_cut_query, with_class
from regulars.analysis.clock import Clocks, timed
from regulars.analysis.costs import Costs
from regulars.analysis.desk import Desk, Kept, Setting
from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.forecast import discrepancy
from regulars.analysis.hygiene import Cleaning, clean, hygiene, truncated, without_copies
from regulars.analysis.memory import Memory
from regulars.analysis.models import Models, Spending, fit_models, named_prior
from regulars.analysis.packages import balances
from regulars.analysis.part import Scene
from regulars.analysis.parts import PARTS, deeper
from regulars.analysis.past import past_of
from regulars.analysis.results.clock import ClockFound
from regulars.analysis.results.hygiene import Truncation
from regulars.analysis.rhythm import base_interval, base_interval_query, with_rhythm
from regulars.analysis.sections import Believed, backtest_of, diagnosis, portfolio
from regulars.analysis.standings import (
    COLUMNS,
    Beside,
    Ranges,
    completed,
    permissions,
    scores,
    statistics,
    tiers,
    valued,
    with_dates,
)
from regulars.analysis.summary import log_gaps_query, repeat_values, summary, triples, with_gaps
from regulars.analysis.sums import exact
from regulars.analysis.tally import tally, tally_query
from regulars.analysis.tournament import Tried, tournament
from regulars.analysis.value.contest import MIXTURE
from regulars.analysis.visits import customer_days, in_order, lines_until, own_money, presences
from regulars.base.errors import BadData
from regulars.base.progress import Progress, unwatched
from regulars.base.settings import Business
from regulars.base.text import say
from regulars.ledger.store import Reader
from regulars.packs.schema import Pack

#: Above so many customers who came back, like spends are grouped before the spend model is fitted.
MANY = 200_000
_GROUPS_PER_FACTOR_E = 400
_SEED = 20_250_101  # of the draws behind ranges: same ledger, same ranges
_STEPS = 4


def study(
    reader: Reader,
    *,
    business: Business,
    pack: Pack,
    as_of: date,
    standings: Path,
    costs: Costs | None = None,
    memory: Memory | None = None,
    parts: Collection[str] = tuple(PARTS),
    progress: Progress = unwatched,
) -> Diagnosis:
    """Study a business as if today were ``as_of``; writes one row per customer to ``standings`` (Parquet).

    What each part took is put down in ``costs``; what earlier studies found from the same past is in ``memory``.
    ``parts``: the deeper parts to work out; fields of others stay empty, their columns are not in the standings.

    Raises:
        BadData: no identified customer has visited by that day.
    """
    desk = Desk(reader, costs=costs or Costs(), memory=memory or Memory())
    cost = desk.costs.of
    progress(say("study.step.visits"), 0, _STEPS)
    with cost("visits"):
        setting = _setting(desk, business=business, pack=pack, as_of=as_of)
        kept, cleaning = _kept(setting)
        early = truncated(setting, kept)
    progress(say("study.step.models"), 1, _STEPS)
    unique = _histories(setting, kept)
    with cost("clock"):
        kept, unique, clock = _by_the_clock(setting, kept, unique)
    with cost("contest"):
        tried = tournament(setting, kept)
    with cost("models"):
        if tried is not None and tried.chosen == MIXTURE:
            kept, unique = _with_gaps(setting, kept)
        models = _models(setting, kept, unique, early, tried)
    progress(say("study.step.standings"), 2, _STEPS)
    with cost("standings"):
        believed = _believed(setting, kept, models, tried)
    progress(say("study.step.sections"), 3, _STEPS)
    rng = np.random.default_rng(_SEED)
    with cost("forecast"):
        tested = backtest_of(setting, kept, tried, rng)
        worth = portfolio(
            setting, kept, models, believed, error=discrepancy(tested, tried.errors if tried else ()), rng=rng
        )
    who = (believed.people, believed.interval, believed.value_cut)
    scene = Scene(setting, kept, models, tried, worth, *who, rng, early.surely_new)
    found = deeper(scene, parts)
    with cost("hygiene"):
        clean_up = hygiene(setting, kept, cleaning, early)
    with cost("sections"):
        results = found.results | {"hygiene": clean_up.result, "clock": clock}
        result = diagnosis(setting, kept, models, believed, tested=tested, portfolio=worth, tried=tried, parts=results)
    with cost("file"):
        more = (*found.of_each, clean_up.of_each) if clean_up.of_each is not None else found.of_each
        _write(setting, believed, more, standings)
    progress(say("study.step.done"), _STEPS, _STEPS)
    return replace(result, queries=dict(desk.queries), past=kept.past.day)


def _setting(desk: Desk, *, business: Business, pack: Pack, as_of: date) -> Setting:
    lines = lines_until(desk.reader.table("sales"), as_of)
    counted = tally(desk.ask("base", tally_query(lines, as_of=as_of)), currency=business.currency)
    if not any(row.known for row in counted.rows):
        raise BadData(say("study.error.no_visits", as_of=as_of), say("study.error.no_visits_hint"))
    if counted.foreign_lines:
        lines = own_money(lines, business.currency)
    if counted.foreign_lines == counted.lines():
        raise BadData(
            say("study.error.other_currency", currency=business.currency, found=counted.rows[0].currency),
            say("study.error.other_currency_hint"),
        )
    return Setting(desk, business, pack, as_of, lines, counted)


def _kept(setting: Setting) -> tuple[Kept, Cleaning]:
    """Lines -> customer-days -> customers, each computed once; excluded accounts leave at the customer-days."""
    desk, counted = setting.desk, setting.tally
    codes = None
    if len(counted.branches) > 1:
        names = branch_table(counted.branches, default=setting.default_branch)
        codes = desk.reader.take_in(names, "study_branch_codes")
    prepaid = setting.has("package_sale") and counted.basis == "redemption"
    lines, copied = without_copies(setting)
    costed = any(row.costed for row in counted.rows)
    days = day_by_day(
        setting,
        "customer_days",
        partial(customer_days, basis=counted.basis, branches=codes, costed=costed),
        lines,
        of=(counted.basis, counted.branches, setting.default_branch, costed),
    )
    cleaning = clean(setting, lines=lines, days=days, copied=copied)
    days = desk.keep("visits", in_order(cleaning.kept_days(days)))
    desk.forget("customer_days")
    everybody = desk.keep("customers", summary(days, as_of=setting.as_of))
    presence = homes = None
    if codes is not None:
        presence = desk.keep("presence", presences(lines, days=days, branches=codes))
        homes = desk.keep("home_branches", home(presence, codes, as_of=setting.as_of))
    owed = desk.keep("balances", balances(setting.lines)) if prepaid else None
    return Kept(days, everybody, presence, codes, homes, owed, past_of(setting, days)), cleaning


def _histories(setting: Setting, kept: Kept) -> pa.Table:
    """The unique histories of the base with how many customers share each."""
    unique = setting.desk.ask("histories", triples(kept.customers))
    if not unique.num_rows:
        raise _nobody(setting)
    return unique


def _by_the_clock(setting: Setting, kept: Kept, unique: pa.Table) -> tuple[Kept, pa.Table, ClockFound]:
    """Days, customers and histories in the time that has proven to foretell, and what was found of the clock."""
    clock = timed(setting, kept, statistics(unique))
    if clock.found.used and clock.clocks is not None:
        kept = _in_business_time(setting, kept, clock.clocks)
        unique = _histories(setting, kept)
    return kept, unique, clock.found


def _in_business_time(setting: Setting, kept: Kept, clocks: Clocks) -> Kept:
    """Days and customers by the clock that has proven to help."""
    desk, as_of = setting.desk, setting.as_of
    days = desk.keep("visits", desk.timed(kept.days, clocks.today, until=as_of, name="clock"))
    everybody = desk.keep("customers", summary(days, as_of=as_of, now=clocks.today.number(as_of)))
    return replace(kept, days=days, everybody=everybody, clocks=clocks)


def _with_gaps(setting: Setting, kept: Kept) -> tuple[Kept, pa.Table]:
    """The customers with how even their own gaps were, and their histories apart by it: for the mixture of rhythms."""
    even = setting.desk.keep("customers_even", with_gaps(kept.everybody, kept.days, until=setting.as_of))
    kept = replace(kept, everybody=even)
    return kept, _histories(setting, kept)


def _models(setting: Setting, kept: Kept, unique: pa.Table, early: Truncation, tried: Tried | None) -> Models:
    """Fit the models on the unique histories of the base.

    Where the policy says so, customers who may be older than the ledger do not enter the fit of the visit model.
    """
    desk = setting.desk
    fitted, days = unique, kept.days
    if early.crowded and setting.business.hygiene.left_truncated == "exclude":
        sure = kept.customers.filter(kept.customers.first_day >= early.before)
        fitted = desk.ask("histories_fitted", triples(sure))
        days = days.filter(days.first_day >= early.before)
        if not fitted.num_rows:
            fitted, days = unique, kept.days
    stats = statistics(fitted)
    steps = _GROUPS_PER_FACTOR_E if stats.repeaters > MANY else None
    spent = desk.ask("spending", repeat_values(kept.customers, steps=steps))
    paid = exact(kept.customers.revenue, decimals=2).cast("float64")
    revenue = kept.customers.aggregate(mean=paid / (kept.customers.x + 1).sum())
    spending = Spending(
        x=spent["x"].to_numpy().astype(float),
        mean_value=spent["repeat_value"].to_numpy().astype(float),
        customers=spent["customers"].to_numpy().astype(float),
        overall=float(desk.ask("visit_value", revenue)["mean"][0].as_py()),
    )
    gaps = desk.ask("log_gaps", log_gaps_query(days, until=setting.as_of))
    return fit_models(
        stats,
        unique,
        spending,
        pack=setting.pack,
        log_gaps=float(gaps["total"][0].as_py()),
        chosen=tried.chosen if tried else None,
        standings=tried.standings if tried else {},
        prior=named_prior(setting.business.forecast.prior, pack=setting.pack),
    )


def _nobody(setting: Setting) -> BadData:
    aside = setting.desk.reader.table("study_hygiene_aside")
    left_out = setting.desk.ask("hygiene_excluded", aside.aggregate(n=aside.count(where=aside.excluded)))["n"][
        0
    ].as_py()
    if left_out:
        text = say("study.error.all_excluded", as_of=setting.as_of, n=left_out)
        return BadData(text, say("study.error.all_excluded_hint"))
    return BadData(say("study.error.no_visits", as_of=setting.as_of), say("study.error.no_visits_hint"))


def _believed(setting: Setting, kept: Kept, models: Models, tried: Tried | None) -> Believed:
    """Everything about every customer, joined in the engine and kept there."""
    desk, windows = setting.desk, setting.pack.windows
    row = desk.ask("rhythm_of_base", base_interval_query(kept.customers, strength=windows.prior_strength))
    interval = base_interval(row, windows=windows)
    ranges = Ranges.of(tried, monthly_discount=setting.business.margin.monthly_discount)
    scored = desk.reader.take_in(
        scores(
            models.histories,
            visits=models.visits,
            spend=models.spend,
            ranges=ranges,
            outlook=kept.outlook(setting.as_of),
        ),
        "study_scores",
    )
    table = with_rhythm(kept.customers, interval=interval, windows=windows)
    table = with_dates(valued(table, scored, spend=models.spend), as_of=setting.as_of)
    table = desk.keep("values", table)
    desk.reader.drop("study_scores")
    cut = float(desk.ask("value_cut", value_cut_query(table))["cut"][0].as_py())
    ranked = desk.keep("tiers", tiers(table))
    table = with_class(table, value_cut=cut)
    row_of_each = completed(table, _beside(setting, kept, ranked), margin_share=setting.business.margin.share)
    people = desk.keep("people", row_of_each)
    desk.forget("tiers")
    return Believed(table, people, interval, cut)


def _write(setting: Setting, believed: Believed, of_each: tuple[ibis.Table, ...], path: Path) -> None:
    """One standing per customer, with what the deeper parts add, written to ``path``."""
    t = believed.people.select(*COLUMNS)
    for more in of_each:
        t = t.left_join(more, "customer").drop("customer_right")
    setting.desk.write("standings", t.order_by("customer"), path)


def _beside(setting: Setting, kept: Kept, ranked: ibis.Table) -> Beside:
    reader = setting.desk.reader
    return Beside(
        tiers=ranked,
        home=kept.home,
        only_branch=setting.default_branch,
        balances=kept.balances,
        permissions=permissions(reader.table("customers")) if reader.has("customers") else None,
    )
