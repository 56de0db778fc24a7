"""Studies that are kept: listed with who and when, set side by side, done again, put aside, told when they are old."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from regulars import api
from regulars_web.company.models import Role
from regulars_web.insight.acts import PREDICATES
from regulars_web.insight.models import Study
from regulars_web.shared.models import Entry
from support.once import once

pytestmark = pytest.mark.django_db
EARLIER = date(2026, 6, 30)


@pytest.fixture(scope="session")
def twice_once(studied_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same business with an earlier study beside the newest; a copy of this process's own."""

    def make(place: Path) -> None:
        shutil.copytree(studied_once, place / "salon")
        api.study(api.open_business(place / "salon"), as_of=EARLIER)

    place = tmp_path_factory.mktemp("twice") / "salon"
    shutil.copytree(once("twice", make, tmp_path_factory) / "salon", place)
    return place


@pytest.fixture
def twice(twice_once: Path, settings: object) -> Path:
    """It, served by this test (which changes nothing in it)."""
    settings.FOLDER, settings.INLINE = twice_once, True  # type: ignore[attr-defined]
    return twice_once


def test_studies_are_listed_compared_read_and_put_aside(twice: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.ANALYST)
    page = client.get("/study/all").content.decode()
    assert "As of 31 Oct 2026" in page and "As of 30 Jun 2026" in page and "made at the command line" in page
    runs = list(Study.objects.values_list("run", flat=True))
    assert len(runs) == 2
    for order in (runs, runs[::-1]):
        side = client.get(f"/study/compare?run={order[0]}&run={order[1]}").content.decode()
        assert "What changed from 30 Jun 2026 to 31 Oct 2026" in side and side.count("<tr>") == 12
    assert "<div>more</div>" in side and "between HK$" in side, "what was counted is more, without a doubt"
    assert re.search(r"[+−][\d.]+ points", side), "a share changes by points, not by per cent"
    assert client.get("/study/", follow=True).status_code == 200
    first = client.get(f"/study/?study={min(runs)}")["Location"]
    assert first.startswith("/study/") and first.endswith(f"?study={min(runs)}")
    older = client.get(f"/study/wastage?study={min(runs)}").content.decode()
    assert "You are reading an older study" in older and "As of 30 Jun 2026" in older
    assert f'href="/study/queries/lost?study={min(runs)}"' in older
    for strange in ("study-none", "../salon", "plan-2026"):
        assert client.get(f"/study/wastage?study={strange}").status_code == 400, strange
        assert client.get(f"/study/compare?run={runs[0]}&run={strange}").status_code == 400
    assert client.get(f"/study/compare?run={runs[0]}&run={runs[0]}")["Location"] == "/study/all"
    earlier = Study.objects.get(as_of=EARLIER)
    client.post(f"/study/all/{earlier.pk}/archive", {"aside": "1"})
    page = client.get("/study/all").content.decode()
    assert "30 Jun 2026" not in page and "Show the one put aside" in page
    assert "30 Jun 2026" in client.get("/study/all?archived=1").content.decode()
    assert Entry.objects.filter(action="insight.archived", about=earlier.run).count() == 1
    assert signed_in(Role.MANAGER).post(f"/study/all/{earlier.pk}/archive").status_code == 403


def test_a_study_done_again_on_its_data_is_the_same_but_for_what_was_touched(
    twice: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    client.get("/study/all")
    earlier = Study.objects.get(as_of=EARLIER)
    document = twice / "runs" / earlier.run / "run.json"
    kept = document.read_text(encoding="utf-8")
    assert '"lost_last_12": ' in kept
    document.write_text(kept.replace('"lost_last_12": ', '"lost_last_12": 1'), encoding="utf-8")
    try:
        client.post(f"/study/all/{earlier.pk}/reproduce")
    finally:
        document.write_text(kept, encoding="utf-8")
    earlier.refresh_from_db()
    assert earlier.reproduced is not None and earlier.reproduced["differs"] == ["wastage"], "all else is the same"
    assert not earlier.reproduced["settings_changed"] and not earlier.reproduced["program_changed"]
    assert "One part came out otherwise" in client.get("/study/all").content.decode()
    Study.objects.update(reproduced=earlier.reproduced | {"equal": True, "differs": []})
    assert "came out the same" in client.get("/study/all").content.decode()


def test_a_study_older_than_the_ledger_says_so(studied: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    assert "The ledger is newer" not in client.get("/study/wastage").content.decode()
    sales = studied / "more.csv"
    sales.write_text("Date,Customer ID,Item,Amount\n2026-10-31,C1,Cut,380\n", encoding="utf-8")
    api.import_files(api.open_business(studied), [sales])
    assert "The ledger is newer than this study" in client.get("/study/wastage").content.decode()
    assert "older than the data" in client.get("/study/all").content.decode()


def test_every_step_on_from_a_chapter_asks_for_customers_there_are_words_for(studied_once: Path) -> None:
    reader = api.people_of(api.open_business(studied_once))
    asked = [id for id in PREDICATES if id != "servicing"]  # hair has no pieces
    counted = {id: reader.count(PREDICATES[id]).customers for id in asked}
    assert counted["wastage"] == counted["branches"] > 0 and all(n >= 0 for n in counted.values())
