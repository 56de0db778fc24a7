"""The business this server serves."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from regulars import api


def business() -> api.OpenBusiness:
    """The business folder, opened; a changed settings file counts at once.

    Raises:
        NotThere, BadSettings: as ``api.open_business``.
    """
    folder = Path(settings.FOLDER)
    try:
        changed = (folder / "business.toml").stat().st_mtime_ns
    except FileNotFoundError:
        changed = 0
    return _opened(folder, changed)


@lru_cache(maxsize=4)
def _opened(folder: Path, changed: int) -> api.OpenBusiness:  # noqa: ARG001 - when it changed is part of the key
    return api.open_business(folder)
