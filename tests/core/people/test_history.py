"""One customer's history: whole visits newest first, bounded, nobody else's, and what is new in the ledger at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from regulars.ledger.history import MOST_LINES, facts_of
from regulars.ledger.store import Ledger
from support.ledger import line, rows

MAY, JUNE = date(2024, 5, 1), date(2024, 6, 2)


def test_lines_of_a_day_are_one_visit_and_a_package_sold_is_none(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    lines = [
        line("a", item="Cut"),
        line("b", item="Colour", net=Decimal("250.00")),
        line("c", day=JUNE, kind="package_sale", item="Ten cuts", net=Decimal("900.00")),
        line("d", day=JUNE, branch="mong kok", kind="package_redemption", item="Cut", net=Decimal(0)),
        line("e", customer=8, net=Decimal("1.00")),
        line("f", customer=None, net=Decimal("2.00")),
    ]
    ledger.write("sales", rows(lines), import_id="1")
    facts = facts_of(ledger, 7)
    told = [(v.day, v.branch, v.came, v.net, len(v.lines)) for v in facts.visits]
    assert sorted(told[:2], key=str) == sorted(
        [(JUNE, "central", False, Decimal(900), 1), (JUNE, "mong kok", True, Decimal(0), 1)], key=str
    )
    assert told[2:] == [(MAY, "central", True, Decimal(350), 2)]
    assert {m.kind for m in facts.packages} == {"package_sale", "package_redemption"}
    assert not (facts.more or facts.bookings or facts.complaints or facts.registered)


def test_bookings_complaints_and_the_customer_list_belong_to_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    booking = {"system": "own", "day": MAY, "status": "no_show", "customer": 7, "service": "Cut"}
    diary = [booking | {"booking_id": str(n), "day": date(2024, 5, n)} for n in (3, 9, 6)]
    ledger.write(
        "bookings", rows([*diary, booking | {"booking_id": "x", "customer": 8}], table="bookings"), import_id="1"
    )
    complaint = {"system": "own", "complaint_id": "1", "customer": 7, "day": MAY, "kind": "waiting", "currency": "HKD"}
    ledger.write("complaints", rows([complaint], table="complaints"), import_id="2")
    listed = {"system": "own", "customer": 7, "kind": "person", "may_email": True, "birth_year": 1980}
    ledger.write("customers", rows([listed], table="customers"), import_id="3")
    facts = facts_of(ledger, 7)
    assert [b.day.day for b in facts.bookings] == [9, 6, 3]
    assert [(c.kind, c.resolved) for c in facts.complaints] == [("waiting", None)]
    assert [r.may_email for r in facts.registered] == [True] and not hasattr(facts.registered[0], "birth_year")
    assert facts.visits == ()


def test_what_is_imported_or_taken_back_shows_at_once_and_old_lines_are_cut(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    assert facts_of(ledger, 7).visits == ()
    ledger.write("sales", rows([line("a")]), import_id="1")
    assert len(facts_of(ledger, 7).visits) == 1
    many = [line(f"b{n}", day=date.fromordinal(JUNE.toordinal() + n)) for n in range(MOST_LINES)]
    ledger.write("sales", rows(many), import_id="2")
    facts = facts_of(ledger, 7)
    assert facts.more and len(facts.visits) == MOST_LINES and facts.visits[-1].day == JUNE
    ledger.undo("2")
    assert [v.day for v in facts_of(ledger, 7).visits] == [MAY]
