"""What a line of the audit log, or of a change of the settings, is about: words where the record holds a key.

The record keeps what it was put down with; only what is read is made plain. What has no words (any more) is shown as it
was put down.
"""

from __future__ import annotations

from regulars.base.mandate import named
from regulars.base.text import Listing, Param, Text, say
from regulars.base.words import word_list
from regulars_web.company.businesses import business
from regulars_web.shared.models import Entry

#: Actions whose line is about one customer, by key.
_CUSTOMERS = ("identities.erased", "identities.welcome_back", "note.", "permission.")
#: Actions whose line is about a number of the database, which says nothing to anybody.
_NUMBERED = ("export.", "endpoint.rotated", "endpoint.removed", "endpoint.pinged")


def about(entry: Entry) -> Param:
    """What a line is about, to be shown."""
    said, action = entry.about, entry.action
    if action.startswith("job."):
        kind, _, number = said.partition(" ")
        return _known(f"web.jobs.kind_{kind}", number=number) or said
    if action in ("identities.read", "identities.limit", "identities.all"):
        return _known(f"web.about.to_{said.replace(' ', '_')}") or said
    if action.startswith(_CUSTOMERS) and said.isdigit():
        return f"#{said[-6:]}"
    if action.startswith("customers.") and all(key.isdigit() for key in said.split()):
        return Listing(tuple(f"#{key[-6:]}" for key in said.split()))
    if action == "customers.taken_away" and said == "everybody":
        return say("predicate.say.everybody")
    if action in ("settings.changed", "settings.undone"):
        return setting(said)
    if action.startswith(_NUMBERED) and said.isdigit():
        return say("web.about.numbered", n=said)
    return said


def customer(entry: Entry) -> str:
    """The key of the customer a line is about; nothing where it is about none."""
    return entry.about if entry.action.startswith(_CUSTOMERS) and entry.about.isdigit() else ""


def setting(key: str) -> Param:
    """A key of a changed setting (``objectives.stay``, ``budget+hours``) in words."""
    parts = [_known(f"web.about.{part.removesuffix('.amount')}") for part in key.split("+")]
    if all(parts):
        return parts[0] if len(parts) == 1 else Listing(tuple(part for part in parts if part))  # type: ignore[return-value]
    area, _, id = key.partition(".")
    settings = business().settings
    if area in ("objectives", "corporate"):
        found = next((one for one in getattr(settings, area) if one.id == id), None)
        return say(f"web.about.{area}", name=named(found.name, id) if found else id)
    if area == "clauses":
        bound = [clause.label() for clause in settings.clauses if clause.id in (f"{id}-least", f"{id}-most", id)]
        return Listing(tuple(bound)) if bound else say("web.about.freed")
    return key


def _known(id: str, **params: str) -> Text | None:
    if id not in word_list("en"):
        return None
    told = say(id)
    return say("web.about.piece", what=told, n=params["number"]) if params.get("number") else told
