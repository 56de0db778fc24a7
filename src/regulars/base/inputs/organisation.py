"""``strategy/organisation.toml``: who decides and answers, and what changes with people and culture, for chapter 11."""

from __future__ import annotations

from datetime import date
from typing import Literal

from regulars.base.inputs.common import Bilingual, InputFile, Model, Sentence

type Change = Literal["structure", "recruitment", "training", "reward", "commitment", "culture"]

CHANGES: tuple[Change, ...] = ("structure", "recruitment", "training", "reward", "commitment", "culture")


class Role(Model):
    """A role, what it decides and answers for; ``held_by`` is whoever holds it."""

    role: Bilingual
    level: Literal["centre", "district", "branch"]
    decides: Bilingual
    answers_for: Bilingual
    held_by: Sentence | None = None


class Decision(Model):
    """A decision and where it is taken: at the centre, in the district or in the branch; and why there."""

    decision: Bilingual
    taken: Literal["centre", "district", "branch"]
    why: Bilingual


class Step(Model):
    """Something to do about structure, recruitment, training, reward, commitment or culture.

    ``judged_by``: how one sees that it worked. ``risk``: how it could be gamed or do harm.
    """

    about: Change
    text: Bilingual
    judged_by: Bilingual
    owner: Bilingual
    by: date | None = None
    risk: Bilingual | None = None


class Organisation(InputFile):
    """Roles, decision rights, and what is to change: structure, recruitment, training, reward, commitment, culture."""

    roles: tuple[Role, ...] = ()
    decisions: tuple[Decision, ...] = ()
    changes: tuple[Step, ...] = ()
