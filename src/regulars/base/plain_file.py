"""Frozen results with arrays in one file, and back again exactly: for what is computed once and read many times.

A file is NumPy's ``.npz``: the arrays, and the rest as JSON beside them. Only data is ever read from it: of the
classes a file may name, those alone are made that are dataclasses of this program.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

_PLAIN = "plain"
_OWN = "regulars."

type Arrays = dict[str, NDArray[Any]]


class NotPlain(TypeError):
    """A value that such a file cannot hold: a programming error."""


def write_plain(value: object, path: Path) -> None:
    """Write a value made of dataclasses, tuples, lists, mappings, arrays, days and plain values; whole or not at all.

    Raises:
        NotPlain: it holds something else.
    """
    arrays: Arrays = {}
    told = json.dumps(_told(value, arrays))
    unfinished = path.with_name(f".{path.name}.unfinished")
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, **{_PLAIN: np.frombuffer(told.encode(), dtype=np.uint8)}, **arrays)
    unfinished.replace(path)


def read_plain(path: Path) -> Any:
    """The value written there; None where there is no such file, or none that can be read."""
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        return _made(json.loads(arrays.pop(_PLAIN).tobytes()), arrays)
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, ImportError, BadZipFile):
        # Cut short, changed by hand, or of classes that are no more: as good as not there, to be computed again.
        return None


def _told(value: object, arrays: Arrays) -> Any:
    if isinstance(value, np.bool_ | np.integer | np.floating):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, tuple | list):
        return {type(value).__name__: [_told(each, arrays) for each in value]}
    if isinstance(value, Mapping):
        return {"pairs": [[_told(k, arrays), _told(v, arrays)] for k, v in value.items()]}
    if is_dataclass(value) and type(value).__module__.startswith(_OWN):
        parts = {f.name: _told(getattr(value, f.name), arrays) for f in fields(value) if f.init}
        return {"of": f"{type(value).__module__}:{type(value).__qualname__}", "with": parts}
    raise NotPlain(f"{type(value).__module__}.{type(value).__qualname__}")


def _made(told: Any, arrays: Arrays) -> Any:
    if not isinstance(told, dict):
        return told
    if "of" in told:
        return _class(told["of"])(**{name: _made(part, arrays) for name, part in told["with"].items()})
    ((kind, held),) = told.items()
    match kind:
        case "day":
            return date.fromisoformat(held)
        case "decimal":
            return Decimal(held)
        case "array":
            return arrays[held]
        case "pairs":
            return {_made(k, arrays): _made(v, arrays) for k, v in held}
        case "tuple":
            return tuple(_made(each, arrays) for each in held)
        case "list":
            return [_made(each, arrays) for each in held]
    raise ValueError(kind)


def _class(name: str) -> Any:
    module, _, qualname = name.partition(":")
    if not module.startswith(_OWN):
        raise ValueError(name)
    found = getattr(import_module(module), qualname)
    if not (isinstance(found, type) and is_dataclass(found)):
        raise ValueError(name)
    return found
