"""What a run is made of is what it is known by: other code, settings or trade figures are another run."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

import regulars
from regulars import api
from regulars.analysis.memory import STUDYING, program
from regulars.api import work
from support.analysis import Line, sales_table


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> api.OpenBusiness:
    folder = tmp_path_factory.mktemp("identity") / "salon"
    made = api.create_business(folder, pack="beauty")
    made.ledger.write("sales", sales_table([Line(i, date(2024, 3, i)) for i in range(1, 4)]), import_id="i1")
    return api.open_business(folder)


def _copy(to: Path) -> Path:
    home = Path(regulars.__file__).parent
    for floor in (*STUDYING, "strategy"):
        shutil.copytree(home / floor, to / floor, ignore=shutil.ignore_patterns("__pycache__", "words", "data"))
    return to


def test_any_change_of_the_program_s_text_is_another_program(tmp_path: Path) -> None:
    program.cache_clear()
    home = _copy(tmp_path / "regulars")
    assert program(home=home) == program()
    told = {program("strategy", home=home)}
    for file in ("analysis/visits.py", "base/text.py", "ledger/dialect.py", "packs/read.py"):
        with (home / file).open("a", encoding="utf-8") as text:
            text.write("# one word more\n")
        program.cache_clear()
        assert program(home=home) not in told
        told.add(program(home=home))
    before = program(home=home), program("strategy", home=home)
    (home / "strategy" / "new.py").write_text("", encoding="utf-8")
    program.cache_clear()
    assert program(home=home) == before[0]
    assert program("strategy", home=home) != before[1]


def test_a_study_by_another_program_is_not_taken_for_the_one_that_is_kept(
    business: api.OpenBusiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = api.study(business)
    assert api.study(business).reused
    monkeypatch.setattr(work, "program", lambda *floors: "of another text" + "".join(floors))
    other = api.study(business)
    assert not other.reused
    assert other.id != first.id
    assert api.study(business).id == other.id


def test_a_study_done_again_tells_a_changed_program_from_changed_settings(business: api.OpenBusiness) -> None:
    kept = api.study(business)
    again = api.reproduce(business, kept.id)
    assert (again.equal, again.settings_changed, again.program_changed) == (True, False, False)
    document = kept.folder / "run.json"
    told = document.read_text(encoding="utf-8")
    mine = program()[:16]
    assert mine in told
    document.write_text(told.replace(mine, "0" * 16), encoding="utf-8")
    try:
        assert api.reproduce(business, kept.id).program_changed
    finally:
        document.write_text(told, encoding="utf-8")
    toml = business.folder / "business.toml"
    before = toml.read_text(encoding="utf-8")
    toml.write_text(before + "\n[relationship]\ndeal = 0.5\n", encoding="utf-8")
    try:
        changed = api.open_business(business.folder)
        found = api.reproduce(changed, kept.id)
        assert (found.settings_changed, found.program_changed) == (True, False)
        assert api.study(changed).id != kept.id
    finally:
        toml.write_text(before, encoding="utf-8")
