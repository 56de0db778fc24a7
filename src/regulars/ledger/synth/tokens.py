"""Identifiers like those of payment systems, made of consonants only: never a word, never an identity number."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

_LETTERS = np.array(list("BCDFGHJKLMNPQRSTVWXZ"))


def draw_tokens(*, number: int, length: int, rng: Generator) -> list[str]:
    """``number`` random tokens; with 20 or more letters two are never the same."""
    letters = _LETTERS[rng.integers(0, len(_LETTERS), (number, length))]
    return [str(token) for token in letters.view(f"<U{length}").ravel()] if number else []
