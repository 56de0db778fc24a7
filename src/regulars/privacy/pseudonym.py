"""Keyed pseudonyms: what stands in the ledger instead of a person (PRIVACY.md P01, DESIGN.md section 4).

A key is the first 63 bits of HMAC-SHA256 (RFC 2104, FIPS 180-4) of the identifier, under a subkey of the business's
secret that belongs to one namespace (one system). The same person met in two files of one system therefore gets one
key; without the secret a key cannot be traced back, not even by trying every telephone number.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from regulars.base.errors import BadSettings
from regulars.base.text import say

_BLOCK = 64  # bytes of one SHA-256 block
_LENGTH = 32


class Pseudonyms:
    """Makes keys. The secret itself never leaves the object; SQL expressions carry subkeys of one namespace."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("the secret needs at least 16 bytes")
        self._secret = secret

    def __repr__(self) -> str:
        return "Pseudonyms(secret withheld)"

    def _subkey(self, purpose: str, namespace: str) -> bytes:
        return hmac.new(self._secret, f"regulars/{purpose}/{namespace}".encode(), hashlib.sha256).digest()

    def key(self, namespace: str, identifier: str) -> int:
        """The customer key (63 bits, never negative) of an identifier in a namespace."""
        digest = hmac.new(self._subkey("customer", namespace), identifier.encode(), hashlib.sha256).digest()
        return int.from_bytes(digest[:8], "big") >> 1

    def sql_key(self, namespace: str, column_sql: str) -> str:
        """:meth:`key` as a DuckDB expression; null stays null."""
        hexed = _sql_hmac(self._subkey("customer", namespace), column_sql)
        return f"(CAST(('0x' || substr({hexed}, 1, 16)) AS UBIGINT) >> 1)::BIGINT"

    def staff(self, name: str) -> str:
        """The staff key of a name; case and blanks around it do not count."""
        return (
            "st-" + hmac.new(self._subkey("staff", ""), name.strip().lower().encode(), hashlib.sha256).hexdigest()[:8]
        )

    def sql_staff(self, column_sql: str) -> str:
        """:meth:`staff` as a DuckDB expression; null stays null."""
        return f"'st-' || substr({_sql_hmac(self._subkey('staff', ''), f'lower(trim({column_sql}))')}, 1, 8)"

    def piece(self, serial: str) -> str:
        """The key of a serial-numbered piece: a serial number leads to its owner, so it is not kept as it is."""
        return "pc-" + hmac.new(self._subkey("piece", ""), serial.encode(), hashlib.sha256).hexdigest()[:12]

    def number(self, said: str) -> str:
        """The key of a sale or line number that is somebody's own number (an identity card, an e-mail address)."""
        return "no-" + hmac.new(self._subkey("number", ""), said.encode(), hashlib.sha256).hexdigest()[:16]

    def sql_piece(self, column_sql: str) -> str:
        """:meth:`piece` as a DuckDB expression; null stays null."""
        return f"'pc-' || substr({_sql_hmac(self._subkey('piece', ''), column_sql)}, 1, 12)"


def _sql_hmac(key: bytes, column_sql: str) -> str:
    # RFC 2104: H((K xor opad) || H((K xor ipad) || text)); DuckDB's sha256 gives lower-case hex.
    block = key.ljust(_BLOCK, b"\0")
    inner = bytes(b ^ 0x36 for b in block).hex()
    outer = bytes(b ^ 0x5C for b in block).hex()
    return f"sha256(from_hex('{outer}') || from_hex(sha256(from_hex('{inner}') || encode({column_sql}))))"


def load_or_make_secret(path: Path) -> bytes:
    """The business's secret; made on first use, readable by its owner alone (mode 0600).

    Raises:
        BadSettings: the file exists but holds no secret of the right length.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_secret(path)
    secret = secrets.token_bytes(_LENGTH)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return secret


def _read_secret(path: Path) -> bytes:
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (ValueError, UnicodeDecodeError) as error:
        raise BadSettings(say("importing.secret.damaged", file=path.name), say("importing.secret.hint")) from error
    if len(secret) != _LENGTH:
        raise BadSettings(say("importing.secret.damaged", file=path.name), say("importing.secret.hint"))
    return secret
