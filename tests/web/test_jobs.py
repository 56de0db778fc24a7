"""Work in the background: claimed once, watched, taken up again, stopped, told why it failed."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client

from regulars.base.errors import BadData
from regulars.base.text import say
from regulars_web.company.models import User
from regulars_web.shared import jobs, worker
from regulars_web.shared.clock import now
from regulars_web.shared.jobs import claim, put_down, register, run, stop
from regulars_web.shared.models import Entry, Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Kinds of work for these tests, and how often each was done."""
    done = {"count": 0}
    monkeypatch.setattr(jobs, "KINDS", {})
    monkeypatch.setattr(jobs, "EVERY", 0.0)

    def well(asked: Any, progress: Any) -> dict[str, Any]:
        done["count"] += 1
        progress(say("study.step.visits"), 1, 4)
        return {"made": asked["what"]}

    def badly(asked: Any, progress: Any) -> dict[str, Any]:
        raise BadData(say("api.study.empty"), say("api.study.empty_hint"))

    def broken(asked: Any, progress: Any) -> dict[str, Any]:
        raise ZeroDivisionError

    def asked_to_stop(asked: Any, progress: Any) -> dict[str, Any]:
        Job.objects.update(stop_asked=True)
        progress(say("study.step.visits"), 2, 4)
        raise AssertionError("it went on")

    for name, work in (("well", well), ("badly", badly), ("broken", broken), ("endless", asked_to_stop)):
        register(name, work, leads_to="home")
    yield done


def test_work_is_done_once_and_written_down(person: Callable[..., User], kinds: dict[str, int]) -> None:
    by = person()
    job = put_down("well", by, what="bread")
    assert put_down("well", by, what="bread") == job, "asked twice while it waits: the same piece"
    taken = claim("a")
    assert taken == job and claim("b") is None
    run(taken)
    job.refresh_from_db()
    assert (job.state, job.result, kinds["count"], job.share) == ("done", {"made": "bread"}, 1, 25)
    assert [e.action for e in Entry.objects.order_by("id")] == ["job.asked", "job.done"]
    assert put_down("well", by, what="bread") != job, "asked again later: a new piece"


def test_what_the_core_says_is_told(person: Callable[..., User]) -> None:
    put_down("badly", person())
    taken = claim("a")
    assert taken is not None
    run(taken)
    taken.refresh_from_db()
    assert taken.state == "failed" and taken.trouble is not None and taken.trouble["id"] == "api.study.empty"
    assert taken.result["hint"]["id"] == "api.study.empty_hint"


def test_a_fault_is_a_failure_and_is_raised_for_the_log(person: Callable[..., User]) -> None:
    put_down("broken", person())
    taken = claim("a")
    assert taken is not None
    with pytest.raises(ZeroDivisionError):
        run(taken)
    taken.refresh_from_db()
    assert taken.state == "failed" and taken.trouble == {"id": "web.jobs.broken", "params": {}}


def test_work_is_stopped_between_two_steps(person: Callable[..., User]) -> None:
    put_down("endless", person())
    taken = claim("a")
    assert taken is not None
    run(taken)
    taken.refresh_from_db()
    assert taken.state == "cancelled"


def test_what_only_waits_is_cancelled_at_once(person: Callable[..., User]) -> None:
    by = person()
    job = put_down("well", by, what="bread")
    stop(job, by)
    job.refresh_from_db()
    assert job.state == "cancelled" and claim("a") is None


def test_work_of_a_worker_that_died_is_taken_up_again_and_in_the_end_given_up(person: Callable[..., User]) -> None:
    put_down("well", person(), what="bread")
    for attempt in range(1, 4):
        taken = claim(f"worker {attempt}")
        assert taken is not None and taken.attempts == attempt
        assert claim("another") is None, "it still lives"
        Job.objects.update(beat=now() - timedelta(minutes=2))
    assert claim("last") is None
    job = Job.objects.get()
    assert job.state == "failed" and job.trouble is not None and job.trouble["id"] == "web.jobs.lost"


def test_a_late_word_of_a_worker_given_up_changes_nothing(person: Callable[..., User]) -> None:
    put_down("well", person(), what="bread")
    slow = claim("slow")
    assert slow is not None
    Job.objects.update(state="failed")
    run(slow)
    assert Job.objects.get().state == "failed"


def test_who_fell_silent_and_comes_back_changes_nothing(person: Callable[..., User], kinds: dict[str, int]) -> None:
    put_down("well", person(), what="bread")
    slow = claim("a")
    Job.objects.update(beat=now() - timedelta(minutes=2))
    taken = claim("b")
    assert slow is not None and taken is not None and taken.attempts == 2
    run(slow)
    taken.refresh_from_db()
    assert (taken.state, taken.worker, taken.result) == ("running", "b", {}), "it is another one's now"
    run(taken)
    taken.refresh_from_db()
    assert (taken.state, taken.result) == ("done", {"made": "bread"})


@pytest.mark.parametrize(
    "fault", [OSError(errno.ENOSPC, "x"), ValueError("Io: No space left on device (os error 28)"), RuntimeError("")]
)
def test_a_full_disk_is_told(fault: Exception, person: Callable[..., User]) -> None:
    def work(asked: Any, progress: Any) -> dict[str, Any]:
        try:
            raise fault
        except Exception as error:
            raise ValueError("wrapped") from error

    register("full", work, leads_to="home")
    put_down("full", person())
    taken = claim("a")
    assert taken is not None
    with pytest.raises(ValueError, match="wrapped"):
        run(taken)
    taken.refresh_from_db()
    wanted = "web.jobs.broken" if isinstance(fault, RuntimeError) else "web.jobs.full"
    assert taken.state == "failed" and taken.trouble == {"id": wanted, "params": {}}


def test_a_worker_waits_for_a_database_that_takes_nothing(
    person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_down("well", person(), what="bread")
    tried: list[str] = []

    def full(name: str) -> Job | None:
        tried.append(name)
        if len(tried) > 2:
            raise KeyboardInterrupt
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(worker, "claim", full)
    monkeypatch.setattr(worker, "LATER", 0.0)
    monkeypatch.setattr(worker, "put_down_due", lambda: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)  # this test's own would be closed, too
    with pytest.raises(KeyboardInterrupt):
        worker.work_on(until=os.getppid())
    assert len(tried) == 3 and Job.objects.get().state == "waiting", "it goes on as soon as there is room"


def test_pages_say_that_the_disk_is_full(
    folder: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    for language, words in (("en", "The disk is full"), ("zh-Hant", "磁碟已滿")):
        client = signed_in(language=language)
        client.raise_request_exception = False

        def fails(*args: Any, **kwargs: Any) -> None:
            raise OperationalError("database or disk is full")

        monkeypatch.setattr("regulars_web.company.views.set_own", fails)
        answer = client.post("/house/me", {"language": language, "theme": "dark"})
        assert answer.status_code == 507 and words in answer.content.decode()


def test_a_database_that_does_not_answer_is_told_without_asking_it(
    folder: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in()
    client.raise_request_exception = False

    def fails(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("unable to open database file")

    with monkeypatch.context() as gone:
        gone.setattr(connection, "cursor", fails)
        for language, words in (("en", "The database does not answer"), ("zh-Hant", "資料庫沒有回應")):
            for answer in (
                client.get("/", headers={"Accept-Language": language}),
                client.post("/house/me", {"theme": "dark"}, headers={"Accept-Language": language}),
            ):
                assert answer.status_code == 503 and words in answer.content.decode()
                assert answer["Retry-After"] == "10"
        program = Client().get("/api/v1/business", headers={"Authorization": "Bearer reg_x"})
        assert (program.status_code, program.json()["code"]) == (503, "no_database")
    assert client.get("/").status_code == 200, "it is there again"

    def wrong(*args: Any, **kwargs: Any) -> None:
        raise ProgrammingError("no such column")

    monkeypatch.setattr("regulars_web.company.views.set_own", wrong)
    answer = client.post("/house/me", {"language": "en", "theme": "dark"})
    assert answer.status_code == 500 and "Something broke here" in answer.content.decode(), "a fault of the program"
