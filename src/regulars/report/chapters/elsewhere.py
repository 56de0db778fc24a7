"""Back-tests that stand in other chapters, in one table, and what has not been put to the test."""

from __future__ import annotations

from regulars.analysis.desk import MONTHS_36
from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.results.leaving import Leaving
from regulars.analysis.results.opportunity import Opportunity
from regulars.analysis.results.profit import Prepaid
from regulars.analysis.results.renewal import Renewal
from regulars.analysis.results.schemes import Schemes
from regulars.analysis.results.servicing import Servicing
from regulars.analysis.results.teams import Teams
from regulars.analysis.results.tournament import Trust
from regulars.base.text import Money, Number, Share, Text, say
from regulars.report.document import Cell, Column, Pill, Table, Words
from regulars.report.figures import part

MONTH_DAYS = 365.25 / 12


def elsewhere(d: Diagnosis) -> Table:
    """One row for each kind of figure about the future that the chapter on trust does not try itself."""
    tried: list[tuple[Text, Text]] = []
    if d.trust is not None:
        tried += _longest(d.trust, d.provenance.currency)
    if d.leaving is not None:
        tried += _alarm(d.leaving)
        tried += _untouched(d.leaving)
        tried += named_first(d.leaving, d.provenance.currency)
    if d.renewal is not None:
        tried += _returns(d.renewal)
        tried += _renewals(d.renewal)
    if d.profit is not None and d.profit.prepaid is not None:
        tried += redeemed(d.profit.prepaid, d.provenance.currency)
    if d.servicing is not None:
        tried += _services(d.servicing)
    if d.teams is not None:
        tried += _rates(d.teams)
    if d.schemes is not None:
        tried += _classes(d.schemes)
    if d.opportunity is not None:
        tried += _next(d.opportunity)
        tried += _together(d.opportunity)
        tried += _hours(d.opportunity)
        tried += _referring(d.opportunity)
    rows: list[tuple[Cell, ...]] = [(Words(what), Words(found)) for what, found in tried]
    untold = Pill(say("report.trust.untried"), "warn")
    rows += [(Words(say(f"report.trust.of_{name}"), pills=(untold,)), Words(_why_not(d, name))) for name in _untried(d)]
    columns = (Column(say("report.trust.figure"), share=1.2), Column(say("report.trust.found"), share=2.0))
    return Table(say("report.trust.elsewhere"), columns, tuple(rows))


def _longest(trust: Trust, currency: str) -> list[tuple[Text, Text]]:
    """Visits and revenue as far ahead as half of the past allows."""
    found = []
    for row in trust.longest:
        if row.low is None or row.high is None:
            continue
        money = row.figure == "revenue"
        low, high, came = (
            Money.of(value, currency) if money else Number(round(value)) for value in (row.low, row.high, row.actual)
        )
        said = say(f"report.trust.found_longest_{row.figure}", day=row.cut, low=low, high=high, came=came)
        months = round(trust.longest_days / MONTH_DAYS)
        found.append((say(f"report.trust.of_longest_{row.figure}", months=months), said))
    return found


def _untouched(leaving: Leaving) -> list[tuple[Text, Text]]:
    """Returns of the overdue and lapsed of an earlier day, by themselves."""
    if (t := leaving.win_back.untouched) is None:
        return []
    said = {"low": round(t.foretold.p10), "high": round(t.foretold.p90), "came": t.came}
    told = say("report.trust.found_untouched", day=t.cut, n=t.candidates, days=t.days, **said)
    return [(say("report.trust.of_untouched"), told)]


def named_first(leaving: Leaving, currency: str) -> list[tuple[Text, Text]]:
    """Win-back candidates an earlier day would have named first, beside those of the best simple rule."""
    if (t := leaving.win_back.ranking) is None:
        return []
    own, *others = t.rules
    rule = max((r for r in others if r.id != "chance"), key=lambda r: r.gone)
    told = say(
        "report.trust.found_ranking",
        day=t.cut,
        top=t.top,
        n=t.candidates,
        away=Share(own.away),
        gone=Money.of(own.gone, currency),
        rule=say(f"report.trust.rank_{rule.id}"),
        rule_away=Share(rule.away),
        rule_gone=Money.of(rule.gone, currency),
        verdict=say(f"report.trust.rank_{t.clear}"),
    )
    return [(say("report.trust.of_ranking"), told)]


def _alarm(leaving: Leaving) -> list[tuple[Text, Text]]:
    """The model's early warning beside the best simple rule."""
    if not leaving.warnings:
        return []
    model, *rules = leaving.warnings
    rule = max(rules, key=lambda w: w.auc)
    told = say(
        "report.trust.found_silent",
        n=leaving.warnings_base,
        auc=Share(model.auc),
        rule=say(f"study.leaving.warning_{rule.id}"),
        rule_auc=Share(rule.auc),
        lift=Number(model.lift, 1),
    )
    return [(say("report.trust.of_silent"), told)]


def _returns(renewal: Renewal) -> list[tuple[Text, Text]]:
    """Returns after the shortest absence of which both sides of the latest origin are known."""
    for band in renewal.returns:
        if band.before is not None and band.after is not None:
            rates = {"before": Number(band.before, 1), "after": Number(band.after, 1)}
            return [(say("report.trust.of_returns"), say("report.trust.found_returns", days=band.from_days, **rates))]
    return []


def _renewals(renewal: Renewal) -> list[tuple[Text, Text]]:
    """Contracts of a past year that were foretold to be renewed, beside those that were."""
    found = []
    for one in renewal.contracts:
        if (t := one.trial) is not None:
            told = say(
                "report.trust.found_renewal",
                day=t.cut,
                n=t.told,
                low=round(t.foretold.p10),
                high=round(t.foretold.p90),
                came=t.renewed,
            )
            found.append((say(f"report.trust.of_renewal_{one.kind}"), told))
    return found


def redeemed(prepaid: Prepaid, currency: str) -> list[tuple[Text, Text]]:
    """What the year before redeemed of packages sold until then, beside what had been foretold."""
    if (t := prepaid.trial) is None:
        return []
    low, high, came = (Money.of(v, currency) for v in (t.foretold.p10, t.foretold.p90, t.redeemed))
    told = say("report.trust.found_redeemed", day=t.since, low=low, high=high, came=came)
    return [(say("report.trust.of_redeemed"), told)]


def _services(servicing: Servicing) -> list[tuple[Text, Text]]:
    """Pieces foretold a year ago to come for a service, beside those that came."""
    if (t := servicing.trial) is None:
        return []
    said = {"low": round(t.foretold.p10), "high": round(t.foretold.p90), "came": t.came}
    return [(say("report.trust.of_servicing"), say("report.trust.found_servicing", day=t.cut, n=t.pieces, **said))]


def _rates(teams: Teams) -> list[tuple[Text, Text]]:
    """Newcomers' rates of branches and of staff, the earlier half against the later."""
    found = []
    for group, measures in (("branches", teams.branches), ("staff", teams.staff)):
        for m in measures:
            if m.measure == "back_90" and m.foretold is not None and m.foretold.raw > 0:
                off = part(m.foretold.shrunk, m.foretold.raw) - 1
                told = say(
                    f"report.trust.found_rates_{'more' if off > 0 else 'less'}",
                    n=m.foretold.groups,
                    off=Share(abs(off)),
                )
                found.append((say(f"report.trust.of_rates_{group}"), told))
    return found


def _classes(schemes: Schemes) -> list[tuple[Text, Text]]:
    """How much of a later year's differences the classes of a year ago foretold."""
    scheme = schemes.scheme("value_duration")
    if scheme is None or scheme.usefulness.explained is None:
        return []
    told = say("report.trust.found_classes", share=Share(scheme.usefulness.explained))
    return [(say("report.trust.of_classes"), told)]


def _next(opportunity: Opportunity) -> list[tuple[Text, Text]]:
    """How often the rule in use named the next category."""
    if not opportunity.rules:
        return []
    rule = opportunity.rules[0]
    told = say(
        "report.trust.found_next",
        n=opportunity.tested,
        first=Share(rule.first),
        low=Share(rule.first_low),
        high=Share(rule.first_high),
    )
    return [(say("report.trust.of_next"), told)]


def _together(opportunity: Opportunity) -> list[tuple[Text, Text]]:
    """How what would have been said a year earlier to go together held in the last year."""
    if opportunity.together is None or (back := opportunity.together.back) is None:
        return []
    shares = {"rate": Share(back.rate), "others": Share(back.others)}
    told = say("report.trust.found_together", found=back.found, right=back.right, **shares)
    return [(say("report.trust.of_together"), told)]


def _hours(opportunity: Opportunity) -> list[tuple[Text, Text]]:
    """Whether hours off the peak in the year before were so in the last one."""
    if opportunity.hours is None or (back := opportunity.hours.back) is None:
        return []
    told = say("report.trust.found_hours", called=back.called, below=back.below, surely=back.surely)
    return [(say("report.trust.of_hours"), told)]


def _referring(opportunity: Opportunity) -> list[tuple[Text, Text]]:
    """Whether those called likely to bring others did in the last year."""
    if (found := opportunity.referral) is None:
        return []
    (n, hits), (n_rest, hits_rest) = found.top, found.rest
    shares = {"share": Share(part(hits, n)), "rest": Share(part(hits_rest, n_rest))}
    return [(say("report.trust.of_referring"), say("report.trust.found_referring", n=n, **shares))]


def _why_not(d: Diagnosis, name: str) -> Text:
    """Why a figure could not be put to the test."""
    if name != "months_36":
        return say(f"report.trust.untried_{name}")
    told = round((d.provenance.as_of - d.base.first_day).days / MONTH_DAYS)
    if d.trust is None or not d.trust.longest:
        return say("report.trust.untried_months_36", months=told)
    tried = round(d.trust.longest_days / MONTH_DAYS)
    return say("report.trust.untried_months_36_but", months=told, tried=tried)


def _untried(d: Diagnosis) -> list[str]:
    """What the study foretells and no past of it has judged."""
    found = [] if d.trust is not None and d.trust.longest_days >= MONTHS_36.days else ["months_36"]
    if d.leaving is not None and d.leaving.win_back.candidates:
        found.append("win_back")
    if d.renewal is not None:
        found += [f"renewal_{one.kind}" for one in d.renewal.contracts if one.trial is None]
    if d.servicing is not None and d.servicing.fit is not None and d.servicing.trial is None:
        found.append("servicing")
    if d.profit is not None and d.profit.prepaid is not None and d.profit.prepaid.breakage is not None:
        found.append("breakage")
    if d.acquisition is not None and any(r.refused is None for r in d.acquisition.responses):
        found.append("response")
    return found
