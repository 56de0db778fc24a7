"""A predicate as a query text of the lookup engine, put together once and kept: that takes longer than running it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import ibis

from regulars.analysis.catalogue import CATALOGUE
from regulars.analysis.predicate import compiled
from regulars.base.predicate import Predicate

#: The engine's types as Ibis names them; any other is no field's and is not asked about.
_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "int64",
    "INTEGER": "int32",
    "SMALLINT": "int16",
    "TINYINT": "int8",
    "HUGEINT": "int64",
    "DOUBLE": "float64",
    "FLOAT": "float32",
    "DATE": "date",
    "BOOLEAN": "boolean",
}
#: The column that says of every row whether the predicate is true of it.
TOLD = "told"


@lru_cache(maxsize=512)
def told_query(predicate: Predicate, columns: tuple[tuple[str, str], ...], place: tuple[str, str], as_of: date) -> str:
    """A query giving every row of ``place`` (catalogue, table) with :data:`TOLD`: true, false or null (unknown)."""
    schema = {name: _TYPES.get(type, "float64") for name, type in columns}
    t = ibis.table(schema, name=place[1], catalog=place[0], database="main")
    fields = CATALOGUE.within(schema)
    return str(ibis.to_sql(t.mutate(**{TOLD: compiled(predicate, t, catalogue=fields, as_of=as_of)}), dialect="duckdb"))
