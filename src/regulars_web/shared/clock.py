"""The only clock of the web: everything else is handed the time."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone


def now() -> datetime:
    """This moment, with its zone."""
    return timezone.now()


def today(zone: str) -> date:
    """The business day in a zone."""
    return timezone.now().astimezone(ZoneInfo(zone)).date()
