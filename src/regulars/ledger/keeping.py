"""What is kept of the texts of a file: pseudonyms for people, masked words, branches by their id.

Everything here works on distinct values, of which there are few, and joins back by value.
"""

from __future__ import annotations

import re

import pyarrow as pa

from regulars.ledger.checks import BITS
from regulars.ledger.readers import literal
from regulars.ledger.staging import Stage
from regulars.privacy.hkid import PREFILTER, mask_hkid
from regulars.privacy.pseudonym import Pseudonyms

_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+|(?<!\d)(?:\+?852[ -]?)[2-9]\d{3}[ -]?\d{4}(?!\d)"
    # Eight digits alone may be a stock number; after such a word, or written in two halves, they are a telephone.
    r"|(?:(?<=tel)|(?<=phone)|(?<=mobile)|(?<=whatsapp)|(?<=電話)|(?<=手機))[ .:：#]*[2-9]\d{3}[ -]?\d{4}(?!\d)"
    r"|(?<![\d.,-])[5679]\d{3} \d{4}(?![\d.,])",
    re.IGNORECASE,
)
_CONTACT_MASK = "[contact]"
_SUSPICIOUS = rf"{PREFILTER}|@|852[ -]?[2-9]\d{{3}}|[2-9]\d{{3}}[ -]?\d{{4}}"


def key_people(stage: Stage, pseudonyms: Pseudonyms) -> str:
    """Make the table ``people`` (who, customer) over the distinct identifiers of ``staged``.

    Gives back the finding of a row whose identifier shares its key with another.
    Two identifiers that fall on one key would silently become one person; their rows are kept out instead.
    """
    key = person_key(stage, pseudonyms, "who")
    stage.engine.execute(
        f"CREATE TEMP TABLE people AS SELECT who, {key} AS customer "
        "FROM (SELECT DISTINCT who FROM staged WHERE who IS NOT NULL)"
    )
    shared = stage.one("SELECT count(*) - count(DISTINCT customer) FROM people")
    if not shared:
        return "0"
    clash = "SELECT customer FROM people GROUP BY 1 HAVING count(*) > 1"
    stage.engine.execute(f"CREATE TEMP TABLE clashes AS {clash}")
    return f"(CASE WHEN people.customer IN (SELECT customer FROM clashes) THEN {BITS['key_collision']} ELSE 0 END)"


def person_key(stage: Stage, pseudonyms: Pseudonyms, column: str) -> str:
    """The customer key of an identifier as a DuckDB expression."""
    # Rows pushed by a till were keyed when they arrived, so that no identifier had to wait for this.
    if stage.reading.identity == ("key",):
        return f"TRY_CAST({column} AS BIGINT)"
    return pseudonyms.sql_key(stage.reading.people, column)


def key_staff(stage: Stage, pseudonyms: Pseudonyms, column: str = "staff") -> None:
    """Make the table ``staff_keys`` (said, staff)."""
    stage.engine.execute(
        f"CREATE TEMP TABLE staff_keys AS SELECT {column} AS said, {pseudonyms.sql_staff(column)} AS staff "
        f"FROM (SELECT DISTINCT {column} FROM staged WHERE {column} IS NOT NULL)"
    )


def masked(stage: Stage, columns: tuple[str, ...]) -> dict[str, str]:
    """Expressions of kept text columns in which identity card numbers and contact data are masked.

    Counts the rows concerned as warnings. Only distinct suspicious values are looked at in Python.
    """
    expressions: dict[str, str] = {}
    for column in columns:
        query = (
            f"SELECT said, n FROM (SELECT {column} AS said, count(*) AS n FROM staged GROUP BY 1) "
            f"WHERE regexp_matches(said, '{_SUSPICIOUS}')"
        )
        befores: list[str] = []
        afters: list[str] = []
        cards = contacts = 0
        for text, rows in stage.engine.execute(query).fetchall():
            clean, found = mask_hkid(text)
            clean, reached = _CONTACT.subn(_CONTACT_MASK, clean)
            cards += rows if found else 0
            contacts += rows if reached else 0
            if clean != text:
                befores.append(text)
                afters.append(clean)
        stage.warn("hkid_masked", cards, column=stage.columns.get(column))
        stage.warn("contact_masked", contacts, column=stage.columns.get(column))
        expressions[column] = f"staged.{column}"
        if befores:
            _remember(stage, f"masks_{column}", befores, afters)
            lookup = f"(SELECT kept FROM masks_{column} WHERE said = staged.{column})"
            expressions[column] = f"coalesce({lookup}, staged.{column})"
    return expressions


def keyed_numbers(stage: Stage, column: str, pseudonyms: Pseudonyms) -> str:
    """An expression of a number of the source (sale, line) in which people's own numbers are replaced by keys.

    A key, not a mask: two sales must not fall together. A series such as A1234563, A1234564 … has a right check digit
    now and then; it is a series of identity cards only when most of it has.
    """
    if not stage.has(column):
        return f"staged.{column}"
    query = (
        f"SELECT said, n FROM (SELECT {column} AS said, count(*) AS n FROM staged WHERE {column} IS NOT NULL "
        f"GROUP BY 1) WHERE regexp_matches(said, '@|(^|[^0-9A-Za-z]){PREFILTER}([^0-9A-Za-z]|$)')"
    )
    found = stage.engine.execute(query).fetchall()
    shaped = [said for said, _ in found if "@" not in said]
    bare = sum(mask_hkid(said)[1] > 0 for said in shaped) > 0.5 * len(shaped)
    befores: list[str] = []
    cards = contacts = 0
    for said, rows in found:
        card = mask_hkid(said)[1] > 0 and (bare or "(" in said or "（" in said)
        reached = _CONTACT.search(said) is not None
        cards += rows if card else 0
        contacts += rows if reached and not card else 0
        if card or reached:
            befores.append(said)
    stage.warn("hkid_masked", cards, column=stage.columns.get(column))
    stage.warn("contact_masked", contacts, column=stage.columns.get(column))
    if not befores:
        return f"staged.{column}"
    _remember(stage, f"keyed_{column}", befores, [pseudonyms.number(said) for said in befores])
    return f"coalesce((SELECT kept FROM keyed_{column} WHERE said = staged.{column}), staged.{column})"


def _remember(stage: Stage, name: str, said: list[str], kept: list[str]) -> None:
    stage.engine.register(f"{name}_arrow", pa.table({"said": said, "kept": kept}))
    stage.engine.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM {name}_arrow")
    stage.engine.unregister(f"{name}_arrow")


def branch_ids(stage: Stage, column: str, masked_column: str) -> str:
    """The branch id of a row: by id, name or other spelling in ``business.toml``, else as the file says.

    A file without branches belongs to the only branch there is.
    """
    branches = stage.business.branches
    if not stage.has(column):
        return literal(branches[0].id) if len(branches) == 1 else "CAST(NULL AS VARCHAR)"
    spellings = {
        spelling.strip().lower(): branch.id
        for branch in reversed(branches)
        for spelling in (*branch.also, *branch.name.values(), branch.id)
    }
    if not spellings:
        return masked_column
    listed = ", ".join(literal(spelling) for spelling in spellings)
    unknown = f"SELECT count(*) FROM staged WHERE {column} IS NOT NULL AND lower({column}) NOT IN ({listed})"
    stage.warn("unknown_branch", stage.one(unknown), column=stage.columns.get(column))
    cases = " ".join(f"WHEN {literal(spelling)} THEN {literal(id)}" for spelling, id in spellings.items())
    return f"CASE lower(staged.{column}) {cases} ELSE {masked_column} END"
