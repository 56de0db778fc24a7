"""Trying and keeping: what the studio asks of the core, each change with its line in the audit log.

A change lies in files and takes seconds to weigh: no database transaction is open meanwhile, for it would keep
everybody else from writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from regulars import api
from regulars.base.errors import BadSettings
from regulars.base.text import Text, say
from regulars_web.company.about import setting
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.shared.clock import now
from regulars_web.shared.meant import meant


class Stale(Exception):
    """Somebody changed the settings since the page was opened; ``text`` tells who changed what."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.id)
        self.text = text


def bench() -> api.Workbench:
    """The workbench of the business as it stands: kept until settings or study change. Raises NotThere unstudied."""
    shop = business()
    studies = sorted(p.name for p in shop.runs.glob("study-*") if (p / "run.json").is_file())
    return _bench(shop.folder, api.settings_token(shop), tuple(studies))


@lru_cache(maxsize=2)
def _bench(folder: Path, token: str, studies: tuple[str, ...]) -> api.Workbench:  # noqa: ARG001 - parts of the key
    return api.Workbench(business())


def amounts(asked: Mapping[str, str]) -> api.WhatIf:
    """The amounts of a form; an empty field leaves one as it is. Raises BadSettings for what is no number."""
    found: dict[str, float] = {}
    for name in ("budget", "hours", "risk"):
        if said := asked.get(name, "").strip().replace(",", ""):
            try:
                found[name] = float(said)
            except ValueError as error:
                raise BadSettings(say("cli.what_if.bad_amount", option=name, value=said)) from error
    return api.WhatIf(budget=found.get("budget"), hours=found.get("hours"), risk=found.get("risk"))


@contextmanager
def _as_opened(token: str) -> Iterator[None]:
    """Raises Stale where the settings are not those that the page was made from."""
    try:
        yield
    except api.SettingsRaced as error:
        since = api.changes_since(business(), token)
        if not since:  # by hand, or put back since
            raise Stale(say("web.studio.stale_by_hand")) from error
        last = since[-1]
        told = say("web.studio.stale", who=last.by or "?", what=setting(str(last.body["key"])), n=len(since))
        raise Stale(told) from error


def weigh_or_save(
    by: User, asked: Mapping[str, str], ask: Callable[..., api.Change], *, dry_run: bool, wary: bool = True, **told: str
) -> api.Change:
    """A change asked of the core: weighed and nothing saved, or made to the settings that the page was made from, with
    its line (and ``told``) in the log. Raises Stale, and what the core does.

    Who is ``wary`` saves what contradicts other bounds only where the form says that this was read (``anyway``).
    """
    if dry_run:
        return ask(dry_run=True)
    if wary and asked.get("anyway") != "1":
        ask = partial(ask, refuse_misses=True)
    token, at = asked.get("token", ""), _at()
    with _as_opened(token), meant(by, "settings.changed", clue={"at": at}, **told) as line:
        done = ask(token=token, author=by.signature, at=at)
        line.write(about=done.key, difference=done.difference or 0.0)
    return done


def keep(by: User, asked: Mapping[str, str]) -> api.Change:
    """Keep amounts that were tried. Raises Stale, and what ``api.set_amounts`` does."""
    wanted = amounts(asked)
    ask = partial(api.set_amounts, business(), budget=wanted.budget, hours=wanted.hours, risk=wanted.risk)
    return weigh_or_save(by, asked, ask, dry_run=False, wary=False)


def lock(by: User, asked: Mapping[str, str], *, dry_run: bool) -> api.Change:
    """Bind a measure, or weigh what that would cost. Raises Stale, and what ``api.lock`` does."""
    bounds = {"never": (None, 0.0), "must": (1.0, None), "free": (None, None)}
    low, high = bounds.get(asked.get("how", ""), (number(asked, "at_least"), number(asked, "at_most")))
    ask = partial(api.lock, business(), asked.get("what", ""), at_least=low, at_most=high)
    return weigh_or_save(by, asked, ask, dry_run=dry_run)


def target(by: User, asked: Mapping[str, str], *, dry_run: bool) -> api.Change:
    """Set a target, its day and who answers for it. Raises Stale, and what ``api.set_target`` does."""
    ask = partial(
        api.set_target,
        business(),
        asked.get("objective", ""),
        asked.get("target", ""),
        by=day_of(asked),
        owner=asked.get("owner", "").strip() or None,
        serves=asked.get("serves") or None,
    )
    return weigh_or_save(by, asked, ask, dry_run=dry_run)


def owner(by: User, asked: Mapping[str, str]) -> api.Change:
    """Somebody answers for every target that nobody answers for. Raises Stale, and what ``api.name_owner`` does."""
    return weigh_or_save(by, asked, partial(api.name_owner, business(), asked.get("owner", "")), dry_run=False)


def day_of(asked: Mapping[str, str]) -> date | None:
    """The day of a form by which something is wanted, if it has one. Raises BadSettings for what is no day."""
    try:
        return date.fromisoformat(asked["by"]) if asked.get("by") else None
    except ValueError as error:
        raise BadSettings(say("web.study.no_day")) from error


def undo(by: User, asked: Mapping[str, str]) -> str:
    """Take the last change of the settings back; its key. Raises Stale, and what ``api.undo_settings`` does."""
    token, at = asked.get("token", ""), _at()
    with _as_opened(token), meant(by, "settings.undone", clue={"at": at}) as line:
        key = api.undo_settings(business(), token=token, author=by.signature, at=at)
        line.write(about=key)
    return key


def number(asked: Mapping[str, Any], name: str) -> float | None:
    """A number of a form; None where its field is empty. Raises BadSettings for what is none."""
    said = str(asked.get(name, "")).strip().replace(",", "")
    if not said:
        return None
    try:
        return float(said)
    except ValueError as error:
        raise BadSettings(say("mandate.edit.no_number", value=said), say("mandate.edit.no_number_hint")) from error


def _at() -> str:
    return now().isoformat(timespec="seconds")
