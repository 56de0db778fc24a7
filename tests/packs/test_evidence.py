"""The evidence library against the printed figures of its sources and the trust rule, worked out anew."""

from __future__ import annotations

import math
import tomllib

import pytest

from regulars.packs.check import TRUST
from regulars.packs.load import load_pack, pack_ids
from regulars.packs.read import DATA

LIBRARY = tomllib.loads((DATA / "evidence.toml").read_text(encoding="utf-8"))

#: entry -> (published log effect from the printed figures, standard error or half the spread of sources)
PRINTED = {
    # booked within a month: 8.9% without, 19.3% with a reminder
    "due_reminder": (math.log(19.3 / 8.9), 0.286),
    # non-attendance 39.8% -> 26.3%, n = 502 in two equal arms
    "appointment_reminder": (
        math.log(26.3 / 39.8),
        math.sqrt((1 - 0.398) / (0.398 * 251) + (1 - 0.263) / (0.263 * 251)),
    ),
    # visits 10.6% -> 18.3% and 15.1%: the middle of two mailings, half their distance as error
    "promotional_email": (
        (math.log(18.3 / 10.6) + math.log(15.1 / 10.6)) / 2,
        (math.log(18.3 / 10.6) - math.log(15.1 / 10.6)) / 2,
    ),
    # US$19.39 a customer-month plus 10.67 (sd 6.19)
    "direct_mail": (math.log((19.39 + 10.67) / 19.39), 6.19 / (19.39 + 10.67)),
}


@pytest.mark.parametrize("entry", sorted(PRINTED))
def test_prior_is_worked_out_by_the_rule(entry: str) -> None:
    published, error = PRINTED[entry]
    kappa, t = TRUST[LIBRARY[entry]["trust"]]
    assert LIBRARY[entry]["published"] == pytest.approx(published, abs=0.006)
    assert LIBRARY[entry]["mean"] == pytest.approx(kappa * published, abs=0.02)
    wanted = math.hypot(kappa * error, t)
    assert wanted - 0.005 <= LIBRARY[entry]["sd"] <= wanted + 0.05, "rounded up at most, never down"


def test_loyalty_prior_lies_between_the_three_versions_of_its_paper() -> None:
    # +3 / +19 / +30% customer value at 8% leaving a month, 80% of it through attrition, over five years undiscounted:
    # the value of a customer is the sum of the survival (1 - h)^t.
    def value(log_hazard: float) -> float:
        hazard = 0.08 * math.exp(log_hazard)
        return sum((1 - hazard) ** month for month in range(60))

    def needed(lift: float) -> float:
        low, high = -1.0, 0.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if value(middle) > value(0.0) * (1 + 0.8 * lift) else (low, middle)
        return low

    least, most = needed(0.03), needed(0.30)
    assert most < LIBRARY["simple_loyalty_stay"]["mean"] < least
    spread = LIBRARY["simple_loyalty_stay"]["sd"] * 1.2816
    assert LIBRARY["simple_loyalty_stay"]["mean"] + spread > least, "the smallest version stays inside the 80% range"


def test_referral_counts_only_those_who_take_part() -> None:
    entry = LIBRARY["referrer"]
    assert entry["published"] == pytest.approx(math.log(7 / 19), abs=0.01)
    for pack in map(load_pack, pack_ids()):
        share = pack.measure("bring_a_friend").take_up["active"]
        assert entry["mean"] == pytest.approx(-0.15 * share, abs=0.005)


def test_harm_is_carried_as_published() -> None:
    assert LIBRARY["save_contact"]["published"] == pytest.approx(math.log(10.0 / 6.4), abs=0.006)
    assert LIBRARY["save_contact"]["mean"] > 0


def test_no_entry_is_unused() -> None:
    quoted = {e.evidence for id in pack_ids() for m in load_pack(id).measures for e in m.effects}
    assert set(LIBRARY) == quoted


@pytest.mark.parametrize("entry", sorted(LIBRARY))
def test_rates_that_leave_the_rule_say_why(entry: str) -> None:
    found = LIBRARY[entry]
    kappa, t = TRUST[found["trust"]]
    follows = abs(found["mean"] - kappa * found.get("published", 0.0)) <= 0.02 and found["sd"] >= t
    assert follows or found["departs"]["en"]
