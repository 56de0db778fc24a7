"""Acquisition channels: newcomers against money, and the concave stretches the optimiser fills in order.

    A(s) = A_max (1 - exp(-k s))        k = -ln(1 - A_now / A_max) / s_now

the saturating curve of decision calculus (Blattberg and Deighton 1996): who runs the business says how many come
at today's spend and how many would come if money were no object. Per draw today's arrivals and the room above them
are uncertain, and k is solved again, so that the ceiling always lies above today. Where the study has drawn a response
curve from the spend table, it takes the manager's place. Value(s) = A(s) * V_newcomer - s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from scipy.optimize import minimize_scalar

from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.results.acquisition import Response
from regulars.base.errors import BadSettings
from regulars.base.investment import Channel
from regulars.base.text import say
from regulars.strategy.blocks import Step, lognormal, own, shock
from regulars.strategy.draws import Draws
from regulars.strategy.newcomer import Newcomer, source_row
from regulars.strategy.returns import Floats

type Told = Literal["file", "ledger", "curve"]

#: How sure it is that today's arrivals came because of the channel (log scale), on top of their own chance.
ATTRIBUTION_SD = 0.15
#: Without a ceiling stated there is assumed to be room for as many again as come today.
ROOM = 1.0
#: Spend may at most be so many times today's (a curve is not believed further out).
BEYOND = 3.0
SEGMENTS = 8
_DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a channel, per cycle. ``spread`` and ``ceiling_sd`` are log-sd; ``told`` says who says so."""

    spend: float
    arrivals: float
    ceiling: float
    ceiling_sd: float
    spread: float
    most: float
    told: Told
    assumed_room: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """Newcomers of a cycle against its spend, per draw."""

    ceiling: Floats
    k: Floats

    def arrivals(self, spend: float) -> Floats:
        """Newcomers at a spend."""
        return self.ceiling * -np.expm1(-self.k * spend)

    def marginal(self, spend: float) -> Floats:
        """Newcomers of one more unit of money."""
        return self.ceiling * self.k * np.exp(-self.k * spend)


def rate_of(spend: float, arrivals: float | Floats, ceiling: float | Floats) -> Floats:
    """k of the curve through (spend, arrivals) with that ceiling."""
    return np.asarray(-np.log1p(-np.asarray(arrivals, dtype=float) / ceiling) / spend)


def state_of(channel: Channel, diagnosis: Diagnosis | None, *, cycle_months: int) -> State:
    """What is known of a channel: the file's words, else the study's curve, else its counts.

    Raises BadSettings when neither says what it costs and brings today, or when today is above the ceiling.
    """
    curve = _response(channel, diagnosis)
    weeks = cycle_months * _DAYS_A_MONTH / 7
    stated = channel.arrivals is not None and channel.spend is not None
    if curve is not None and not (stated and channel.ceiling is not None):
        found = _of_response(channel, curve, weeks)
        if found is not None:
            return found
    spend, arrivals, told = channel.spend, channel.arrivals, "file"
    row = source_row(channel, diagnosis)
    if row is not None and row.cost is not None and not stated:
        months = max((row.cost.until - row.cost.since).days + 1, 1) / _DAYS_A_MONTH
        spend = row.cost.spend / months * cycle_months if spend is None else spend
        arrivals = row.cost.newcomers / months * cycle_months if arrivals is None else arrivals
        told = "ledger"
    if not spend or not arrivals:
        raise BadSettings(
            say("strategy.investments.channel_unknown", id=channel.id),
            say("strategy.investments.channel_unknown_hint"),
        )
    ceiling = channel.ceiling if channel.ceiling is not None else (1 + ROOM) * arrivals
    if ceiling <= arrivals:
        raise BadSettings(
            say("base.investments.ceiling", id=channel.id, ceiling=float(ceiling), arrivals=float(arrivals)),
            say("base.investments.ceiling_hint"),
        )
    spread = float(np.hypot(ATTRIBUTION_SD, 1 / np.sqrt(max(arrivals, 1.0))))
    most = channel.most if channel.most is not None else BEYOND * spend
    return State(
        spend,
        arrivals,
        ceiling,
        channel.ceiling_sd,
        spread,
        most,
        "ledger" if told == "ledger" else "file",
        channel.ceiling is None,
    )


def _response(channel: Channel, diagnosis: Diagnosis | None) -> Response | None:
    if diagnosis is None or diagnosis.acquisition is None:
        return None
    wanted = (channel.source or channel.id).casefold()
    found = next((r for r in diagnosis.acquisition.responses if r.source.casefold() == wanted), None)
    return found if found is not None and found.refused is None and len(found.spend) > 2 else None


def _of_response(channel: Channel, curve: Response, weeks: float) -> State | None:
    """The curve of the study as most and scale a cycle: fitted to its line above what comes without spend."""
    x = np.array(curve.spend)
    rise = np.maximum(np.array(curve.newcomers) - curve.newcomers[0], 0.0)
    spend = channel.spend / weeks if channel.spend is not None else curve.usual
    if rise[-1] <= 0 or x[-1] <= 0 or spend <= 0:
        return None

    def shape(log_scale: float) -> Floats:
        return np.asarray(-np.expm1(-x / np.exp(log_scale)))

    def missed(log_scale: float) -> float:
        s = shape(log_scale)
        return float(((rise - s * (rise @ s) / (s @ s)) ** 2).sum())

    low, high = np.log(x[-1] / 40), np.log(x[-1] * 5)
    scale = float(minimize_scalar(missed, bounds=(low, high), method="bounded").x)
    s = shape(scale)
    most = float(rise @ s / (s @ s))
    arrivals = most * float(-np.expm1(-spend / np.exp(scale)))
    wide = (curve.high[-1] - curve.low[-1]) / (2 * 1.645) / max(rise[-1], 1e-9)
    spread = float(np.clip(wide, 0.05, 1.0))
    cap = channel.most if channel.most is not None else max(float(x[-1]), spend) * weeks
    ceiling = channel.ceiling if channel.ceiling is not None else most * weeks
    arrivals = channel.arrivals if channel.arrivals is not None else arrivals * weeks
    if ceiling <= arrivals:
        return None
    return State(spend * weeks, arrivals, ceiling, channel.ceiling_sd, spread, cap, "curve")


def curve_of(state: State, draws: Draws, *, name: str) -> Curve:
    """Draws of a channel's curve. ``name`` names its stream; good years bring more to every channel."""
    z = own(draws, f"acquisition:{name}", 2)
    now = state.arrivals * lognormal(z[0], state.spread)
    room = (state.ceiling - state.arrivals) * lognormal(z[1], state.ceiling_sd)
    room = room * now / state.arrivals  # who brings more today has a higher ceiling too
    common = shock(draws)
    return Curve((now + room) * common, rate_of(state.spend, now, now + room))


def breaks(state: State, segments: int = SEGMENTS) -> Floats:
    """Ends of the stretches of spend, 0 first: half of them even up to today's spend, half growing to ``most``."""
    low = min(state.spend, state.most)
    if state.most <= low * (1 + 1e-9):
        return np.linspace(0.0, low, segments + 1)
    half = segments // 2
    beyond = np.geomspace(low, state.most, segments - half + 1)[1:]
    return np.concatenate([np.linspace(0.0, low, half + 1), beyond])


def steps_of(
    channel: Channel, state: State, curve: Curve, newcomer: Newcomer, *, hours: dict[str, float]
) -> tuple[Step, ...]:
    """The stretches of a channel's spend, dearest newcomers last. A unit is one unit of money.

    ``hours`` are the branches' shares of the channel's newcomers. Stretches whose mean return would rise are joined:
    what is filled must be filled in order.
    """
    if state.most <= 0:
        return ()
    short, long = newcomer.less(channel.onboarding)
    ends = _concave(breaks(state), curve, long)
    found = []
    for place, (a, b) in enumerate(pairwise(ends)):
        more = (curve.arrivals(b) - curve.arrivals(a)) / (b - a)
        each = float(more.mean())
        found.append(
            Step(
                f"acquisition:{channel.id}:{place + 1}",
                f"acquisition:{channel.id}",
                b - a,
                False,
                more * short - 1.0,
                more * long - 1.0,
                1.0 + each * channel.onboarding,
                1.0 + float(np.quantile(more, 0.9)) * channel.onboarding,
                {branch: share * each * channel.hours for branch, share in hours.items()} if channel.hours else {},
                {
                    "gain_12": more * short - 1.0,
                    "gain_36": more * long - 1.0,
                    "revenue_12": more * newcomer.revenue_12,
                    "margin_12": more * newcomer.value_12,
                },
                hours,
            )
        )
    return tuple(found)


def _concave(ends: Floats, curve: Curve, value: Floats) -> list[float]:
    kept = [float(e) for e in ends]

    def slope(i: int) -> float:
        rise = (curve.arrivals(kept[i + 1]) - curve.arrivals(kept[i])) * value
        return float(rise.mean()) / (kept[i + 1] - kept[i])

    while len(kept) > 2:
        rising = [i for i in range(len(kept) - 2) if slope(i + 1) > slope(i) + 1e-12]
        if not rising:
            break
        del kept[rising[0] + 1]
    return kept


def value_at(curve: Curve, newcomer: Newcomer, spend: float, *, onboarding: float, months: int = 36) -> Floats:
    """Value net of spend at any spend, per draw: not the stretches, the curve itself."""
    return curve.arrivals(spend) * newcomer.less(onboarding)[0 if months == 12 else 1] - spend


def marginal_return(curve: Curve, newcomer: Newcomer, spend: float, *, onboarding: float) -> Floats:
    """What one more unit of money brings over 36 months, before that unit itself."""
    return curve.marginal(spend) * newcomer.less(onboarding)[1]


def spend_of(steps: Sequence[Step], taken: Sequence[float]) -> dict[str, float]:
    """Spend by channel group from units taken of each step."""
    total: dict[str, float] = {}
    for step, units in zip(steps, taken, strict=True):
        if step.group.startswith("acquisition:"):
            total[step.group] = total.get(step.group, 0.0) + float(units)
    return total
