"""`regulars formulate` tried out with other settings, and the last plan a new one stays near to."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from regulars import api
from regulars.api.earlier import last_plan
from regulars.api.what_if import WhatIf, changed, parse_lock
from regulars.base.errors import BadSettings
from regulars.cli import cli
from regulars.ledger.synth import make_exports


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small business, studied and planned once; no report, which is what takes long in a demo."""
    made = tmp_path_factory.mktemp("trying")
    (made / "exports").mkdir()
    exports = make_exports(
        "hair", folder=made / "exports", rng=np.random.default_rng(1), customers=200, last_day=date(2025, 9, 30)
    )
    business = api.create_business(made / "salon", pack="hair", settings_toml=exports.business_toml)
    for profile in exports.profiles:
        api.save_profile(business, profile)
    api.import_files(business, exports.files)
    api.study(business, as_of=date(2025, 9, 30))
    api.formulate(business)
    return made / "salon"


def test_locks_are_read_as_they_are_written() -> None:
    assert parse_lock("due_reminder=100..300").id == "due_reminder=100..300"
    assert parse_lock("due_reminder=100..").at_most is None
    assert parse_lock("due_reminder=..300").at_least is None
    assert parse_lock("Central/overdue/high=..50").cell == "Central/overdue/high"
    line = parse_lock("Tsim Sha Tsui/overdue/high:call+note=5..")
    assert line.line == "Tsim Sha Tsui/overdue/high:call+note"
    several = parse_lock("family=retain,channel=sms=0..5000 money")
    assert (several.family, several.channel, several.of, several.at_most) == ("retain", "sms", "money", 5000)
    assert parse_lock("decision=service:reply:2=1..").decision == "service:reply:2"


@pytest.mark.parametrize(
    "text", ["", "x", "x=", "x=5", "x=a..b", "x=nan..5", "x=..inf", "x=-3..5", "key=value=1..2", "=1..2", "x=1..2 dogs"]
)
def test_what_is_no_lock_is_refused(text: str) -> None:
    with pytest.raises(BadSettings) as caught:
        parse_lock(text)
    assert caught.value.text.id == "cli.what_if.bad_lock"


@pytest.mark.slow
def test_a_plan_is_tried_beside_the_one_that_stands(folder: Path) -> None:
    settings = (folder / "business.toml").read_bytes()
    plain = json.loads(run("formulate", str(folder), "--json").output)
    tried = run("formulate", str(folder), "--lock", "due_reminder=3..6", "--veto", "winback_message", "--json")
    assert tried.exit_code == 0, tried.output
    found = json.loads(tried.output)
    assert found["schema"] == "regulars.formulate/1"
    (lock,) = found["locks"]
    assert {"id", "lo", "hi", "price", "binding"} <= set(lock)
    assert (lock["lo"], lock["hi"]) == (3, 6)
    assert any(rule["id"] == "veto:winback_message" for rule in found["rules"])
    for line in found["plan"]["lines"]:
        assert "winback_message" not in line["measure"].split("+")
    given = sum(n["customers"] for n in found["plan"]["lines"] if "due_reminder" in n["measure"].split("+"))
    kept = next((one["kept"] for one in found["relaxations"] if one["rule"] == "lock:due_reminder=3..6"), 3)
    assert kept <= given <= 6
    assert found["what_if"]["standing"] == plain["run"]
    old, new = (document["value"]["months_36"]["mean"] for document in (plain, found))
    assert found["what_if"]["price_36"] == pytest.approx(old - new, abs=0.01)
    assert (folder / "business.toml").read_bytes() == settings
    assert json.loads(run("formulate", str(folder), "--json").output)["run"] == plain["run"]
    assert api.latest_plan(api.open_business(folder)).id == plain["run"], "what was tried is no plan"


@pytest.mark.slow
def test_every_change_is_told_in_both_languages(folder: Path) -> None:
    objective = api.open_business(folder).settings.objectives[0].id
    words = [
        "--must",
        "personal_note",
        "--budget",
        "900",
        "--hours",
        "9",
        "--risk",
        "0.3",
        "--target",
        f"{objective}=0.5",
    ]
    for language, said in (("en", "Nothing was written"), ("zh-Hant", "business.toml沒有改動")):
        done = run("formulate", str(folder), "--lang", language, *words)
        assert done.exit_code == 0, done.output
        assert said in done.output


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("--lock", "nosuch=1..2"),
        ("--lock", "nonsense"),
        ("--veto", "nosuch"),
        ("--must", "nosuch"),
        ("--budget", "-1"),
        ("--hours", "nan"),
        ("--risk", "2"),
        ("--target", "nosuch=1"),
        ("--target", "nosuch"),
    ],
)
def test_changes_that_cannot_be_made_are_refused(folder: Path, words: tuple[str, str]) -> None:
    done = run("formulate", str(folder), *words)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output


@pytest.mark.slow
def test_the_last_plan_binds_from_the_second_year_on(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    business = api.open_business(tmp_path / "copy")
    run = api.latest_plan(business)
    today = run.result.provenance.as_of
    assert last_plan(business, today) is None, "today's own plan is no earlier one"

    def earlier(days: int) -> str:
        id = f"plan-{(today - timedelta(days=days)).isoformat()}-v1-{days:08d}"
        shutil.copytree(run.folder, business.runs / id)
        return id

    quarter = earlier(95)
    assert last_plan(business, today) is None, "in the first year every plan is free"
    earlier(400)
    found = last_plan(business, today)
    assert found is not None
    assert found.run == quarter
    assert found.customers == run.result.customers
    assert sum(found.lines.values()) == run.result.customers
    plan = api.formulate(business)
    assert plan.result.last_plan == quarter
    assert plan.id != run.id
    off = changed(business, WhatIf())
    free = off.settings.model_copy(update={"steady": off.settings.steady.model_copy(update={"off": True})})
    assert last_plan(api.OpenBusiness(off.folder, free, off.pack, off.ledger), today) is None
