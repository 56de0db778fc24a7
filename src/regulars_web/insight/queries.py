"""Reading the studies that are kept, and how new the ledger is, without opening either."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from regulars import api
from regulars_web.company.businesses import business
from regulars_web.insight.models import Study


def of_run(run: str) -> Study | None:
    """The record of a study; None for one made at the command line that nobody has listed yet."""
    return Study.objects.select_related("by").filter(run=run).first()


def ledger_mark() -> tuple[tuple[str, int], ...]:
    """What changes whenever the ledger does: the times of its tables' logs."""
    logs = (Path(settings.FOLDER) / "ledger").glob("*/_delta_log")
    return tuple(sorted((log.parent.name, log.stat().st_mtime_ns) for log in logs))


def newest_version() -> int:
    """The ledger's data version."""
    return _version(settings.FOLDER, ledger_mark())


def health() -> api.Health:
    """What the business folder holds; counted anew when something in it changed."""
    runs = Path(settings.FOLDER) / "runs"
    return _health(settings.FOLDER, ledger_mark(), runs.stat().st_mtime_ns if runs.is_dir() else 0)


@lru_cache(maxsize=4)
def _version(folder: Path, mark: tuple[tuple[str, int], ...]) -> int:  # noqa: ARG001 - both are the key
    return business().ledger.version().number


@lru_cache(maxsize=4)
def _health(folder: Path, mark: tuple[tuple[str, int], ...], runs: int) -> api.Health:  # noqa: ARG001 - all are the key
    return api.check_business(business())


def stale(pages: api.Pages) -> int | None:
    """The ledger's data version where it is newer than what a study read; None where the study is up to date."""
    newest = newest_version()
    return newest if newest > pages.data_version else None
