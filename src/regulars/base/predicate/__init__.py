"""The one predicate language of segments, screening and eligibility: read, check, judge one record, say in words.

Its second back end, which turns a predicate into an engine expression, is :mod:`regulars.analysis.predicate`; a test
holds both equal. Docs: docs/how-to/segments.md.
"""

from regulars.base.predicate.errors import BadPredicate
from regulars.base.predicate.fields import Catalogue, Field
from regulars.base.predicate.jsonform import from_json, to_json
from regulars.base.predicate.judge import holds, judge
from regulars.base.predicate.parse import parse
from regulars.base.predicate.tree import (
    EVERYBODY,
    All,
    Among,
    Between,
    Compare,
    Known,
    Not,
    Predicate,
    Relative,
    Some,
    all_of,
    fields_of,
    named,
    some_of,
)
from regulars.base.predicate.write import in_words, write

__all__ = [
    "EVERYBODY",
    "All",
    "Among",
    "BadPredicate",
    "Between",
    "Catalogue",
    "Compare",
    "Field",
    "Known",
    "Not",
    "Predicate",
    "Relative",
    "Some",
    "all_of",
    "fields_of",
    "from_json",
    "holds",
    "in_words",
    "judge",
    "named",
    "parse",
    "some_of",
    "to_json",
    "write",
]
