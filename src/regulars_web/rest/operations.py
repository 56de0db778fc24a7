"""The interface with all its operations in it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import regulars_web.rest.people
import regulars_web.rest.writes  # noqa: F401 - adds what may be done to what may be read
from regulars_web.rest.interface import Interface, interface
from regulars_web.rest.reads import router

interface.add_router("", router)


def whole() -> Interface:
    """The interface."""
    return interface


@cache
def described() -> dict[str, Any]:
    """Its description, as OpenAPI 3.1."""
    found: dict[str, Any] = json.loads(json.dumps(interface.get_openapi_schema()))
    return found
