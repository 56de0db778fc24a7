"""Texts of files that people open in a spreadsheet."""

from __future__ import annotations

#: What makes spreadsheets take a text for a formula; the wide signs do in Chinese and Japanese ones.
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless[T](cell: T) -> T | str:
    """A text that no spreadsheet takes for a formula; numbers, written as texts too, stay what they are."""
    if not isinstance(cell, str) or not cell.startswith(_BEGINNINGS):
        return cell
    number = cell[0] in "+-" and cell[1:].replace(".", "", 1).isdecimal()
    return cell if number else f"'{cell}"
