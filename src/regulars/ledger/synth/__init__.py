"""Synthetic businesses with known truth, for demonstrations and for testing that a study finds what is there."""

from regulars.ledger.synth.make import Synthesis, make_exports, synthetic_trades

__all__ = ["Synthesis", "make_exports", "synthetic_trades"]
