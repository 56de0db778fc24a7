"""Sentences kept in the database, and put into words for who reads them."""

from __future__ import annotations

import re
from typing import Any, cast

from pydantic import TypeAdapter

from regulars.base.text import Text, say
from regulars.base.words import render, word_list

#: Sections of the settings, as the core names them in sentences.
_SECTION = re.compile(r"\[(costs|packages|hygiene)\]")
#: Their keys, which have words of their own.
_KEY = re.compile(r"\b(service_minutes|staff_hour|payment_fee|valid_months)\b", re.ASCII)
#: The fingerprint of a scheme's rules behind its version.
_DIGEST = re.compile(r"[,\uff0c][^<,\uff0c]{1,8}[0-9a-f]{12}(?=<)")
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


def without_files(said: str, language: str) -> str:
    """What the core says, with the settings called what somebody knows them by who never sees the
    business folder, and without fingerprints."""
    said = _DIGEST.sub("", said)
    if "business.toml" not in said and "[" not in said:
        return said
    said = _KEY.sub(lambda found: render(say(f"web.settings.{found[1]}"), language), said)
    name = render(say("web.settings.file"), language)
    said = _SECTION.sub(lambda found: render(say("web.settings.section", name=found[1]), language), said)
    return said.replace(". business.toml", f". {name[:1].upper()}{name[1:]}").replace("business.toml", name)
