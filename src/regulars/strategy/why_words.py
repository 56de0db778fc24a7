"""The explanation of a line in sentences, what a manager asks first coming first."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.base.text import Listing, Local, Param, Share, Text, say
from regulars.strategy.explain import Voice
from regulars.strategy.plan_why import Why
from regulars.strategy.sources import EFFECT

#: Advantages below this (money per customer) are told as a tie; effects above this share as a close decision.
TIE, CLOSE = 0.005, 0.98


def sentences(found: Why, voice: Voice, *, held_out: int, names: dict[str, Local]) -> tuple[Text, ...]:
    """All sentences of one line. ``names`` are those of measures."""
    return (
        *_drivers(found),
        *_rival(found, voice),
        *_change(found, voice),
        say(f"strategy.why.risk_{found.risk}", share=Share(found.chance_of_loss)),
        *_doubt(found, names),
        *_evidence(found),
        *_held(found, voice, held_out),
        *((say("strategy.why.bound", bounds=Listing(tuple(b.label for b in found.bounds))),) if found.bounds else ()),
        say("strategy.why.when", starts=found.starts, ends=found.ends),
    )


def source_name(source: str, names: dict[str, Local]) -> Text:
    """A source of doubt in words."""
    if source.startswith(EFFECT):
        id = source.removeprefix(EFFECT)
        return say("strategy.source.effect", measure=names.get(id, id))
    return say(f"strategy.source.{source}")


def _drivers(found: Why) -> Iterator[Text]:
    parts = tuple(
        say("strategy.why.driver", primitive=_primitive(d.primitive), share=Share(d.share))
        for d in found.drivers
        if abs(d.share) >= 0.005
    )
    if parts:
        yield say("strategy.why.drivers", parts=Listing(parts))


def _primitive(name: str) -> Text:
    return say("strategy.why.contacts") if name == "contacts" else say(f"strategy.primitive.{name}")


def _rival(found: Why, voice: Voice) -> Iterator[Text]:
    each, total = voice.money(abs(found.advantage_each)), voice.money(found.advantage)
    rival: Param | None = found.beaten.name if found.beaten is not None else None
    if abs(found.advantage_each) < TIE:
        yield say("strategy.why.even", rival=rival) if rival is not None else say("strategy.why.even_nothing")
    elif found.advantage_each < 0:
        if rival is not None:
            yield say("strategy.why.beaten", rival=rival, each=each)
        else:
            yield say("strategy.why.beaten_nothing", each=each)
    elif rival is not None:
        yield say("strategy.why.beats", rival=rival, each=each, total=total)
    else:
        yield say("strategy.why.beats_nothing", each=each, total=total)


def _change(found: Why, voice: Voice) -> Iterator[Text]:
    if found.needed:
        yield say("strategy.why.needed")
    elif found.loss_without is not None and found.loss_without >= 1:
        yield say("strategy.why.loss", loss=voice.money(found.loss_without))
    if found.break_even_effect is None or found.break_even_cost is None:
        if found.needed:
            yield say("strategy.why.break_even_none")
    elif found.break_even_effect <= 0:
        yield say("strategy.why.break_even_width", cost=voice.money(found.break_even_cost))
    elif found.break_even_effect > CLOSE:
        yield say("strategy.why.break_even_close")
    else:
        share, cost = Share(found.break_even_effect), voice.money(found.break_even_cost)
        if found.needed:
            yield say("strategy.why.break_even_value", share=share, cost=cost)
        else:
            yield say("strategy.why.break_even", share=share, cost=cost)


def _doubt(found: Why, names: dict[str, Local]) -> Iterator[Text]:
    if found.doubt and found.doubt_share >= 0.005:
        yield say("strategy.why.doubt", source=source_name(found.doubt, names), share=Share(found.doubt_share))


def _evidence(found: Why) -> Iterator[Text]:
    if not found.trust:
        return
    grades = Listing(found.trust)
    if found.own_data > 0:
        yield say("strategy.why.evidence", grades=grades, share=Share(found.own_data))
    else:
        yield say("strategy.why.evidence_borrowed", grades=grades)


def _held(found: Why, voice: Voice, held_out: int) -> Iterator[Text]:
    if not held_out:
        return
    if found.holdout_price >= 1:
        yield say("strategy.why.held", n=held_out, price=voice.money(found.holdout_price))
    else:
        yield say("strategy.why.held_free", n=held_out)
