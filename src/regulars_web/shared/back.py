"""Where somebody can go back to from an address that only takes what a form sends."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from django.urls import Resolver404, resolve


def page_at(address: str) -> str:
    """The address itself where it is a page (or nothing at all), else the nearest above it that is one."""
    path = unquote(urlsplit(address).path)
    if opens(path) is not False:
        return address
    while path := path.rstrip("/").rpartition("/")[0]:
        for above in (f"{path}/", path):
            if opens(above):
                return quote(above)
    return "/"


def opens(path: str) -> bool | None:
    """Whether a page can be asked for at a path; None where there is no such address."""
    try:
        view: Callable[..., Any] | None = resolve(path).func
    except Resolver404:
        return None
    while view is not None:  # Django's own marks of what a view takes lie under one another
        methods = inspect.getclosurevars(view).nonlocals.get("request_method_list")
        if methods is not None:
            return "GET" in methods
        view = getattr(view, "__wrapped__", None)
    return True
