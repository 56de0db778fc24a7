"""Who the customers of a file are: names, telephones, e-mail addresses and member numbers beside their keys.

The ledger keeps none of it. An import hands it, once a file and before anything is stored, to a receiver that was given
for the purpose (the vault of the web application); without one it is never read out of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyarrow as pa

from regulars.ledger.fields import unquoted
from regulars.ledger.readers import literal
from regulars.ledger.staging import Stage
from regulars.privacy.hkid import PREFILTER, mask_hkid
from regulars.privacy.identifiers import WALK_INS

#: One row a customer: the key as it stands in the ledger (as text), and what the file tells; null where it does not.
IDENTIFIERS = pa.schema([(name, pa.string()) for name in ("customer", "name", "phone", "email", "member")])
_KEYED = {"name": ("customer_name",), "phone": ("phone",), "email": ("email",), "member": ("reference", "customer")}
_CHINESE = r"[\x{3400}-\x{9FFF}]"
#: A text longer than this is no name, number or address.
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Identified:
    """What one file tells of who its customers are, on its way to the vault."""

    file: str
    import_id: str
    table: pa.Table  # of the schema IDENTIFIERS
    columns: tuple[str, ...]  # columns of the file it was read from


type Receiver = Callable[[Identified], None]


def identifiers_of(stage: Stage) -> pa.Table:
    """The identifiers of every customer with an accepted row: of each kind the first filled cell of the file."""
    parts = {kind: _told(stage, kind) for kind in ("name", "phone", "email", "member")}
    filled = {kind: said for kind, said in parts.items() if said}
    if not filled or stage.found.table == "spend":
        return IDENTIFIERS.empty_table()
    cells = ", ".join(f"{filled.get(kind, 'NULL::VARCHAR')} AS {kind}" for kind in parts)
    # Cells are looked into once a customer, not once a row.
    used = [*stage.vault, *(name for names in _KEYED.values() for name in names if stage.has(name))]
    firsts = ", ".join(f"arg_min(f_{name}, row) AS f_{name}" for name in used)
    some = " OR ".join(f"{kind} IS NOT NULL" for kind in filled)
    stage.engine.execute(
        f"CREATE TEMP TABLE identified AS SELECT * FROM (SELECT customer, {cells} FROM ("
        f"SELECT CAST(lines.customer AS VARCHAR) AS customer, {firsts} FROM lines JOIN raw USING (row) "
        f"WHERE lines.found = 0 AND lines.customer IS NOT NULL GROUP BY lines.customer)) WHERE {some}"
    )
    for kind in filled:
        _without_cards(stage, kind)
    return stage.engine.execute("SELECT * FROM identified ORDER BY 1").to_arrow_table().cast(IDENTIFIERS)


def _told(stage: Stage, kind: str) -> str | None:
    own = [name for name, meant in stage.vault.items() if meant == kind]
    said = [_cell(f"f_{name}") for name in own]
    if kind == "name" and (whole := _whole_name(stage)):
        said.append(whole)
    said += [_cell(f"f_{name}") for name in _KEYED[kind] if stage.has(name)]
    return f"coalesce({', '.join(said)})" if said else None


def _cell(column: str) -> str:
    plain = unquoted(f"CAST({column} AS VARCHAR)")
    nobody = ", ".join(literal(word) for word in sorted(WALK_INS))
    return f"CASE WHEN lower({plain}) IN ({nobody}) OR length({plain}) > {LONGEST} THEN NULL ELSE {plain} END"


def _whole_name(stage: Stage) -> str | None:
    # Chinese writes the family name first and nothing between.
    first, last = (
        [_cell(f"f_{name}") for name, meant in stage.vault.items() if meant == part]
        for part in ("first_name", "last_name")
    )
    if not first or not last:
        return next(iter(first or last), None)
    a, b = first[0], last[0]
    return (
        f"nullif(CASE WHEN regexp_matches(concat({a}, {b}), '{_CHINESE}') THEN concat({b}, {a}) "
        f"ELSE concat_ws(' ', {a}, {b}) END, '')"
    )


def _without_cards(stage: Stage, kind: str) -> None:
    """Identity card numbers are kept nowhere (PRIVACY.md P02): masked in names, left out where they are the number.

    A series such as A1234563, A1234564 ... has a right check digit now and then; only when most of it has is it one of
    identity cards.
    """
    query = f"SELECT {kind} FROM identified WHERE regexp_matches({kind}, '{PREFILTER}')"
    shaped: list[str] = [said for (said,) in stage.engine.execute(query).fetchall()]
    cards = [said for said in shaped if mask_hkid(said)[1]]
    if kind != "name" and len(cards) <= 0.5 * len(shaped):
        cards = [said for said in cards if "(" in said or "（" in said]
    _replace(stage, kind, cards)


def _replace(stage: Stage, kind: str, cards: Iterable[str]) -> None:
    befores = sorted(set(cards))
    if not befores:
        return
    afters = [mask_hkid(said)[0] if kind == "name" else None for said in befores]
    table = pa.table({"said": befores, "kept": pa.array(afters, pa.string())})
    stage.engine.register("cards_arrow", table)
    stage.engine.execute(f"UPDATE identified SET {kind} = kept FROM cards_arrow WHERE {kind} = said")
    stage.engine.unregister("cards_arrow")
