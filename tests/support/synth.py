"""Synthetic businesses for tests: made in a folder, read back as plain rows."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.base.settings import Business, read_business
from regulars.ledger.synth import Synthesis, make_exports

LAST_DAY = date(2025, 9, 30)
type Row = dict[str, str]


@dataclass(frozen=True)
class Made:
    """A synthetic business read back."""

    synthesis: Synthesis
    customers: list[Row]
    sales: list[Row]
    truth: pa.Table
    business: Business


def make(pack: str, folder: Path, *, customers: int = 600, seed: int = 1, years: int | None = None) -> Made:
    """Make a small synthetic business."""
    synthesis = make_exports(
        pack, folder=folder, rng=np.random.default_rng(seed), customers=customers, last_day=LAST_DAY, years=years
    )
    settings = folder / "business.toml"
    settings.write_text(synthesis.business_toml, encoding="utf-8")
    people, sales = (rows(path) for path in synthesis.files[:2])
    return Made(synthesis, people, sales, pq.read_table(synthesis.truth_file), read_business(settings))


def rows(path: Path) -> list[Row]:
    """All rows of a delimited file; the delimiter is what stands most often in the header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        file.seek(0)
        return list(csv.DictReader(file, delimiter=";" if first.count(";") > first.count(",") else ","))


def header(path: Path) -> list[str]:
    """The header cells as written."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline().rstrip("\r\n")
    return next(csv.reader([first], delimiter=";" if first.count(";") > first.count(",") else ","))


def amount(text: str) -> Decimal:
    """An amount as any of the tills print it."""
    return Decimal(re.sub(r"[$,]", "", text or "0"))


def identity_numbers(text: str) -> list[str]:
    """Valid Hong Kong identity card numbers in a text, checked digit by digit in the slow way."""
    found = []
    for match in re.finditer(r"(?<![A-Za-z])([A-Za-z]{1,2})[ -]?(\d{6})[ -]?\(?([\dAa])\)?(?!\d)", text):
        letters, digits, check = match.groups()
        total = 36 * 9 if len(letters) == 1 else 0
        for weight, letter in zip((9, 8) if len(letters) == 2 else (8,), letters.upper(), strict=True):
            total += weight * (ord(letter) - ord("A") + 10)
        for weight, digit in zip(range(7, 1, -1), digits, strict=True):
            total += weight * int(digit)
        if (total + (10 if check in "Aa" else int(check))) % 11 == 0:
            found.append(match.group())
    return found
