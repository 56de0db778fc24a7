"""Decisions of which the ledger knows and the queue does not, for the server was killed in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from regulars import api
from regulars_web.company.businesses import business
from regulars_web.duplicates.models import Pair
from regulars_web.duplicates.services import decided
from regulars_web.shared import meant
from regulars_web.shared.models import Meant


def register() -> None:
    """Make known how they are looked for, and what the queue is told."""
    meant.register("customers.merged", _merged, _is_merged)
    meant.register("customers.decision_taken_back", _apart, _is_open)


def _pairs(row: Meant, state: str) -> QuerySet[Pair]:
    """The pair, as long as it stands as it did: found anew meanwhile it is another row."""
    one, other = row.clue["pair"]
    return Pair.objects.filter(one=one, other=other, state=state)


def _merged(row: Meant) -> Mapping[str, Any] | None:
    one, other = api.kept_keys(business(), row.clue["pair"]).values()
    return {} if one == other and _pairs(row, Pair.State.OPEN).exists() else None


def _is_merged(row: Meant, _told: Mapping[str, Any]) -> None:
    moved, stays = (row.clue["stood"][key] for key in row.about.split())
    for pair in _pairs(row, Pair.State.OPEN):
        pair.state, pair.moved, pair.stays = Pair.State.MERGED, moved, stays
        decided(row.by, pair)


def _apart(row: Meant) -> Mapping[str, Any] | None:
    moved = row.clue["moved"]
    apart = moved and api.kept_keys(business(), [moved])[moved] == moved
    return {} if apart and _pairs(row, Pair.State.MERGED).filter(moved=moved).exists() else None


def _is_open(row: Meant, _told: Mapping[str, Any]) -> None:
    for pair in _pairs(row, Pair.State.MERGED).filter(moved=row.clue["moved"]):
        pair.state, pair.moved, pair.stays = Pair.State.OPEN, "", ""
        decided(row.by, pair)
