"""The table of the back-tests that stand in other chapters: their figures, and what was never put to the test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from regulars.analysis.results.leaving import Cost, Exit, Leaving, Untouched, Warning, WinBack
from regulars.analysis.results.profit import Prepaid, PrepaidTrial
from regulars.analysis.results.renewal import Contracts, Renewal, RenewalTrial, ReturnRate
from regulars.analysis.results.tournament import Trust, TrustRow
from regulars.base.estimate import Estimate
from regulars.base.text import say
from regulars.base.words import LANGUAGES, render
from regulars.report.chapters.elsewhere import elsewhere, redeemed
from regulars.report.document import Words
from support.report import diagnosis

BARE = replace(diagnosis(), leaving=None, teams=None, acquisition=None, opportunity=None, servicing=None)
NOBODY = Estimate(0.0, 0.0, 0.0, 0.0, "HKD", "none", 0)


def rows(d: object, language: str = "en") -> dict[str, tuple[str, bool]]:
    """Each figure with what is said of it, and whether it is marked as untested."""
    found = {}
    for what, said in elsewhere(d).rows:  # type: ignore[arg-type]
        assert isinstance(what, Words) and isinstance(said, Words)
        found[render(what.text, language)] = (render(said.text, language), bool(what.pills))  # type: ignore[arg-type]
    return found


def leaving(*warnings: Warning, candidates: int = 0) -> Leaving:
    won = WinBack(candidates, 0, 0.05, 1.0, 0, 0.0, 0.0)
    return Leaving(None, (), Cost(NOBODY, NOBODY, 0.6), (), 0, (), warnings, 4000, None, won, Exit(0, 0.0))


def test_what_no_past_has_judged_is_said_even_where_nothing_was_tested() -> None:
    assert list(rows(BARE).values()) == [
        (
            "The ledger knows 47 months: to try 36 months, 18 must lie before them, 54 in all. "
            "Its ranges take the width found for the period that was tried.",
            True,
        )
    ]


def test_the_model_stands_beside_the_best_rule_not_the_first() -> None:
    found = leaving(
        Warning("model", 0.83, 0.01, 0.5, 2.6, 0.1),
        Warning("own_rhythm", 0.71, 0.01, 0.4, 2.0, None),
        Warning("recency", 0.79, 0.01, 0.4, 2.1, None),
        candidates=12,
    )
    said, untested = rows(replace(BARE, leaving=found))["Who goes silent"]
    assert not untested
    for told in ("83%", "79%", "days since the last visit", "2.6 times", "4,000"):
        assert told in said
    assert "71%" not in said
    assert rows(replace(BARE, leaving=found))["Customers won back by a contact"][1]


def test_returns_are_shown_where_both_sides_of_the_test_day_are_known() -> None:
    rate = Estimate(0.02, 0.01, 0.02, 0.03, "share", "poisson", 40)
    unknown = ReturnRate(180, 365, 9, rate, 21.0, None)
    known = ReturnRate(365, None, 9, rate, 12.5, 0.0)
    said = rows(replace(BARE, renewal=Renewal((), (unknown, known))))["Who comes back after a long absence"][0]
    assert "365 days" in said and "12.5" in said and "0 since" in said
    assert len(rows(replace(BARE, renewal=Renewal((), (unknown,))))) == 1


def test_renewals_are_tested_or_said_not_to_be() -> None:
    lasting = Estimate(120.0, 109.6, 120.0, 131.2, "contracts", "sbg", 200)
    untold = Contracts("package_sale", 90, None, 180, 300, "sbg", {}, -1.0, say("report.trust.of_silent"), (), ())
    told = replace(untold, kind="membership_fee", trial=RenewalTrial(date(2024, 1, 1), 200, 3, lasting, 117))
    found = rows(replace(BARE, renewal=Renewal((untold, told), ())))
    assert found["Packages bought again"][1]
    said, untested = found["Memberships renewed"]
    assert not untested and "Of 200 contracts" in said and "110 to 131" in said and said.endswith("117 were.")


def test_a_year_of_redemptions_stands_beside_what_was_foretold() -> None:
    foretold = Estimate(98_000.0, 90_400.0, 98_000.0, 106_100.0, "HKD", "prepaid", 8)
    untried = Prepaid(900_000.0, 700_000.0, 200_000.0, (), None, None, 8_000.0, 25.0, 3, 2)
    tested = replace(untried, trial=PrepaidTrial(date(2024, 1, 1), foretold, 101_300.0))
    ((what, found),) = redeemed(tested, "HKD")
    said = render(found, "en")
    assert render(what, "en") == "Package value redeemed in a year"
    assert "sold before 1 Jan 2024" in said and "HK$90,400 to HK$106,000" in said and said.endswith("HK$101,000 were.")
    assert redeemed(untried, "HKD") == []


def test_services_are_tested_or_said_not_to_be() -> None:
    found = diagnosis().servicing
    assert found is not None
    said, untested = rows(replace(BARE, servicing=found))["Pieces that come for a service"]
    assert not untested and said.startswith("Of 571 pieces") and "84 to 111" in said and said.endswith("102 came.")
    assert rows(replace(BARE, servicing=replace(found, trial=None)))["Pieces that come for a service"][1]
    assert rows(replace(BARE, servicing=replace(found, trial=None, fit=None))) == rows(BARE)


def test_the_rule_in_use_is_the_first() -> None:
    found = diagnosis().opportunity
    assert found is not None
    said = rows(replace(BARE, opportunity=found))["What customers take next"][0]
    assert f"right {round(100 * found.rules[0].first)}% of the time" in said
    assert rows(replace(BARE, opportunity=replace(found, rules=(), together=None, hours=None, referral=None))) == rows(
        BARE
    )


def test_what_goes_together_and_quiet_hours_are_told_by_the_year_after() -> None:
    found = diagnosis().opportunity
    assert found is not None and found.together is not None
    said = rows(replace(BARE, opportunity=found))["What goes together"][0]
    assert "2 found a year earlier, 1 of which surely held" in said and "19%" in said and "13%" in said
    hours = rows(replace(BARE, opportunity=found))["Hours off the peak"][0]
    assert hours.startswith("Of 3 hours") and hours.endswith("2 of them surely.")
    bringing = rows(replace(BARE, opportunity=found))["Who brings others"][0]
    assert "(112), 21% brought somebody" in bringing and "of the rest 5.3%" in bringing
    untold = replace(found, together=replace(found.together, back=None))
    assert "What goes together" not in rows(replace(BARE, opportunity=untold))


def test_groups_say_whether_drawing_together_helped() -> None:
    teams = diagnosis().teams
    assert teams is not None
    said = rows(replace(BARE, teams=teams))["Newcomers who come again, by member of staff"][0]
    assert "38% less" in said  # 0.0025 against 0.0040
    (measured,) = teams.staff
    assert measured.foretold is not None
    worse = replace(measured, foretold=replace(measured.foretold, shrunk=0.0050))
    said = rows(replace(BARE, teams=replace(teams, staff=(worse,))))["Newcomers who come again, by member of staff"][0]
    assert "25% more" in said


def test_every_row_speaks_both_languages() -> None:
    pair = Warning("model", 0.8, 0.01, 0.5, 2.0, 0.1), Warning("fixed_window", 0.6, 0.01, 0.5, 2.0, None)
    whole = replace(diagnosis(), leaving=leaving(*pair, candidates=3))
    for language in LANGUAGES:
        assert len(rows(whole, language)) >= 5


def test_the_longest_period_tried_stands_beside_what_came() -> None:
    base = Trust((), (), (), say("study.trust.nothing_came"))
    visits = TrustRow("visits", date(2023, 7, 1), 8_000.0, 7_400.0, 8_650.0, 8_120.0)
    revenue = TrustRow("revenue", date(2023, 7, 1), 4.1e6, 3.7e6, 4.5e6, 4.2e6)
    tried = replace(BARE, trust=replace(base, longest=(visits, revenue), longest_days=548))
    found = rows(tried)
    said = found["Visits of 18 months, the longest the past allows"][0]
    assert "7,400" in said and "8,650" in said and "8,120 came" in said
    assert "HK$4,200,000 came" in found["Revenue of 18 months, the longest the past allows"][0]
    assert found["Value over 36 months"][1], "18 months are not 36"
    whole = replace(tried, trust=replace(base, longest=(visits,), longest_days=1096))
    assert "Value over 36 months" not in rows(whole)


def test_returns_untouched_are_tested_and_those_of_a_contact_are_not() -> None:
    foretold = Estimate(41.0, 33.4, 41.0, 50.2, "customers", "trust", 310)
    won = WinBack(12, 3, 0.05, 1.0, 12, 0.0, 0.0, Untouched(date(2024, 1, 1), 365, 310, foretold, 44))
    found = rows(replace(BARE, leaving=replace(leaving(candidates=12), win_back=won)))
    said, untested = found["Overdue and lapsed customers who come back by themselves"]
    assert not untested and "310" in said and "33 and 50" in said and said.endswith("44 did.")
    assert found["Customers won back by a contact"][1]
