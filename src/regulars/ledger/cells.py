"""What the cells of a column look like: dates, amounts of money, parts of one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from regulars.ledger.amounts import CODES

DATE = re.compile(
    r"^(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})\b|(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])$"
    r"|\d{1,2}[ -][A-Za-z]{3,9}[ ,-]+\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4})"
)
_MARK = rf"(?:(?:HK|US|NT|MOP|MX|[SACR])[$]|{CODES}|[$＄€£¥￥元圓円원₩₹₽฿₫₺]|zł|kr\.?|Kč|Ft|lei|Fr\.|Rs\.?|RM)"
AMOUNT = re.compile(rf"^[-+(−]*\s*{_MARK}?\s*[-+(−]*\d[\d,.'’\u00a0\u202f ]*\s*{_MARK}?\s*[)-]*$")
_DECIMAL = re.compile(rf"[.,]\d{{1,2}}\s*{_MARK}?\)?$")
_NOTHING = re.compile(r"^0([.,]0+)?$")
#: A share of the price and not an amount: 0.2, ``15 %``.
_RATIO = re.compile(r"^(0([.,]\d+)?|1([.,]0+)?|\d{1,3}([.,]\d+)?\s*%)$")
#: A column without a telling name is dates or numbers when most of it is.
_MOST = 0.6


@dataclass(frozen=True, slots=True)
class Cells:
    """The filled cells of one column's sample."""

    values: tuple[str, ...]

    def share(self, is_so: Callable[[str], object]) -> float:
        """How large a part of the cells is so; 0 for an empty column."""
        return sum(bool(is_so(value)) for value in self.values) / len(self.values) if self.values else 0.0

    @property
    def dates(self) -> bool:
        return self.share(DATE.match) > _MOST

    @property
    def numbers(self) -> bool:
        return self.share(AMOUNT.match) > _MOST

    @property
    def decimals(self) -> bool:
        return self.numbers and self.share(_DECIMAL.search) > 0.5

    @property
    def ratios(self) -> bool:
        """Whether all that is not nothing is a part of one."""
        some = [value for value in self.values if not _NOTHING.match(value)]
        return bool(some) and all(_RATIO.match(value) for value in some)
