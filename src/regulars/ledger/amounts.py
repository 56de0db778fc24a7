"""Amounts and quantities as DuckDB expressions.

Accepted: ``1234.5``, ``$1,234.50``, ``HK$ 45``, ``-$45.00``, ``$-45.00``, ``(45.00)``, ``45.00-``, ``1'234.50``,
``１２３``, ``45元`` and, where a whole column is written so, the decimal comma ``1.234,50``.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from regulars.ledger.readers import literal

MONEY = "DECIMAL(18,2)"
_NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT")
CODES = (
    "HKD|USD|EUR|GBP|CNY|RMB|JPY|TWD|MOP|SGD|AUD|CAD|NZD|CHF|KRW|INR|THB|VND|PHP|MYR|IDR|BRL|MXN|PLN|SEK|NOK|DKK|CZK|HUF"
    "|TRY|ZAR|AED|SAR|ILS"
)
_SIGNS = (
    rf"(?i)\b(HK|US|NT|MOP|MX|RM|[SACR])[$]|\b({CODES})|[$＄€£¥￥元圓円원₩₹₽฿₫₺₱₪]|港幣|港元|人民幣|人民币"
    r"|zł|Kč|\b(kr|Ft|Rs|Fr|RM)\.?"
)
_FULL, _HALF = "０１２３４５６７８９．，（）－−–", "0123456789.,()---"
#: Symbols that say a currency by themselves; a bare $ says nothing in Hong Kong.
SYMBOLS = (
    ("EUR", "€|EUR"),
    ("GBP", "£|GBP"),
    ("CNY|JPY", "¥|￥|RMB|CNY|JPY|人民幣"),
    ("USD", r"US\$|USD"),
    ("TWD", r"NT\$|TWD"),
    ("MOP", "MOP"),
    ("HKD", r"HK\$|HKD|港幣|港元"),
    ("BRL", r"\bR\$|BRL"),
    ("SGD", r"\bS\$|SGD"),
    ("KRW", "₩|원|KRW"),
    ("INR", r"₹|\bRs\b|INR"),
    ("THB", "฿|THB"),
    ("TRY", "₺|TRY"),
    ("PLN", "zł|PLN"),
    ("CHF", "CHF"),
)


def is_number(type: str) -> bool:
    """Whether a DuckDB type is a number already."""
    return type in _NUMERIC or type.startswith(("DECIMAL", "DOUBLE", "FLOAT"))


def _core(column: str) -> str:
    plain = f"translate({column}, {literal(_FULL)}, {literal(_HALF)})"
    blanks = r"[\s\x{00A0}\x{2009}\x{202F}''’]+"
    return f"regexp_replace(regexp_replace({plain}, '{_SIGNS}', '', 'g'), '{blanks}', '', 'g')"


def amount(column: str, type: str = "VARCHAR", *, comma: bool = False, to: str = MONEY) -> str:
    """An amount as ``to`` (decimal by default), null where it cannot be read."""
    if is_number(type):
        return f"TRY_CAST({column} AS {to})"
    core = _core(column)
    if comma:
        core = f"replace(replace({core}, '.', ''), ',', '.')"
    # Thousands commas only where thousands are, so that a decimal comma is not read as a hundredfold.
    whole = r"^[-+]?\(?[-+]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?\)?[-+]?$"
    slow = (
        f"CASE WHEN regexp_matches({core}, '{whole}') AND regexp_matches({core}, '\\d') "
        f"THEN TRY_CAST(regexp_replace({core}, '[-+(),]', '', 'g') AS {to}) "
        f"* (CASE WHEN contains({core}, '-') OR contains({core}, '(') THEN -1 ELSE 1 END) END"
    )
    if comma:
        return f"TRY_CAST({slow} AS {to})"
    return f"coalesce(TRY_CAST({column} AS {to}), TRY_CAST({slow} AS {to}))"


@dataclass(frozen=True, slots=True)
class Written:
    """How a column of amounts is written: decimal comma or point, and rows per currency its symbols name."""

    comma: bool
    rows: int
    symbols: dict[str, int]


def how_written(engine: duckdb.DuckDBPyConnection, relation: str, column: str, type: str) -> Written:
    """Look at every cell of a column that is not a bare number."""
    if is_number(type):
        return Written(False, 0, {})
    core = _core(column)
    counts = [
        f"count(*) FILTER (regexp_matches({core}, '^[-(]*(\\d{{1,3}}(\\.\\d{{3}})+|\\d+),\\d{{1,2}}[-)]*$'))",
        *(f"count(*) FILTER (regexp_matches({column}, '(?i){pattern}'))" for _, pattern in SYMBOLS),
    ]
    odd = f"{column} IS NOT NULL AND TRY_CAST({column} AS {MONEY}) IS NULL"
    found = engine.execute(f"SELECT {', '.join(counts)} FROM {relation} WHERE {odd}").fetchone() or ()
    # One amount with a decimal point is enough to show that the comma is none.
    pointed = f"regexp_matches({core}, '\\.\\d{{1,2}}[-)]*$')"
    rows, points = engine.execute(
        f"SELECT count({column}), {f'count(*) FILTER ({pointed})' if found[0] else 0} FROM {relation}"
    ).fetchone() or (0, 0)
    named = {code: n for (code, _), n in zip(SYMBOLS, found[1:], strict=True) if n}
    return Written(found[0] > 0 and points == 0, rows, named)


def foreign_symbol(column: str, currency: str) -> str:
    """Whether a cell names a currency other than ``currency`` by symbol."""
    patterns = "|".join(pattern for code, pattern in SYMBOLS if currency not in code.split("|"))
    return f"coalesce(regexp_matches({column}, '(?i){patterns}'), false)"
