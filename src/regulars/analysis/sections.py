"""Putting the sections of a diagnosis together: ask each module's query, hand its rows to the module."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ibis
from numpy.random import Generator

from regulars import __version__
from regulars.analysis.backtest import backtest, backtest_query
from regulars.analysis.branches import branch_rows, branches_query, visits_by_branch, visits_query
from regulars.analysis.classes import classes
from regulars.analysis.concentration import concentration, lorenz_query, one_visit_query
from regulars.analysis.desk import Kept, Setting
from regulars.analysis.diagnosis import (
    SCHEMA,
    Backtest,
    Base,
    BranchRow,
    Cohorts,
    Diagnosis,
    Packages,
    Provenance,
    Value,
)
from regulars.analysis.forecast import Portfolio, cells_query, groups
from regulars.analysis.memory import program
from regulars.analysis.models import Models
from regulars.analysis.movement import absences_query, movement
from regulars.analysis.origins import OriginDay, as_known
from regulars.analysis.packages import packages, packages_query
from regulars.analysis.quality import Available, Found, locked, problems, unusual_query
from regulars.analysis.results.hygiene import Hygiene
from regulars.analysis.retention import cohorts, cohorts_query, newcomers_query
from regulars.analysis.rhythm import median_query, rhythm, rhythm_query
from regulars.analysis.standings import PERMISSIONS
from regulars.analysis.tournament import Tried
from regulars.analysis.value.contest import MIXTURE
from regulars.analysis.wastage import lost_query, wastage


@dataclass(frozen=True, slots=True)
class Believed:
    """What is believed of every customer, and the two figures of the base they were judged against.

    ``people`` is ``values`` with all that stands beside the models (branch, tier, margin, balance, permissions).
    """

    values: ibis.Table
    people: ibis.Table
    interval: float
    value_cut: float


def diagnosis(
    setting: Setting,
    kept: Kept,
    models: Models,
    believed: Believed,
    *,
    tested: Backtest | None,
    portfolio: Portfolio,
    tried: Tried | None,
    parts: Mapping[str, Any],
) -> Diagnosis:
    """The whole result of a study; ``parts`` are the results of the deeper parts by field."""
    ask, windows, as_of = setting.desk.ask, setting.pack.windows, setting.as_of
    table, customers = believed.values, kept.customers
    seen = ask("cohorts", cohorts_query(kept.days, windows=windows))
    clean: Hygiene | None = parts.get("hygiene")
    since = clean.truncation.surely_new if clean is not None else None
    cohort = cohorts(
        seen,
        ask("newcomers", newcomers_query(kept.days, as_of=as_of, window=windows.returned_within, since=since)),
        as_of=as_of,
        pack=setting.pack,
        since=since,
    )
    owed = _packages(setting, kept)
    return Diagnosis(
        schema=SCHEMA,
        provenance=_provenance(setting),
        base=_base(setting, kept, customers=portfolio.count(portfolio.where())),
        movement=movement(
            seen,
            ask("movement", absences_query(kept.days, customers, windows=windows)),
            revenue=setting.tally.revenue_by_month(),
            as_of=as_of,
            windows=windows,
        ),
        cohorts=cohort,
        rhythm=rhythm(
            ask("rhythm", rhythm_query(table, as_of=as_of)),
            ask("rhythm_median", median_query(table)),
            interval=believed.interval,
            windows=windows,
        ),
        concentration=concentration(
            ask("concentration", lorenz_query(customers)), ask("one_visit", one_visit_query(customers))
        ),
        wastage=wastage(portfolio, ask("lost", lost_query(customers, kept.days, windows=windows))),
        classes=classes(portfolio, value_cut=believed.value_cut),
        value=_value(portfolio),
        value_models=models.rows,
        backtest=tested,
        branches=_branches(setting, kept, table),
        packages=owed,
        quality=problems(_found(setting, kept, models, parts.get("hygiene"))),
        locked=locked(_available(setting, cohort, tested, owed)),
        queries=dict(setting.desk.queries),
        groups=groups(portfolio),
        tournament=tried.result if tried else None,
        trust=tried.trust if tried else None,
        **parts,
    )


def portfolio(
    setting: Setting, kept: Kept, models: Models, believed: Believed, *, error: float, rng: Generator
) -> Portfolio:
    """What groups of customers will bring, on cells of like customers."""
    return Portfolio.of(
        setting.desk.ask("forecast", cells_query(believed.people, p=models.spend.parameters[0])),
        visits=models.visits,
        spend=models.spend,
        error=error,
        rng=rng,
        currency=setting.business.currency,
        outlook=kept.outlook(setting.as_of),
    )


def _base(setting: Setting, kept: Kept, *, customers: int) -> Base:
    counted = setting.tally
    if kept.presence is None:
        seen = kept.days.aggregate(visits=kept.days.count(where=kept.days.visit))
    else:
        seen = kept.presence.aggregate(visits=kept.presence.count())
    return Base(
        customers=customers,
        visits=setting.desk.ask("visit_count", seen)["visits"][0].as_py(),
        sale_lines=counted.lines(),
        revenue=counted.revenue(),
        revenue_12=counted.revenue(lambda row: row.recent),
        anonymous_lines=counted.lines(lambda row: not row.known),
        anonymous_revenue=counted.revenue(lambda row: not row.known),
        first_day=setting.first_day,
        last_day=setting.last_day,
        takings=counted.net(),
    )


def _value(portfolio: Portfolio) -> Value:
    everybody = portfolio.where()
    return Value(
        visits_12=portfolio.visits(everybody),
        revenue_12=portfolio.revenue(12, everybody),
        revenue_36=portfolio.revenue(36, everybody),
        alive=portfolio.still_alive(everybody),
    )


def _provenance(setting: Setting) -> Provenance:
    version = setting.desk.reader.version
    told = setting.business.model_dump_json(exclude={"engine"}) + setting.pack.model_dump_json()
    return Provenance(
        data_version=version.number,
        tables=dict(version.tables),
        as_of=setting.as_of,
        pack=f"{setting.pack.id}/{setting.pack.version}",
        currency=setting.business.currency,
        settings_digest=hashlib.sha256(told.encode()).hexdigest()[:16],
        program_version=__version__,
        engine=setting.desk.reader.engine,
        program=program()[:16],
    )


def _branches(setting: Setting, kept: Kept, table: ibis.Table) -> tuple[BranchRow, ...]:
    states = setting.desk.ask("branches", branches_query(table, kept.home, only=setting.default_branch))
    presence = kept.presence
    if presence is None or kept.branch_codes is None:
        presence = kept.days.filter(kept.days.visit).mutate(code=ibis.literal(0))
    visits = visits_by_branch(
        setting.desk.ask("branch_visits", visits_query(presence, as_of=setting.as_of)),
        setting.tally.branches,
        default=setting.default_branch,
    )
    return branch_rows(states, visits, setting.tally, default=setting.default_branch)


def _packages(setting: Setting, kept: Kept) -> Packages | None:
    if kept.balances is None:
        return None
    rows = setting.tally.rows
    return packages(
        setting.desk.ask("packages", packages_query(kept.balances)),
        sold=setting.tally.net(lambda row: row.kind == "package_sale"),
        redeemed=float(sum(row.redeemed for row in rows if row.kind == "package_redemption")),
    )


def backtest_of(setting: Setting, kept: Kept, tried: Tried | None, rng: Generator) -> Backtest | None:
    """The chosen model on the latest origin; None where nothing could be tried."""
    if tried is None:
        return None
    origin = next(iter(tried.cases))

    def tested() -> tuple[Backtest | None, dict[str, Any]]:
        return _backtest(setting, kept, tried, origin, rng), dict(rng.bit_generator.state)

    clock = kept.clocks.key if kept.clocks is not None else None
    found, after = setting.desk.recall("backtest", (kept.past.key, origin.cut.isoformat(), clock), tested)
    rng.bit_generator.state = after  # what draws next draws the same, whether this was computed or remembered
    return found


def _backtest(setting: Setting, kept: Kept, tried: Tried, origin: OriginDay, rng: Generator) -> Backtest | None:
    end = origin.cut + timedelta(days=origin.horizon)
    days = kept.days.filter(kept.days.day <= end)
    then = as_known(setting.desk, days, kept.clocks, cut=origin.cut, name="backtest")
    query = backtest_query(then.days, cut=origin.cut, now=then.now, even=tried.chosen == MIXTURE)
    table = setting.desk.ask("backtest", query)
    return backtest(table, fit=tried.fits[0], cut=origin.cut, as_of=end, rng=rng, outlook=then.outlook)


def _found(setting: Setting, kept: Kept, models: Models, clean: Hygiene | None) -> Found:
    return Found(
        tally=setting.tally,
        hygiene=clean,
        models=models,
        unusual=setting.desk.ask("unusual", unusual_query(kept.everybody)),
        first_day=setting.first_day,
        last_day=setting.last_day,
        as_of=setting.as_of,
        currency=setting.business.currency,
    )


def _available(setting: Setting, cohort: Cohorts, tested: Backtest | None, owed: Packages | None) -> Available:
    reader, counted = setting.desk.reader, setting.tally
    people = reader.table("customers")
    told = False
    if reader.has("customers"):
        stated = people.aggregate(
            n=sum((people[name].count() for name in PERMISSIONS[1:]), people[PERMISSIONS[0]].count())
        )
        told = setting.desk.ask("permissions", stated)["n"][0].as_py() > 0
    return Available(
        customers=reader.has("customers"),
        permissions=told,
        bookings=reader.has("bookings"),
        costs=any(row.costed for row in counted.rows),
        packages=owed is not None,
        branches=len(counted.branches) > 1,
        newcomers=cohort.newcomers_returned is not None,
        backtest=tested is not None,
    )
