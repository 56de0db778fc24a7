"""Whether a decision, a change of the settings or a statement was made: what the lines of killed servers rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars import api
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.shared import meant
from regulars_web.shared.events import announce
from regulars_web.shared.models import Entry, Meant


def register() -> None:
    """Make them known."""
    meant.register("plan.judged", _decided)
    meant.register("plan.approved", _decided, _announced)
    meant.register("plan.rejected", _decided, _announced)
    for action in ("settings.changed", "settings.undone"):
        meant.register(action, _settings)
    for action in ("input.written", "input.signed", "input.undone"):
        meant.register(action, _stated)


def _lines(row: Meant, kind: Any, *, plan: str = "") -> tuple[Any, ...]:
    assert isinstance(row.by, User)
    return api.recorded(business(), kind, by=row.by.signature, at=row.clue["at"], plan=plan)


def _decided(row: Meant) -> Mapping[str, Any] | None:
    for entry in _lines(row, row.clue["kind"], plan=row.clue["plan"]):
        if row.clue.get("about") in (None, entry.body.get("about")):
            return {"version": entry.body["version"]} if "version" in entry.body else {}
    return None


def _announced(row: Meant, told: Mapping[str, Any]) -> None:
    about = {"plan": row.about} | ({"version": int(told["version"])} if "version" in told else {})
    announce("strategy", row.action.removeprefix("plan."), **about)


def _settings(row: Meant) -> Mapping[str, Any] | None:
    for entry in _lines(row, "changed"):
        undone = entry.body["key"] == "undo"
        if undone == (row.action == "settings.undone"):
            return {} if undone else {"about": str(entry.body["key"])}
    return None


def _stated(row: Meant) -> Mapping[str, Any] | None:
    before, file = row.told["before"], api.stated_file(business(), row.about)
    lines = Entry.objects.filter(action__startswith="input.", about=row.about, detail__before=before, at__gte=row.at)
    if file.token == before or not api.stated_left(business(), row.about, before) or lines.exists():
        return None
    return {"after": file.token}
