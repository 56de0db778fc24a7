"""Each kind of dirt is recognised and counted, leaves by policy, and every cent is accounted for."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from regulars.analysis.results.hygiene import Finding, Hygiene
from regulars.base.settings import Business
from regulars.base.settings import Hygiene as Policies
from regulars.base.words import LANGUAGES, render
from support import dirt
from support.analysis import BUSINESS, Studied, studied
from support.dirt import AS_OF, Sold

KEYS = {"catch_all": 9001, "house": 9002, "everywhere": 9003, "staff": 9004, "worded": 9005, "wholesale": 9006}
PALLET, REFUNDED = 9007, 9008


def dirty() -> list[Sold]:
    lines = dirt.clean()
    return [
        *lines,
        *dirt.copied(lines, 5),
        *dirt.catch_all(KEYS["catch_all"]),
        *dirt.house(KEYS["house"]),
        *dirt.everywhere(KEYS["everywhere"]),
        *dirt.staff(KEYS["staff"]),
        *dirt.worded_staff(KEYS["worded"]),
        *dirt.wholesale(KEYS["wholesale"]),
        *dirt.pallet(PALLET),
        Sold(REFUNDED, AS_OF, "-77.70", "q1", kind="refund"),
        *(Sold(None, AS_OF, "199.99", f"n{i}") for i in range(9)),
    ]


def study_of(lines: list[Sold], folder: Path, policies: Policies | None = None) -> Studied:
    business: Business = BUSINESS.model_copy(
        update={"hygiene": policies or Policies(house="exclude", wholesale="exclude")}
    )
    return studied(dirt.table(lines), folder=folder, as_of=AS_OF, business=business)


def hygiene(found: Studied) -> Hygiene:
    assert found.diagnosis.hygiene is not None
    return found.diagnosis.hygiene


def cents(lines: list[Sold]) -> int:
    return round(100 * sum((Decimal(s.net) for s in lines), Decimal(0)))


def by_kind(h: Hygiene) -> dict[str, Finding]:
    return {f.kind: f for f in h.findings}


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> Studied:
    return study_of(dirty(), tmp_path_factory.mktemp("dirty"))


def test_each_is_recognised_and_counted(default: Studied) -> None:
    found = by_kind(hygiene(default))
    assert {k: (f.policy, f.customers) for k, f in found.items() if k != "refunds"} == {
        "duplicates": ("keep", 2),  # five lines of the first two customers
        "anonymous": (None, None),
        "catch_all": ("exclude", 1),
        "house": ("exclude", 2),
        "staff": ("keep", 2),
        "wholesale": ("exclude", 2),
    }
    assert found["duplicates"].lines == 5
    assert round(100 * found["duplicates"].money) == cents(dirt.copied(dirt.clean(), 5))
    assert round(100 * found["catch_all"].money) == cents(dirt.catch_all(1))
    assert found["anonymous"].lines == 9
    assert (found["refunds"].lines, found["refunds"].customers) == (3, 3)
    assert hygiene(default).pure_refund_customers == 1


def test_every_cent_is_accounted_for(default: Studied) -> None:
    h = hygiene(default)
    assert h.difference == 0
    assert round(100 * h.total) == cents(dirty()) == sum(round(100 * part.money) for part in h.parts)
    assert h.lines == len(dirty()) == sum(part.lines for part in h.parts)
    places = {part.place: part for part in h.parts}
    assert round(100 * places["anonymous"].money) == 9 * 19999
    assert round(100 * places["no_visit"].money) == -7770
    assert places["studied"].customers == default.diagnosis.base.customers == default.standings.num_rows == 302
    assert default.diagnosis.base.revenue == pytest.approx(h.total)


def test_excluded_accounts_leave_customers_and_models(default: Studied) -> None:
    out = {KEYS["catch_all"], KEYS["house"], KEYS["everywhere"], KEYS["wholesale"], PALLET}
    assert not out & set(default.by_customer)
    assert {KEYS["staff"], KEYS["worded"]} <= set(default.by_customer)
    assert hygiene(default).excluded_customers == len(out)
    clean = 302 - 2
    assert (
        sum(fit.customers for fit in default.diagnosis.value_models if fit.role == "visits" and fit.chosen) == clean + 2
    )


def test_policies_turn_round(tmp_path: Path) -> None:
    policies = Policies(
        catch_all="keep",
        house="keep",
        staff="exclude",
        wholesale="keep",
        duplicates="exclude",
        exclude_customers=(3,),
        keep_customers=(KEYS["worded"],),
    )
    found = study_of(dirty(), tmp_path, policies)
    h, there = hygiene(found), set(found.by_customer)
    assert {KEYS["catch_all"], KEYS["house"], KEYS["wholesale"], KEYS["worded"]} <= there
    assert not {KEYS["staff"], 3} & there
    assert h.difference == 0
    places = {part.place: part for part in h.parts}
    assert set(places) == {"studied", "no_visit", "staff", "listed", "duplicates", "anonymous"}
    assert places["duplicates"].lines == 5
    assert round(100 * places["staff"].money) == cents(dirt.staff(1))
    originals = {s.customer: s for s in dirt.clean()[:1]}
    for key in originals:  # a copy that is left out doubles nobody's spending
        own = [s for s in dirt.clean() if s.customer == key]
        assert round(100 * found.by_customer[key or 0]["revenue"]) == cents(own)


def test_a_clean_ledger_stays_whole(tmp_path: Path) -> None:
    h = hygiene(study_of(dirt.clean(), tmp_path))
    assert {f.kind for f in h.findings} == {"refunds"}
    assert h.excluded_customers == 0 and h.seen_customers == 300
    assert not h.truncation.crowded


def test_like_purchases_are_no_copies(tmp_path: Path) -> None:
    """Two of a thing in one sale; the same again an hour later; amounts alone, without item or time."""
    lines = dirt.clean()
    first = lines[0]
    lines += [
        Sold(first.customer, first.day, first.net, first.sale, first.item, first.hour, branch=first.branch),
        Sold(first.customer, first.day, first.net, "later", first.item, 20, branch=first.branch),
        Sold(5, AS_OF, "50.00", "x1", None, None),
        Sold(5, AS_OF, "50.00", "x2", None, None),
    ]
    assert "duplicates" not in by_kind(hygiene(study_of(lines, tmp_path)))


def test_other_currencies_are_visits_without_money(tmp_path: Path) -> None:
    lines = [*dirt.clean(), *(Sold(4000 + i, AS_OF, "999.00", f"f{i}", currency="USD") for i in range(3))]
    found = study_of(lines, tmp_path)
    h = hygiene(found)
    assert round(100 * h.total) == cents(dirt.clean()) == round(100 * found.diagnosis.base.takings)
    assert by_kind(h)["other_currency"].lines == 3
    assert found.by_customer[4001]["revenue"] == 0
    assert h.difference == 0


def test_left_truncated_can_leave_the_fit_but_stay_customers(tmp_path: Path) -> None:
    lines = dirt.clean()
    for c in range(1000, 1200):
        lines += [
            Sold(c, dirt.FIRST.replace(day=2 + c % 20), "500.00", f"o{c}"),
            Sold(c, AS_OF.replace(day=1 + c % 28), "500.00", f"p{c}"),
        ]
    keep = study_of(lines, tmp_path / "keep")
    out = study_of(lines, tmp_path / "out", Policies(left_truncated="exclude"))
    assert hygiene(keep).truncation == hygiene(out).truncation
    assert hygiene(keep).truncation.crowded
    n = hygiene(keep).truncation.customers
    assert n >= 200
    assert sum(row["left_truncated"] for row in keep.standings.to_pylist()) == n
    assert keep.standings.num_rows == out.standings.num_rows == 500
    (all_, some) = (
        next(fit.customers for fit in found.diagnosis.value_models if fit.role == "visits" and fit.chosen)
        for found in (keep, out)
    )
    assert (all_, some) == (500, 500 - n)


def test_every_finding_can_be_said(default: Studied) -> None:
    for language in LANGUAGES:
        for finding in hygiene(default).findings:
            assert render(finding.said, language)
