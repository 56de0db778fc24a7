"""Single cells as DuckDB expressions: identifiers, yes and no, text. Oracles: ``privacy.identifiers``, plain Python."""

from __future__ import annotations

from regulars.ledger.readers import literal
from regulars.privacy.identifiers import WALK_INS

_YES = "('yes','y','true','t','1','subscribed','opted in','opt in','opted-in','accepted','是','同意','接受','有')"
_NO = (
    "('no','n','false','f','0','unsubscribed','opted out','opt out','opted-out','declined','not subscribed',"
    "'否','不同意','不接受','沒有','拒絕')"
)


def text_of(column: str, type: str) -> str:
    """A column as text, the way a person writes it: whole numbers without decimals."""
    if type in ("DOUBLE", "FLOAT"):
        return (
            f"CASE WHEN {column} = floor({column}) AND abs({column}) < 1e15 "
            f"THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) WHEN isnan({column}) THEN NULL "
            f"ELSE CAST({column} AS VARCHAR) END"
        )
    return column if type == "VARCHAR" else f"CAST({column} AS VARCHAR)"


_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(12288) || chr(65279)"


def trimmed(column: str, *, odd_blanks: bool) -> str:
    """Without blanks at its ends; null when nothing is left.

    Trimming a set of characters is slow, so it is only done where one of them may occur.
    """
    if not odd_blanks:
        return f"nullif(trim({column}), '')"
    odd = " OR ".join(f"contains({column}, chr({code}))" for code in (9, 10, 13, 160, 12288, 65279))
    return f"nullif(CASE WHEN {odd} THEN trim({column}, {_BLANKS}) ELSE trim({column}) END, '')"


def unquoted(column: str) -> str:
    """Without what spreadsheets put around numbers to keep them text: ``'00123`` and ``="00123"``."""
    return (
        f"nullif(trim(ltrim(CASE WHEN {column} LIKE '=\"%\"' THEN substr({column}, 3, length({column}) - 3) "
        f"ELSE {column} END, '''')), '')"
    )


def identifier(kind: str, column: str, *, quoted: bool = True) -> str:
    """An identifier as it is keyed (``privacy.identifiers.normal_identifier``), null for nobody.

    ``quoted``: the column has cells that :func:`unquoted` would change.
    """
    plain = unquoted(column) if quoted else column
    match kind:
        case "customer" | "key":
            said = plain
        case "reference":
            said = f"'reference:' || {plain}"
        case "email":
            said = f"CASE WHEN contains({plain}, '@') THEN 'email:' || lower({plain}) END"
        case "phone":
            digits = f"regexp_replace({plain}, '[^0-9]', '', 'g')"
            national = f"CASE WHEN length({digits}) > 8 THEN regexp_replace({digits}, '^00', '') ELSE {digits} END"
            said = (
                f"CASE WHEN length({digits}) >= 6 THEN 'phone:' || CASE WHEN length({national}) = 8 "
                f"THEN '852' || ({national}) ELSE {national} END END"
            )
        case "customer_name":
            said = f"'name:' || lower(regexp_replace({plain}, '\\s+', ' ', 'g'))"
        case _:
            raise ValueError(f"no such identifier: {kind}")
    nobody = ", ".join(literal(word) for word in sorted(WALK_INS))
    return f"CASE WHEN lower({plain}) IN ({nobody}) THEN NULL ELSE {said} END"


def yes_no(column: str) -> str:
    """A permission: true, false, or null where the source does not say; silence is never a yes."""
    return f"CASE WHEN lower({column}) IN {_YES} THEN true WHEN lower({column}) IN {_NO} THEN false END"
