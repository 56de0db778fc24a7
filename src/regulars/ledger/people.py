"""Customer lists: from the cells of a file to rows of the ledger table ``customers``; no identifier is kept."""

from __future__ import annotations

from pathlib import Path

from regulars.ledger.checks import bits
from regulars.ledger.dates import day_of
from regulars.ledger.engine import HOUSE
from regulars.ledger.fields import identifier, yes_no
from regulars.ledger.keeping import branch_ids, key_people, masked, person_key
from regulars.ledger.readers import literal
from regulars.ledger.schema import CUSTOMERS
from regulars.ledger.staging import Stage, date_form, keep, who
from regulars.privacy.pseudonym import Pseudonyms

_WAYS = ("email", "sms", "whatsapp", "phone", "post")
_TEXTS = ("source", "home_branch", "district")
#: A source such as "Friend: somebody" names a person; what comes after the kind of source is not kept.
NAMED_SOURCE = (
    r"(?i)^\s*(referred by|referral by|referral|friend|family|staff|朋友|介紹人|朋友介紹|親友|員工)\s*[ :：\-(（].*$"
)


def stage_customers(stage: Stage) -> None:
    """Read every cell once: view ``staged`` with typed fields and the findings of each row."""
    texts = [f"f_{name} AS {name}" if stage.has(name) else f"NULL::VARCHAR AS {name}" for name in _TEXTS]
    may = [f"{_permission(stage, way)} AS may_{way}" for way in _WAYS]
    company = "f_company IS NOT NULL" if stage.has("company") else "false"
    joined, bad_joined = _joined(stage)
    birth, bad_birth = _birth_year(stage)
    referrer = identifier("customer", "f_referrer") if stage.has("referrer") else "NULL::VARCHAR"
    cells = (
        f"SELECT row, ragged, {who(stage)} AS who, {referrer} AS referred_by, {', '.join(texts)}, {', '.join(may)}, "
        f"{joined} AS joined_on, {bad_joined} AS bad_joined, {birth} AS birth_year, {bad_birth} AS bad_birth, "
        f"CASE WHEN {company} THEN 'company' ELSE 'person' END AS kind, NULL::VARCHAR AS sale_id FROM raw"
    )
    found = bits({"ragged_row": "ragged", "no_customer_id": "who IS NULL"})
    keep(stage, "staged", f"SELECT *, {found} AS found FROM ({cells})")
    for code, name in (("bad_joined", "joined"), ("bad_birth", "birth")):
        stage.warn(code, stage.one(f"SELECT count(*) FROM staged WHERE {code}"), column=stage.columns.get(name))


def _permission(stage: Stage, way: str) -> str:
    said = yes_no(f"f_accepts_{way}") if stage.has(f"accepts_{way}") else "NULL::BOOLEAN"
    # Whom the business has blocked it does not write to, whatever they once agreed to.
    return f"CASE WHEN {yes_no('f_blocked')} THEN false ELSE {said} END" if stage.has("blocked") else said


def _joined(stage: Stage) -> tuple[str, str]:
    if not stage.has("joined"):
        return "NULL::DATE", "false"
    day = day_of("f_joined", stage.types["joined"], date_form(stage, "joined"))
    plausible = f"CASE WHEN {day} BETWEEN DATE '1950-01-01' AND DATE '2199-12-31' THEN {day} END"
    return plausible, f"f_joined IS NOT NULL AND ({plausible}) IS NULL"


def _birth_year(stage: Stage) -> tuple[str, str]:
    # The year only, and only where one is written in full; month and day are never looked at.
    if not stage.has("birth"):
        return "NULL::SMALLINT", "false"
    year = "TRY_CAST(regexp_extract(f_birth, '(?:^|[^0-9])((?:19|20)[0-9]{2})(?:$|[^0-9])', 1) AS SMALLINT)"
    partial = r"regexp_matches(f_birth, '^\s*[0-9]{1,2}[-/. ][0-9]{1,2}\s*$|^0000')"
    return year, f"f_birth IS NOT NULL AND {year} IS NULL AND NOT {partial}"


def customer_facts(stage: Stage, pseudonyms: Pseudonyms) -> Path:
    """One row per customer as rows of ``customers`` (without the house columns) in a Parquet file.

    Where a file names a customer twice the first filled cell counts, and for permissions the stricter one.
    """
    clash = key_people(stage, pseudonyms)
    kept = masked(stage, _TEXTS)
    source = f"nullif(trim(regexp_replace({kept['source']}, '{NAMED_SOURCE}', '\\1')), '')"
    keep(
        stage,
        "lines",
        f"SELECT row, found | {clash} AS found, NULL::VARCHAR AS sale_id, "
        f"NULL::VARCHAR AS line_id, customer, joined_on, {source} AS source, "
        f"{person_key(stage, pseudonyms, 'referred_by')} AS referrer, kind, "
        f"{branch_ids(stage, 'home_branch', kept['home_branch'])} AS home_branch, {kept['district']} AS district, "
        f"birth_year, {', '.join('may_' + way for way in _WAYS)} FROM staged LEFT JOIN people USING (who)",
    )
    stage.warn("duplicate_customer", stage.one("SELECT count(*) - count(DISTINCT customer) FROM lines WHERE found = 0"))
    merged = [
        f"bool_and({c.name}) AS {c.name}" if c.name.startswith("may_") else f"arg_min({c.name}, row) AS {c.name}"
        for c in CUSTOMERS.columns
        if c.name not in (*HOUSE, "system", "customer")
    ]
    return keep(
        stage,
        "facts",
        f"SELECT {literal(stage.reading.people)} AS system, customer, {', '.join(merged)} FROM lines "
        "WHERE found = 0 GROUP BY customer",
    )
