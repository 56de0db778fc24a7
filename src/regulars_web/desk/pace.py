"""The pace of a target in words and as a small picture: the way gone, and where a straight line is today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from regulars import api
from regulars.base.text import Day, Money, Number, Param, Share, Text, say
from regulars.base.words import show

#: Width of the picture in its own units.
WIDTH = 200


@dataclass(frozen=True, slots=True)
class Course:
    """A target and its pace. ``gone`` and ``line`` are places in the picture; ``said`` are sentences. ``now``,
    ``expected`` and ``wanted`` are figures as they are printed."""

    target: api.TargetState
    now: str
    expected: str
    wanted: str
    said: tuple[Text, ...]
    gone: int
    line: int
    verdict: str
    width: int = WIDTH


def courses(shop: api.OpenBusiness, *, today: date, language: str) -> tuple[Course, ...]:
    """Every target of the newest plan, with its pace where it has one."""
    states = api.target_states(shop, today=today)
    return tuple(_course(state, shop.settings.currency, language) for state in states)


def _course(state: api.TargetState, currency: str, language: str) -> Course:
    def figure(value: float) -> str:
        if state.expected.unit == "share":  # targets differ by less than a whole per cent
            return show(Share(value), language, "1")
        money = state.expected.unit == currency
        param: Param = Money.of(value, currency) if money else Number(value, 0)
        return show(param, language, "round" if money else "")

    figures = (figure(state.baseline), figure(state.expected.mean), figure(state.target))
    pace = state.pace
    if pace is None:
        why = "desk.pace.no_day" if state.followed else "desk.pace.not_followed"
        return Course(state, *figures, (say(why),), 0, 0, "")
    back = pace.verdict == "behind" and pace.travelled < 0
    first = say(
        f"desk.pace.{'back' if back else pace.verdict}",
        gone=Share(pace.travelled),
        begun=Day(pace.begun),
        start=figure(pace.start),
        now=figure(pace.now),
        as_of=Day(pace.as_of),
    )
    said = [first]
    if pace.verdict not in ("reached", "missed"):
        said.append(say("desk.pace.due", due=figure(pace.due)))
    if pace.verdict != "reached":
        said.append(_left(pace.days_left))
    gone, line = (round(WIDTH * min(1.0, max(0.0, part))) for part in (pace.travelled, pace.elapsed))
    return Course(state, *figures, tuple(said), gone, line, pace.verdict)


def _left(days: int) -> Text:
    if days == 0:
        return say("desk.pace.due_today")
    return say("desk.pace.left", n=days) if days > 0 else say("desk.pace.over", n=-days)
