"""``strategy/market.toml``: the trade as people see it, for chapter 2."""

from __future__ import annotations

from typing import Literal

from regulars.base.inputs.common import Bilingual, Claim, InputFile, Model

type Score = Literal[1, 2, 3, 4, 5]


class Development(Claim):
    """A development of the trade; ``means`` is what it means for this business."""

    means: Bilingual


class Factor(Model):
    """Something outside that bears on the strategy, and how one would notice that it has changed."""

    kind: Literal["market", "competitor", "law", "supplier", "staff", "season"]
    text: Bilingual
    watch: Bilingual


class Judgement(Model):
    """One statement of the self-assessment of orientation: 1 not at all ... 5 entirely, with what shows it."""

    about: Literal["customer", "competitor", "coordination", "product"]
    statement: Bilingual
    score: Score
    evidence: Bilingual


class Market(InputFile):
    """The trade: its traits, its latest developments (dated sources), what bears on the plan, its orientation."""

    traits: tuple[Claim, ...] = ()
    developments: tuple[Development, ...] = ()
    factors: tuple[Factor, ...] = ()
    orientation: tuple[Judgement, ...] = ()
