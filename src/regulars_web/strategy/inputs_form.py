"""One form for every file of ``strategy/``: its fields are walked out of the file's model, and read back by it.

A field is named by its place in the file (``traits.0.text.en``). Between model and page lies the plain content of the
file: what was asked is read into it (wrong numbers and days left as they were typed), and fields are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any, Literal, get_args, get_origin

from django.utils.datastructures import MultiValueDict
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from regulars.base.inputs import Fault, InputFile, faults_of
from regulars.base.inputs.form import plain, table_of
from regulars.base.text import Local, Text, say
from regulars.base.words import LANGUAGES

type Place = tuple[int | str, ...]
type Kind = Literal["words", "text", "day", "number", "choice", "ticks", "flag", "group", "rows"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the page. ``label`` and those of ``choices`` are sentences; ``parts`` are the fields inside it."""

    name: str
    kind: Kind
    label: Text
    needed: bool = False
    value: object = ""
    faults: tuple[Text, ...] = ()
    choices: tuple[tuple[str, Text, bool], ...] = ()
    parts: tuple[Field, ...] = ()

    @property
    def wrong(self) -> bool:
        """Whether something in it keeps the file from being written."""
        return bool(self.faults) or any(part.wrong for part in self.parts)

    @property
    def blank(self) -> bool:
        """Whether nobody has written anything into it; choices and ticks may stand as they were offered."""
        if self.parts:
            return all(part.blank for part in self.parts)
        return self.value == "" or self.kind not in ("text", "day", "number")

    @property
    def open(self) -> bool:
        """Whether an entry is shown unfolded: it is new, or something in it is wrong."""
        return (
            self.wrong
            or self.blank
            or any(row.open for part in self.parts if part.kind == "rows" for row in part.parts)
        )

    @property
    def gist(self) -> Local | Text | None:
        """An entry in a few words: the first ones stated in it, else the first choice made."""
        for part in self.parts:
            if part.kind == "words" and not part.blank:
                said = {tongue: str(one.value) for tongue, one in zip(LANGUAGES, part.parts, strict=True) if one.value}
                return Local(said)
        return next((word for part in self.parts for _, word, chosen in part.choices if chosen), None)


@dataclass
class Asked:
    """What a form says: the content of the file, and everything that keeps it from being one."""

    raw: dict[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def content(found: InputFile | None) -> dict[str, Any]:
    """A model's content as the file would say it."""
    return found.model_dump(exclude_none=True) if found else {}


def read(kind: type[InputFile], post: MultiValueDict[str, str]) -> Asked:
    """What a form says."""
    reader = _Reader(post)
    raw = reader.model(kind, ())
    wrong = {fault.place for fault in reader.faults}
    rest = (fault for fault in faults_of(raw, kind) if fault.place not in wrong)
    return Asked(raw, (*reader.faults, *rest))


def fields(kind: type[BaseModel], raw: Mapping[str, Any], faults: tuple[Fault, ...], at: Place = ()) -> list[Field]:
    """The fields of a model, filled with its content; each with what is wrong with it."""
    made = []
    for key, info in kind.model_fields.items():
        made.append(_field(key, info.annotation, raw.get(key), faults, (*at, key), needed=info.is_required()))
    return made


def add_row(kind: type[BaseModel], raw: dict[str, Any], path: str) -> bool:
    """Add an entry to the list at ``path``, with what its model takes for granted; whether there is such a list."""
    *way, key = path.split(".")
    holder, model = _walked(raw, way), _model_at(kind, way)
    found = table_of(model.model_fields[key].annotation) if model and key in model.model_fields else None
    if not isinstance(holder, dict) or found is None or not found[1]:
        return False
    taken = {name: info.default for name, info in found[0].model_fields.items() if info.default not in (None, ())}
    holder.setdefault(key, []).append({name: value for name, value in taken.items() if value is not PydanticUndefined})
    return True


def drop_row(raw: dict[str, Any], path: str) -> bool:
    """Take the entry at ``path`` out of its list; whether there was one."""
    *way, last = path.split(".")
    rows = _walked(raw, way)
    if not isinstance(rows, list) or not _is_index(last) or int(last) >= len(rows):
        return False
    del rows[int(last)]
    return True


class _Reader:
    """Goes through a model and takes from a form what belongs to it."""

    def __init__(self, post: MultiValueDict[str, str]) -> None:
        self.post = post
        self.faults: list[Fault] = []

    def model(self, kind: type[BaseModel], at: Place) -> dict[str, Any]:
        found = {}
        for key, info in kind.model_fields.items():
            value = self._value(info.annotation, (*at, key))
            if value is not None and not (value == {} and not info.is_required()):
                found[key] = value
        return found

    def _value(self, annotation: Any, at: Place) -> Any:
        if (table := table_of(annotation)) is not None:
            inner, many = table
            return [self.model(inner, (*at, i)) for i in self._rows(at)] or None if many else self.model(inner, at)
        bare, name = plain(annotation), _name(at)
        if get_origin(bare) is dict:
            return {tongue: said for tongue in LANGUAGES if (said := self._text(f"{name}.{tongue}"))} or None
        if get_origin(bare) is tuple:
            return self.post.getlist(name) or None
        if bare is bool:
            return name in self.post
        said = self._text(name)
        if not said:
            return None
        if get_origin(bare) is Literal:
            return next((choice for choice in get_args(bare) if str(choice) == said), said)
        return said if bare is str else self._typed(bare, said.strip(), at)

    def _typed(self, bare: type, said: str, at: Place) -> Any:
        try:
            if bare is date:
                return date.fromisoformat(said)
            value = int(said) if bare is int or said.isdecimal() else float(said)
            if isfinite(value):
                return value
        except (ValueError, OverflowError):
            pass  # told below, and left as it was typed
        self.faults.append(Fault(at, say("inputs.reason.no_day" if bare is date else "inputs.reason.no_number")))
        return said

    def _rows(self, at: Place) -> list[int]:
        start = _name(at) + "."
        numbers = {key[len(start) :].split(".")[0] for key in self.post if key.startswith(start)}
        return sorted({int(number) for number in numbers if _is_index(number)})

    def _text(self, name: str) -> str:
        """As it was typed: browsers send every end of line as two signs."""
        return (self.post.get(name) or "").replace("\r\n", "\n")


def _field(key: str, annotation: Any, value: Any, faults: tuple[Fault, ...], at: Place, *, needed: bool) -> Field:
    name, label = _name(at), _label(key, annotation)
    here = tuple(fault.reason for fault in faults if fault.place == at)
    if (table := table_of(annotation)) is not None:
        inner, many = table
        if not many:
            return Field(name, "group", label, needed, faults=here, parts=tuple(fields(inner, value or {}, faults, at)))
        rows = tuple(
            Field(_name((*at, i)), "group", label, value=i + 1, parts=tuple(fields(inner, row, faults, (*at, i))))
            for i, row in enumerate(value or ())
        )
        return Field(name, "rows", label, needed, faults=here, parts=rows)
    bare = plain(annotation)  # ticks come in the order they were given in: a page that is only opened changes nothing
    if get_origin(bare) is dict:
        return Field(name, "words", label, needed, faults=here, parts=_tongues(value or {}, faults, at))
    if get_origin(bare) in (tuple, Literal):
        many = get_origin(bare) is tuple
        inside = plain(get_args(bare)[0]) if many else bare
        if many:
            here += tuple(fault.reason for fault in faults if fault.place[:-1] == at)
        chosen = value or () if many else (value,)
        offered = [*chosen, *(one for one in get_args(inside) if one not in chosen)] if many else get_args(inside)
        choices = tuple((str(one), _choice(one), one in chosen) for one in offered if one in get_args(inside))
        return Field(name, "ticks" if many else "choice", label, needed, value, here, choices)
    if bare is bool:
        return Field(name, "flag", label, value=bool(value), faults=here)
    shown = "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
    kind: Kind = "day" if bare is date else "number" if bare in (int, float) else "text"
    return Field(name, kind, label, needed, shown, here)


def _tongues(value: Mapping[str, str], faults: tuple[Fault, ...], at: Place) -> tuple[Field, ...]:
    made = []
    for tongue in LANGUAGES:
        here = tuple(f.reason for f in faults if f.place[: len(at) + 1] == (*at, tongue))
        label = say("inputs_web.in_chinese" if tongue == "zh-Hant" else "inputs_web.in_english")
        made.append(Field(_name((*at, tongue)), "text", label, value=value.get(tongue, ""), faults=here))
    return tuple(made)


def _label(key: str, annotation: Any) -> Text:
    """A key's name; what is done ``by`` a day is not who stands behind it."""
    name = "by_day" if key == "by" and plain(annotation) is date else key
    return say(f"inputs_web.label.{name}")


def _choice(value: object) -> Text:
    return say("inputs_web.number", value=str(value)) if isinstance(value, int) else say(f"inputs_web.choice.{value}")


def _name(at: Place) -> str:
    return ".".join(map(str, at))


def _is_index(said: str) -> bool:
    return said.isascii() and said.isdecimal() and len(said) < 6


def _model_at(kind: type[BaseModel] | None, way: list[str]) -> type[BaseModel] | None:
    for part in way:
        if kind is not None and not _is_index(part):
            found = table_of(kind.model_fields[part].annotation) if part in kind.model_fields else None
            kind = found[0] if found else None
    return kind


def _walked(raw: object, way: list[str]) -> object:
    for part in way:
        if isinstance(raw, list) and _is_index(part) and int(part) < len(raw):
            raw = raw[int(part)]
        elif isinstance(raw, dict):
            raw = raw.get(part)
        else:
            return None
    return raw
