"""Keys: the SQL form against Python's hmac, the secret and its file."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.base.errors import BadSettings
from regulars.privacy.pseudonym import Pseudonyms, load_or_make_secret

SECRET = bytes(range(32))
KEYS = Pseudonyms(SECRET)
ENGINE = duckdb.connect()


def _sql(expression: str, value: str | None) -> object:
    row = ENGINE.execute(f"SELECT {expression} FROM (SELECT ?::VARCHAR AS said)", [value]).fetchone()
    assert row is not None
    return row[0]


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_sql_and_python_make_the_same_key(identifier: str) -> None:
    assert _sql(KEYS.sql_key("square", "said"), identifier) == KEYS.key("square", identifier)


def test_key_is_the_documented_hmac() -> None:
    subkey = hmac.new(SECRET, b"regulars/customer/square", hashlib.sha256).digest()
    digest = hmac.new(subkey, "客戶 7".encode(), hashlib.sha256).digest()
    assert KEYS.key("square", "客戶 7") == int.from_bytes(digest[:8], "big") >> 1


def test_keys_are_63_bits_and_depend_on_everything() -> None:
    keys = {KEYS.key("own", str(n)) for n in range(2000)}
    assert len(keys) == 2000
    assert all(0 <= key < 2**63 for key in keys)
    assert KEYS.key("own", "1") != KEYS.key("square", "1")
    assert KEYS.key("own", "1") != Pseudonyms(b"x" * 32).key("own", "1")


def test_null_stays_null() -> None:
    for expression in (KEYS.sql_key("own", "said"), KEYS.sql_staff("said"), KEYS.sql_piece("said")):
        assert _sql(expression, None) is None


@settings(deadline=None)
@given(st.text(alphabet="abcÄ陳 Z09-", max_size=20))
def test_staff_and_pieces_in_sql_and_python(name: str) -> None:
    assert _sql(KEYS.sql_staff("said"), name) == KEYS.staff(name)
    assert _sql(KEYS.sql_piece("said"), name) == KEYS.piece(name)


def test_staff_keys_look_like_staff_keys() -> None:
    assert KEYS.staff("Ada") == KEYS.staff(" ADA ")
    assert KEYS.staff("Ada").startswith("st-")
    assert len(KEYS.staff("Ada")) == 11


def test_sql_and_repr_do_not_give_the_secret_away() -> None:
    padded = SECRET.ljust(64, b"\0")
    expression = KEYS.sql_key("own", "said") + KEYS.sql_staff("said")
    for mask in (0, 0x36, 0x5C):
        assert bytes(b ^ mask for b in padded).hex()[:48] not in expression
    assert SECRET.hex() not in repr(KEYS)


def test_short_secrets_are_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Pseudonyms(b"short")


def test_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    made = load_or_make_secret(path)
    assert len(made) == 32
    assert load_or_make_secret(path) == made
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert load_or_make_secret(tmp_path / "other") != made


@pytest.mark.parametrize("content", [b"", b"abcd\n", b"not hexadecimal at all\n", b"\xff\xfe"])
def test_damaged_secret_is_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    with pytest.raises(BadSettings):
        load_or_make_secret(path)
    assert path.read_bytes() == content
