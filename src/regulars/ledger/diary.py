"""Bookings: from the cells of a file to rows of the ledger table ``bookings``."""

from __future__ import annotations

from pathlib import Path

from regulars.ledger.amounts import amount
from regulars.ledger.checks import bits
from regulars.ledger.dates import day_of, offset_of, time_of
from regulars.ledger.fields import yes_no
from regulars.ledger.keeping import branch_ids, key_people, key_staff, keyed_numbers, masked
from regulars.ledger.readers import literal
from regulars.ledger.records import DATED, record_facts, texts
from regulars.ledger.schema import BOOKINGS
from regulars.ledger.staging import Stage, date_form, keep, when, who
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
    minutes = amount("f_minutes", stage.types["minutes"], to="INTEGER") if stage.has("minutes") else "NULL::INTEGER"
    dated, joins = when(stage)
    cells = (
        f"SELECT row, ragged, {texts(stage, _TEXTS)}, {who(stage)} AS who, {dated}, {_booked_at(stage)} AS booked_at, "
        f"{minutes} AS minutes, {_flag(stage, 'cancelled')} AS was_cancelled, {_flag(stage, 'no_show')} AS was_missed, "
        f"f_date IS NULL AS undated, NULL::VARCHAR AS sale_id FROM raw {joins}"
    )
    found = bits(DATED)
    keep(stage, "staged", f"SELECT * EXCLUDE (undated), {found} AS found FROM ({cells})")


def _flag(stage: Stage, name: str) -> str:
    return f"coalesce({yes_no(f'f_{name}')}, false)" if stage.has(name) else "false"


def _booked_at(stage: Stage) -> str:
    if not stage.has("booked_at"):
        return "NULL::TIMESTAMPTZ"
    type, house = stage.types["booked_at"], literal(stage.reading.zone or stage.business.zone)
    if type != "VARCHAR":
        return f"timezone({house}, CAST(f_booked_at AS TIMESTAMP))"
    day = day_of("f_booked_at", type, date_form(stage, "booked_at"))
    local = f"({day} + to_seconds(coalesce({time_of('f_booked_at')}, 0)))"
    offset = offset_of("f_booked_at")
    return (
        f"CASE WHEN {offset} IS NULL THEN timezone({house}, {local}) "
        f"ELSE timezone('UTC', {local} - to_seconds({offset})) END"
    )


def booking_facts(stage: Stage, pseudonyms: Pseudonyms) -> Path:
    """The accepted bookings as rows of ``bookings`` (without the house columns) in a Parquet file."""
    clash = key_people(stage, pseudonyms)
    key_staff(stage, pseudonyms)
    kept = masked(stage, ("branch", "service"))
    own = [
        f"WHEN lower(status) = {literal(said.lower())} THEN '{name}'"
        for said, name in stage.reading.status_words.items()
    ]
    told = " ".join(
        [*own, *(f"WHEN regexp_matches(lower(status), '{pattern}') THEN '{name}'" for name, pattern in STATUSES)]
    )
    state = f"CASE WHEN was_missed THEN 'no_show' WHEN was_cancelled THEN 'cancelled' {told} END"
    unknown = f"SELECT count(*) FROM staged WHERE status IS NOT NULL AND ({state}) IS NULL"
    stage.warn("bad_status", stage.one(unknown), column=stage.columns.get("status"))
    read = (
        f"SELECT staged.* EXCLUDE (found, branch, staff, status, booking_id), "
        f"{keyed_numbers(stage, 'booking_id', pseudonyms)} AS booking_id, found | {clash} AS found, people.customer, "
        f"staff_keys.staff AS staff_key, {kept['service']} AS kept_service, coalesce({state}, 'booked') AS status, "
        f"{branch_ids(stage, 'branch', kept['branch'])} AS branch "
        "FROM staged LEFT JOIN people USING (who) LEFT JOIN staff_keys ON staff_keys.said = staged.staff"
    )
    return record_facts(
        stage,
        BOOKINGS,
        read=read,
        known=(
            "concat_ws('|', coalesce(customer, 0), day, coalesce(epoch_us(sold_at), 0), coalesce(staff_key, ''), "
            "coalesce(service, ''))"
        ),
        columns=(
            "customer, branch, staff_key AS staff, kept_service AS service, booked_at, sold_at AS starts_at, day, "
            "minutes, status"
        ),
    )
