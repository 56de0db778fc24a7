"""A study that finds again what earlier ones found is the study that computes everything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.analysis.desk import Desk
from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.lookback import Look, Lookback
from regulars.analysis.memory import MOST, Finding, Memory
from regulars.analysis.origins import settled
from regulars.analysis.past import past_lines
from regulars.analysis.staying import staying
from regulars.analysis.study import _kept, _setting, study
from regulars.analysis.summary import repeat_values
from regulars.ledger.store import Ledger
from regulars.packs.load import load_pack
from support.analysis import BUSINESS, Line, sales_table

START, AS_OF = date(2023, 1, 1), date(2025, 6, 10)
PACK = load_pack("beauty")


def _lines(rng: np.random.Generator, customers: int = 90) -> list[Line]:
    """Customers who come every three to nine weeks and leave at some time."""
    lines = []
    for customer in range(1, customers + 1):
        day, end = START + timedelta(days=int(rng.integers(0, 500))), AS_OF - timedelta(days=int(rng.integers(1, 600)))
        while day < max(end, START + timedelta(days=510)):
            branch, staff, paid = "AB"[customer % 2], f"S{customer % 3}", round(float(rng.lognormal(5, 0.3)), 2)
            lines.append(Line(customer, day, paid, branch=branch, staff=staff))
            day += timedelta(days=int(rng.integers(20, 65)))
    return lines


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger and what a study of it remembered."""
    folder = tmp_path_factory.mktemp("before")
    _write(folder, _lines(np.random.default_rng(5)), "first")
    _study(folder, AS_OF)
    return folder


@pytest.fixture
def folder(before: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(before, tmp_path / "copy"))


def _write(folder: Path, lines: Sequence[Line], import_id: str) -> None:
    table = sales_table(lines)
    ids = [f"{import_id}-{n}" for n in range(len(lines))]
    table = table.set_column(table.column_names.index("sale_id"), "sale_id", [ids])
    Ledger(folder / "ledger").write("sales", table, import_id=import_id, note={})


def _study(folder: Path, as_of: date, *, again: bool = False) -> tuple[Diagnosis, pa.Table, Memory]:
    with Ledger(folder / "ledger").read() as reader:
        memory = Memory.of(folder / "memory", engine=reader.engine, settings=["same"], again=again)
        out = folder / "standings.parquet"
        found = study(reader, business=BUSINESS, pack=PACK, as_of=as_of, standings=out, memory=memory)
    return found, pq.read_table(out), memory


def test_a_day_of_new_sales_is_studied_as_in_full_without_looking_back_again(folder: Path) -> None:
    tomorrow = AS_OF + timedelta(days=1)
    _write(folder, [Line(3, tomorrow, 180.0), Line(500, tomorrow, 75.5)], "a day")
    found, standings, memory = _study(folder, tomorrow)
    full, whole, other = _study(folder, tomorrow, again=True)
    assert {"contest", "backtest", "clock_trial", "staying", "leaving", "teams", "customer_days"} <= set(
        memory.recalled
    )
    assert not memory.found
    assert not other.recalled
    assert found == full
    assert found.queries == full.queries
    assert standings.equals(whole)
    assert found.past == date(2025, 5, 31)
    assert found.staying is not None and found.staying.change is not None
    assert found.staying.change.end == found.past


def _looked_back(folder: Path, as_of: date, memory: Memory) -> tuple[object, list[dict[str, object]]]:
    """What a part that looks back finds, and every customer-day; with no memory, of all the lines."""
    with Ledger(folder / "ledger").read() as reader:
        setting = _setting(Desk(reader, memory=memory), business=BUSINESS, pack=PACK, as_of=as_of)
        kept, _ = _kept(setting)
        found = staying(SimpleNamespace(back=Lookback(Look(setting, kept, kept.customers, 30.0, None, None))))  # type: ignore[arg-type]
        days = reader.arrow(kept.days.order_by("customer", "day")).to_pylist()
    return found.result, days


def test_however_the_ledger_grows_every_figure_is_that_of_all_its_lines(folder: Path) -> None:
    """Days, late lines, refunds of today and of long ago and imports undone, in an order drawn by chance."""
    rng, ledger, as_of = np.random.default_rng(3), Ledger(folder / "ledger"), AS_OF
    _looked_back(folder, as_of, Memory(folder / "own"))
    standing: list[str] = []
    for step, what in enumerate(rng.permutation(["day", "late", "refund", "late refund", "undo"])):
        before = date(2024, 1, 1) + timedelta(days=int(rng.integers(0, 400)))
        as_of += timedelta(days=int(what == "day"))
        if what == "undo" and standing:
            ledger.undo(standing.pop())
        else:
            kind, net = ("refund", -70.5) if "refund" in what else ("service", 61.25 + step)
            when = before if "late" in what else as_of
            _write(folder, [Line(int(rng.integers(1, 90)), when, net, kind, branch="B", staff="S1")], f"w{step}")
            standing.append(f"w{step}")
        memory = Memory(folder / "own")
        assert _looked_back(folder, as_of, memory) == _looked_back(folder, as_of, Memory()), what
        if "late" in what:
            assert {"customer_days", "staying"} <= set(memory.found), what
        elif what != "undo":
            assert {"customer_days", "staying"} <= set(memory.recalled), what


@contextmanager
def _past(folder: Path, as_of: date) -> Iterator[tuple[str, frozenset[tuple[object, ...]]]]:
    """The key of the past of a ledger, and by a slow way all that it must tell apart."""
    with Ledger(folder / "ledger").read() as reader:
        desk = Desk(reader, memory=Memory(folder / "memory"))
        setting = _setting(desk, business=BUSINESS, pack=PACK, as_of=as_of)
        past = _kept(setting)[0].past
        rows = reader.arrow(past_lines(setting, past.day).drop("import_id", "fingerprint")).to_pylist()
        yield str(past.key), frozenset((past.day, *map(str, row.values())) for row in rows)


def test_any_change_of_the_past_is_another_past_and_nothing_else_is(folder: Path) -> None:
    """Imports, late lines, corrections, undone imports and other days, in an order drawn by chance."""
    rng = np.random.default_rng(11)
    ledger, as_of = Ledger(folder / "ledger"), AS_OF
    seen: dict[str, frozenset[tuple[object, ...]]] = {}
    standing: list[str] = []
    for step in range(16):
        match ["day", "late", "correct", "undo", "as of"][int(rng.integers(0, 5))]:
            case "day":
                as_of += timedelta(days=1)
                _write(folder, [Line(int(rng.integers(1, 90)), as_of, 50.0 + step)], f"i{step}")
                standing.append(f"i{step}")
            case "late":
                when = START + timedelta(days=int(rng.integers(0, 800)))
                _write(folder, [Line(int(rng.integers(1, 120)), when, 60.0 + step)], f"i{step}")
                standing.append(f"i{step}")
            case "correct":
                # The same first line with another amount, each time.
                first = _lines(np.random.default_rng(5))[0]
                again = sales_table([Line(first.customer, first.day, 300.0 + step)])
                ids = again.set_column(again.column_names.index("sale_id"), "sale_id", [["first-0"]])
                ledger.write("sales", ids, import_id=f"i{step}", note={})
                standing.append(f"i{step}")
            case "undo" if standing:
                ledger.undo(standing.pop())
            case _:
                as_of += timedelta(days=int(rng.integers(-20, 21)))
        with _past(folder, as_of) as (key, facts):
            assert seen.setdefault(key, facts) == facts
    assert len(set(seen.values())) == len(seen)
    assert 4 <= len(seen) < 16


def test_the_past_ends_with_the_last_whole_month_where_the_history_is_long_enough() -> None:
    assert settled(START, AS_OF) == date(2025, 5, 31)
    assert settled(START, date(2025, 5, 31)) == date(2025, 5, 31)
    assert settled(date(2023, 6, 2), AS_OF) == AS_OF
    assert settled(date(2023, 6, 2), date(2025, 6, 30)) == date(2025, 6, 30)


def test_other_settings_and_other_facts_are_other_findings(tmp_path: Path) -> None:
    made = []

    def make() -> Finding[int]:
        made.append(1)
        return Finding(len(made), {})

    def ask(settings: object, of: object) -> int:
        return Memory.of(tmp_path, engine="e", settings=settings).recall("part", of, make).value

    assert ask({"a": 1}, ["x"]) == ask({"a": 1}, ["x"]) == 1
    assert [ask({"a": 2}, ["x"]), ask({"a": 1}, ["y"]), ask({"a": 1}, ["x"])] == [2, 3, 1]


def test_the_memory_stays_small_and_mends_what_was_spoilt(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    for n in range(MOST + 6):
        memory.recall("part", n, lambda n=n: Finding(n, {}))  # type: ignore[misc]
    files = list(tmp_path.glob("*"))
    assert len(files) == MOST
    for file in files:
        file.write_bytes(b"spoilt")
    assert memory.recall("part", MOST, lambda: Finding("new", {})).value == "new"


def test_what_spend_is_fitted_to_is_the_same_in_whatever_order_threads_end() -> None:
    rng, engine = np.random.default_rng(4), ibis.duckdb.connect()
    value, x = rng.lognormal(5, 0.7, 50_000), rng.integers(1, 4, 50_000)
    found = []
    for order in (np.arange(50_000), rng.permutation(50_000)):
        customers = ibis.memtable(pa.table({"x": x[order], "repeat_value": value[order]}))
        found.append(engine.to_pyarrow(repeat_values(customers, steps=20)))
    assert found[0].equals(found[1])
    assert sum(found[0]["customers"].to_pylist()) == 50_000


def test_a_table_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    made, table = [], pa.table({"a": [1, 2]})

    def write(path: Path) -> None:
        made.append(path)
        pq.write_table(table, path)

    for spoil in (False, True, False):
        path = Memory(tmp_path).file("table", "of", write)
        assert pq.read_table(path).equals(table)
        if spoil:
            path.write_bytes(path.read_bytes()[:-3])
    assert len(made) == 2
