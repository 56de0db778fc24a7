"""Targets and corporate objectives come in and go out: what the page of objectives asks of the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from regulars import api
from regulars.base.errors import BadSettings
from regulars.base.text import say
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.strategy.studio import day_of, weigh_or_save


def _add_target(asked: Mapping[str, str]) -> Callable[..., api.Change]:
    said = asked.get("priority", "").strip()
    if said and not said.isdecimal():
        raise BadSettings(say("mandate.tree.no_priority", value=said))
    return partial(
        api.add_target,
        business(),
        asked.get("kpi", ""),
        asked.get("target", ""),
        name=asked.get("name", ""),
        by=day_of(asked),
        owner=asked.get("owner", ""),
        serves=asked.get("serves", ""),
        priority=int(said) if said else None,
    )


def _remove_target(asked: Mapping[str, str]) -> Callable[..., api.Change]:
    return partial(api.remove_target, business(), asked.get("objective", ""))


def _add_corporate(asked: Mapping[str, str]) -> Callable[..., api.Change]:
    return partial(
        api.add_corporate,
        business(),
        asked.get("kind", ""),
        name=asked.get("name", ""),
        by=day_of(asked),
        owner=asked.get("owner", ""),
    )


def _remove_corporate(asked: Mapping[str, str]) -> Callable[..., api.Change]:
    return partial(api.remove_corporate, business(), asked.get("id", ""))


#: What may be done to the tree, as addresses and words name it: what a form asks of the core.
ACTS: dict[str, Callable[[Mapping[str, str]], Callable[..., api.Change]]] = {
    "add_target": _add_target,
    "remove_target": _remove_target,
    "add_corporate": _add_corporate,
    "remove_corporate": _remove_corporate,
}


def grow_or_cut(by: User, act: str, asked: Mapping[str, str], *, dry_run: bool) -> api.Change:
    """Do an act, or weigh what it would do to the plan. Raises Stale, and what the core does."""
    return weigh_or_save(by, asked, ACTS[act](asked), dry_run=dry_run, wary=False, act=act)
