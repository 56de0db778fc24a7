"""The ledger: upsert, types, versions, undo, and what it says when it cannot."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha1
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from regulars.base.errors import BadData, BadSettings, Busy, NotThere
from regulars.base.words import LANGUAGES, render
from regulars.ledger import store
from regulars.ledger.schema import SALES, TABLES
from regulars.ledger.store import CannotUndo, DataVersion, Ledger, Written
from support.ledger import line, nets, rows, sales


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def test_an_empty_folder_is_an_empty_ledger(ledger: Ledger) -> None:
    assert ledger.version() == DataVersion({})
    assert ledger.version().number == 0
    assert ledger.imports() == ()
    with ledger.read() as reader:
        for name, table in TABLES.items():
            assert not reader.has(name)
            empty = reader.arrow(reader.table(name))
            assert empty.num_rows == 0
            assert empty.schema.names == table.arrow.names


def test_upsert_by_key(ledger: Ledger) -> None:
    first = rows([line("a", net=1), line("b", net=2)])
    assert ledger.write("sales", first, import_id="i1") == Written(2, 0, 0)
    second = rows([line("b", net=20), line("a", net=1), line("c", net=3)])
    assert ledger.write("sales", second, import_id="i2") == Written(1, 1, 1)
    assert nets(ledger) == {"a": 1, "b": 20, "c": 3}
    assert {k: v["import_id"] for k, v in sales(ledger).items()} == {"a": "i1", "b": "i2", "c": "i2"}


def test_the_same_rows_again_change_nothing_and_make_no_version(ledger: Ledger) -> None:
    batch = rows([line("a"), line("b", customer=None, sold_at=None)])
    ledger.write("sales", batch, import_id="i1")
    version = ledger.version()
    assert ledger.write("sales", batch, import_id="i2") == Written(0, 0, 2)
    assert ledger.version() == version
    assert [record.import_id for record in ledger.imports()] == ["i1"]


def test_no_rows_make_no_table(ledger: Ledger) -> None:
    assert ledger.write("sales", rows([]), import_id="i1") == Written(0, 0, 0)
    assert ledger.version() == DataVersion({})


def test_of_rows_with_one_key_the_last_wins(ledger: Ledger) -> None:
    batch = rows([line("a", net=1), line("b", net=5), line("a", net=2), line("a", net=3)])
    assert ledger.write("sales", batch, import_id="i1") == Written(2, 0, 0, repeated=2)
    assert nets(ledger) == {"a": 3, "b": 5}
    assert ledger.write("sales", batch, import_id="i2") == Written(0, 0, 2, repeated=2)


def test_a_parquet_file_is_taken_like_a_table_in_memory(ledger: Ledger, tmp_path: Path) -> None:
    batch = rows([line(str(i % 400), net=i) for i in range(1000)])
    path = tmp_path / "fünf [5].parquet"
    pq.write_table(batch, path, row_group_size=100)
    assert ledger.write("sales", path, import_id="i1") == Written(400, 0, 0, repeated=600)
    assert ledger.write("sales", batch, import_id="i2") == Written(0, 0, 400, repeated=600)
    assert nets(ledger)["399"] == 799


def test_every_column_keeps_its_type_and_value(ledger: Ledger) -> None:
    full = line(
        "a",
        customer=2**62,
        sold_at=datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC),
        day=date(2024, 3, 1),
        item="頭皮護理 ’quoted’",
        quantity=-1.5,
        net=Decimal("-1234567890123456.78"),
        staff="",
        piece=None,
    )
    ledger.write("sales", rows([full]), import_id="i'1")
    (held,) = sales(ledger).values()
    assert {key: held[key] for key in full} == full
    assert held["import_id"] == "i'1"
    assert held["piece"] is None
    assert held["staff"] == ""
    delta = DeltaTable(ledger.folder / "sales")
    assert pa.schema(delta.schema()) == SALES.arrow


@pytest.mark.parametrize(
    "column", [column.name for column in SALES.columns if column.name not in ("import_id", "fingerprint")]
)
def test_a_change_in_any_column_is_seen(ledger: Ledger, column: str) -> None:
    ledger.write("sales", rows([line("a")]), import_id="i1")
    other = {
        pa.string(): "other",
        pa.int64(): 8,
        pa.date32(): date(2024, 5, 2),
        pa.timestamp("us", tz="UTC"): datetime(2024, 5, 1, 3, 30, 0, 1, tzinfo=UTC),
        pa.float64(): 1.0000001,
        pa.decimal128(18, 2): Decimal("0.01"),
    }[SALES.arrow.field(column).type]
    written = ledger.write("sales", rows([{**line("a"), column: other}]), import_id="i2")
    assert written == (Written(1, 0, 0) if column in SALES.key else Written(0, 1, 0))


def test_the_fingerprint_is_the_same_in_every_release(ledger: Ledger) -> None:
    """Worked out by hand here: if it moves, every row of every ledger would look changed once."""
    ledger.write("sales", rows([line("a")]), import_id="i1")
    instant = int(datetime(2024, 5, 1, 3, 30, tzinfo=UTC).timestamp()) * 1_000_000
    said = ["own", "a", "1", 7, "2024-05-01", instant, "central", None, None, None, "service", "1.0", None, None]
    said += ["100.00", None, "HKD", None, None, None]
    written_out = "\x1f".join("\0" if value is None else str(value) for value in said)
    assert sales(ledger)["a"]["fingerprint"] == int(sha1(written_out.encode()).hexdigest()[:15], 16)


def test_rows_lie_by_customer_and_day(ledger: Ledger) -> None:
    batch = [line(str(i), customer=(i * 7) % 11 or None, day=date(2024, 1, 1 + i % 28)) for i in range(500)]
    ledger.write("sales", rows(batch), import_id="i1")
    (file,) = (ledger.folder / "sales").glob("*.parquet")
    held = pq.read_table(file, columns=["customer", "day"]).to_pylist()
    assert held == sorted(held, key=lambda one: (one["customer"] is None, one["customer"] or 0, one["day"]))


def test_an_old_data_version_gives_the_old_rows(ledger: Ledger) -> None:
    pictures = []
    for step in range(4):
        ledger.write("sales", rows([line("a", net=step), line(str(step), net=9)]), import_id=f"i{step}")
        pictures.append((ledger.version(), sales(ledger)))
    ledger.undo("i3")
    ledger.write("sales", rows([line("z")]), import_id="i9")
    for version, picture in pictures:
        assert sales(ledger, version=version) == picture
    assert [version.number for version, _ in pictures] == sorted({version.number for version, _ in pictures})


def test_a_version_that_never_was_is_refused(ledger: Ledger) -> None:
    ledger.write("sales", rows([line("a")]), import_id="i1")
    for never in (DataVersion({"sales": 99}), DataVersion({"sales": 1, "bookings": 0})):
        with pytest.raises(NotThere, match="cannot be read at version"), ledger.read(never):
            pass


def test_imports_are_told_from_the_delta_history(ledger: Ledger) -> None:
    ledger.write("sales", rows([line("a"), line("b")]), import_id="i1", note={"file": "五月.csv", "rows": 2})
    ledger.write("sales", rows([line("a"), line("b", net=3)]), import_id="i2")
    first, second = Ledger(ledger.folder).imports()
    assert (first.import_id, first.table, first.version, first.undone) == ("i1", "sales", 1, False)
    assert first.note == {"file": "五月.csv", "rows": 2}
    assert first.written == Written(2, 0, 0)
    assert second.written == Written(0, 1, 1)
    assert second.confirms == ("i1",)
    assert first.at.tzinfo is UTC


def test_folder_names_as_people_give_them(tmp_path: Path) -> None:
    for name in ("我的店", "My Salon (2)", "it's [new] & *", "a'b"):
        ledger = Ledger(tmp_path / name / "ledger")
        for step in range(2):
            ledger.write("sales", rows([line("a", net=step)]), import_id=f"i{step}")
        ledger.undo("i1")
        assert nets(ledger) == {"a": 0}
    with pytest.raises(BadSettings):
        Ledger(tmp_path / "100%" / "ledger")


def test_rows_that_do_not_fit_are_refused(ledger: Ledger) -> None:
    batch = rows([line("a"), line("b")])
    with pytest.raises(BadData, match="lack kind and net"):
        ledger.write("sales", batch.drop_columns(["net", "kind"]), import_id="i1")
    with pytest.raises(BadData, match="2 rows for sales have no day"):
        ledger.write("sales", rows([line("a", day=None), line("b", day=None)]), import_id="i1")
    wrong = batch.set_column(batch.schema.get_field_index("day"), "day", pa.array(["2024-05-01", "yesterday"]))
    with pytest.raises(BadData, match="yesterday"):
        ledger.write("sales", wrong, import_id="i1")
    wrong = batch.set_column(batch.schema.get_field_index("cost"), "cost", pa.array(["1.50", "a lot"]))
    with pytest.raises(BadData, match="a lot"):
        ledger.write("sales", wrong, import_id="i1")
    with pytest.raises(NotThere, match="visits"):
        ledger.write("visits", batch, import_id="i1")
    assert nets(ledger) == {}
    assert ledger.write("sales", batch, import_id="i1") == Written(2, 0, 0)


def test_one_writer_at_a_time(ledger: Ledger) -> None:
    other = Ledger(ledger.folder)
    with ledger.lock():
        ledger.write("sales", rows([line("a")]), import_id="i1")
        with pytest.raises(Busy):
            other.write("sales", rows([line("b")]), import_id="i2")
        assert nets(other) == {"a": 100}
    other.write("sales", rows([line("b")]), import_id="i2")
    assert set(nets(ledger)) == {"a", "b"}


def test_many_small_files_are_gathered(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MANY_SMALL_FILES", 5)
    for step in range(14):
        ledger.write("sales", rows([line(str(step), net=step)]), import_id=f"i{step}")
        assert len(DeltaTable(ledger.folder / "sales").get_add_actions()) <= 6
    assert nets(ledger) == {str(step): step for step in range(14)}
    assert sales(ledger)["3"]["import_id"] == "i3"
    assert nets(ledger, version=DataVersion({"sales": 3})) == {"0": 0, "1": 1, "2": 2}


def test_customers_and_bookings_are_kept_too(ledger: Ledger) -> None:
    person = {"system": "own", "customer": 5, "kind": "person", "birth_year": 1988, "may_email": None, "may_sms": True}
    ledger.write("customers", rows([person], table="customers"), import_id="i1")
    booking = {"system": "own", "booking_id": "b1", "day": date(2024, 1, 2), "status": "completed", "minutes": 45}
    ledger.write("bookings", rows([booking], table="bookings"), import_id="i2")
    with ledger.read() as reader:
        (held,) = reader.arrow(reader.table("customers")).to_pylist()
        assert {key: held[key] for key in person} == person
        assert reader.has("bookings")
        assert not reader.has("sales")
    assert ledger.version() == DataVersion({"customers": 1, "bookings": 1})
    assert ledger.version().number == 4


def test_every_error_is_said_in_both_languages(ledger: Ledger) -> None:
    ledger.write("sales", rows([line("a")]), import_id="i1")
    ledger.write("sales", rows([line("a"), line("b")]), import_id="i2")
    with pytest.raises(CannotUndo) as caught:
        ledger.undo("i1")
    for language in LANGUAGES:
        assert caught.value.hint is not None
        assert "i2" in render(caught.value.hint, language)
        assert "i1" in render(caught.value.text, language)


@pytest.mark.slow
def test_hundreds_of_imports_are_all_remembered(ledger: Ledger) -> None:
    """Past its checkpoints (every hundred commits) Delta could forget; our tables tell it not to."""
    for step in range(130):
        ledger.write("sales", rows([line(str(step % 3), net=step)]), import_id=f"i{step}")
    assert any((ledger.folder / "sales" / "_delta_log").glob("*.checkpoint*.parquet"))
    assert [record.import_id for record in ledger.imports()] == [f"i{step}" for step in range(130)]
    assert nets(ledger, version=DataVersion({"sales": 2})) == {"0": 0, "1": 1}
    assert nets(ledger) == {"0": 129, "1": 127, "2": 128}
    ledger.undo("i129")
    assert nets(ledger) == {"0": 126, "1": 127, "2": 128}
