"""Laws every shipped pack keeps."""

from __future__ import annotations

import math
import re

import pytest

from regulars.base.words import LANGUAGES
from regulars.packs.check import BOLD, TRUST, check_pack
from regulars.packs.load import load_pack, pack_folder, pack_ids
from regulars.packs.schema import STATES, TIERS, Effect, Measure, Pack

PACKS = pack_ids()
WORDS = {"customer", "visit", "staff", "branch", "service"}

#: The only priors that are surer than their trust class, with the evidence entry that explains it.
SURER = {"simple_loyalty_stay", "simple_loyalty_visits"}


@pytest.fixture(params=PACKS)
def pack(request: pytest.FixtureRequest) -> Pack:
    return load_pack(str(request.param))


def effects(pack: Pack) -> list[tuple[Measure, Effect]]:
    return [(measure, effect) for measure in pack.measures for effect in measure.effects]


def test_the_four_trades_are_there() -> None:
    assert PACKS == ("beauty", "hair", "retail", "watch")


@pytest.mark.parametrize("id", PACKS)
def test_the_checker_finds_nothing(id: str) -> None:
    assert check_pack(pack_folder(id)) == ()


def test_id_is_the_folder_and_money_is_hong_kong_dollars(pack: Pack) -> None:
    assert pack.id in PACKS
    assert pack_folder(pack.id).name == pack.id
    assert pack.currency == "HKD"
    assert set(pack.words) == WORDS


def test_enough_measures_to_choose_from(pack: Pack) -> None:
    assert len(pack.measures) >= 12


def test_both_languages_say_something_of_their_own(pack: Pack) -> None:
    texts = [pack.name, pack.about, pack.mission, *pack.words.values()]
    texts += [names for m in pack.measures for names in (m.name, m.about, m.why)]
    texts += [b.name for b in pack.benchmarks] + [o.name for o in pack.objectives]
    texts += [names for _, e in effects(pack) for names in (e.finding, e.departs) if names]
    for names in texts:
        assert set(names) == set(LANGUAGES)
        assert all(text.strip() for text in names.values())
        assert names["en"] != names["zh-Hant"]
        assert re.search(r"[一-鿿]", names["zh-Hant"]), names["zh-Hant"]
        assert not re.search(r"[一-鿿]", names["en"]), names["en"]


def test_chinese_is_hong_kongs(pack: Pack) -> None:
    text = " ".join(names["zh-Hant"] for m in pack.measures for names in (m.name, m.about, m.why))
    for foreign in ("用戶", "信息", "質量", "短信", "優惠碼", "郵件", "微信"):
        assert foreign not in text
    assert not re.search(r"[一-鿿][,;:?!]", text), "half-width punctuation after a character"


def test_every_effect_says_where_it_comes_from(pack: Pack) -> None:
    for _, effect in effects(pack):
        assert effect.trust in TRUST
        assert len(effect.source) > 20
        assert re.search(r"\b(?:19|20)\d\d\b", effect.source) or effect.source.startswith("no source found")
        assert effect.evidence, "shipped packs quote the library"


def test_means_are_kappa_times_the_published_effect(pack: Pack) -> None:
    for measure, effect in effects(pack):
        if not effect.departs:
            kappa = TRUST[effect.trust][0]
            assert effect.mean == pytest.approx(kappa * (effect.published or 0.0), abs=0.02), measure.id


def test_nothing_is_surer_than_its_trust_class(pack: Pack) -> None:
    for measure, effect in effects(pack):
        if effect.primitive != "reactivation" and effect.evidence not in SURER:
            assert effect.sd >= TRUST[effect.trust][1], measure.id


def test_unmeasured_effects_start_at_nothing_or_say_why(pack: Pack) -> None:
    for measure, effect in effects(pack):
        if effect.trust == "E" and effect.mean:
            assert effect.departs["en"], measure.id
            assert "no source found" in effect.source


def test_no_prior_lies_wholly_beyond_thirty_per_cent(pack: Pack) -> None:
    for measure, effect in effects(pack):
        low, high = effect.mean - 1.2816 * effect.sd, effect.mean + 1.2816 * effect.sd
        assert low <= math.log(1.3) and high >= -math.log(1.3), measure.id
    assert math.log(1.3) == BOLD


def test_reactivation_is_a_modest_share_of_the_lapsed(pack: Pack) -> None:
    found = [(m, e) for m, e in effects(pack) if e.primitive == "reactivation"]
    assert found
    for measure, effect in found:
        assert set(effect.states or measure.states) == {"lapsed"}
        assert 0 <= effect.mean <= 0.05


def test_lapsed_customers_are_only_promised_a_return(pack: Pack) -> None:
    for measure, effect in effects(pack):
        if "lapsed" in (effect.states or measure.states):
            assert effect.primitive == "reactivation", measure.id


def test_every_state_and_tier_is_served(pack: Pack) -> None:
    for state in STATES:
        assert sum(state in m.states for m in pack.measures) >= 2
    for tier in TIERS:
        assert sum(tier in m.tiers for m in pack.measures) >= 5


def test_incentives_have_a_take_up_and_nothing_else_has(pack: Pack) -> None:
    for measure in pack.measures:
        assert set(measure.take_up) == (set(measure.states) if measure.incentive else set())


def test_conflicts_hold_both_ways(pack: Pack) -> None:
    for measure in pack.measures:
        for other in measure.conflicts:
            assert measure.id in pack.measure(other).conflicts
            assert other != measure.id


def test_an_offer_never_goes_with_a_handwritten_note(pack: Pack) -> None:
    # The trial found that an incentive takes the note's effect away.
    note = pack.measure("personal_note")
    for measure in pack.measures:
        meet = set(measure.states) & set(note.states) and set(measure.tiers) & set(note.tiers)
        if meet and measure.relationship == "deal" and measure.incentive:
            assert measure.id in note.conflicts


def test_what_every_trade_must_be_able_to_do(pack: Pack) -> None:
    measures = pack.measures
    assert any(m.channel == "in_person" and m.purpose == "service" and "newcomer" in m.states for m in measures)
    assert any(m.purpose == "service" and m.channel not in ("in_person", "phone") for m in measures)
    assert {"email", "phone"} <= {m.channel for m in measures if m.purpose == "marketing"} | {
        m.channel for m in measures if m.purpose == "service"
    }
    assert any(m.channel in ("whatsapp", "sms") and m.purpose == "marketing" for m in measures)
    assert {"acquire", "retain", "develop", "recover", "winback"} == {m.family for m in measures}
    assert {m.relationship for m in measures} == {"deal", "functional", "affiliation", "consultant", "partnership"}
    lapsed = [m for m in measures if m.family == "winback"]
    assert any(m.incentive for m in lapsed) and any(not m.incentive for m in lapsed)
    assert {"complaint_recovery", "feedback_call_back", "personal_note", "bring_a_friend"} <= {m.id for m in measures}


def test_what_only_one_trade_has() -> None:
    assert "packages" in load_pack("beauty").measure("package_use_nudge").needs
    assert load_pack("hair").measure("stylist_change_care").states == ("active", "overdue")
    assert load_pack("retail").measure("replenishment_reminder").states == ("overdue",)
    assert load_pack("watch").measure("service_due_letter").channel == "post"


def test_calls_that_may_do_harm_are_tested_first(pack: Pack) -> None:
    for measure, effect in effects(pack):
        assert measure.test_first == any(e.mean > 0 for e in measure.effects if e.primitive == "attrition")
        assert effect.evidence != "save_contact" or measure.test_first


def test_recovery_is_only_for_people_who_complained(pack: Pack) -> None:
    for measure, effect in effects(pack):
        if effect.evidence == "complaint_recovery":
            assert measure.needs == ("complaints",)


def test_one_effect_per_primitive_in_one_cell(pack: Pack) -> None:
    for measure in pack.measures:
        for state in measure.states:
            for tier in measure.tiers:
                here = [
                    e.primitive
                    for e in measure.effects
                    if state in (e.states or measure.states) and tier in (e.tiers or measure.tiers)
                ]
                assert len(here) == len(set(here)), (measure.id, state, tier)


def test_benchmarks_are_graded_and_sourced(pack: Pack) -> None:
    assert pack.benchmarks
    ids = [b.id for b in pack.benchmarks]
    assert len(ids) == len(set(ids))
    for benchmark in pack.benchmarks:
        assert benchmark.grade in ("A", "B")
        assert len(benchmark.source) > 20
        assert benchmark.value <= 1 or benchmark.id == "interval_days"


def test_windows_follow_the_trade(pack: Pack) -> None:
    windows = pack.windows
    assert windows.typical_interval < windows.lapsing_after < windows.lost_after
    for benchmark in pack.benchmarks:
        if benchmark.id == "interval_days":
            assert windows.typical_interval == benchmark.value


def test_starter_objectives_are_few_and_ranked(pack: Pack) -> None:
    assert 3 <= len(pack.objectives) <= 4
    assert [o.priority for o in pack.objectives] == list(range(1, len(pack.objectives) + 1))
    for objective in pack.objectives:
        assert 0 < objective.target <= (0.25 if objective.kpi == "wastage_90d" else 200_000)


def test_costs_say_whose_figures_they_are(pack: Pack) -> None:
    assert "starter figures of ours" in pack.about["en"]
    assert "我們的起步數字" in pack.about["zh-Hant"]
    head = (pack_folder(pack.id) / "measures.toml").read_text(encoding="utf-8").split("[[measures]]")[0]
    assert "starter figures, ours" in head
