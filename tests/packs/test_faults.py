"""Planted errors: each is refused with the file and the key named, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.base.errors import BadSettings, NotThere
from regulars.base.words import LANGUAGES, render
from regulars.packs.check import check_pack
from regulars.packs.load import load_pack
from support.packs import copy_of, planted

MAIN, MEASURES = "pack.toml", "measures.toml"

# file, what stands there, what is planted, key named, code
PLANTED = [
    (MAIN, "version = 1", 'version = "one"', "version", "pack_no_number"),
    (MAIN, "margin_share = 0.6", "margin_share = 1.6", "margin_share", "pack_too_large"),
    (MAIN, "version = 1", "version = 1\ncolour = 2", "colour", "pack_unknown_key"),
    (MAIN, "lost_after = 180", "lost_after = 80", "windows", "pack_windows_order"),
    (MAIN, "lapsing_after = 90", "#", "windows.lapsing_after", "pack_missing"),
    (MAIN, 'grade = "B"', 'grade = "C"', "benchmarks.0.grade", "pack_not_one_of"),
    (MEASURES, 'channel = "whatsapp"', 'channel = "fax"', "measures.appointment_reminder.channel", "pack_not_one_of"),
    (MEASURES, "cost = 1.0", "cost = -1.0", "measures.appointment_reminder.cost", "pack_too_small"),
    (
        MEASURES,
        '{ evidence = "appointment_reminder" }',
        '{ evidence = "hearsay" }',
        "measures.appointment_reminder.effects.0.evidence",
        "pack_evidence_unknown",
    ),
    (
        MEASURES,
        '{ evidence = "appointment_reminder" }',
        '{ evidence = "appointment_reminder", source = "" }',
        "measures.appointment_reminder.effects.0.source",
        "pack_too_short",
    ),
    (
        MEASURES,
        '{ evidence = "appointment_reminder" }',
        '{ evidence = "appointment_reminder", sd = 0.05 }',
        "measures.appointment_reminder.effects.0.sd",
        "pack_sd_below_trust",
    ),
    (
        MEASURES,
        '{ evidence = "appointment_reminder" }',
        '{ evidence = "appointment_reminder", mean = -0.45 }',
        "measures.appointment_reminder.effects.0.mean",
        "pack_mean_off_rule",
    ),
    (
        MEASURES,
        '{ evidence = "appointment_reminder" }',
        '{ evidence = "appointment_reminder", published = -1.0, mean = -0.7 }',
        "measures.appointment_reminder.effects.0.mean",
        "pack_too_bold",
    ),
    (
        MEASURES,
        '{ evidence = "appointment_reminder" }',
        '{ evidence = "unknown_frequency", mean = 0.1 }',
        "measures.appointment_reminder.effects.0.mean",
        "pack_mean_off_rule",
    ),
    (
        MEASURES,
        '{ evidence = "appointment_reminder" }',
        '{ evidence = "appointment_reminder", states = ["lapsed"] }',
        "measures.appointment_reminder.effects.0.states",
        "pack_beyond_measure",
    ),
    (
        MEASURES,
        '{ evidence = "appointment_reminder" }',
        '{ evidence = "winback_message" }',
        "measures.appointment_reminder.effects.0.states",
        "pack_reactivation_state",
    ),
    (
        MEASURES,
        '{ evidence = "appointment_reminder" }',
        '{ evidence = "appointment_reminder" }, { evidence = "appointment_reminder" }',
        "measures.appointment_reminder.effects.1.primitive",
        "pack_effect_twice",
    ),
    (
        MEASURES,
        "take_up = { newcomer = 0.25 }",
        "",
        "measures.second_visit_voucher",
        "pack_take_up_missing",
    ),
    (
        MEASURES,
        "incentive = 80.0",
        "",
        "measures.second_visit_voucher.take_up",
        "pack_take_up_alone",
    ),
    (
        MEASURES,
        "take_up = { newcomer = 0.25 }",
        "take_up = { newcomer = 0.25, lapsed = 0.1 }",
        "measures.second_visit_voucher.take_up",
        "pack_beyond_measure",
    ),
    (MEASURES, 'conflicts = ["second_visit_email"]', 'conflicts = ["fax"]', "measures", "pack_conflict_unknown"),
    (
        MEASURES,
        'conflicts = ["second_visit_email"]',
        'conflicts = ["second_visit_voucher"]',
        "measures.second_visit_voucher.conflicts",
        "pack_conflict_self",
    ),
    (MEASURES, 'id = "package_use_nudge"', 'id = "appointment_reminder"', "measures", "pack_measure_twice"),
    (MEASURES, "[[measures]]", "[about]\nen = 'x'\n[[measures]]", "about", "pack_wrong_file"),
]


@pytest.mark.parametrize(("file", "old", "new", "key", "code"), PLANTED, ids=[f"{p[4]}-{p[3]}" for p in PLANTED])
def test_planted_error_is_refused_by_file_and_key(
    tmp_path: Path, file: str, old: str, new: str, key: str, code: str
) -> None:
    folder = planted(tmp_path, file=file, old=old, new=new)
    found = check_pack(folder)
    assert (key, code) in {(p.column, p.code) for p in found if p.severity == "rejected"}
    with pytest.raises(BadSettings) as caught:
        load_pack(folder)
    assert str(folder / file) in str(caught.value)
    assert key in str(caught.value)
    for language in LANGUAGES:
        assert render(caught.value.text, language)
        assert caught.value.hint is not None and render(caught.value.hint, language)


def test_language_faults_are_warnings_and_the_pack_still_loads(tmp_path: Path) -> None:
    folder = planted(tmp_path, file=MEASURES, old='zh-Hant = "預約提示"', new='zh-Hant = "Appointment reminder"')
    found = check_pack(folder)
    assert [(p.column, p.code, p.severity) for p in found] == [
        ("measures.appointment_reminder.name.zh-Hant", "pack_language_same", "warning")
    ]
    assert load_pack(folder).id == "beauty"


def test_a_missing_language_is_named(tmp_path: Path) -> None:
    folder = planted(tmp_path, file=MAIN, old='zh-Hant = "美容師"', new='zh-Hant = ""')
    assert [p.column for p in check_pack(folder)] == ["words.staff.zh-Hant"]


def test_a_state_nobody_serves_is_a_warning(tmp_path: Path) -> None:
    folder = copy_of("beauty", tmp_path)
    text = (folder / MEASURES).read_text(encoding="utf-8")
    kept = [part for part in text.split("[[measures]]") if '"lapsed"' not in part]
    (folder / MEASURES).write_text("[[measures]]".join(kept), encoding="utf-8")
    assert [p.code for p in check_pack(folder)] == ["pack_nobody_serves"]


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    folder = planted(tmp_path, file=MEASURES, old="cost = 1.0", new='cost = "free"')
    text = (folder / MAIN).read_text(encoding="utf-8")
    (folder / MAIN).write_text(text.replace("margin_share = 0.6", "margin_share = -1"), encoding="utf-8")
    assert {p.column for p in check_pack(folder)} == {"margin_share", "measures.appointment_reminder.cost"}


def test_no_toml_names_the_file(tmp_path: Path) -> None:
    folder = planted(tmp_path, file=MAIN, old="version = 1", new="version = ")
    with pytest.raises(BadSettings, match=r"pack\.toml is not readable TOML"):
        load_pack(folder)


def test_a_file_missing_names_the_file(tmp_path: Path) -> None:
    folder = copy_of("hair", tmp_path)
    (folder / MEASURES).unlink()
    with pytest.raises(NotThere, match=r"measures\.toml is missing"):
        load_pack(folder)


def test_unknown_pack_names_those_that_exist() -> None:
    with pytest.raises(NotThere, match="beauty, hair, retail and watch"):
        load_pack("bakery")


def test_a_folder_or_its_file_can_be_named(tmp_path: Path) -> None:
    folder = copy_of("watch", tmp_path)
    assert load_pack(folder) == load_pack(str(folder)) == load_pack(folder / MAIN) == load_pack("watch")


def test_a_pack_brings_its_own_evidence(tmp_path: Path) -> None:
    folder = planted(tmp_path, file=MEASURES, old='evidence = "appointment_reminder"', new='evidence = "own_trial"')
    (folder / "evidence.toml").write_text(
        '[own_trial]\nprimitive = "no_show"\npublished = -0.4\nmean = -0.36\nsd = 0.12\nmonths = 6\ntrust = "A"\n'
        'source = "Own hold-out, spring 2026"\n',
        encoding="utf-8",
    )
    effect = load_pack(folder).measure("appointment_reminder").effects[0]
    assert (effect.mean, effect.sd, effect.evidence) == (-0.36, 0.12, "own_trial")


@pytest.mark.parametrize("rest", ["effects = 3", "effects = [3]", 'effects = [{ evidence = ["x"] }]'])
def test_shapes_that_make_no_sense_are_still_named(tmp_path: Path, rest: str) -> None:
    folder = planted(tmp_path, file=MEASURES, old='effects = [{ evidence = "appointment_reminder" }]', new=rest)
    found = check_pack(folder)
    assert found
    assert all(str(p.column).startswith("measures.appointment_reminder.effects") for p in found)
