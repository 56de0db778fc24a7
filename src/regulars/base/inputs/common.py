"""What all files of stated facts share: words in both languages, claims with a dated source, who stands behind them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from regulars.base.text import Local

#: What an empty form holds where a text belongs (:mod:`regulars.base.inputs.form`).
BLANK = "..."


def _written(text: str) -> str:
    """A text as stated; what an empty form holds in its place is no statement."""
    if text.strip(" .…") == "":
        raise PydanticCustomError("to_fill", "still to be filled in")
    return text


type Sentence = Annotated[str, Field(min_length=1), AfterValidator(_written)]
#: Words in one or both languages; the document says how many entries lack one of them.
type Bilingual = Annotated[dict[Literal["en", "zh-Hant"], Sentence], Field(min_length=1)]

#: A claim about a market is doubted after so long, and the document says so.
FRESH = timedelta(days=365)


class Model(BaseModel):
    """A part of a file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Model):
    """Where a claim comes from: its title, where it can be found, and the day it was published or seen."""

    title: Sentence
    where: Sentence
    on: date


class Claim(Model):
    """Something said about the world outside the business: never without a source and its day."""

    text: Bilingual
    source: Source

    def old(self, as_of: date) -> bool:
        """Whether the source is more than a year older than the document."""
        return self.source.on < as_of - FRESH


class Stated(Model):
    """Who of the business stands behind a file, and since when. Without it a file counts as an unconfirmed starter."""

    by: Sentence
    on: date


class InputFile(Model):
    """One file of ``strategy/``."""

    stated: Stated | None = None


def local(words: Mapping[Literal["en", "zh-Hant"], str]) -> Local:
    """Words as a parameter of a sentence."""
    return Local({str(language): text for language, text in words.items()})


def in_one_language(part: object) -> int:
    """How many texts of a file are given in one language only (any part of it, counted through)."""
    if isinstance(part, BaseModel):
        return sum(in_one_language(value) for _, value in part)
    if isinstance(part, tuple):
        return sum(in_one_language(value) for value in part)
    if isinstance(part, dict):
        if set(part) <= {"en", "zh-Hant"} and all(isinstance(v, str) for v in part.values()):
            return int(len(part) == 1)
        return sum(in_one_language(value) for value in part.values())
    return 0
