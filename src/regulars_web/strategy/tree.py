"""Targets and corporate objectives come in and go out: asked of the core, each with its line in the log.

``token`` is of the settings that the page was made from; without one an act is weighed and nothing is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from regulars import api
from regulars.base.errors import BadSettings
from regulars.base.text import say
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.strategy.studio import as_opened, day_of


def add_target(by: User, asked: Mapping[str, str], *, token: str | None) -> api.Change:
    """Aim at a KPI. Raises what ``api.add_target`` does."""
    said = asked.get("priority", "").strip()
    if said and not said.isdecimal():
        raise BadSettings(say("mandate.tree.no_priority", value=said))
    return api.add_target(
        business(),
        asked.get("kpi", ""),
        asked.get("target", ""),
        name=asked.get("name", ""),
        by=day_of(asked),
        owner=asked.get("owner", ""),
        serves=asked.get("serves", ""),
        priority=int(said) if said else None,
        dry_run=token is None,
        token=token,
        author=by.signature,
        at=_at(),
    )


def remove_target(by: User, asked: Mapping[str, str], *, token: str | None) -> api.Change:
    """Take a target out. Raises what ``api.remove_target`` does."""
    return api.remove_target(
        business(), asked.get("objective", ""), dry_run=token is None, token=token, author=by.signature, at=_at()
    )


def add_corporate(by: User, asked: Mapping[str, str], *, token: str | None) -> api.Change:
    """Set a corporate objective. Raises what ``api.add_corporate`` does."""
    return api.add_corporate(
        business(),
        asked.get("kind", ""),
        name=asked.get("name", ""),
        by=day_of(asked),
        owner=asked.get("owner", ""),
        dry_run=token is None,
        token=token,
        author=by.signature,
        at=_at(),
    )


def remove_corporate(by: User, asked: Mapping[str, str], *, token: str | None) -> api.Change:
    """Take a corporate objective out. Raises what ``api.remove_corporate`` does."""
    return api.remove_corporate(
        business(), asked.get("id", ""), dry_run=token is None, token=token, author=by.signature, at=_at()
    )


#: What may be done to the tree, as addresses and words name it.
ACTS: dict[str, Callable[..., api.Change]] = {
    "add_target": add_target,
    "remove_target": remove_target,
    "add_corporate": add_corporate,
    "remove_corporate": remove_corporate,
}


def weigh(by: User, act: str, asked: Mapping[str, str]) -> api.Change:
    """What an act would do to the plan; nothing is saved. Raises what the core does."""
    return ACTS[act](by, asked, token=None)


def save(by: User, act: str, asked: Mapping[str, str]) -> api.Change:
    """Do it, with its line in the log. Raises Stale, and what the core does."""
    with as_opened(asked) as token:
        done = ACTS[act](by, asked, token=token)
    note(by, "settings.changed", about=done.key, act=act, difference=done.difference or 0.0)
    return done


def _at() -> str:
    return now().isoformat(timespec="seconds")
