"""Screening by scorecards: points that add up, attributes that are barred, and a test for bias kept with every result.

Docs: docs/methods/screening.md.
"""

from regulars.analysis.screening.card import Card, Term, read_card, starter
from regulars.analysis.screening.screen import BiasGroup, BiasTest, Screened, TermRow, screen

__all__ = ["BiasGroup", "BiasTest", "Card", "Screened", "Term", "TermRow", "read_card", "screen", "starter"]
