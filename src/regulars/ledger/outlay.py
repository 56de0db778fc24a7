"""Money spent to win customers: from the cells of a file to rows of the ledger table ``spend``."""

from __future__ import annotations

from pathlib import Path

from regulars.ledger.amounts import amount
from regulars.ledger.checks import bits
from regulars.ledger.dates import day_of
from regulars.ledger.keeping import branch_ids, keyed_numbers, masked
from regulars.ledger.people import NAMED_SOURCE
from regulars.ledger.readers import literal
from regulars.ledger.records import DATED, record_facts, texts
from regulars.ledger.schema import SPEND
from regulars.ledger.staging import Stage, date_form, foreign, keep, money_comma
from regulars.privacy.pseudonym import Pseudonyms

_TEXTS = ("spend_id", "source", "branch")


def stage_spend(stage: Stage) -> None:
    """Read every cell once: view ``staged`` with typed fields and the findings of each row."""
    day = day_of("f_date", stage.types["date"], date_form(stage, "date"))
    until, told = "NULL::DATE", "false"
    if stage.has("until"):
        until, told = day_of("f_until", stage.types["until"], date_form(stage, "until")), "f_until IS NOT NULL"
    sum = amount("f_net", stage.types["net"], comma=money_comma(stage, "net"))
    cells = (
        f"SELECT row, ragged, {texts(stage, _TEXTS)}, {day} AS day, {until} AS until, {told} AS ends, {sum} AS amount, "
        f"f_date IS NULL AS undated, f_net IS NULL AS empty, {foreign(stage)} AS abroad, NULL::VARCHAR AS sale_id "
        "FROM raw"
    )
    found = bits(
        {
            **DATED,
            "bad_until": "ends AND (until IS NULL OR until < day OR until > day + 3660)",
            "no_amount": "empty",
            "bad_amount": "NOT empty AND amount IS NULL",
            "foreign_currency": "abroad",
        }
    )
    kept = "SELECT * EXCLUDE (undated, empty, ends, abroad)"
    keep(stage, "staged", f"{kept}, {found} AS found FROM ({cells})")


def spend_facts(stage: Stage, pseudonyms: Pseudonyms) -> Path:
    """The accepted rows as rows of ``spend`` (without the house columns) in a Parquet file.

    A row without a number is known by its period, source and branch, so that a corrected amount replaces the first.
    """
    kept = masked(stage, ("source", "branch"))
    source = f"nullif(trim(regexp_replace({kept['source']}, '{NAMED_SOURCE}', '\\1')), '')"
    read = (
        f"SELECT row, found, {keyed_numbers(stage, 'spend_id', pseudonyms)} AS spend_id, day, "
        f"nullif(until, day) AS until, {source} AS source, {branch_ids(stage, 'branch', kept['branch'])} AS branch, "
        "amount FROM staged"
    )
    return record_facts(
        stage,
        SPEND,
        read=read,
        known="concat_ws('|', day, coalesce(until, day), coalesce(source, ''), coalesce(branch, ''))",
        columns=f"day, until, source, branch, amount, {literal(stage.business.currency)} AS currency",
    )
