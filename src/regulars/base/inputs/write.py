"""A file of ``strategy/`` written from its values: plain keys, then tables, each entry in its own ``[[part]]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from regulars.base.edit import written


def document(values: Mapping[str, object], *, comments: str = "") -> str:
    """The TOML text of a file, below the ``comments`` that are to stay at its head."""
    lines = [comments.rstrip("\n"), ""] if comments.strip() else []
    plain = {key: value for key, value in values.items() if not _tabled(value)}
    lines += [*_keys(plain), ""] if plain else []
    for key, value in values.items():
        if isinstance(value, Mapping):
            lines += [f"[{key}]", *_keys(value), ""]
        elif _tabled(value) and isinstance(value, list | tuple):
            for entry in value:
                lines += [f"[[{key}]]", *_keys(entry), ""]
    return "\n".join(lines)


def head_comments(text: str) -> str:
    """The comments a file begins with, up to its first empty line or key."""
    kept = []
    for line in text.removeprefix("\ufeff").splitlines(keepends=True):
        if not line.startswith("#"):
            break
        kept.append(line.rstrip() + "\n")
    return "".join(kept)


def _tabled(value: object) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list | tuple) and bool(value) and all(isinstance(entry, Mapping) for entry in value)
    )


def _keys(values: Mapping[str, object]) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, list | tuple) and _tabled(value):
            yield f"{key} = ["
            yield from (f"    {written(entry)}," for entry in value)
            yield "]"
        else:
            yield f"{key} = {written(value)}"
