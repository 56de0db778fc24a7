"""An effect as believed after the business's own results."""

from __future__ import annotations

from regulars.packs.schema import Effect


class OwnEffect(Effect):
    """Used as it is: no rule of trust widens it again. ``own``: the part of what is known that is one's own."""

    own: float


def share_own(effect: Effect) -> float:
    """The share of what is known of an effect that comes from the business's own results."""
    return effect.own if isinstance(effect, OwnEffect) else 0.0
