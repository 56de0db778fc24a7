"""Small edits of a TOML file that leave every other line, comment and order as they are.

Every edit is proved before it is given back: the edited text is parsed, and must say what the original said but for
the one change. Where the file is written in a way that a line edit cannot change (values over several lines, tables
written inline), the edit is refused and the person is asked to make it by hand.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

from regulars.base.errors import BadSettings
from regulars.base.text import say

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]\]?\s*(?:#.*)?$")


def set_in_table(text: str, table: str, key: str, value: object) -> str:
    """``[table] key = value``; the key or the table is added where it is not there. Raises BadSettings."""

    def change(document: dict[str, Any]) -> None:
        document.setdefault(table, {})[key] = value

    lines = _lines(text)
    block = next((b for b in _blocks(lines) if b.name == table and not b.many), None)
    if block is None:
        return _proved(text, _ended(text, [f"[{table}]", f"{key} = {written(value)}"]), change, f"{table}.{key}")
    return _proved(text, _with_key(lines, block, key, value), change, f"{table}.{key}")


def set_in_item(text: str, table: str, id: str, key: str, value: object) -> str:
    """``key = value`` in the ``[[table]]`` whose ``id`` it is. Raises BadSettings when there is none."""

    def change(document: dict[str, Any]) -> None:
        next(item for item in document[table] if item.get("id") == id)[key] = value

    lines = _lines(text)
    block = _item(lines, table, id)
    return _proved(text, _with_key(lines, block, key, value), change, f"{table}.{id}.{key}")


def add_item(text: str, table: str, values: Mapping[str, object]) -> str:
    """A new ``[[table]]`` at the end of the file. Raises BadSettings when the table is written inline."""

    def change(document: dict[str, Any]) -> None:
        document.setdefault(table, []).append(dict(values))

    added = [f"[[{table}]]", *(f"{key} = {written(value)}" for key, value in values.items())]
    return _proved(text, _ended(text, added), change, table)


def drop_item(text: str, table: str, id: str) -> str:
    """Without the ``[[table]]`` whose ``id`` it is, its sub-tables included; remarks around it stay. Raises BadSettings
    when there is none."""

    def change(document: dict[str, Any]) -> None:
        document[table] = [item for item in document[table] if item.get("id") != id]
        if not document[table]:
            del document[table]

    lines = _lines(text)
    block = _item(lines, table, id)
    end = block.end
    for later in _blocks(lines):
        if later.start >= end and later.name.startswith(f"{table}."):
            end = later.end
        elif later.start >= end:
            break
    while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):  # they lead to what comes next
        end -= 1
    start = block.start
    if start and not lines[start - 1].strip() and (end == len(lines) or not lines[end].strip()):
        start -= 1  # the blank line that set it off
    return _proved(text, "".join(lines[:start] + lines[end:]), change, f"{table}.{id}")


def written(value: object) -> str:
    """A value as TOML writes it on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
        case float():
            return repr(value)
        case date():
            return value.isoformat()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list() | tuple():
            return f"[{', '.join(written(item) for item in value)}]"
        case Mapping():
            return f"{{ {', '.join(f'{key} = {written(item)}' for key, item in value.items())} }}"
    raise TypeError(f"cannot write a {type(value).__name__} into TOML")


def _lines(text: str) -> list[str]:
    """Lines with their ends. TOML knows no end of line but these; strings may hold others."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


class _Block:
    """A header and the lines up to the next one: ``start`` is the header's line, -1 above the first header."""

    def __init__(self, name: str, many: bool, start: int, end: int) -> None:
        self.name, self.many, self.start, self.end = name, many, start, end


def _blocks(lines: list[str]) -> Iterator[_Block]:
    heads = [(place, found) for place, line in enumerate(lines) if (found := _HEADER.match(line.rstrip("\r\n")))]
    for number, (place, found) in enumerate(heads):
        end = heads[number + 1][0] if number + 1 < len(heads) else len(lines)
        yield _Block(found[2], found[1] == "[[", place, end)


def _item(lines: list[str], table: str, id: str) -> _Block:
    for block in _blocks(lines):
        if block.name == table and block.many:
            try:
                inside = tomllib.loads("".join(lines[block.start + 1 : block.end]))
            except tomllib.TOMLDecodeError:
                continue
            if inside.get("id") == id:
                return block
    raise BadSettings(say("mandate.edit.no_item", table=table, id=id), say("mandate.edit.no_item_hint", table=table))


def _with_key(lines: list[str], block: _Block, key: str, value: object) -> str:
    shape = re.compile(rf"^(\s*(?:{re.escape(key)}|\"{re.escape(key)}\")\s*=\s*)(.*)$")
    for place in range(block.start + 1, block.end):
        line = lines[place]
        body = line.rstrip("\r\n")
        if found := shape.match(body):
            lines = [*lines]
            lines[place] = f"{found[1]}{written(value)}{_comment(found[2])}{line[len(body) :]}"
            return "".join(lines)
    last = next((p for p in range(block.end - 1, block.start, -1) if lines[p].strip()), block.start)
    ending = "\r\n" if lines[block.start].endswith("\r\n") else "\n"
    head = lines[: last + 1]
    if not head[-1].endswith("\n"):
        head[-1] += ending
    return "".join([*head, f"{key} = {written(value)}{ending}", *lines[last + 1 :]])


def _comment(rest: str) -> str:
    """The comment after a value, with the spaces before it."""
    for place in [i for i, sign in enumerate(rest) if sign == "#"]:
        try:
            tomllib.loads(f"x = {rest[:place]}")
        except tomllib.TOMLDecodeError:
            continue
        value = rest[:place].rstrip()
        return rest[len(value) :]
    return ""


def _ended(text: str, added: list[str]) -> str:
    ending = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else text + ending
    return before + ending.join(["", *added, ""]) if before.strip() else ending.join([*added, ""])


def _proved(before: str, after: str, change: Callable[[dict[str, Any]], None], where: str) -> str:
    """``after``, if it says what ``before`` said but for the change. Numbers are compared as numbers."""
    refused = BadSettings(say("mandate.edit.refused", key=where), say("mandate.edit.refused_hint"))
    wanted = deepcopy(tomllib.loads(before))
    try:
        change(wanted)
        found = tomllib.loads(after)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise refused from error
    if _plain(found) != _plain(wanted):
        raise refused
    return after


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
