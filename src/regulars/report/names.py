"""Names the report gives to closed sets: states, classes, relationships, channels, trust grades, limits."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.analysis.diagnosis import ModelFit
from regulars.analysis.results.names import STATES, Class, State
from regulars.base.text import Local, Text, say
from regulars.packs.schema import Channel, Primitive, Relationship, Trust


def verbatim(name: str) -> Local:
    """A name of the business's own, the same in every language."""
    return Local({"en": name})


def state(name: State) -> Text:
    """A lifecycle state."""
    return say(f"report.state.{name}")


def state_of(name: str) -> Text:
    """A state told by its name alone, as plans tell it."""
    return _named("state", name, frozenset(STATES))


def customer_class(name: Class) -> Text:
    """A value-by-duration class."""
    return say(f"report.class.{name}")


_RELATIONSHIPS: frozenset[Relationship] = frozenset(("deal", "functional", "affiliation", "consultant", "partnership"))
_CHANNELS: frozenset[Channel] = frozenset(("in_person", "sms", "whatsapp", "email", "phone", "post", "app"))
_PRIMITIVES: frozenset[Primitive] = frozenset(
    ("attrition", "frequency", "margin", "reactivation", "no_show", "complaint", "arrivals")
)
_TRUST: frozenset[Trust] = frozenset(("A", "B", "C", "D", "E"))


def _named(table: str, key: str, known: frozenset[str]) -> Text:
    # A pack of a later version may bring a member this program has no word for: its id is better than an error.
    return say(f"report.{table}.{key.lower()}") if key in known else say("report.say.plain", text=key)


def relationship(name: str) -> Text:
    """The kind of relation a cell of customers is offered."""
    return _named("relationship", name, frozenset(_RELATIONSHIPS))


def channel(name: str) -> Text:
    """A channel of contact."""
    return _named("channel", name, frozenset(_CHANNELS))


def primitive(name: str) -> Text:
    """What an effect acts on."""
    return _named("primitive", name, frozenset(_PRIMITIVES))


def age_band(group: str) -> Text | Local:
    """A band of ages as plans and screenings keep it: ``under 30``, ``30-44``, ``60+``."""
    if group.startswith("under "):
        return say("report.screening.under", age=int(group.removeprefix("under ")))
    return verbatim(group.replace("-", "\N{EN DASH}"))


def trust(grade: str) -> Text:
    """A trust grade with its meaning."""
    return _named("trust", grade, frozenset(_TRUST))


_MODELS = {
    "bg-nbd": "bg_nbd",
    "mbg-nbd": "mbg_nbd",
    "pareto-nbd": "pareto_nbd",
    "mbg-cnbd-k": "mbg_cnbd_k",
    "cnbd-mixture": "cnbd_mixture",
    "gamma-gamma": "gamma_gamma",
}


def model_card(fit: ModelFit) -> str:
    """The method card of a fitted model."""
    return _MODELS.get(fit.model, "mbg_nbd" if fit.role == "visits" else "gamma_gamma")


def visit_card(fits: Iterable[ModelFit]) -> str:
    """The card of the visit model that the study uses."""
    return next((model_card(fit) for fit in fits if fit.chosen and fit.role == "visits"), "mbg_nbd")
