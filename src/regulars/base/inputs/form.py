"""An empty form of a file of ``strategy/``, made from its model: every key, nothing stated, all of it commented out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import UnionType
from typing import Annotated, Any, Literal, TypeAliasType, Union, get_args, get_origin

from pydantic import BaseModel

from regulars.base.inputs.common import BLANK, InputFile

#: What stands where something is to be filled in. A text left so is refused when the file is read.
TEXT, DAY, NUMBER = f'"{BLANK}"', "2026-01-31", "1"


def form(kind: type[InputFile], *, name: str) -> str:
    """The form of one file; with the ``#`` before the keys taken away and the texts filled in it can be read."""
    about = " ".join((kind.__doc__ or "").split())
    lines = [
        f"# {name}: {about}",
        "# A form: take the # away from what you fill in, and repeat [[parts]] as often as needed.",
        "# docs/reference/strategy-inputs.md explains every key.",
    ]
    plain = [(key, field.annotation) for key, field in kind.model_fields.items() if table_of(field.annotation) is None]
    lines += ["", *(f"# {key} = {_value(found)}{_choices(found)}" for key, found in plain)] if plain else []
    for key, field in kind.model_fields.items():
        found = table_of(field.annotation)
        if found is not None:
            model, many = found
            lines += ["", f"# [[{key}]]" if many else f"# [{key}]", *(f"# {line}" for line in _keys(model))]
    return "\n".join(lines) + "\n"


def plain(annotation: Any) -> Any:
    """An annotation without its alias, its constraints and its None."""
    if isinstance(annotation, TypeAliasType):
        return plain(annotation.__value__)
    if get_origin(annotation) is Annotated:
        return plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return plain(next(part for part in get_args(annotation) if part is not type(None)))
    return annotation


def table_of(annotation: Any) -> tuple[type[BaseModel], bool] | None:
    """The model a key holds and whether it holds several; None for a plain value."""
    found = plain(annotation)
    many = get_origin(found) is tuple
    inner = plain(get_args(found)[0]) if many else found
    return (inner, many) if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for key, field in model.model_fields.items():
        yield f"{key} = {_value(field.annotation)}{_choices(field.annotation)}"


def _choices(annotation: Any) -> str:
    found = plain(annotation)
    return f"  # one of {', '.join(map(str, get_args(found)))}" if get_origin(found) is Literal else ""


def _value(annotation: Any) -> str:
    found = plain(annotation)
    if isinstance(found, type) and issubclass(found, BaseModel):
        inner = ", ".join(f"{key} = {_value(field.annotation)}" for key, field in found.model_fields.items())
        return f"{{ {inner} }}"
    match get_origin(found):
        case origin if origin is Literal:
            first = get_args(found)[0]
            return f'"{first}"' if isinstance(first, str) else str(first)
        case origin if origin is tuple:
            return f"[{_value(get_args(found)[0])}]"
        case origin if origin is dict:
            return f"{{ en = {TEXT}, zh-Hant = {TEXT} }}"
    if found is bool:
        return "false"
    return DAY if found is date else NUMBER if found in (int, float) else TEXT
