"""Targets and corporate objectives come in and go out of business.toml, and every KPI is told where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from regulars import api
from regulars.base.edit import drop_item
from regulars.base.errors import BadSettings, RegularsError
from regulars.base.mandate import Kpi
from regulars.base.text import say
from regulars.base.words import LANGUAGES, render
from regulars.ledger.store import Ledger
from regulars.strategy.formulate import gather, planned
from regulars.strategy.kpis import kpis_now
from regulars.strategy.solve import Sizes
from support.cli import regulars
from support.planning import business_of, measures, objective, pack_of, standings, studied


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A new business, not studied: the tree can be made before there are data."""
    api.create_business(tmp_path / "salon", pack="hair", name="Harbour Hair")
    return tmp_path / "salon"


def test_a_target_is_added_told_in_both_languages_and_taken_back(fresh: Path) -> None:
    path = fresh / "business.toml"
    before = path.read_text(encoding="utf-8")
    dry = api.add_target(api.open_business(fresh), "new_customers", "1,200", dry_run=True)
    assert not dry.saved and path.read_text(encoding="utf-8") == before
    done = api.add_target(
        api.open_business(fresh),
        "retained_customers",
        "1,200",
        by=date(2027, 6, 30),
        owner=" Ho ",
        serves="retain",
        author="Chan",
    )
    assert (done.key, done.saved, done.difference) == ("objectives.retained_customers", True, None)
    assert path.read_text(encoding="utf-8").startswith(before), "nothing that was there is touched"
    settings = api.open_business(fresh).settings
    new = settings.objectives[-1]
    assert (new.kpi, new.target, new.owner, new.serves) == ("retained_customers", 1200, "Ho", "retain")
    assert new.by == date(2027, 6, 30) and new.priority == max(o.priority for o in settings.objectives[:-1]) + 1
    assert new.name == {language: render(say("mandate.kpi.retained_customers"), language) for language in LANGUAGES}
    again = api.add_target(api.open_business(fresh), "retained_customers", 900, name="  All  branches ", priority=1)
    assert again.key == "objectives.retained_customers-2"
    assert api.open_business(fresh).settings.objectives[-1].name["zh-Hant"] == "All branches"
    for key in ("objectives.retained_customers-2", "objectives.retained_customers"):
        assert api.undo_settings(api.open_business(fresh)) == key
    assert path.read_text(encoding="utf-8") == before


def test_a_target_is_removed_and_nothing_round_it(fresh: Path) -> None:
    path = fresh / "business.toml"
    before = path.read_text(encoding="utf-8")
    *_, last = api.open_business(fresh).settings.objectives
    done = api.remove_target(api.open_business(fresh), last.id)
    assert done.saved and done.key == f"objectives.{last.id}"
    after = path.read_text(encoding="utf-8")
    assert last.id not in [o.id for o in api.open_business(fresh).settings.objectives]
    remarks = [line for line in before.splitlines() if line.startswith("#")]
    assert [line for line in after.splitlines() if line.startswith("#")] == remarks, "remarks stay"
    assert api.undo_settings(api.open_business(fresh)) == done.key and path.read_text(encoding="utf-8") == before


def test_remarks_that_lead_to_the_next_table_stay() -> None:
    text = '[[o]]\nid = "a" # gone\n# a remark within\nx = 1\n\n# What b is for\n[[o]]\nid = "b"\n'
    assert drop_item(text, "o", "a") == '\n# What b is for\n[[o]]\nid = "b"\n'
    assert drop_item(text, "o", "b") == text.replace('[[o]]\nid = "b"\n', "")


def test_a_corporate_objective_comes_and_goes_unless_a_target_serves_it(fresh: Path) -> None:
    path = fresh / "business.toml"
    before = path.read_text(encoding="utf-8")
    done = api.add_corporate(api.open_business(fresh), "image", owner="Wong", by=date(2027, 1, 1))
    new = api.open_business(fresh).settings.corporate[-1]
    assert (done.key, new.id, new.kind, new.owner) == ("corporate.image", "image", "image", "Wong")
    assert new.name == {"en": "Be well spoken of", "zh-Hant": "贏得口碑"}
    first = api.open_business(fresh).settings.objectives[0]
    api.set_target(api.open_business(fresh), first.id, first.target, serves="image")
    with pytest.raises(RegularsError) as refused:
        api.remove_corporate(api.open_business(fresh), "image")
    assert refused.value.text.id == "mandate.tree.served"
    api.set_target(api.open_business(fresh), first.id, first.target, serves=first.serves)
    assert api.remove_corporate(api.open_business(fresh), "image").saved
    assert path.read_text(encoding="utf-8") == before


ADD, CUT = api.add_target, api.remove_target


@pytest.mark.parametrize(
    ("act", "said", "more", "id"),
    [
        (ADD, ("profit", 5), {}, "mandate.tree.no_kpi"),
        (ADD, ("gain_12", "many"), {}, "mandate.edit.no_number"),
        (ADD, ("retention_rate", "85"), {}, "mandate.edit.no_number"),
        (ADD, ("gain_12", 5), {"serves": "nobody"}, "mandate.tree.no_parent"),
        (ADD, ("gain_12", 5), {"priority": 10}, "mandate.tree.no_priority"),
        (ADD, ("gain_12", 5), {"name": "x" * 121}, "mandate.tree.long"),
        (CUT, ("nobody",), {}, "mandate.target.unknown"),
        (api.add_corporate, ("fame",), {}, "mandate.tree.no_kind"),
        (api.remove_corporate, ("nobody",), {}, "mandate.tree.no_parent"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    fresh: Path, act: Callable[..., Any], said: tuple[Any, ...], more: dict[str, Any], id: str
) -> None:
    before = (fresh / "business.toml").read_bytes()
    with pytest.raises(BadSettings) as refused:
        act(api.open_business(fresh), *said, **more)
    assert refused.value.text.id == id
    assert all(render(refused.value.text, language) for language in LANGUAGES)
    assert (fresh / "business.toml").read_bytes() == before


def test_a_target_that_others_name_stays(fresh: Path) -> None:
    path = fresh / "business.toml"
    id = api.open_business(fresh).settings.objectives[0].id
    factor = (
        f'\n[[factors]]\nid = "rent"\nname = {{ en = "Rent" }}\nkind = "market"\nsays = "up"\nobjectives = ["{id}"]\n'
    )
    for more in (factor, f"\n[weighing.worth]\n{id} = 500\n"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text + more, encoding="utf-8")
        with pytest.raises(RegularsError) as refused:
            api.remove_target(api.open_business(fresh), id)
        assert refused.value.text.id == "mandate.tree.rests"
        assert ("factors.rent" if "rent" in more else "weighing.worth") in str(refused.value)
        path.write_text(text, encoding="utf-8")
    assert tomllib.loads(path.read_text(encoding="utf-8"))["objectives"][0]["id"] == id


def test_a_new_targets_baseline_is_what_a_plan_tells_of_it(tmp_path: Path) -> None:
    wishes = [objective(f"all-{kpi}", kpi, 0.5) for kpi in get_args(Kpi.__value__)]
    with Ledger(tmp_path / "ledger").read() as reader:
        gathered = gather(
            reader,
            standings=standings(tmp_path, 600),
            diagnosis=studied(),
            business=business_of(3000, 20, objectives=wishes),
            pack=pack_of(measures()),
            study_run="study-1",
            sizes=Sizes(optimise=40, report=100),
        )
        told = kpis_now(gathered, reader)
    plan = planned(gathered)
    found = {row.kpi: row.baseline for row in plan.targets}
    assert plan.mandate is not None and len(found) > 8
    why = {aim.kpi: aim.reason for aim in plan.mandate.aims}
    assert [k.kpi for k in told] == list(get_args(Kpi.__value__))
    for k in told:
        assert (k.reason, k.baseline) == (why[k.kpi], found.get(k.kpi)), k.kpi
        assert render(k.name, "zh-Hant") != render(k.name, "en")


def test_the_tree_grows_and_is_cut_at_the_command_line(fresh: Path) -> None:
    folder = fresh
    path = folder / "business.toml"
    before = path.read_text(encoding="utf-8")
    tree = regulars("objective", folder, "image", "--owner", "Wong", "--by", "2027-12-31", "--dry-run", "--json").json
    assert (tree["schema"], tree["saved"], tree["key"]) == ("regulars.change/1", False, "corporate.image")
    assert path.read_text(encoding="utf-8") == before
    assert regulars("objective", folder, "image", "--owner", "Wong", "--author", "Chan Mei").code == 0
    words = ("--add", "--serves", "image", "--owner", "Lee", "--by", "2027-06-30", "--priority", "2", "--json")
    made = regulars("target", folder, "retention_rate", "85%", *words).json
    id = made["key"].removeprefix("objectives.")
    target = next(o for o in api.open_business(folder).settings.objectives if o.id == id)
    assert (float(target.target), target.serves, target.owner, target.priority) == (0.85, "image", "Lee", 2)
    served = regulars("objective", folder, "image", "--remove")
    assert served.code == 2 and "image" in {c.id for c in api.open_business(folder).settings.corporate}
    assert regulars("target", folder, id, "--remove", "--lang", "zh-Hant").code == 0
    assert regulars("objective", folder, "image", "--remove").code == 0
    assert path.read_text(encoding="utf-8") == before
    assert regulars("settings", "undo", folder).code == 0
    assert "image" in {c.id for c in api.open_business(folder).settings.corporate}


@pytest.mark.parametrize(
    "words",
    [
        ("target", "{}", "retention_rate"),
        ("target", "{}", "retention_rate", "3", "--add", "--remove"),
        ("target", "{}", "win_back", "3", "--remove"),
        ("target", "{}", "win_back", "3", "--name", "Back"),
        ("target", "{}", "fame", "3", "--add"),
        ("target", "{}", "retention_rate", "3", "--add", "--serves", "nobody"),
        ("target", "{}", "nobody", "--remove"),
        ("objective", "{}", "fame"),
        ("objective", "{}", "nobody", "--remove"),
        ("objective", "{}", "image", "--remove", "--owner", "Wong"),
    ],
)
def test_words_that_do_not_go_together_change_nothing(words: tuple[str, ...], fresh: Path) -> None:
    before = (fresh / "business.toml").read_bytes()
    said = regulars(*(word.format(fresh) for word in words))
    assert said.code == 2 and said.err and (fresh / "business.toml").read_bytes() == before
