"""The word lists and how a :class:`~regulars.base.text.Text` is put into words.

Word lists are TOML files ``words/<language>/<domain>.toml``, or ``<domain>.<topic>.toml`` where a domain is large; a
message id is ``domain.table.key``. Places are named:
``{customers}`` (grouped number), ``{gain:short}`` (HK$1.02M / HK$102萬), ``{gain:exact}`` (cents),
``{gain:round}`` (three significant digits, for estimates: more would pretend to a precision they have not),
``{share:1}`` (one decimal). A sentence that needs an English singular has a twin ``<id>_one``, used when its
parameter ``n`` is 1.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import (
    format_compact_currency,
    format_currency,
    format_decimal,
    format_percent,
)

from regulars.base.text import Day, Listing, Local, Money, Month, Number, Param, Share, Text

LANGUAGES = ("en", "zh-Hant")
_LOCALES = {"en": "en_HK", "zh-Hant": "zh_Hant_HK"}


class UnknownMessage(KeyError):
    """A message id that no word list has. Wanted: an id of ``words/<language>/*.toml``."""


class UnknownLanguage(ValueError):
    """A language the product does not speak. Wanted: one of :data:`LANGUAGES`."""


def _flatten(prefix: str, table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        name = f"{prefix}.{key}"
        if isinstance(value, dict):
            yield from _flatten(name, value)
        else:
            yield name, str(value)


#: Packages with a folder ``words``: the core's own, and that of a face with sentences of its own.
_PACKAGES = ["regulars.base"]


def add_words(package: str) -> None:
    """Take in the sentences of another package; their ids must not be the core's."""
    if package not in _PACKAGES:
        _PACKAGES.append(package)
        word_list.cache_clear()


@cache
def word_list(language: str) -> dict[str, str]:
    """All sentences of one language: message id -> template."""
    if language not in LANGUAGES:
        raise UnknownLanguage(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    found: dict[str, str] = {}
    for package in _PACKAGES:
        for entry in sorted((files(package) / "words" / language).iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".toml"):
                found.update(_flatten(entry.name.split(".")[0], tomllib.loads(entry.read_text(encoding="utf-8"))))
    return found


def places(template: str) -> set[str]:
    """The named places of a template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def locale_of(language: str) -> Locale:
    """The Babel locale used for a language (Hong Kong conventions)."""
    if language not in _LOCALES:
        raise UnknownLanguage(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    return Locale.parse(_LOCALES[language])


def significant(amount: Decimal, digits: int = 3) -> Decimal:
    """An amount to so many significant digits."""
    return amount.quantize(Decimal(1).scaleb(amount.adjusted() - digits + 1)) if amount else amount


def _minus(shown: str) -> str:
    """A figure with a true minus sign: a hyphen is shorter, and may be left alone at the end of a line."""
    return shown.replace("-", "\N{MINUS SIGN}")


def _money(value: Money, spec: str, locale: Locale) -> str:
    amount = significant(value.amount) if spec == "round" else value.amount
    if spec == "exact":
        return _tidy(format_currency(amount, value.currency, locale=locale))
    if spec == "short" and locale.language == "zh" and abs(amount) >= 1_000_000:
        # CLDR shortens Hong Kong Chinese to "M"; people and newspapers there write 萬 and 億.
        unit, name = (Decimal(10**8), "億") if abs(amount) >= 10**8 else (Decimal(10**4), "萬")
        shown = _tidy(format_currency(amount / unit, value.currency, "¤#,##0.##", locale=locale, currency_digits=False))
        return f"{shown}{name}"
    if spec == "short" and abs(amount) >= 1_000_000:
        return _tidy(format_compact_currency(amount, value.currency, locale=locale, fraction_digits=2))
    decimals = 2 if spec != "short" and abs(amount) < 10 and amount != amount.to_integral_value() else 0
    pattern = "¤#,##0.00;-¤#,##0.00" if decimals else "¤#,##0;-¤#,##0"
    quantum = Decimal(1).scaleb(-decimals)
    rounded = amount.quantize(quantum) + 0  # "+ 0" turns -0 into 0
    return _tidy(format_currency(rounded, value.currency, pattern, locale=locale, currency_digits=False))


def _tidy(shown: str) -> str:
    # Babel's en_HK prints "$" for HKD inside Hong Kong; a report that may travel says HK$.
    return re.sub(r"(?<![A-Z])\$", "HK$", shown.replace("\xa0", " ")) if "HK$" not in shown else shown


def _share(value: float, spec: str, locale: Locale) -> str:
    decimals = int(spec) if spec not in ("", "round") else (1 if 0 < abs(value) < 0.0995 else 0)
    pattern = "#,##0." + "0" * decimals + "%" if decimals else "#,##0%"
    return str(format_percent(value, pattern, locale=locale))


def _number(value: float, decimals: int, locale: Locale) -> str:
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return str(format_decimal(round(value, decimals) + 0.0, pattern, locale=locale))


def _day(value: date, month_only: bool, language: str, locale: Locale) -> str:
    if language == "zh-Hant":
        return f"{value.year}年{value.month}月" if month_only else f"{value.year}年{value.month}月{value.day}日"
    return str(format_date(value, "MMM y" if month_only else "d MMM y", locale=locale))


def show(value: Param, language: str, spec: str = "") -> str:
    """One value in words. ``spec`` is the format named in the template's place."""
    locale = locale_of(language)
    match value:
        case str():
            return value
        case Text():
            return render(value, language)
        case Local():
            return value.in_language(language)
        case Money():
            return _minus(_money(value, spec, locale))
        case Share():
            return _minus(_share(value.value, spec, locale))
        case Number():
            return _minus(_number(value.value, value.decimals, locale))
        case Day():
            return _day(value.on, False, language, locale)
        case Month():
            return _day(value.on, True, language, locale)
        case Listing():
            return str(format_list([show(item, language) for item in value.items], locale=locale))
        case int():
            return _minus(_number(value, 0, locale))
    raise TypeError(f"cannot show a {type(value).__name__}; wanted one of the kinds in regulars.base.text")


def render(text: Text, language: str) -> str:
    """Put a text into words.

    Raises:
        UnknownMessage: the id is in no word list.
        KeyError: the template names a place that the text does not fill.
    """
    words = word_list(language)
    id = text.id
    if text.params.get("n") == 1 and f"{id}_one" in words:
        id = f"{id}_one"
    if id not in words:
        raise UnknownMessage(f"no sentence {id!r} in the {language} word lists")
    out: list[str] = []
    for literal, name, spec, _ in Formatter().parse(words[id]):
        out.append(literal)
        if name:
            out.append(show(text.params[name], language, spec or ""))
    return "".join(out)
