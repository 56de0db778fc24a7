"""Segments and lists taken away: one store for both faces, versions, the log, nothing beyond one's branches."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import python_calamine
from django.test import Client

from regulars import api
from regulars_web.company.models import Role, User
from regulars_web.people import exporting
from regulars_web.privacy import gate
from regulars_web.shared.jobs import begin
from regulars_web.shared.models import Entry, Job
from regulars_web.shared.sheets import harmless

pytestmark = pytest.mark.django_db
LATE = "state = overdue"


def test_a_filter_kept_is_the_same_segment_for_both_faces(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    answer = client.post("/people/segments/new", {"name": "Late", "where": "state=overdue", "why": "to call"})
    assert answer["Location"] == "/people/segments/1"
    shop = api.open_business(studied)
    kept = api.segment_named(shop, "late")
    assert kept.predicate == LATE and kept.changes[0].why == "to call"
    assert kept.changes[0].by == User.objects.get().signature and kept.changes[0].at
    n = api.segment(shop, "@Late").customers
    html = client.get("/people/segments/").content.decode()
    assert f">{n}</a>" in html and "Late" in html
    assert Entry.objects.filter(action="segment.kept", about="1 Late").count() == 1
    api.save_segment(shop, name="From the shell", predicate="tier = high", by="cron")
    assert "From the shell" in client.get("/people/segments/").content.decode()


def test_a_change_is_a_version_and_a_stale_form_overwrites_nothing(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    client.post("/people/segments/new", {"name": "Late", "where": LATE})
    client.post("/people/segments/1/keep", {"name": "Late ones", "where": "state = lapsed", "why": "x", "seen": "1"})
    html = client.post(
        "/people/segments/1/keep", {"name": "Late", "where": LATE, "seen": "1"}, follow=True
    ).content.decode()
    assert "Somebody else changed" in html
    shop = api.open_business(studied)
    assert (api.saved_segment(shop, 1).name, api.saved_segment(shop, 1).predicate) == ("Late ones", "state = lapsed")
    for _ in range(2):  # a double click
        client.post("/people/segments/1/retire")
    assert api.saved_segment(shop, 1).version == 3
    client.post("/people/segments/1/retire", {"back": "1"})
    assert not api.saved_segment(shop, 1).retired


def test_what_is_wrong_with_a_segment_is_said_on_the_page(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    for posted, said in [({"name": "", "where": LATE}, "needs a name"), ({"name": "x", "where": "state ="}, "wanted")]:
        html = client.post("/people/segments/new", posted, follow=True).content.decode()
        assert said in html
    assert api.saved_segments(api.open_business(studied)) == () and not Entry.objects.filter(action="segment.kept")
    assert client.get("/people/segments/7").status_code == 400


def test_what_somebody_typed_is_there_where_another_was_quicker(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    one, other = signed_in(), signed_in()
    one.post("/people/segments/new", {"name": "Late", "where": LATE})
    change = {"name": "Late ones", "where": "state = lapsed", "why": "autumn", "seen": "1"}
    other.post("/people/segments/1/keep", change | {"name": "Too late"})
    page = one.post("/people/segments/1/keep", change, follow=True).content.decode()
    assert 'value="Late ones"' in page and "state = lapsed</textarea>" in page and 'value="autumn"' in page
    assert 'name="seen" value="2"' in page, "it may be kept now, over what is seen above"
    assert api.saved_segment(api.open_business(studied), 1).name == "Too late"


def test_those_who_only_read_change_nothing(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.PRIVACY)
    assert client.get("/people/segments/").status_code == 200
    for path in ("segments/new", "segments/1/keep", "segments/1/retire", "take-away"):
        assert client.post(f"/people/{path}", {"name": "x", "where": LATE}).status_code == 403
    assert signed_in(Role.STAFF).get("/people/").status_code == 403


def taken(client: Client, format: str, **more: Any) -> bytes:
    asked = {"where": LATE, "purpose": "analysis", "format": format, "column": ["branch", "state", "value_12"], **more}
    answer = client.post("/people/take-away", asked)
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_a_list_taken_away_is_whole_and_written_down(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.ANALYST)
    rows = list(csv.reader(io.StringIO(taken(client, "csv").decode("utf-8-sig"))))
    reader = api.people_of(api.open_business(studied))
    assert len(rows) - 1 == reader.count(LATE).customers > 0
    assert {row[2] for row in rows[1:]} == {"overdue"}
    first = reader.one(rows[1][0])
    assert float(rows[1][3]) == pytest.approx(first.of["value_12"], abs=1e-4)
    entry = Entry.objects.get(action="customers.taken_away")
    assert entry.about == LATE and entry.detail["purpose"] == "analysis" and entry.detail["rows"] == len(rows) - 1
    assert entry.detail["columns"] == ["branch", "state", "value_12"]
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(taken(client, "xlsx")))
    assert len(book.get_sheet_by_index(0).to_python()) == len(rows)


def test_only_ones_own_branches_leave_and_only_for_a_purpose(studied: Path, signed_in: Callable[..., Client]) -> None:
    branch = str(api.people_of(api.open_business(studied)).values("branch")[0][0])
    client = signed_in(Role.MANAGER, branches=(branch,))
    rows = list(csv.reader(io.StringIO(taken(client, "csv", where="everybody").decode("utf-8-sig"))))
    assert {row[1] for row in rows[1:]} == {branch}
    for wrong in ({"purpose": ""}, {"purpose": "spying"}, {"format": "exe"}):
        asked = {"where": LATE, "purpose": "analysis", "format": "csv", **wrong}
        assert client.post("/people/take-away", asked)["Location"] == "/people/"
    assert Entry.objects.filter(action="customers.taken_away").count() == 1


def test_names_leave_through_the_gate_for_who_may_see_them_and_for_what_needs_them(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    key = api.people_of(api.open_business(studied)).page(LATE, sort="customer", size=1).rows[0].key
    named = pa.table({"customer": [key], "name": ["=陳大文"], "phone": [None], "email": [None], "member": [None]})
    director, asked = signed_in(), {"column": ["name", "state"]}
    gate.admit(User.objects.get(), named.cast(pa.schema([(c, pa.string()) for c in named.column_names])), source="x")
    rows = list(csv.reader(io.StringIO(taken(director, "csv", purpose="service", **asked).decode("utf-8-sig"))))
    assert rows[0][1] == "Name" and [row[1] for row in rows if row[0] == key] == ["'=陳大文"]
    assert Entry.objects.get(action="customers.taken_away").detail["identifiers"] == "name"
    for client, purpose in [(director, "analysis"), (signed_in(Role.ANALYST), "service")]:
        answer = client.post("/people/take-away", {"where": LATE, "purpose": purpose, "format": "csv", **asked})
        assert answer.status_code == 400 and "Names may not leave" in answer.content.decode()
    assert Entry.objects.filter(action="customers.taken_away").count() == 1


def test_a_large_list_is_made_in_the_background_for_who_asked_alone(
    studied: Path, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    client = signed_in()
    posted = {"where": LATE, "purpose": "service", "format": "csv", "column": ["state"]}
    answer = client.post("/people/take-away", posted)
    job = Job.objects.get(kind="people_export")
    assert answer["Location"] == f"/work/{job.pk}" and job.state == Job.State.DONE
    page = client.get("/people/take-away").content.decode()
    assert f"/people/take-away/{job.pk}" in page
    fetched = client.get(f"/people/take-away/{job.pk}")
    assert b"".join(fetched.streaming_content).count(b"\n") == job.result["rows"] + 1  # type: ignore[attr-defined]
    other = signed_in(Role.DIRECTOR)
    assert other.get(f"/people/take-away/{job.pk}").status_code == 404
    assert f"/people/take-away/{job.pk}" not in other.get("/people/take-away").content.decode()


def test_too_much_at_once_is_refused_and_a_power_lost_counts(
    studied: Path, signed_in: Callable[..., Client], person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = person(Role.STAFF)
    job = begin("people_export", gone, where=LATE, columns=["state"], purpose="service", format="csv", for_user=gone.pk)
    assert job.state == Job.State.FAILED
    monkeypatch.setattr(exporting, "MOST", 1)
    answer = signed_in().post("/people/take-away", {"where": LATE, "purpose": "analysis", "format": "csv"})
    assert answer.status_code == 400 and "more than may leave" in answer.content.decode()
    assert not Entry.objects.filter(action="customers.taken_away")


@pytest.mark.parametrize("cell", ["=1+1", "+A1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("Central") == "Central" and harmless(-1.5) == -1.5 and harmless("+85291234567") == "+85291234567"
