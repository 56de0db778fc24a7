"""The page of versions: who made and decided each plan, how it stands, and two of them compared by plain forms."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from regulars import api
from regulars.api.strategies import journal_of
from regulars.base.text import Day
from regulars.base.words import show
from regulars_web.company.models import Role

pytestmark = pytest.mark.django_db
PAGE = "/strategy/versions"
NIGHT = "2026-11-03T18:30:00+00:00"  # in Hong Kong the next day has begun


def grown(folder: Path) -> list[str]:
    """Five more plans, copies of the first under other names, oldest first; their ids."""
    first = next(p for p in (folder / "runs").glob("plan-*") if (p / "run.json").is_file())
    ids = [first.name, *(f"plan-2026-10-31-v1-copy{n}" for n in range(2, 7))]
    for at, id in enumerate(ids):
        if id != first.name:
            shutil.copytree(first, folder / "runs" / id)
        os.utime(folder / "runs" / id / "run.json", (1_793_500_000 + at * 86_400,) * 2)
    return ids


def decided(folder: Path, *said: tuple[str, str, str, int | None]) -> None:
    """Lines of the journal: kind, plan, who, version."""
    journal = journal_of(api.open_business(folder))
    for kind, plan, by, version in said:
        body: dict[str, object] = {} if kind == "drafted" else {"reason": f"{by} thinks so"}
        if version is not None:
            body |= {"version": version, "sha256": ""}
        journal.append(kind, by=by, at=NIGHT, plan=plan, body=body)  # type: ignore[arg-type]


def test_every_version_says_who_made_and_decided_it(studied: Path, signed_in: Callable[..., Client]) -> None:
    one, two, three, four, five, six = grown(studied)
    decided(
        studied,
        ("drafted", one, "Chan", None),
        ("approved", one, "Wong", 1),
        ("approved", two, "Ho", 2),
        ("rejected", three, "Lee", None),
        ("approved", four, "Wong", 3),
        ("rejected", four, "<i>Ma</i>", None),
        ("approved", six, "Ng", 4),
    )
    told = api.versions(api.open_business(studied)).versions
    assert [v.figures.run for v in told] == [six, five, four, three, two, one]
    assert [v.number for v in told] == [6, 5, 4, 3, 2, 1]
    assert [v.state for v in told] == ["in_force", "passed", "withdrawn", "rejected", "replaced", "replaced"]
    oldest = told[-1]
    assert (oldest.formulated_by, oldest.approved and oldest.approved.by) == ("Chan", "Wong")
    assert isinstance(oldest.formulated_on, Day) and oldest.formulated_on.on.isoformat() == "2026-11-04"
    assert told[2].approved and told[2].approved.version == 3 and told[2].rejected and told[3].approved is None
    assert told[0].formulated_by == "" and isinstance(told[0].formulated_on, Day)

    for language, words in (
        ("en", ("in force", "approved, then rejected")),
        ("zh-Hant", ("生效中", "曾獲批准，其後否決")),
    ):
        page = signed_in(Role.ANALYST, language=language).get(PAGE, {"a": one, "b": six}).content.decode()
        table = page[page.index('id="all-h"') :].split("</section>")[0]
        rows = table.split("<tbody>")[1].split("</tr>")[:-1]
        assert len(rows) == 6 and words[0] in rows[0] and words[1] in rows[2]
        for version, row in zip(told, rows, strict=True):
            assert version.figures.run in row and show(version.formulated_on, language) in row
            for who in (version.approved, version.rejected):
                assert who is None or (who.by in unescape(row) and who.reason in unescape(row))
        assert "<i>Ma</i>" not in page
        chosen = re.findall(r'<option value="([^"]+)" selected', page)
        assert chosen == [one, six], "the two that are compared"
        assert page.count("<option ") == 12


def test_the_last_two_are_compared_and_a_broken_journal_is_told(
    studied: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.STRATEGIST)
    alone = client.get(PAGE).content.decode()
    assert "One plan so far" in alone and "waits for a decision" in alone and "<select" not in alone
    *_, five, six = grown(studied)
    page = client.get(PAGE).content.decode()
    assert re.findall(r'<option value="([^"]+)" selected', page) == [five, six] and "From plan 5 to plan 6." in page
    assert "callout error" in client.get(PAGE, {"a": "../x"}).content.decode()
    decided(studied, ("approved", six, "Ng", 1))
    path = studied / "strategies" / "journal.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("Ng", "Nobody"), encoding="utf-8")
    broken = client.get(PAGE)
    assert broken.status_code == 400 and "tampered" in broken.content.decode()
