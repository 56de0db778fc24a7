"""A pack told line by line, for people who want to know what it would do and what that rests on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from regulars.base.settings import Names
from regulars.base.text import Listing, Local, Money, Number, Share, Text, say
from regulars.packs.schema import Benchmark, Effect, Measure, Pack

_Z90 = 1.2816


def _local(names: Names) -> Local:
    return Local({str(language): text for language, text in names.items()})


def _listing(domain: str, items: Iterable[str]) -> Listing:
    return Listing(tuple(say(f"packs.{domain}.{item}") for item in items))


def _benchmark(benchmark: Benchmark) -> Text:
    days = benchmark.id == "interval_days"
    value = Number(benchmark.value, 0) if days else Share(benchmark.value)
    return say(
        "packs.show.benchmark",
        name=_local(benchmark.name),
        value=value,
        grade=benchmark.grade,
        source=benchmark.source,
    )


def _effect(effect: Effect) -> Iterator[Text]:
    spread = _Z90 * effect.sd
    three = (effect.mean - spread, effect.mean, effect.mean + spread)
    # Log effects are shown as the change in per cent they stand for; reactivation already is a share of customers.
    low, middle, high = three if effect.primitive == "reactivation" else (math.expm1(x) for x in three)
    yield say(
        "packs.show.effect",
        primitive=say(f"packs.primitive.{effect.primitive}"),
        middle=Share(middle),
        low=Share(low),
        high=Share(high),
        months=Number(effect.months, 0 if effect.months.is_integer() else 1),
        trust=say(f"packs.trust.{effect.trust.lower()}"),
        source=effect.source,
    )
    for names in (effect.finding, effect.departs):
        if names:
            yield say("packs.show.note", text=_local(names))


def _cost(measure: Measure, currency: str) -> Iterator[Text]:
    yield say(
        "packs.show.cost",
        cost=Money.of(measure.cost, currency),
        minutes=Number(measure.hours * 60, 0),
        fixed=Money.of(measure.fixed_cost, currency),
    )
    if measure.incentive:
        shares = tuple(
            say("packs.show.take_up", state=say(f"packs.state.{state}"), share=Share(share))
            for state, share in measure.take_up.items()
        )
        yield say("packs.show.incentive", incentive=Money.of(measure.incentive, currency), take_up=Listing(shares))


def describe_measure(measure: Measure, *, currency: str) -> tuple[Text, ...]:
    """One measure: what it is, why, for whom, what it costs, what it does and how one knows."""
    lines = [
        say("packs.show.measure", name=_local(measure.name), id=measure.id),
        say("packs.show.line", text=_local(measure.about)),
        say("packs.show.line", text=_local(measure.why)),
        say(
            "packs.show.kind",
            family=say(f"packs.family.{measure.family}"),
            relationship=say(f"packs.relationship.{measure.relationship}"),
            channel=say(f"packs.channel.{measure.channel}"),
            purpose=say(f"packs.purpose.{measure.purpose}"),
        ),
        say("packs.show.scope", states=_listing("state", measure.states), tiers=_listing("tier", measure.tiers)),
        *_cost(measure, currency),
        *(line for effect in measure.effects for line in _effect(effect)),
    ]
    if measure.needs:
        lines.append(say("packs.show.needs", needs=_listing("need", measure.needs)))
    if measure.test_first:
        lines.append(say("packs.show.test_first"))
    return tuple(lines)


def describe_pack(pack: Pack) -> tuple[Text, ...]:
    """The whole pack: head, windows, benchmarks, then measure by measure."""
    windows = pack.windows
    return (
        say("packs.show.head", name=_local(pack.name), id=pack.id, version=pack.version, n=len(pack.measures)),
        say("packs.show.about", text=_local(pack.about)),
        say(
            "packs.show.windows",
            interval=Number(windows.typical_interval, 0),
            returned=windows.returned_within,
            lapsing=windows.lapsing_after,
            lost=windows.lost_after,
        ),
        *(_benchmark(benchmark) for benchmark in pack.benchmarks),
        *(line for measure in pack.measures for line in describe_measure(measure, currency=pack.currency)),
    )
