"""Bookings: from the cells of a file to rows of the ledger table ``bookings``."""

from __future__ import annotations

from pathlib import Path

from regulars.ledger.amounts import amount
from regulars.ledger.checks import BITS, bits
from regulars.ledger.dates import day_of, offset_of, time_of
from regulars.ledger.engine import HOUSE
from regulars.ledger.fields import yes_no
from regulars.ledger.keeping import branch_ids, clash_bit, key_people, key_staff, masked
from regulars.ledger.readers import literal
from regulars.ledger.schema import BOOKINGS
from regulars.ledger.staging import Stage, date_form, when, who
from regulars.privacy.pseudonym import Pseudonyms

_TEXTS = ("booking_id", "branch", "staff", "service", "status")
#: Ordered: the first pattern found in the status decides.
STATUSES: tuple[tuple[str, str], ...] = (
    ("no_show", r"no[ _-]?show|did not attend|爽約|未到|缺席|失約"),
    ("late_cancelled", r"late[ _-]?cancel|臨時取消|逾時取消"),
    ("cancelled", r"cancel|取消"),
    ("completed", r"complete|arrived|checked|attended|done|finished|paid|已完成|完成|到店|已到"),
    ("booked", r"book|confirm|pending|schedul|new|request|open|已預約|已確認|待|預約"),
)


def stage_bookings(stage: Stage) -> None:
    """Read every cell once: view ``staged`` with typed fields and the findings of each row."""
    texts = [f"f_{name} AS {name}" if stage.has(name) else f"NULL::VARCHAR AS {name}" for name in _TEXTS]
    minutes = amount("f_minutes", stage.types["minutes"], to="INTEGER") if stage.has("minutes") else "NULL::INTEGER"
    cells = (
        f"SELECT row, ragged, {', '.join(texts)}, {who(stage)} AS who, {when(stage)}, {_booked_at(stage)} AS booked_at, "
        f"{minutes} AS minutes, {_flag(stage, 'cancelled')} AS was_cancelled, {_flag(stage, 'no_show')} AS was_missed, "
        "f_date IS NULL AS undated, NULL::VARCHAR AS sale_id FROM raw"
    )
    found = bits(
        {
            "ragged_row": "ragged",
            "no_date": "undated",
            "bad_date": "NOT undated AND day IS NULL",
            "odd_date": "day NOT BETWEEN DATE '1970-01-01' AND DATE '2199-12-31'",
        }
    )
    target = literal(str(stage.work / "staged.parquet"))
    stage.engine.execute(
        f"COPY (SELECT * EXCLUDE (undated), {found} AS found FROM ({cells})) TO {target} (FORMAT parquet)"
    )
    stage.engine.execute(f"CREATE VIEW staged AS SELECT * FROM read_parquet({target})")


def _flag(stage: Stage, name: str) -> str:
    return f"coalesce({yes_no(f'f_{name}')}, false)" if stage.has(name) else "false"


def _booked_at(stage: Stage) -> str:
    if not stage.has("booked_at"):
        return "NULL::TIMESTAMPTZ"
    type, house = stage.types["booked_at"], literal(stage.reading.zone or stage.business.zone)
    if type != "VARCHAR":
        return f"timezone({house}, CAST(f_booked_at AS TIMESTAMP))"
    day = day_of("f_booked_at", type, date_form(stage, "booked_at"))
    local = f"({day} + coalesce({time_of('f_booked_at')}, INTERVAL 0 SECOND))"
    offset = offset_of("f_booked_at")
    return (
        f"CASE WHEN {offset} IS NULL THEN timezone({house}, {local}) "
        f"ELSE timezone('UTC', {local} - to_seconds({offset})) END"
    )


def booking_facts(stage: Stage, pseudonyms: Pseudonyms, target: Path) -> None:
    """Write the accepted bookings as rows of ``bookings`` (without the house columns) to a Parquet file."""
    key_people(stage, pseudonyms)
    key_staff(stage, pseudonyms)
    kept = masked(stage, ("branch", "service"))
    told = " ".join(f"WHEN regexp_matches(lower(status), '{pattern}') THEN '{name}'" for name, pattern in STATUSES)
    state = f"CASE WHEN was_missed THEN 'no_show' WHEN was_cancelled THEN 'cancelled' {told} END"
    unknown = f"SELECT count(*) FROM staged WHERE status IS NOT NULL AND ({state}) IS NULL"
    stage.warn("bad_status", stage.one(unknown), column=stage.columns.get("status"))
    made = (
        "'c' || substr(md5(concat_ws('|', coalesce(customer, 0), day, coalesce(epoch_us(sold_at), 0), "
        "coalesce(staff_key, ''), coalesce(service, ''))), 1, 16)"
    )
    stage.engine.execute(
        "CREATE TABLE lines AS SELECT row, found, sale_id, NULL::VARCHAR AS line_id, "
        f"coalesce(booking_id, {made}) AS booking_id, customer, branch, staff_key AS staff, kept_service AS service, "
        "booked_at, sold_at AS starts_at, day, minutes, status FROM ("
        f"SELECT staged.* EXCLUDE (found, branch, staff, status), found | {clash_bit()} AS found, customer, "
        f"staff_keys.staff AS staff_key, {kept['service']} AS kept_service, coalesce({state}, 'booked') AS status, "
        f"{branch_ids(stage, 'branch', kept['branch'])} AS branch "
        "FROM staged LEFT JOIN people USING (who) LEFT JOIN staff_keys ON staff_keys.said = staged.staff)"
    )
    stage.engine.execute(
        f"UPDATE lines SET found = {BITS['duplicate_line']} WHERE found = 0 AND row NOT IN "
        "(SELECT min(row) FROM lines WHERE found = 0 GROUP BY booking_id)"
    )
    columns = ", ".join(c.name for c in BOOKINGS.columns if c.name not in (*HOUSE, "system"))
    stage.engine.execute(
        f"COPY (SELECT {literal(stage.reading.system)} AS system, {columns} FROM lines WHERE found = 0) "
        f"TO {literal(str(target))} (FORMAT parquet)"
    )
