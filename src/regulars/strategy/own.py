"""An effect as believed after the business's own results."""

from __future__ import annotations

from regulars.packs.schema import Effect


class OwnEffect(Effect):
    """Used as it is: no rule of trust widens it again. ``own``: the part of what is known that is one's own.

    ``root``: effects of a measure with the same one are one effect as believed in several states. What is not known of
    it is not known of all of them.
    """

    own: float
    root: int | None = None


def share_own(effect: Effect) -> float:
    """The share of what is known of an effect that comes from the business's own results."""
    return effect.own if isinstance(effect, OwnEffect) else 0.0


def root_of(effect: Effect) -> int | None:
    """Which effect of the measure it is a part of; None: it stands alone."""
    return effect.root if isinstance(effect, OwnEffect) else None
