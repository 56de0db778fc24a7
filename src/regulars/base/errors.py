"""Misuse: typed exceptions that say what was wanted, what was found and what to do."""

from __future__ import annotations

from regulars.base.text import Text


class RegularsError(Exception):
    """Base of all errors a user can act on. ``text`` is the message, ``hint`` the next step (both translatable).

    ``exit_code`` is what the command line returns: 2 wrong use, 3 bad data, 4 busy.
    """

    exit_code = 2

    def __init__(self, text: Text, hint: Text | None = None) -> None:
        super().__init__(text.id)
        self.text = text
        self.hint = hint

    def __str__(self) -> str:
        from regulars.base.words import render

        said = render(self.text, "en")
        return f"{said} {render(self.hint, 'en')}" if self.hint else said


class BadSettings(RegularsError):
    """``business.toml`` or a pack cannot be understood."""


class BadData(RegularsError):
    """A file as a whole cannot be used (single bad rows are Problems instead)."""

    exit_code = 3


class Busy(RegularsError):
    """Another import or run holds the business folder."""

    exit_code = 4


class NotThere(RegularsError):
    """Something asked for does not exist: a business, a run, a pack."""


class Refused(RegularsError):
    """Something may not be done now; the message names why."""


class NotUsable(RegularsError):
    """A file or folder of this machine cannot be read or written."""


class EngineMissing(RegularsError):
    """The engine asked for cannot be used on this machine."""
