"""Sentences kept in the database, and put into words for who reads them."""

from __future__ import annotations

from typing import Any, cast

from pydantic import TypeAdapter

from regulars.base.text import Text
from regulars.base.words import word_list

_TEXT: TypeAdapter[Text] = TypeAdapter(Text)


def as_json(text: Text) -> dict[str, Any]:
    """A sentence as data that a column holds."""
    return cast(dict[str, Any], _TEXT.dump_python(text, mode="json"))


def text_of(kept: dict[str, Any] | None) -> Text | None:
    """The sentence kept; None where none was."""
    return None if kept is None else _TEXT.validate_python(kept)


def at_a_page(text: Text) -> Text:
    """What the core says to somebody at a terminal, said to somebody at a page: its next step is a page, no command."""
    other = f"web.instead.{text.id.replace('.', '_')}"
    return Text(other, text.params) if other in word_list("en") else text
