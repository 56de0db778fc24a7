"""Complaints: from the cells of a file to rows of the ledger table ``complaints``."""

from __future__ import annotations

from pathlib import Path

from regulars.ledger.amounts import amount
from regulars.ledger.checks import bits
from regulars.ledger.dates import day_of
from regulars.ledger.keeping import branch_ids, key_people, key_staff, keyed_numbers, masked
from regulars.ledger.readers import literal
from regulars.ledger.records import DATED, record_facts, texts
from regulars.ledger.schema import COMPLAINTS
from regulars.ledger.staging import Stage, date_form, foreign, keep, money_comma, who
from regulars.privacy.pseudonym import Pseudonyms

_TEXTS = ("complaint_id", "branch", "staff", "kind", "severity", "outcome")


def stage_complaints(stage: Stage) -> None:
    """Read every cell once: view ``staged`` with typed fields and the findings of each row."""
    day = day_of("f_date", stage.types["date"], date_form(stage, "date"))
    resolved, settled, sum, paid = "NULL::DATE", "false", "NULL::DECIMAL(18, 2)", "false"
    if stage.has("resolved"):
        resolved = day_of("f_resolved", stage.types["resolved"], date_form(stage, "resolved"))
        settled = "f_resolved IS NOT NULL"
    if stage.has("compensation"):
        sum = amount("f_compensation", stage.types["compensation"], comma=money_comma(stage, "compensation"))
        paid = "f_compensation IS NOT NULL"
    cells = (
        f"SELECT row, ragged, {texts(stage, _TEXTS)}, {who(stage)} AS who, {day} AS day, {resolved} AS resolved, "
        f"{settled} AS settled, {sum} AS compensation, {paid} AS paid, f_date IS NULL AS undated, "
        f"{foreign(stage)} AS abroad, NULL::VARCHAR AS sale_id FROM raw"
    )
    found = bits(
        {
            **DATED,
            "bad_resolved": "settled AND (resolved IS NULL OR resolved < day OR resolved > day + 3660)",
            "bad_amount": "paid AND compensation IS NULL",
            "foreign_currency": "abroad",
        }
    )
    kept = "SELECT * EXCLUDE (undated, settled, paid, abroad)"
    keep(stage, "staged", f"{kept}, {found} AS found FROM ({cells})")


def complaint_facts(stage: Stage, pseudonyms: Pseudonyms) -> Path:
    """The accepted complaints as rows of ``complaints`` (without the house columns) in a Parquet file.

    A row without a number is known by who complained, the day, the branch and the kind, so that a complaint settled
    since replaces the open one.
    """
    clash = key_people(stage, pseudonyms)
    key_staff(stage, pseudonyms)
    kept = masked(stage, ("branch", "kind", "severity", "outcome"))
    read = (
        f"SELECT row, found | {clash} AS found, {keyed_numbers(stage, 'complaint_id', pseudonyms)} AS complaint_id, "
        f"people.customer, day, {branch_ids(stage, 'branch', kept['branch'])} AS branch, staff_keys.staff AS staff, "
        f"{kept['kind']} AS kind, {kept['severity']} AS severity, resolved, {kept['outcome']} AS outcome, compensation "
        "FROM staged LEFT JOIN people USING (who) LEFT JOIN staff_keys ON staff_keys.said = staged.staff"
    )
    return record_facts(
        stage,
        COMPLAINTS,
        read=read,
        known="concat_ws('|', coalesce(customer, 0), day, coalesce(branch, ''), coalesce(kind, ''))",
        columns=(
            "customer, day, branch, staff, kind, severity, resolved, outcome, compensation, "
            f"{literal(stage.business.currency)} AS currency"
        ),
    )
