"""Rows pushed by a till: told row by row, stored once, the same customers as in files, undone like an import."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from regulars import api
from regulars.base.errors import Busy
from regulars.base.progress import unwatched
from regulars.base.text import say
from regulars_web.company.models import Role, User
from regulars_web.privacy import gate
from regulars_web.rest import inbox
from regulars_web.rest.models import Receipt
from regulars_web.shared.clock import now
from regulars_web.shared.jobs import broken, claim, run
from regulars_web.shared.models import Entry, Job
from support.rest import Program, line

pytestmark = pytest.mark.django_db
#: Two branches, so that one token can be kept to one of them.
BRANCHES = """
[[branches]]
id = "TST"
name = { en = "Tsim Sha Tsui" }

[[branches]]
id = "CWB"
name = { en = "Causeway Bay" }
"""


@pytest.fixture
def till(folder: Path, person: Callable[..., User]) -> Program:
    """A director's till at a business of two branches."""
    with (folder / "business.toml").open("a") as settings:
        settings.write(BRANCHES)
    return Program(person())


def rows(folder: Path, table: str = "sales") -> list[dict[str, object]]:
    business = api.open_business(folder)
    with business.ledger.read() as reader:
        return sorted(reader.arrow(reader.table(table)).to_pylist(), key=lambda row: str(row))


def test_rows_are_stored_once_and_taken_back_like_an_import(till: Program, folder: Path) -> None:
    answer = till.post("push/sales", [line("1"), line("2", 12.5)])
    assert answer.status_code == 202, answer.json()
    receipt = till.get(f"receipts/{answer.json()['id']}").json()
    assert receipt["state"] == "stored" and receipt["commit"]["stored"] == 2
    assert {row["net"] for row in rows(folder)} == {380, 12.5}
    assert Receipt.objects.get().rows == [], "what is stored waits no more"
    again = till.post("push/sales", [line("1"), line("2", 14)]).json()
    commit = till.get(f"receipts/{again['id']}").json()["commit"]
    assert (commit["stored"], commit["changed"], commit["unchanged"]) == (0, 1, 1)
    newest = till.get("imports?limit=1").json()
    assert newest["items"][0]["id"] == commit["import_id"] and newest["next"]
    assert till.post(f"imports/{commit['import_id']}/undo", {}).json() == {"import_id": commit["import_id"], "rows": 0}
    assert {row["net"] for row in rows(folder)} == {380, 12.5}


def test_a_push_and_a_file_know_the_same_customer(till: Program, folder: Path) -> None:
    (folder / "s.csv").write_text("Date,Customer ID,Item,Amount\n2026-01-05,C1,Cut,380\n")
    api.import_files(api.open_business(folder), [folder / "s.csv"])
    till.post("push/sales", [line("1")])
    till.post("push/bookings", [{"booking_id": "b", "date": "2026-10-09", "customer": "C1", "status": "no_show"}])
    till.post("push/complaints", [{"complaint_id": "c", "date": "2026-10-09", "customer": "C1", "kind": "waiting"}])
    till.post("push/customers", [{"customer": "C1", "birth": 1980, "accepts_email": False}])
    found = [
        row["customer"] for table in ("sales", "bookings", "complaints", "customers") for row in rows(folder, table)
    ]
    assert len(found) == 5 and len(set(found)) == 1
    assert rows(folder, "customers")[0]["kind"] == "person"


def test_ratings_are_pushed_with_and_without_who_answered(till: Program, folder: Path) -> None:
    till.post("push/sales", [line("1")])
    rating = {"feedback_id": "r1", "date": "2026-10-06", "customer": "C1", "staff": "Amy", "kind": "visit", "score": 4}
    nobody = {"feedback_id": "r2", "date": "2026-10-06", "branch": "TST", "score": "3.5", "best": 5}
    answer = till.post("push/feedback", [rating, nobody])
    assert answer.status_code == 202 and answer.json()["accepted"] == 2
    found = {str(row["feedback_id"]): row for row in rows(folder, "feedback")}
    assert found["r1"]["customer"] == rows(folder)[0]["customer"] and found["r1"]["staff"] not in (None, "Amy")
    assert (found["r2"]["customer"], found["r2"]["branch"], found["r2"]["score"]) == (None, "TST", Decimal("3.5"))
    till.post("push/feedback", [rating | {"score": 2}])
    assert [row["score"] for row in rows(folder, "feedback") if row["feedback_id"] == "r1"] == [2], "replaces itself"
    wrong = [nobody | {"best": 3}, nobody | {"score": None}, nobody | {"comment": "Amy was late"}]
    told = till.post("push/feedback?atomic=true", wrong).json()["errors"]
    assert {(p["pointer"], p["code"]) for p in told} == {
        ("/0/best", "push_above_best"),
        ("/1/score", "push_bad_amount"),
        ("/2/comment", "push_unknown_field"),
    }


def test_the_same_ratings_sent_again_are_one_push(till: Program, folder: Path) -> None:
    sent = [{"feedback_id": "r1", "date": "2026-10-06", "branch": "TST", "score": 4}]
    first, again = (till.post("push/feedback", sent, key="ratings-1") for _ in range(2))
    assert first.json()["id"] == again.json()["id"] and Receipt.objects.count() == 1
    assert len(rows(folder, "feedback")) == 1
    assert till.post("push/feedback", [sent[0] | {"score": 1}], key="ratings-1").status_code == 422, "another body"
    kept = Program(till.token.user, branches=("CWB",))
    other = kept.post("push/feedback", [sent[0] | {"branch": "CWB", "score": 5}]).json()
    assert kept.get(f"receipts/{other['id']}").json()["commit"]["rejected"] == 1, "it is another branch's"
    assert [row["score"] for row in rows(folder, "feedback")] == [4]


def test_what_is_wrong_is_told_row_by_row_and_the_rest_is_kept(till: Program, folder: Path) -> None:
    sent = [
        line("1"),
        line("2", date="5/10/2026"),
        line("3", net="much"),
        7,
        line("4", shoe=1),
        line("5", currency="USD"),
    ]
    answer = till.post("push/sales", sent)
    told = {(p["pointer"], p["code"]) for p in answer.json()["problems"]}
    assert told == {
        ("/1/date", "push_bad_day"),
        ("/2/net", "push_bad_amount"),
        ("/3", "push_bad_value"),
        ("/4/shoe", "push_unknown_field"),
        ("/5/currency", "push_foreign"),
    }
    assert (answer.json()["accepted"], answer.json()["rejected"], len(rows(folder))) == (1, 5, 1)
    refused = till.post("push/sales?atomic=true", [line("8"), line("9", net=None)])
    assert refused.status_code == 422 and refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "rows_refused" and len(rows(folder)) == 1


def test_line_by_line_and_in_the_callers_language(folder: Path, person: Callable[..., User]) -> None:
    till = Program(person(), language="zh-Hant")
    body = "\n".join(json.dumps(row) for row in (line("1"), line("2", date="never")))
    answer = till.post("push/sales", body, kind="application/x-ndjson")
    assert answer.json()["problems"][0]["text"] == "date不是2026-10-31這樣的日期"
    assert answer["Content-Language"] == "zh-Hant-HK"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "not_json"),
        ("{", "not_json"),
        ("[" * 100_000, "not_json"),
        ("[NaN]", "not_json"),
        ('"rows"', "not_rows"),
        ("[]", "not_rows"),
        (b"\xff\xfe", "not_json"),
        ('[{"sale_id": "\\ud800", "line_id": "\\u0000", "date": "2026-01-01", "net": 1}]', "rows_refused"),
        ('[{"\\u0000": 1}]', "rows_refused"),
        ("[" + "1," * 10_001 + "1]", "too_many_rows"),
    ],
)
def test_hostile_bodies_are_refused_in_words(till: Program, body: str, code: str) -> None:
    answer = till.post("push/sales", body)
    assert 400 <= answer.status_code < 500 and answer.json()["code"] == code, answer.json()
    assert not Receipt.objects.exists()


def test_no_identifier_waits_or_is_kept(till: Program, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "wake", lambda: None)
    named = {"phone": "+852 9123 4567", "email": "mei@example.com", "customer_name": "Chan Tai Man"}
    sent = {k: v for k, v in line("1").items() if k != "customer"} | named
    till.post("push/sales", [sent])
    waiting = json.dumps(Receipt.objects.get().rows)
    inbox.work({}, unwatched)
    for said in ("9123", "mei@", "Chan"):
        assert said not in waiting and said not in json.dumps(rows(folder), default=str)
        assert said not in json.dumps(list(Entry.objects.values("about", "detail")))


def test_a_till_of_one_branch_writes_for_that_branch_alone(
    folder: Path, till: Program, person: Callable[..., User]
) -> None:
    manager = person(Role.MANAGER, branches=("TST",))
    here = Program(manager, "facts:write")
    till.post("push/sales", [line("cwb-1", branch="CWB"), line("tst-1", branch="TST")])
    sent = [
        line("new"),
        line("other", branch="Causeway Bay"),
        line("tst-1", 1, branch="TST"),
        line("cwb-1", 1, branch="TST"),
    ]
    answer = here.post("push/sales", sent).json()
    assert (answer["problems"][0]["pointer"], answer["problems"][0]["code"]) == ("/1/branch", "push_branch")
    receipt = here.get(f"receipts/{answer['id']}").json()
    assert ("/3/branch", "push_other_branch") in {(p["pointer"], p["code"]) for p in receipt["problems"]}
    kept = {row["sale_id"]: (row["branch"], row["net"]) for row in rows(folder)}
    assert kept == {"cwb-1": ("CWB", 380), "tst-1": ("TST", 1), "new": ("TST", 380)}
    assert till.get(f"receipts/{answer['id']}").status_code == 404, "another program's receipt"


def named(customer: str, name: str, **more: str) -> dict[str, str]:
    return {"customer": customer, "customer_name": name, **more}


def test_a_till_of_one_branch_names_its_own_customers_and_no_others(
    folder: Path, till: Program, person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, director = Program(person(Role.MANAGER, branches=("TST",)), "facts:write"), person()
    till.post("push/customers", [named("THEIRS", "Lee Ming", home_branch="CWB"), named("SHARED", "Ho Ling")])
    till.post("push/sales", [line("a", customer="MINE", branch="TST"), line("b", customer="BOTH", branch="TST")])
    till.post("push/sales", [line("c", customer="BOTH", branch="CWB"), line("d", customer="NOWHERE")])
    sent = [
        named("NEW", "Chan Mei", phone="9123 4567"),
        named("MINE", "Wong Fai"),
        *(named(id, "Mallory") for id in ("THEIRS", "SHARED", "BOTH", "NOWHERE")),
    ]
    assert here.post("push/customers", sent).status_code == 202
    assert {p.name for p in gate.everybody(director, purpose="test")} == {"Lee Ming", "Ho Ling", "Chan Mei", "Wong Fai"}
    here.post("push/customers", [named("NEW", "Chan Mei Mei")])
    assert [p.name for p in gate.find(director, "4567")] == ["Chan Mei Mei"], "theirs by the ledger now"
    monkeypatch.setattr(inbox, "wake", lambda: None)
    till.post("push/customers", [named("WAITS", "Ng Chun", home_branch="CWB")])
    here.post("push/customers", [named("WAITS", "Mallory")])
    assert [p.name for p in gate.find(director, "ng chun")] == ["Ng Chun"], "known to the vault, not yet to the ledger"
    assert gate.find(director, "mallory") == []


def test_a_till_of_one_branch_makes_nobody_its_own(folder: Path, till: Program, person: Callable[..., User]) -> None:
    here = Program(person(Role.MANAGER, branches=("TST",)), "facts:write")
    till.post("push/customers", [{"customer": "THEIRS", "home_branch": "CWB"}, {"customer": "SHARED"}])
    till.post("push/customers", [{"customer": "OURS", "home_branch": "TST"}, {"customer": "KEPT"}])
    till.post("push/sales", [line("a", customer="THERE", branch="CWB"), line("b", customer="NOWHERE")])
    till.post("push/sales", [line("c", customer="HERE", branch="TST"), line("d", customer="OURS", branch="CWB")])
    shop = api.open_business(folder)
    keys = {id: api.key_rows(shop, [{"customer": id}], system="own")[0]["key"] for id in ("THEIRS", "KEPT")}
    api.merge(shop, keys["KEPT"], into=keys["THEIRS"])

    who = ("THEIRS", "SHARED", "THERE", "NOWHERE", "KEPT", "OURS", "HERE", "NEW")
    sent = [{"customer": id, "home_branch": "TST", "source": "till"} for id in who]
    receipt = here.get(f"receipts/{here.post('push/customers', sent).json()['id']}").json()
    refused = {p["pointer"] for p in receipt["problems"] if p["code"] == "push_other_branch"}
    assert refused == {f"/{at}/home_branch" for at in range(5)}, receipt["problems"]
    sales = [line("b", 1, customer="NOWHERE", branch="TST")]
    receipt = here.get(f"receipts/{here.post('push/sales', sales).json()['id']}").json()
    assert [p["code"] for p in receipt["problems"]] == ["push_other_branch"], "a sale of no branch is not theirs either"
    till.post("push/customers", [{"customer": "SHARED", "home_branch": "TST"}])
    places = api.branches_of(shop, [api.key_rows(shop, [{"customer": "SHARED"}], system="own")[0]["key"]])
    assert list(places.values()) == [frozenset({"TST"})], "who writes for the house gives a customer a branch"


def test_by_the_study_a_customer_is_of_one_branch(studied: Path, person: Callable[..., User]) -> None:
    reader = api.people_of(api.open_business(studied))
    branches = [str(value) for value, _ in reader.values("branch")]
    mine, other = (reader.page(branches=(id,), size=1).rows[0].key for id in branches[:2])
    who = person(Role.MANAGER, branches=(branches[0],))
    assert gate.admissible(who, [mine, other, "123456789"]) == {mine, "123456789"}
    assert gate.admissible(person(), [mine, other]) == {mine, other}


def test_receipts_that_wait_are_stored_in_one_commit(
    till: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "wake", lambda: None)
    for number in range(5):
        till.post("push/sales", [line(f"s{number}"), line(f"t{number}", date="bad")])
    inbox.work({}, unwatched)
    assert len(api.open_business(folder).ledger.imports()) == 1
    receipts = list(Receipt.objects.all())
    assert {r.state for r in receipts} == {"stored"} and len({r.batch for r in receipts}) == 1
    assert receipts[0].commit is not None and receipts[0].commit["stored"] == 5


def test_killed_between_the_ledger_and_the_database_rows_are_stored_once(
    till: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "wake", lambda: None)
    receipt = till.post("push/sales", [line("1"), line("2")]).json()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(inbox, "_finish", killed)
        with pytest.raises(KeyboardInterrupt):
            inbox.work({}, unwatched)
    assert len(rows(folder)) == 2 and Receipt.objects.get().state == "accepted"
    till.post("push/sales", [line("3")])
    inbox.work({}, unwatched)
    assert len(rows(folder)) == 3
    commit = till.get(f"receipts/{receipt['id']}").json()["commit"]
    assert (commit["stored"], commit["unchanged"]) == (2, 0), "told as what it did, not as what it found"
    assert len(api.open_business(folder).ledger.imports()) == 2


def test_a_busy_ledger_is_tried_again(till: Program, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "wake", lambda: None)
    till.post("push/sales", [line("1")])

    def busy(*_: object, **__: object) -> None:
        raise Busy(say("store.busy.text"))

    with monkeypatch.context() as held:
        held.setattr(api, "push_rows", busy, raising=False)
        inbox.work({}, unwatched)
    assert Receipt.objects.get().state == "accepted"
    assert Job.objects.filter(kind="push", not_before__isnull=False).exists()
    inbox.work({}, unwatched)
    assert Receipt.objects.get().state == "stored"


def test_a_push_job_that_dies_leaves_another_for_the_rows(till: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "wake", lambda: None)
    till.post("push/sales", [line("1")])
    job = Job.objects.create(kind="push", state=Job.State.RUNNING, begun_at=now())
    broken(job)  # as the worker does when the process is gone
    following = Job.objects.get(kind="push", state=Job.State.WAITING)
    assert following.not_before is not None and claim("a") is None, "not at once"
    Job.objects.filter(pk=following.pk).update(not_before=now())
    taken = claim("a")
    assert taken == following
    run(taken)
    assert Receipt.objects.get().state == "stored"
    broken(Job.objects.create(kind="push", state=Job.State.RUNNING, begun_at=now()))
    assert not Job.objects.filter(kind="push", state=Job.State.WAITING).exists(), "nothing waits any more"
