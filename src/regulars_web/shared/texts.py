"""Sentences kept in the database, and put into words for who reads them."""

from __future__ import annotations

from typing import Any, cast

from pydantic import TypeAdapter

from regulars.base.text import Text

_TEXT: TypeAdapter[Text] = TypeAdapter(Text)


def as_json(text: Text) -> dict[str, Any]:
    """A sentence as data that a column holds."""
    return cast(dict[str, Any], _TEXT.dump_python(text, mode="json"))


def text_of(kept: dict[str, Any] | None) -> Text | None:
    """The sentence kept; None where none was."""
    return None if kept is None else _TEXT.validate_python(kept)
