"""Identity card numbers: published examples, the check digit's law, and what must not be touched."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.privacy.hkid import MASK, PREFILTER, check_digit, mask_hkid


@pytest.mark.parametrize(
    ("prefix", "digits", "check"), [("A", "123456", "3"), ("G", "123456", "A"), ("AB", "987654", "3")]
)
def test_published_check_digits(prefix: str, digits: str, check: str) -> None:
    assert check_digit(prefix, digits) == check


@pytest.mark.parametrize(
    "said",
    ["A123456(3)", "A1234563", "a123456(3)", "A 123456(3)", "A123456（3）", "G123456(A)", "AB987654(3)", "AB9876543"],
)
def test_numbers_are_masked_wherever_they_stand(said: str) -> None:
    assert mask_hkid(said) == (MASK, 1)
    assert mask_hkid(f"陳太 {said} 覆診") == (f"陳太 {MASK} 覆診", 1)
    assert mask_hkid(f"身份證{said}，{said}") == (f"身份證{MASK}，{MASK}", 2)
    assert re.search(PREFILTER, said)


@pytest.mark.parametrize(
    "said", ["A123456(4)", "A1234564", "ABC1234563", "A12345", "1234563", "XA1234563B", "SKU-99", ""]
)
def test_everything_else_stays(said: str) -> None:
    assert mask_hkid(said) == (said, 0)


@given(
    st.text(string.ascii_uppercase, min_size=1, max_size=2),
    st.text(string.digits, min_size=6, max_size=6),
    st.booleans(),
)
def test_exactly_one_check_digit_is_right(prefix: str, digits: str, brackets: bool) -> None:
    masked = 0
    for check in "0123456789A":
        said = f"{prefix}{digits}({check})" if brackets else f"{prefix}{digits}{check}"
        assert re.search(PREFILTER, said)
        masked += mask_hkid(said)[1]
    assert masked == 1


@given(st.text(string.ascii_uppercase, min_size=1, max_size=2), st.text(string.digits, min_size=6, max_size=6))
def test_weighted_sum_is_divisible_by_eleven(prefix: str, digits: str) -> None:
    check = check_digit(prefix, digits)
    values = [36 if c == " " else int(c, 36) for c in prefix.rjust(2) + digits + check]
    assert sum(v * w for v, w in zip(values, range(9, 0, -1), strict=True)) % 11 == 0
