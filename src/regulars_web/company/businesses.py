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
    return _opened(folder, _changed(folder / "business.toml"))


def founded() -> bool:
    """Whether the folder holds a business."""
    return (Path(settings.FOLDER) / "business.toml").is_file()


def to_be_made() -> bool:
    """Whether the first visit makes the business: the server was started on an empty folder, and left its key there."""
    return not founded() and (Path(settings.FOLDER) / "web-secret").is_file()


def health() -> api.Health:
    """What the business holds and what was brought in; looked at anew when anything was stored, taken back or studied.

    Raises:
        NotThere, BadSettings: as ``api.open_business``.
    """
    folder = Path(settings.FOLDER)
    logs = sorted(folder.glob("ledger/*/_delta_log"))
    return _health(folder, (_changed(folder / "business.toml"), _changed(folder / "runs"), *map(_changed, logs)))


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


@lru_cache(maxsize=4)
def _opened(folder: Path, changed: int) -> api.OpenBusiness:  # noqa: ARG001 - when it changed is part of the key
    return api.open_business(folder)


@lru_cache(maxsize=4)
def _health(folder: Path, changed: tuple[int, ...]) -> api.Health:  # noqa: ARG001 - likewise
    return api.check_business(api.open_business(folder))
