"""What programs read: customers page by page within their branches, documents that never change, plans and segments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from regulars import api
from regulars_web.company.models import Role, User
from regulars_web.shared.models import Entry
from support.rest import Program

pytestmark = pytest.mark.django_db


def test_pages_of_customers_hold_everybody_once_and_in_order(studied: Path, person: Callable[..., User]) -> None:
    program = Program(person(), "people:read")
    found, after = [], ""
    while True:
        page = program.get(f"people?limit=90&sort=-value_12&columns=value_12,branch&after={after}").json()
        found += page["items"]
        after = page["next"]
        if after is None:
            break
    assert len(found) == api.people_of(api.open_business(studied)).count().customers > 90
    assert max(Counter(item["customer"] for item in found).values()) == 1
    values = [item["standing"]["value_12"] for item in found if item["standing"]["value_12"] is not None]
    assert values == sorted(values, reverse=True)
    assert Entry.objects.filter(action="standings.read").count() == 1, "written down once, not for every page"
    assert program.get("people?sort=nothing").status_code == 422
    assert program.get("people?where=%29").status_code == 422
    assert program.get("people?after=x").status_code == 422


def test_a_branch_sees_its_own_customers_alone(studied: Path, person: Callable[..., User]) -> None:
    everybody = Program(person(), "people:read")
    items = everybody.get("people?limit=200&columns=branch").json()["items"]
    branches = sorted({item["standing"]["branch"] for item in items} - {None})
    assert len(branches) > 1
    manager = person(Role.MANAGER, branches=(branches[0],))
    mine = Program(manager, "people:read")
    seen = mine.get("people?limit=200&columns=branch").json()["items"]
    assert seen and {item["standing"]["branch"] for item in seen} == {branches[0]}
    theirs = next(item["customer"] for item in items if item["standing"]["branch"] == branches[1])
    assert mine.get(f"people/{theirs}").status_code == 404
    assert everybody.get(f"people/{theirs}").json()["customer"] == theirs
    assert mine.get(f"people/{seen[0]['customer']}").status_code == 200
    assert everybody.get(f"people/{2**63}").status_code == 404


def test_documents_never_change_and_are_not_sent_twice(studied: Path, person: Callable[..., User]) -> None:
    program = Program(person())
    runs = program.get("runs").json()["items"]
    assert program.get("runs/latest").json() == runs[0]
    answer = program.get(f"runs/{runs[0]['id']}/document")
    assert answer.json()["provenance"]["data_version"] > 0
    again = program.get(f"runs/{runs[0]['id']}/document", **{"If-None-Match": answer["ETag"]})
    assert again.status_code == 304 and not again.content
    plan = program.get("plans").json()["items"][0]
    assert program.get(f"plans/{plan['id']}/document").json()["lines"]
    assert program.get(f"runs/{plan['id']}/document").status_code == 404, "a plan is not a study"
    assert program.get("strategy").json()["newest_plan"] == plan["id"]
    segment = program.get("segment?predicate=visits+%3E%3D+2").json()
    assert 0 < segment["segment"]["customers"] <= segment["segment"]["base"]


def test_nothing_else_of_the_folder_is_reached(studied: Path, person: Callable[..., User]) -> None:
    program = Program(person())
    for id in ("..", "..%2F..", "%2e%2e%2fsecret.key", "study", ".", "study-x%00"):
        assert program.get(f"runs/{id}/document").status_code in (404, 422), id
        assert program.get(f"people?study={id}").status_code in (404, 422), id
