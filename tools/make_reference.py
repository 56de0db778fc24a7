"""Write the pages of docs/reference that the code tells (PAGES). ``--check`` only compares (exit 1 when stale)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from regulars.base.inputs.common import Source, Stated
from regulars.base.inputs.files import FILES, FOLDER
from regulars.base.settings import Business
from regulars.cli import VERBS, cli
from regulars.ledger.schema import SAME_PEOPLE, TABLES

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
_NOTE = "<!-- Written by tools/make_reference.py from the code; do not edit. -->\n\n"


def _command(name: str, command: click.Command, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, parent=parent, info_name=name)
    yield f"## {context.command_path}\n"
    yield "```text\n" + command.get_help(context).rstrip() + "\n```\n"
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            assert found is not None
            yield from _command(sub, found, context)


def cli_page() -> str:
    """The command line, verb by verb, as `--help` prints it."""
    lines = ["# The command line\n", "What `regulars VERB --help` prints.\n"]
    context = click.Context(cli, info_name="regulars", terminal_width=100, **cli.context_settings)
    for name in VERBS:
        command = cli.get_command(context, name)
        assert command is not None
        lines += _command(name, command, context)
    return _NOTE + "\n".join(lines)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation) if get_origin(annotation) in (tuple, list, Union, UnionType) else ():
        yield from _models(part)


def _settings(model: type[BaseModel], heading: str) -> Iterator[str]:
    yield f"## {heading}\n"
    yield f"{(model.__doc__ or '').strip()}\n"
    yield "| key | what it takes | default |\n| --- | --- | --- |"
    later: list[tuple[type[BaseModel], str]] = []
    schema = model.model_json_schema()
    for name, field in model.model_fields.items():
        default = "required" if field.default is PydanticUndefined and field.default_factory is None else field.default
        shown = "empty" if default is PydanticUndefined or default in ((), {}) else default
        inner = list(_models(field.annotation))
        if inner:
            shown = "see below"
            many = get_origin(field.annotation) is tuple
            later += [(m, f"[[{name}]]" if many else f"[{name}]") for m in inner]
        yield f"| `{name}` | {_takes(schema['properties'][name], schema)} | {shown} |"
    yield ""
    for found, title in later:
        yield from _settings(found, title)


def _takes(property: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in property:
        target = schema["$defs"][property["$ref"].rsplit("/", 1)[-1]]
        return _takes(target, schema) if "enum" in target or target.get("type") != "object" else "a table"
    if "anyOf" in property:
        return " or ".join(_takes(p, schema) for p in property["anyOf"] if p.get("type") != "null")
    if "enum" in property:
        return "one of " + ", ".join(f"`{v}`" for v in property["enum"])
    kind = {"array": "a list", "object": "a table (by language)", "string": "text"}.get(
        property.get("type", ""), property.get("type", "anything")
    )
    signs = (
        ("minimum", "at least"),
        ("exclusiveMinimum", "above"),
        ("maximum", "at most"),
        ("exclusiveMaximum", "below"),
    )
    limits = [f"{word} {property[key]:g}" for key, word in signs if key in property]
    return ", ".join([kind, *limits])


def business_page() -> str:
    """Every setting of business.toml."""
    return _NOTE + "# business.toml\n\n" + "\n".join(_settings(Business, "The business"))


_INPUTS = """# strategy/*.toml

What people state for the [strategy document](../how-to/write-the-strategy-document.md), in the folder `strategy/`
of the business folder. No file has to be there: a chapter without its file says what is missing. A file that is
there is read strictly: an unknown file or key, a claim without a dated source, an empty text is refused with file
and key named.

Texts are tables by language, `{ en = "...", zh-Hant = "..." }`, with one or both; the document counts texts that
have only one. Days are written `2026-10-31`. `regulars document FOLDER --starters` puts the trade's starter files
there, or an empty form where the trade has none, without overwriting any.

Every file may begin with who stands behind it; without that it counts as a starter nobody has confirmed, and the
document says so:

```toml
[stated]
by = "Lily Chan, director"
on = 2026-10-31
```

A claim about the world outside is never read without its source (`source`); one that is more than a year older
than the document is marked.
"""


def _input(model: type[BaseModel], heading: str, seen: set[type[BaseModel]]) -> Iterator[str]:
    """A file, then each part of it once."""
    seen.add(model)
    yield f"{heading}\n\n{' '.join((model.__doc__ or '').split())}\n"
    yield "| key | what it takes | needed |\n| --- | --- | --- |"
    later: list[tuple[type[BaseModel], str]] = []
    schema = model.model_json_schema()
    for name, field in model.model_fields.items():
        inner = [m for m in _models(field.annotation) if m not in seen]
        many = get_origin(field.annotation) is tuple
        later += [(m, f"### {f'[[{name}]]' if many else f'[{name}]'}") for m in inner]
        told = schema["properties"][name]
        takes = "a day" if told.get("format") == "date" else _takes(told, schema)
        yield f"| `{name}` | {takes} | {'yes' if field.is_required() else 'no'} |"
    yield ""
    for found, title in later:
        if found not in seen:
            yield from _input(found, title, seen)


def inputs_page() -> str:
    """Every key of the files that people state for the strategy document."""
    seen: set[type[BaseModel]] = {Stated, Source}
    parts = ["## [stated] and source\n", "\n".join(_input(Source, "### [source]", set()))]
    parts += ["\n".join(_input(model, f"## {FOLDER}/{name}.toml", seen)) for name, model in FILES.items()]
    return _NOTE + _INPUTS + "\n" + "\n".join(parts)


def ledger_page() -> str:
    """Every column of the ledger."""
    lines = [
        "# The ledger's tables\n",
        "Delta Lake tables under `ledger/`, readable by DuckDB, Spark, pandas and others.\n",
    ]
    for table in (*TABLES.values(), SAME_PEOPLE):
        lines += [f"## {table.name}\n", f"One row per `{'`, `'.join(table.key)}`.\n"]
        lines += ["| column | type | what it means |", "| --- | --- | --- |"]
        lines += [f"| `{c.name}` | {c.type}{'' if c.required else '?'} | {c.about} |" for c in table.columns]
        lines += [""]
    return _NOTE + "\n".join(lines)


PAGES = {"cli.md": cli_page, "business.md": business_page, "ledger.md": ledger_page, "strategy-inputs.md": inputs_page}


def stale() -> list[str]:
    """Names of the pages that differ from what the code says."""
    return [
        name
        for name, page in PAGES.items()
        if not (REFERENCE / name).exists() or (REFERENCE / name).read_text(encoding="utf-8") != page()
    ]


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(f"stale: {', '.join(stale())}" if stale() else 0)
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
