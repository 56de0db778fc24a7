"""How the verbs fail: always with a code, a sentence and, in --json, one document on standard output."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regulars import api
from support.cli import regulars

ROOT = Path(__file__).parents[3]


@pytest.fixture
def salon(tmp_path: Path) -> Path:
    folder = tmp_path / "salon"
    assert regulars("new", folder).code == 0
    sales = tmp_path / "sales.csv"
    sales.write_text(
        "Receipt,Date,Customer ID,Branch,Item,Amount\nR1,2026-01-05,C1,Central,Facial,680\n", encoding="utf-8"
    )
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("studdy",),
        ("study",),
        ("study", "x", "--as-of", "2020-13-01"),
        ("demo", "--customers", "5"),
        ("demo", "--seed", "-1"),
        ("check", "x", "--lang", "fr"),
        ("pack", "nope"),
    ],
)
def test_wrong_use_is_json_for_programs(words: tuple[str, ...]) -> None:
    said = regulars(*words, "--json")
    assert said.code == 2
    assert said.json["schema"] == "regulars.error/1"
    assert said.json["error"] == "usage"
    assert regulars(*words).out == ""


def test_a_file_that_cannot_be_written(tmp_path: Path, salon: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for words in (("new", tmp_path / "file" / "salon"), ("demo", "hair", "--folder", tmp_path / "file" / "demo")):
        said = regulars(*words, "--json")
        assert (said.code, said.json["error"]) == (2, "cli.fault.file")
        assert str(tmp_path / "file") in said.json["message"]
    chinese = regulars("new", tmp_path / "file" / "salon", "--lang", "zh-Hant")
    assert "無法" in chinese.err


def test_settings_refused_leave_nothing(tmp_path: Path) -> None:
    said = regulars("new", tmp_path / "salon", "--zone", "Mars/One")
    assert said.code == 2
    assert "business.toml:" in said.err
    assert ".part" not in said.err
    assert not (tmp_path / "salon").exists()
    assert regulars("demo", "bakery", "--folder", tmp_path / "demo").code == 2
    assert not (tmp_path / "demo").exists()


def test_a_profile_stays_in_the_business(tmp_path: Path, salon: Path) -> None:
    file = tmp_path / "sales.csv"
    assert regulars("import", salon, file, "--dry-run", "--save-profile", "../../evil").code == 2
    assert not list(tmp_path.glob("**/evil*"))
    assert regulars("import", salon, file, "--dry-run", "--save-profile", "收銀機 2").code == 0
    assert (
        regulars("import", salon, file, "--profile", tmp_path / "none.toml", "--json").json["error"].endswith("no_file")
    )


def test_a_pack_of_ones_own_comes_into_the_business(tmp_path: Path) -> None:
    own = ROOT / "src" / "regulars" / "packs" / "data" / "hair"
    assert regulars("new", tmp_path / "salon", "--pack", own).code == 0
    assert (tmp_path / "salon" / "pack" / "measures.toml").is_file()
    assert api.open_business(tmp_path / "salon").pack.id == "hair"


def test_settings_saved_by_a_windows_editor(salon: Path) -> None:
    settings = salon / "business.toml"
    settings.write_bytes(b"\xef\xbb\xbf" + settings.read_bytes().replace(b"\n", b"\r\n"))
    assert regulars("check", salon).code == 0


def test_two_at_once(tmp_path: Path, salon: Path) -> None:
    with api.open_business(salon).ledger.lock():
        words = [sys.executable, "-m", "regulars", "import", str(salon), str(tmp_path / "sales.csv"), "--json"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert json.loads(done.stdout)["schema"] == "regulars.error/1"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_demo_broken_off_is_taken_up_again(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    words = [sys.executable, "-m", "regulars", "demo", "hair", "--folder", str(folder), "--customers", "120"]
    words += ["--json", "--lang", "zh-Hant"]
    for wait, sent in ((2.0, signal.SIGKILL), (4.0, signal.SIGINT)):
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
        time.sleep(wait)
        process.send_signal(sent)
        out, err = process.communicate(timeout=240)  # the step in the engine ends before an interrupt is heard
        assert "Traceback" not in err
        if process.returncode == 130:
            assert json.loads(out)["error"] == "cli.fault.interrupted"
    first = regulars("demo", "hair", "--folder", folder, "--customers", 120, "--json")
    assert first.code == 0
    again = regulars("demo", "hair", "--folder", folder, "--customers", 120, "--json").json
    assert again["study"] == first.json["study"]
    assert again["formulate"] == first.json["formulate"]
    assert (again["import"]["stored"], again["import"]["rejected"]) == (0, 0)
    assert not list(folder.glob("**/*.part"))


#: What DuckDB 1.5 raises when Ctrl-C is heard in the middle of a query (seen with a query of minutes; it is not heard
#: in every one, so none is run here).
HEARD_IN_THE_ENGINE = """
import sys
from regulars import api
from regulars.cli import cli

def study(*args, **options):
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt as heard:
        raise RuntimeError("Query interrupted") from heard

api.study = study
cli.main(["study", sys.argv[1], "--json"])
"""


def test_an_interrupt_heard_inside_the_engine_is_one(salon: Path) -> None:
    words = [sys.executable, "-c", HEARD_IN_THE_ENGINE, str(salon)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, "Traceback" in done.stderr) == (130, False)
    assert json.loads(done.stdout)["error"] == "cli.fault.interrupted"


def test_a_demo_touches_no_other_business(tmp_path: Path, salon: Path) -> None:
    before = sorted(p.name for p in salon.iterdir())
    assert regulars("demo", "hair", "--folder", salon, "--customers", 300).code == 2
    (salon / "exports").mkdir()
    (salon / "exports" / "mine.csv").write_text("mine", encoding="utf-8")
    assert regulars("demo", "hair", "--folder", salon, "--customers", 300).code == 2
    assert (salon / "exports" / "mine.csv").read_text(encoding="utf-8") == "mine"
    assert sorted(p.name for p in salon.iterdir()) == sorted([*before, "exports"])
