"""Pieces in the engine by hand, and the part as a whole on a ledger with known truth."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.analysis.desk import Kept, Setting
from regulars.analysis.servicing import queries, servicing
from regulars.analysis.servicing.queries import Bench
from support.analysis import Line, laid_out, sales_table

AS_OF = date(2026, 1, 1)


def line(customer: int | None, piece: str, day: str, kind: str, net: float, **more: Any) -> Line:
    return Line(customer, date.fromisoformat(day), net, kind, piece=piece, **more)


HAND = (
    # Bought, a strap, the service four years on, its collection, and a battery told apart by words alone.
    line(1, "A", "2020-01-01", "product", 20_000, category="Automatic", item="Diver"),
    line(1, "A", "2020-02-01", "product", 500, category="Strap"),
    line(1, "A", "2024-01-01", "service", 4_000, item="Full SERVICE"),
    line(2, "A", "2024-01-20", "service", 400, item="Full service, collection"),
    line(2, "A", "2025-06-01", "repair", 300, item="Battery"),
    # Bought elsewhere: it begins with its first service.
    line(3, "B", "2021-01-01", "repair", 5_000, item="full service"),
    line(3, "B", "2023-01-02", "repair", 5_000, item="full service"),
    # Given back, a strap only, a service before it was sold here, and nobody's.
    line(4, "C", "2022-01-01", "product", 20_000, supplier="Aster"),
    line(4, "C", "2022-01-09", "refund", -20_000),
    line(5, "D", "2022-01-01", "product", 500),
    line(6, "E", "2022-01-01", "service", 3_000, item="full service"),
    line(7, "E", "2022-06-01", "product", 15_000, supplier="Aster"),
    line(None, "F", "2022-06-01", "service", 3_000, item="full service"),
    Line(1, date(2025, 12, 1), 700.0),
)


def scene(setting: Setting, kept: Kept) -> Any:
    return SimpleNamespace(setting=setting, kept=kept, rng=np.random.default_rng(3))


def asked(table: ibis.Table, setting: Setting, *keys: str) -> list[tuple[Any, ...]]:
    rows = setting.desk.ask("asked", table).to_pylist()
    return sorted(tuple(row[key] for key in keys) for row in rows)


def test_pieces_by_hand(tmp_path: Path) -> None:
    words = Bench(("full service",), 3_000.0)
    with laid_out(tmp_path, as_of=AS_OF, sales=sales_table(HAND)) as (_, setting, kept):
        lines = queries.with_pieces(scene(setting, kept))
        happened = queries.events(lines, words)
        known = queries.gaps(happened, on=AS_OF)
        assert asked(known, setting, "piece", "family", "owner", "gap", "ended") == [
            ("A", "Automatic", 2, 731, False),
            ("A", "Automatic", 2, 1461, True),
            ("B", None, 3, 731, True),
            ("B", None, 3, 1095, False),
            ("E", "Aster", 7, 1310, False),
        ]
        # Three years ago the later ones had not happened.
        then = queries.gaps(happened, on=date(2023, 1, 1))
        assert asked(then, setting, "piece", "gap", "ended") == [
            ("A", 1096, False),
            ("B", 730, False),
            ("E", 214, False),
        ]
        assert asked(queries.counted(then), setting, "weeks", "ended", "n") == [
            (30, False, 1),
            (104, False, 1),
            (156, False, 1),
        ]
        tried = queries.came(happened, after=date(2023, 1, 1), until=date(2023, 12, 31))
        assert asked(tried, setting, "pieces", "came") == [(3, 1)]
        # Customers 2 and 3 came last in June 2025 and January 2023, customer 7 in June 2022.
        asked_of = queries.silent(scene(setting, kept), happened, on=date(2025, 6, 30), after=365)
        assert asked(asked_of, setting, "pieces", "silent") == [(3, 2)]
        each = queries.of_each(known, {None: (800, 1200), "Aster": (1401, 1801)})
        assert asked(each, setting, "customer", "piece_due_on", "pieces") == [
            (2, date(2024, 1, 1) + timedelta(days=800), 1),
            (3, date(2023, 1, 2) + timedelta(days=800), 1),
            (7, date(2022, 6, 1) + timedelta(days=1401), 1),
        ]
        setting.desk.write("alike", queries.of_each(known, {None: (800, 1200)}), tmp_path / "alike.parquet")
        assert pq.read_schema(tmp_path / "alike.parquet").field("piece_due_on").type == pa.date32()
        due = queries.due_within(each, as_of=AS_OF, days=90)
        assert asked(due, setting, "n") == [(1,)]  # of customer 2; that of 3 was, and that of 7 is a day too late
        rows = asked(queries.owners(scene(setting, kept), lines, words), setting, "bought", "serviced", "customers")
        assert rows == [(False, True, 3), (True, False, 2), (True, True, 1)]
        money = asked(
            queries.owners(scene(setting, kept), lines, words).filter(ibis._.bought & ibis._.serviced),
            setting,
            *("purchases", "services", "everything"),
        )
        assert money == [(20_000.0, 4_000.0, 25_200.0)]


def test_the_words_of_the_trade_count_where_a_line_says_one(tmp_path: Path) -> None:
    with laid_out(tmp_path, as_of=AS_OF, sales=sales_table(HAND)) as (_, setting, kept):
        told = scene(setting, kept)
        lines = queries.with_pieces(told)
        every = queries.bench(told, lines)
        assert every is not None and not every.words and every.price == pytest.approx(17_700 / 6)
        for words, price in ((("Full Service",), 17_400 / 5), (("overhaul",), 17_700 / 6)):
            pack = setting.pack.model_copy(update={"service_words": words})
            found = queries.bench(
                SimpleNamespace(setting=SimpleNamespace(desk=setting.desk, pack=pack)),  # type: ignore[arg-type]
                lines,
            )
            assert found is not None and found.price == pytest.approx(price)
            assert bool(found.words) == (price == 17_400 / 5)


@pytest.mark.parametrize("lines", [HAND[:2], [Line(1, AS_OF)], HAND[11:12]])
def test_nothing_is_said_where_no_piece_has_two_events(lines: Iterable[Line], tmp_path: Path) -> None:
    with laid_out(tmp_path, as_of=AS_OF, sales=sales_table(lines)) as (_, setting, kept):
        assert servicing(scene(setting, kept)).result is None


def test_few_services_are_counted_and_nothing_foretold(tmp_path: Path) -> None:
    with laid_out(tmp_path, as_of=AS_OF, sales=sales_table(HAND)) as (_, setting, kept):
        part = servicing(scene(setting, kept))
        assert part.result is not None and part.of_each is None
        assert part.result.fit is None and part.result.trial is None
        assert part.result.verdict.id == "study.servicing.few"


def shop(rng: np.random.Generator) -> list[Line]:
    """700 pieces sold over ten years; three in ten never come back, the others after a Weibull gap (3, 1,200 days)."""
    lines = []
    for piece in range(700):
        day, family = AS_OF - timedelta(days=int(rng.uniform(1, 3650))), ("Quartz", "Automatic")[piece % 2]
        lines.append(Line(piece, day, 20_000.0, "product", category=family, piece=f"p{piece}"))
        while rng.random() > 0.3:
            day += timedelta(days=31 + round(1200 * rng.weibull(3.0)))
            if day > AS_OF:
                break
            lines.append(Line(piece, day, 3_000.0, "service", piece=f"p{piece}"))
    return lines


def test_a_shop_of_known_truth(tmp_path: Path) -> None:
    lines = shop(np.random.default_rng(11))
    with laid_out(tmp_path, as_of=AS_OF, sales=sales_table(lines)) as (reader, setting, kept):
        part = servicing(scene(setting, kept))
        result = part.result
        assert result is not None and result.fit is not None and part.of_each is not None
        assert (result.pieces, result.services) == (700, len(lines) - 700)
        assert result.verdict.id == "study.servicing.clear" and result.whether_never
        fit = result.fit
        for name, truth in {"never": 0.3, "scale_days": 1231.0}.items():
            assert abs(fit.parameters[name] - truth) < 3 * fit.standard_errors[name]
        assert [f.name for f in fit.families] in (["Quartz", "Automatic"], ["Automatic", "Quartz"])
        assert fit.next_12.p10 < fit.next_12.p50 < fit.next_12.p90
        assert result.trial is not None
        assert result.trial.foretold.p10 <= result.trial.came <= result.trial.foretold.p90
        each = reader.arrow(part.of_each).to_pylist()
        soon = [row for row in each if 0 <= (row["piece_due_on"] - AS_OF).days <= 90]
        assert len(each) == 700 and len(soon) == fit.due_90 > 0
