"""Stating facts for the chapters: written, signed and taken back, each with its line in the audit log."""

from __future__ import annotations

from regulars import api
from regulars.base.text import Text, say
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.shared.clock import today
from regulars_web.shared.meant import meant
from regulars_web.strategy.inputs_form import Asked


def save(by: User, file: api.StatedFile, asked: Asked, *, token: str, sign: bool) -> Text:
    """Write what a form says, unless something in it is wrong; what came of it.

    Who signed a text has not signed another: a signature left as it was falls away with the text it stood under.
    Raises ``api.InputsRaced`` when somebody else wrote the file since the form was opened.
    """
    shop = business()
    if token != file.token:
        raise api.InputsRaced(say("inputs.fault.raced", file=file.name), say("inputs.fault.raced_hint"))
    if sign:
        asked.raw = {"stated": {"by": by.signature, "on": today(shop.settings.zone)}} | _unsigned(asked.raw)
        asked.faults = tuple(fault for fault in asked.faults if fault.place[:1] != ("stated",))
    if asked.faults:
        return say("inputs_web.wrong", n=len(asked.faults))
    lost = False
    if not sign and file.found is not None and file.found.stated is not None:
        after = type(file.found).model_validate(asked.raw)
        if after.stated == file.found.stated and after != file.found:
            asked.raw, lost = _unsigned(asked.raw), True
    with meant(by, "input.signed" if sign else "input.written", about=file.name, before=token) as line:
        line.write(after=api.write_stated(shop, file.name, asked.raw, token=token))
    return say("inputs_web.signed" if sign else "inputs_web.unsigned" if lost else "inputs_web.saved")


def undo(by: User, name: str, *, token: str) -> None:
    """Put the former version of a file back. Raises what ``api.undo_stated`` does."""
    with meant(by, "input.undone", about=name, before=token) as line:
        line.write(after=api.undo_stated(business(), name, token=token))


def _unsigned(raw: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in raw.items() if key != "stated"}
