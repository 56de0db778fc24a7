"""Who may do what at the interface, how often, and under which key."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from regulars_web.company.models import Role, User
from regulars_web.company.powers import WHOLE, may
from regulars_web.rest import answers, inbox, tokens
from regulars_web.rest.models import Answer, Receipt, Token
from regulars_web.rest.operations import described
from regulars_web.shared.clock import now
from regulars_web.shared.models import Entry
from support.rest import Program, line

pytestmark = pytest.mark.django_db
OPERATIONS = [
    (method, path.removeprefix("/api/v1/"), operation["x-scope"])
    for path, methods in described()["paths"].items()
    for method, operation in methods.items()
]
FILLED = {"{id}": "1", "{key}": "1", "receipts/1": "receipts/00000000-0000-0000-0000-000000000000"}


def asked(program: Program, method: str, path: str) -> Any:
    for place, value in FILLED.items():
        path = path.replace(place, value)
    if path == "segment":
        path += "?predicate=visits+%3E+1"
    return program.get(path) if method == "get" else program.post(path, {})


def test_every_operation_has_a_scope_of_the_table() -> None:
    assert {scope for _, _, scope in OPERATIONS} <= set(tokens.SCOPES)
    assert len(OPERATIONS) > 20


@pytest.mark.parametrize("scope", list(tokens.SCOPES))
def test_a_scope_opens_its_operations_and_no_others(folder: Path, person: Callable[..., User], scope: str) -> None:
    program = Program(person(), scope)
    for method, path, needed in OPERATIONS:
        answer = asked(program, method, path)
        assert (answer.status_code == 403) == (needed != scope), (method, path, answer.content)
        assert answer.status_code < 500, (method, path)


@pytest.mark.parametrize("role", list(Role))
def test_a_token_never_may_more_than_its_person(folder: Path, person: Callable[..., User], role: Role) -> None:
    program = Program(person(role))
    for method, path, scope in OPERATIONS:
        allowed = may(program.token.user, tokens.SCOPES[scope])
        assert (asked(program, method, path).status_code != 403) == allowed, (role, method, path)


def test_a_token_of_some_branches_has_no_figures_of_the_whole(folder: Path, person: Callable[..., User]) -> None:
    mine, theirs = Program(person(), branches=("TST",)), Program(person(Role.MANAGER, branches=("CWB",)))
    for program in (mine, theirs):
        for method, path, scope in OPERATIONS:
            if tokens.SCOPES[scope] in WHOLE:
                assert asked(program, method, path).status_code == 403, (method, path)
    both = Program(User.objects.get(role=Role.MANAGER), branches=("TST",))
    assert both.token.within == ("",) and not both.token.sees("TST") and not both.token.sees("CWB")


def test_what_ends_a_token_ends_it_at_once(folder: Path, person: Callable[..., User]) -> None:
    program = Program(person())
    assert program.get("business").status_code == 200
    assert Token.objects.get().used_at is not None

    def change(**fields: Any) -> int:
        before = Token.objects.values(*fields).get()
        Token.objects.update(**fields)
        status: int = program.get("business").status_code
        Token.objects.update(**before)
        return status

    assert change(expires_at=now() - timedelta(seconds=1)) == 401
    assert change(revoked_at=now()) == 401
    User.objects.update(role=Role.STAFF)
    assert program.get("runs").status_code == 403, "less power now"
    User.objects.update(is_active=False)
    assert program.get("business").status_code == 401


def test_a_browser_signed_in_opens_nothing_and_wrong_secrets_run_out(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    answer = client.get("/api/v1/business")
    assert answer.status_code == 401 and answer["WWW-Authenticate"].startswith("Bearer")
    assert (
        answer["Content-Type"] == "application/problem+json" and answer.json()["request_id"] == answer["X-Request-Id"]
    )
    assert "Access-Control-Allow-Origin" not in answer
    wrong = [client.get("/api/v1/business", headers={"Authorization": "Bearer reg_x"}) for _ in range(31)]
    assert wrong[0].status_code == 401 and wrong[-1].status_code == 429 and int(wrong[-1]["Retry-After"]) > 0


def test_what_is_asked_wrongly_is_a_problem_document(folder: Path, person: Callable[..., User], settings: Any) -> None:
    program = Program(person(), language="zh-Hant")
    for answer, status, code in (
        (program.get("nowhere/at/all"), 404, "not_found"),
        (program.client.delete("/api/v1/business", headers=program.headers), 405, "method"),
        (program.get("jobs?limit=0"), 422, "invalid"),
        (program.get("jobs?after=%FF"), 422, "cursor"),
        (program.get("runs?after=bm9uZQ"), 422, "cursor"),
        (program.get("runs/latest"), 404, "not_found"),
        (program.get("segment?predicate=nonsense"), 404, "not_found"),
        (program.post("runs", {"as_of": "yesterday"}), 422, "invalid"),
        (program.post("runs", {}, key=""), 400, "no_key"),
        (program.post("runs", {}, key="k" * 201), 400, "no_key"),
        (program.post("runs", {}, key="a key"), 400, "no_key"),
        (program.post("imports/0001-0/undo", {}, **{"If-Match": '"old"'}), 412, "changed"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.json()
        assert answer["Content-Type"] == "application/problem+json" and answer.json()["title"]
    assert program.get("jobs?limit=0").json()["errors"][0] | {"code": ""} == {
        "in": "query",
        "pointer": "/limit",
        "code": "",
    }
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert program.post("push/sales", [line("1")] * 9).status_code == 413


def test_too_many_requests_are_told_when_to_come_again(
    folder: Path, person: Callable[..., User], settings: Any
) -> None:
    settings.API_PER_MINUTE = 3
    program = Program(person())
    answers_ = [program.get("business") for _ in range(4)]
    assert [a.status_code for a in answers_] == [200, 200, 200, 429]
    assert 0 < int(answers_[-1]["Retry-After"]) <= 60


def test_the_same_key_does_the_work_once(folder: Path, person: Callable[..., User]) -> None:
    program = Program(person())
    first = program.post("push/sales", [line("1")], key="a")
    again = program.post("push/sales", [line("1")], key="a")
    assert again.content == first.content and again.status_code == 202 and again["Idempotency-Replayed"] == "true"
    other = program.post("push/sales", [line("2")], key="a")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Receipt.objects.count() == 1
    assert Program(program.token.user).post("push/sales", [line("1")], key="a").status_code == 202, "another's key"
    Answer.objects.update(made_at=now() - timedelta(hours=25))
    assert program.post("push/sales", [line("2")], key="a").status_code == 202, "kept for a day"


def test_a_refusal_lets_go_of_the_key(folder: Path, person: Callable[..., User]) -> None:
    program = Program(person())
    assert program.post("push/sales", [{}], key="a").status_code == 422
    assert program.post("push/sales", [line("1")], key="a").status_code == 202


def test_a_key_of_a_server_that_died_is_free_after_its_lease(folder: Path, person: Callable[..., User]) -> None:
    program = Program(person())
    program.post("push/sales", [line("1")], key="a")
    Answer.objects.update(state="working", body="")
    waiting = program.post("push/sales", [line("1")], key="a")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "working") and waiting["Retry-After"]
    Answer.objects.update(made_at=now() - answers.LEASE)
    assert program.post("push/sales", [line("1")], key="a").status_code == 202


@pytest.mark.django_db(transaction=True)
def test_racing_callers_with_one_key_do_the_work_once(
    folder: Path, person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("callers race on PostgreSQL; in memory SQLite they share one connection")
    monkeypatch.setattr(inbox, "wake", lambda: None)
    program = Program(person())
    found: list[int] = []

    def call() -> None:
        found.append(program.post("push/sales", [line("1")], key="race").status_code)
        connections.close_all()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) <= {202, 409} and 202 in found
    assert Receipt.objects.count() == 1 and Entry.objects.filter(action="push.accepted").count() == 1


def test_the_log_tells_whose_token_it_was(folder: Path, person: Callable[..., User]) -> None:
    director, strategist = person(), person(Role.STRATEGIST)
    _, secret = tokens.make(
        director, name="night <b>", user=strategist, scopes=["runs:write", "plans:write"], branches=[], days=30
    )
    program = Program(strategist)
    program.headers = {"Authorization": f"Bearer {secret}"}
    job = program.post("plans", {}).json()["id"]
    line = Entry.objects.get(action="job.asked", about=f"formulate {job}")
    assert line.who == strategist
    assert line.detail == {"through": "night <b>", "through_by": director.signature}
    client = Client()
    client.force_login(director)
    page = client.get("/house/log?action=job.asked").content.decode()
    assert "by the token “night &lt;b&gt;”, which Director &lt;" in page
    client.force_login(strategist)
    client.post("/house/language", {"language": "en"})
    assert "through" not in Entry.objects.filter(action="person.own").latest("pk").detail
