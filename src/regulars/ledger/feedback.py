"""What customers answered: from the cells of a file of ratings or a survey to rows of the ledger table ``feedback``.

Free words are not taken in: they may name people, and nothing is counted by them.
"""

from __future__ import annotations

from pathlib import Path

from regulars.ledger.amounts import amount
from regulars.ledger.checks import bits
from regulars.ledger.dates import day_of
from regulars.ledger.keeping import branch_ids, key_people, key_staff, keyed_numbers, masked
from regulars.ledger.records import DATED, record_facts, texts
from regulars.ledger.schema import FEEDBACK
from regulars.ledger.staging import Stage, date_form, keep, money_comma, who
from regulars.privacy.pseudonym import Pseudonyms

_TEXTS = ("feedback_id", "branch", "staff", "kind")


def stage_feedback(stage: Stage) -> None:
    """Read every cell once: view ``staged`` with typed fields and the findings of each row."""
    day = day_of("f_date", stage.types["date"], date_form(stage, "date"))
    score = amount("f_score", stage.types["score"], comma=money_comma(stage, "score"))
    best, bounded = "NULL::DECIMAL(18, 2)", "false"
    if stage.has("best"):
        best = amount("f_best", stage.types["best"], comma=money_comma(stage, "best"))
        bounded = "f_best IS NOT NULL"
    cells = (
        f"SELECT row, ragged, {texts(stage, _TEXTS)}, {who(stage)} AS who, {day} AS day, {score} AS score, "
        f"{best} AS best, {bounded} AS bounded, f_date IS NULL AS undated, NULL::VARCHAR AS sale_id FROM raw"
    )
    found = bits({**DATED, "bad_score": "score IS NULL OR (bounded AND (best IS NULL OR score > best))"})
    keep(stage, "staged", f"SELECT * EXCLUDE (undated, bounded), {found} AS found FROM ({cells})")


def feedback_facts(stage: Stage, pseudonyms: Pseudonyms) -> Path:
    """The accepted answers as rows of ``feedback`` (without the house columns) in a Parquet file.

    A row without a number is known by who answered, the day, the branch and what was asked, so that an answer given
    anew replaces the first.
    """
    clash = key_people(stage, pseudonyms)
    key_staff(stage, pseudonyms)
    kept = masked(stage, ("branch", "kind"))
    read = (
        f"SELECT row, found | {clash} AS found, {keyed_numbers(stage, 'feedback_id', pseudonyms)} AS feedback_id, "
        f"people.customer, day, {branch_ids(stage, 'branch', kept['branch'])} AS branch, staff_keys.staff AS staff, "
        f"{kept['kind']} AS kind, score, best "
        "FROM staged LEFT JOIN people USING (who) LEFT JOIN staff_keys ON staff_keys.said = staged.staff"
    )
    return record_facts(
        stage,
        FEEDBACK,
        read=read,
        # Many answer without a name: nothing but its place in the file tells one of those from another.
        known=(
            "concat_ws('|', coalesce(customer::VARCHAR, row::VARCHAR), day, coalesce(branch, ''), coalesce(kind, ''))"
        ),
        columns="customer, day, branch, staff, kind, score, best",
    )
