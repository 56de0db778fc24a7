"""A server killed between a change of the folder and its line in the log: the line is written, once, in their name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars import api
from regulars.base.errors import NotThere
from regulars_web.company.models import User
from regulars_web.duplicates import services as duplicates
from regulars_web.duplicates.models import Pair
from regulars_web.intake import mappings
from regulars_web.intake.services import commit, take_in, undo
from regulars_web.people import keeping
from regulars_web.shared import events, meant
from regulars_web.shared.models import Entry, Meant
from regulars_web.strategy import inputs, services, studio
from regulars_web.strategy.inputs_form import Asked

pytestmark = pytest.mark.django_db
GOOD = b"Date,Customer ID,Amount\n2026-01-02,C1,380\n2026-01-03,C2,380\n"
type Act = Callable[[], object]


class Killed(BaseException):
    """What no code expects."""


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Kills whoever calls a function of the core, just before it acts or just after."""

    def kill(name: str, act: Act, *, after: bool) -> None:
        real = getattr(api, name)

        def dying(*args: Any, **more: Any) -> None:
            if after:
                real(*args, **more)
            raise Killed

        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(api, name, dying)
            act()

    return kill


def settled(*, later: timedelta = meant.MEANWHILE * 2) -> int:
    """How many lines are written once the others have had their time."""
    for row in Meant.objects.all():
        Meant.objects.filter(pk=row.pk).update(at=row.at - later)
    return meant.settle()


def tried(killed: Callable[..., None], name: str, act: Act, line: str, by: User) -> Entry:
    """An act of one line, killed before and after the core did it."""
    before = Entry.objects.count()
    killed(name, act, after=False)
    assert settled() == 0 and Meant.objects.count() == 1, "it may still be done"
    assert settled(later=meant.GIVEN_UP) == 0 and not Meant.objects.exists(), "nobody does it any more"
    killed(name, act, after=True)
    assert meant.settle() == 0, "whoever does it may be about to write it down"
    assert settled() == 1 and settled() == 0 and not Meant.objects.exists()
    assert Entry.objects.count() == before + 1
    written = Entry.objects.latest("id")
    assert (written.action, written.who) == (line, by) and written.detail["broken_off"] is True
    return written


def test_settings_changed_and_taken_back(folder: Path, person: Callable[..., User], killed: Any) -> None:
    by = person()

    def token() -> dict[str, str]:
        return {"token": api.settings_token(api.open_business(folder))}

    line = tried(killed, "set_amounts", lambda: studio.keep(by, {"budget": "70000"} | token()), "settings.changed", by)
    assert line.about == "budget"
    tried(killed, "undo_settings", lambda: studio.undo(by, token()), "settings.undone", by)
    assert api.open_business(folder).settings.budget.amount == 60_000


def test_a_statement_written_and_taken_back(folder: Path, person: Callable[..., User], killed: Any) -> None:
    by, shop = person(), api.open_business(folder)

    def save() -> object:
        file = api.stated_file(shop, "market")
        return inputs.save(by, file, Asked({}, ()), token=file.token, sign=True)

    line = tried(killed, "write_stated", save, "input.signed", by)
    assert line.detail["before"] == "none" and line.detail["after"] == api.stated_file(shop, "market").token
    back = lambda: inputs.undo(by, "market", token=api.stated_file(shop, "market").token)  # noqa: E731
    tried(killed, "undo_stated", back, "input.undone", by)


def test_an_import_taken_back(folder: Path, person: Callable[..., User], killed: Any) -> None:
    by = person()
    commit(take_in(by, [SimpleUploadedFile("s.csv", GOOD)]), by)
    (record,) = api.open_business(folder).ledger.imports()
    assert tried(killed, "undo_import", lambda: undo(by, record.import_id), "import.undone", by).about == (
        record.import_id
    )


def test_a_segment_and_a_mapping_kept(folder: Path, person: Callable[..., User], killed: Any) -> None:
    by = person()
    keep = lambda: keeping.keep(by, name="Regulars", where="state = overdue", why="to call")  # noqa: E731
    line = tried(killed, "save_segment", keep, "segment.kept", by)
    assert line.about == "1 Regulars" and line.detail["where"] == "state = overdue"
    tried(killed, "retire_segment", lambda: keeping.retire(by, 1, why="done", back=False), "segment.retired", by)
    profile = api.Profile(name="till", table="sales", columns={"Day": "date", "Sum": "net", "Who": "customer"})
    tried(killed, "save_profile", lambda: mappings._save(profile, by), "import.profile_saved", by)


def test_two_customers_merged_and_parted(folder: Path, person: Callable[..., User], killed: Any) -> None:
    by = person()
    Pair.objects.create(one="101", other="102", reasons=["phone"])
    line = tried(killed, "merge", lambda: duplicates.merge(by, Pair.objects.get(), keep="101"), "customers.merged", by)
    pair = Pair.objects.get()
    assert (line.about, pair.state, pair.moved, pair.stays) == ("102 101", "merged", "102", "101")
    assert pair.decided_by == by
    taking = lambda: duplicates.take_back(by, Pair.objects.get())  # noqa: E731
    tried(killed, "unmerge", taking, "customers.decision_taken_back", by)
    assert Pair.objects.get().state == "open" and api.keys_of(api.open_business(folder), "101") == ("101",)


def test_a_plan_judged_approved_and_rejected(
    studied: Path, person: Callable[..., User], killed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, dict[str, str | int]]] = []
    monkeypatch.setattr(events, "LISTENERS", [lambda event, about: heard.append((event, about))])
    by, shop = person(), api.open_business(studied)
    plan = api.status(shop).plan or ""
    for row in api.alternatives(shop)[:2]:
        api.judge(shop, about=row.id, reason="brings less", by="Chan")
    api.judge(shop, reason="good", by="Chan")
    line = tried(killed, "approve", lambda: services.approve(by, reason="the best", plan=plan), "plan.approved", by)
    assert (line.about, line.detail["version"]) == (plan, 1)
    tried(killed, "reject", lambda: services.reject(by, reason="no more", plan=plan), "plan.rejected", by)
    assert heard == [("strategy.approved", {"plan": plan, "version": 1}), ("strategy.rejected", {"plan": plan})]
    judging = lambda: services.judge(by, about="plan", verdict="accept", reason="well made", plan=plan)  # noqa: E731
    tried(killed, "judge", judging, "plan.judged", by)


def test_what_is_refused_leaves_nothing_and_what_is_done_one_line(folder: Path, person: Callable[..., User]) -> None:
    by = person()
    with pytest.raises(NotThere):
        undo(by, "0001-none")
    assert not Meant.objects.exists() and not Entry.objects.filter(action="import.undone").exists()
    keeping.keep(by, name="Regulars", where="state = overdue", why="")
    assert not Meant.objects.exists() and Entry.objects.filter(action="segment.kept").count() == 1
    with pytest.raises(KeyError), meant.meant(by, "something.else"):
        pass
