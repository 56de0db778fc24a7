"""The interface's description as people read it: for its page, and for docs/reference/rest-api.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

type Tree = Mapping[str, Any]


def parts(schema: Tree) -> list[dict[str, Any]]:
    """The operations, by what they are about."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            entry = {
                "method": method.upper(),
                "path": path,
                "about": operation.get("description", ""),
                "scope": operation.get("x-scope", ""),
                "parameters": [
                    {"name": p["name"], "where": p["in"], "needed": p["required"], "takes": takes(p["schema"])}
                    for p in operation.get("parameters", ())
                ],
                "body": list(_body(operation, schema)),
                "answers": [
                    {"status": status, "about": answer["description"]}
                    for status, answer in operation["responses"].items()
                ],
            }
            found.setdefault(operation["tags"][0], []).append(entry)
    return [{"name": name, "operations": operations} for name, operations in found.items()]


def _body(operation: Tree, schema: Tree) -> Iterator[dict[str, Any]]:
    content: Tree = operation.get("requestBody", {}).get("content", {})
    first: Tree = next(iter(content.values()), {})
    form = _resolved(first.get("schema", {}), schema)
    rows = _resolved(form.get("items", form), schema)
    for name, field in rows.get("properties", {}).items():
        yield {
            "name": name,
            "needed": name in rows.get("required", ()),
            "takes": takes(_resolved(field, schema)),
            "about": field.get("description", ""),
        }


def _resolved(form: Tree, schema: Tree) -> Tree:
    if "$ref" in form:
        found: Tree = schema["components"]["schemas"][form["$ref"].rsplit("/", 1)[-1]]
        return found
    return form


def takes(form: Tree) -> str:
    """What a value must be, in few words."""
    if "anyOf" in form:
        kinds = dict.fromkeys(takes(one) for one in form["anyOf"] if one.get("type") != "null")
        return " or ".join(kinds)
    if "enum" in form:
        return ", ".join(str(value) for value in form["enum"])
    if form.get("format") == "date":
        return "day"
    kind = {"string": "text", "integer": "whole number", "boolean": "true or false", "array": "list"}
    said = kind.get(form.get("type", ""), form.get("type", "any"))
    if (
        "pattern" in form
        and form.get("type") == "string"
        and len(form["pattern"]) < 40
        and "\\x" not in form["pattern"]
    ):
        return f"{said} like {form['pattern']}"
    most = form.get("maxLength")
    return f"{said}, at most {most}" if most else str(said)


def page(schema: Tree) -> str:
    """The reference page."""
    lines = ["# The REST interface\n", schema["info"]["description"] + "\n"]
    for part in parts(schema):
        lines.append(f"## {part['name']}\n")
        for operation in part["operations"]:
            lines += [f"### {operation['method']} {operation['path']}\n", f"{operation['about']}\n"]
            lines.append(f"Scope `{operation['scope']}`.\n")
            named = [*operation["parameters"], *({**field, "where": "body"} for field in operation["body"])]
            if named:
                lines += ["| name | where | what it takes | needed |", "| --- | --- | --- | --- |"]
                for field in named:
                    about = f"; {field['about']}" if field.get("about") else ""
                    needed = "yes" if field["needed"] else "no"
                    takes_ = (field["takes"] + about).replace("|", "\\|")
                    lines.append(f"| `{field['name']}` | {field['where']} | {takes_} | {needed} |")
                lines.append("")
            lines.append("Answers: " + ", ".join(f"{a['status']}" for a in operation["answers"]) + ".\n")
    return "\n".join(lines)
