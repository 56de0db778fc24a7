"""The registry of problem codes: which rows are kept aside and why, and how findings become Problems.

A row's findings are bits of one integer, so that ten million rows cost no lists. Reasons never repeat the content of
a cell: it may be somebody's name that slipped a column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from regulars.base.problem import Problem, Severity
from regulars.base.text import say

#: How many problems are listed one by one; beyond that they are counted.
LISTED = 1000


@dataclass(frozen=True, slots=True)
class Check:
    """One finding about a row: its code and the field it is about. The position in :data:`ROW_CHECKS` is the bit."""

    code: str
    field: str | None


#: Findings that keep a row out. The order is part of no file format and may change.
ROW_CHECKS: tuple[Check, ...] = (
    Check("ragged_row", None),
    Check("no_date", "date"),
    Check("bad_date", "date"),
    Check("odd_date", "date"),
    Check("future_date", "date"),
    Check("bad_until", "until"),
    Check("bad_resolved", "resolved"),
    Check("bad_score", "score"),
    Check("no_amount", "amount"),
    Check("bad_amount", "amount"),
    Check("foreign_currency", "currency"),
    Check("no_customer_id", "customer"),
    Check("key_collision", "customer"),
    Check("rest_of_sale", "sale_id"),
    Check("duplicate_line", "line_id"),
)
BITS = {check.code: 1 << at for at, check in enumerate(ROW_CHECKS)}
#: Findings about a whole file, or counted over it; nothing is kept out for them.
WARNINGS: tuple[str, ...] = (
    "ambiguous_dates",
    "bad_birth",
    "bad_joined",
    "bad_quantity",
    "bad_status",
    "bad_time",
    "characters_lost",
    "currency_symbol",
    "contact_masked",
    "duplicate_customer",
    "hkid_masked",
    "no_customer_column",
    "not_a_sale",
    "other_sheets",
    "unknown_branch",
    "unknown_zone",
    "weak_identity",
)
CODES: tuple[str, ...] = (*(check.code for check in ROW_CHECKS), *WARNINGS)


def bits(found: dict[str, str]) -> str:
    """The findings of a row as one SQL integer: ``found`` maps a code to its condition."""
    terms = [f"CASE WHEN {condition} THEN {BITS[code]} ELSE 0 END" for code, condition in found.items()]
    return "(" + (" + ".join(terms) or "0") + ")::INTEGER"


def problem(
    file: str,
    code: str,
    *,
    row: int | None = None,
    column: str | None = None,
    severity: Severity = "warning",
    count: int = 1,
    params: Mapping[str, str] | None = None,
) -> Problem:
    """One problem with its sentence ``problem.<code>``."""
    return Problem(file, row, column, code, say(f"problem.{code}", n=count, **(params or {})), severity, count)


def row_problems(
    file: str, rows: Iterable[tuple[int, int]], totals: Sequence[tuple[int, int]], columns: dict[str, str]
) -> tuple[Problem, ...]:
    """Problems of rejected rows: ``rows`` are (row, bits) of the first ones, ``totals`` (bits, how many) of all.

    ``columns`` names the column of the file a field was read from.
    """
    listed: list[Problem] = []
    counted = dict.fromkeys(BITS, 0)
    for row, mask in rows:
        for check in ROW_CHECKS:
            if mask & BITS[check.code] and len(listed) < LISTED:
                counted[check.code] += 1
                column = columns.get(check.field or "")
                listed.append(problem(file, check.code, row=row, column=column, severity="rejected"))
    for check in ROW_CHECKS:
        beyond = sum(n for mask, n in totals if mask & BITS[check.code]) - counted[check.code]
        if beyond:
            column = columns.get(check.field or "")
            listed.append(problem(file, check.code, column=column, severity="rejected", count=beyond))
    return tuple(listed)
