"""Findings about the ledger as a whole, and what it locks: each planted once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from support.analysis import Line, Studied, customers_table, studied

DAY = date(2023, 1, 2)
AS_OF = date(2024, 12, 31)


def plain() -> list[Line]:
    """Two years of newcomers, some of whom come back; two branches, costs: nothing to complain of."""
    lines = []
    for number in range(1, 240):
        first = DAY + timedelta(days=3 * number)
        for i in range(1 + number % 6 % 4):
            day = first + timedelta(days=30 * i + (7 * number * i) % 11)
            lines.append(Line(number, min(day, AS_OF), 100.0 + number % 17, branch="AB"[number % 2], cost=20.0))
    return lines


def codes(found: Studied) -> dict[str, int]:
    return {problem.code: problem.count for problem in found.diagnosis.quality}


def study_of(lines: list[Line], folder: Path) -> Studied:
    return studied(lines, folder=folder, as_of=AS_OF)


def test_nothing_is_said_of_a_plain_ledger(tmp_path: Path) -> None:
    found = study_of(plain(), tmp_path)
    assert set(codes(found)) <= {"weak_visit_model", "weak_spend_model"}
    assert {lock.what.id.rpartition(".")[2] for lock in found.diagnosis.locked} == {"customers", "bookings", "packages"}


def test_planted_findings(tmp_path: Path) -> None:
    lines = plain()
    lines += [Line(None, DAY + timedelta(days=i % 700)) for i in range(200)]
    lines += [Line(5, AS_OF, -9000.0, "refund")]
    lines += [Line(1000 + i, DAY + timedelta(days=200), 50.0, "gift_card_sale") for i in range(3)]
    lines += [Line(2000, DAY + timedelta(days=600 + i), 10.0) for i in range(60)]
    lines[0] = replace(lines[0], currency="USD")
    found = codes(study_of(lines, tmp_path))
    assert found["anonymous_lines"] == 200
    assert found["refunds"] == 1
    assert found["without_visit"] == 3
    assert found["house_accounts"] == 1
    assert found["negative"] == 1
    assert found["other_currency"] == 1


def test_customers_older_than_the_ledger(tmp_path: Path) -> None:
    lines = plain() + [Line(3000 + i, DAY + timedelta(days=i % 80)) for i in range(150)]
    study = study_of(lines, tmp_path)
    hygiene = study.diagnosis.hygiene
    assert hygiene is not None
    early = {line.customer for line in lines if line.day < hygiene.truncation.before}
    assert 14 <= hygiene.truncation.within_days <= 90
    assert codes(study)["left_truncated"] == len(early)
    assert {key for key, row in study.by_customer.items() if row["left_truncated"]} == early


def test_short_and_stale(tmp_path: Path) -> None:
    lines = [line for line in plain() if line.day < date(2023, 9, 1)]
    short = studied(lines, folder=tmp_path / "short", as_of=date(2023, 9, 1))
    assert "short_history" in codes(short)
    assert "stale" not in codes(short)
    stale = studied(lines, folder=tmp_path / "stale", as_of=date(2023, 12, 1))
    assert "stale" in codes(stale)


def test_permissions_are_locked_until_stated(tmp_path: Path) -> None:
    silent = customers_table([{"customer": i} for i in range(1, 50)])
    found = studied(plain(), folder=tmp_path, as_of=AS_OF, customers=silent)
    locked = {lock.what.id.rpartition(".")[2] for lock in found.diagnosis.locked}
    assert "permissions" in locked
    assert "customers" not in locked


def test_every_section_names_its_query(tmp_path: Path) -> None:
    queries = study_of(plain(), tmp_path).diagnosis.queries
    wanted = {"base", "visits", "customers", "histories", "standings", "cohorts", "movement", "rhythm", "concentration"}
    assert wanted | {"lost", "forecast", "branches", "backtest", "newcomers", "unusual"} <= set(queries)
    assert all(query.lstrip().startswith(("SELECT", "WITH")) for query in queries.values())
    assert "2024" in queries["base"], "the day of the study is in the query"
