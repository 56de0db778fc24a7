"""Starters of the strategy document: every file, in every pack, both languages, nothing invented for the business."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from regulars.base.inputs.common import in_one_language
from regulars.base.inputs.communication import STAGES, Communication
from regulars.base.inputs.files import FILES, parse_input
from regulars.base.inputs.market import Market
from regulars.base.inputs.organisation import CHANGES, Organisation
from regulars.base.inputs.relationships import RELATIONS, Relationships
from regulars.base.inputs.service import AUDIENCES, COMPONENTS, Service
from regulars.base.inputs.workflows import PROCESSES, Workflows
from regulars.packs.check import check_pack
from regulars.packs.load import load_pack, pack_folder, pack_ids
from regulars.packs.starters import measured_in, starter


def read[M](pack: str, kind: type[M]) -> M:
    name = next(n for n, model in FILES.items() if model is kind)
    content = starter(load_pack(pack), folder=pack_folder(pack), name=name)
    assert content is not None
    found = parse_input(content, kind=FILES[name], file=name)
    assert isinstance(found, kind)
    return found


@pytest.mark.parametrize("pack", pack_ids())
@pytest.mark.parametrize("name", FILES)
def test_every_pack_starts_every_file_and_states_nothing_for_the_business(pack: str, name: str) -> None:
    content = starter(load_pack(pack), folder=pack_folder(pack), name=name)
    assert content is not None and b"to be confirmed" in content
    found = parse_input(content, kind=FILES[name], file=name)
    assert found.stated is None and measured_in(found) == () and in_one_language(found) == 0
    assert not re.search(r"\{(staff|branch|service|visit|customer)\}", content.decode())
    assert all(
        getattr(found, key) for key in type(found).model_fields if key not in ("stated", "scores", "orientation")
    )


@pytest.mark.parametrize("pack", pack_ids())
def test_a_starter_covers_all_parts_of_its_theory(pack: str) -> None:
    service, workflows = read(pack, Service), read(pack, Workflows)
    assert {p.component for p in service.package} == set(COMPONENTS)
    assert {a.audience for a in service.audits} == set(AUDIENCES)
    assert {w.process for w in workflows.workflows} == set(PROCESSES)
    assert {t.clock for t in workflows.timers} >= {"acknowledge", "assess", "update", "decide", "refund", "follow_up"}
    assert {m.stage for m in read(pack, Communication).matrix} == set(STAGES)
    assert {c.about for c in read(pack, Organisation).changes} == set(CHANGES)
    assert {r.relation for r in read(pack, Relationships).rules} == set(RELATIONS)
    assert read(pack, Market).developments


@pytest.mark.parametrize("pack", pack_ids())
def test_safety_cases_never_pause(pack: str) -> None:
    assert not [t for t in read(pack, Workflows).timers if t.severity in (0, 1) and t.pauses]


@pytest.mark.parametrize("pack", pack_ids())
def test_what_a_pack_says_of_staff_is_the_trades_own_word(pack: str) -> None:
    word = load_pack(pack).words["staff"]
    told = " ".join(text for r in read(pack, Organisation).roles for text in r.role.values())
    assert word["zh-Hant"] in told and word["en"].lower() in told.lower()


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("markets", "", "pack_starter_unknown"),
        ("market", "[stated]\nby = 'x'\non = 2026-01-01\n", "pack_starter_signed"),
        ("market", "colour = 1\n", "pack_starter_unreadable"),
        (
            "systems",
            '[[devices]]\nname = {en = "a", zh-Hant = "b"}\nyears = 4\nbought = 2024-01-01\naction = "keep"\n'
            'why = {en = "a", zh-Hant = "b"}\n',
            "pack_starter_measured",
        ),
        (
            "systems",
            '[[stages]]\ntext={en="a"}\ngate={en="a",zh-Hant="b"}\nowner={en="a",zh-Hant="b"}\n',
            "pack_starter_language",
        ),
    ],
)
def test_a_pack_of_ones_own_is_checked_with_its_starters(tmp_path: Path, name: str, text: str, code: str) -> None:
    own = tmp_path / "own"
    shutil.copytree(pack_folder("hair"), own)
    assert [p for p in check_pack(own) if p.severity == "rejected"] == []
    (own / "strategy" / f"{name}.toml").write_text(text, encoding="utf-8")
    assert [p.code for p in check_pack(own)] == [code]
