"""Encryption of what a stolen copy of the database must not tell, and keyed digests to compare such texts by.

The key lies in the business folder, readable by its owner alone, and never in the database. AES-GCM of the
``cryptography`` library; the nonce stands before the text. Identifiers pass ``privacy.gate``: the apps above it do not
open them here (an import contract).
"""

from __future__ import annotations

import hmac
import os
import secrets
from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from regulars.base.errors import NotUsable
from regulars.base.text import say

FILE = "vault-key"
_NONCE = 12


@lru_cache(maxsize=8)
def _key(place: str) -> bytes:
    folder = Path(place)
    path = folder / FILE
    if not any((folder / there).is_file() for there in (FILE, "business.toml", "web-secret")):
        return secrets.token_bytes(32)  # no business here, nor one about to be made: nothing that is to be read again
    if not path.is_file():
        draft = folder / f".{FILE}.{secrets.token_hex(8)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_bytes(32).hex(), encoding="ascii")
        with suppress(FileExistsError):  # of two that begin at once, the first one's key is the key
            os.link(draft, path)
        draft.unlink()
    return bytes.fromhex(path.read_text(encoding="ascii").strip())


def _here() -> bytes:
    return _key(str(settings.FOLDER))  # texts, for they are hashed a million times


@lru_cache(maxsize=8)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def locked(text: str, kind: str = "") -> bytes:
    """A text encrypted; nothing stays nothing. What is locked as one ``kind`` does not open as another."""
    if not text:
        return b""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _cipher(_here()).encrypt(nonce, text.encode(), kind.encode() or None)


def opened(content: bytes | memoryview, kind: str = "") -> str:
    """What was locked. Raises NotUsable: the key in the folder is not the one it was locked with."""
    data = bytes(content)
    if not data:
        return ""
    try:
        return _cipher(_here()).decrypt(data[:_NONCE], data[_NONCE:], kind.encode() or None).decode()
    except InvalidTag as error:
        raise NotUsable(say("people.vault.other_key"), say("people.vault.other_key_hint", file=FILE)) from error


def chained(content: bytes) -> str:
    """The digest of a line of the audit log, by a key made of the folder's: without it nobody makes one that fits."""
    key = hmac.digest(_here(), b"audit chain", "sha256")
    return hmac.digest(key, content, "sha256").hex()


def mark(kind: str, text: str) -> str:
    """A keyed digest of a number or an address: equal for equal ones, and telling nothing else."""
    return hmac.digest(_here(), f"{kind}:{text}".encode(), "sha256").hex()[:32] if text else ""


def terms(kind: str, texts: Iterable[str]) -> list[str]:
    """Shorter keyed digests, to look texts up by; the few that share one are told apart by opening them."""
    key = _here()
    return [_term(key, kind, text) for text in texts]


@lru_cache(maxsize=65_536)  # parts of names come again and again
def _term(key: bytes, kind: str, text: str) -> str:
    return b64encode(hmac.digest(key, f"term {kind}:{text}".encode(), "sha256")[:9]).decode()
