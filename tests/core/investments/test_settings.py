"""What may not be said together has a name in both languages, and a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.api.business import starter_settings
from regulars.api.starters import investment_starter
from regulars.base.errors import BadSettings
from regulars.base.settings import parse_business
from regulars.base.words import render
from regulars.packs.load import load_pack, pack_ids

HEAD = 'name = {en = "x"}\npack = "hair"\n'
LEVEL = 'levels = [{id = "l", cost = 1, satisfied = 0.1}]\n'
WRONG = {
    "ceiling": '[[acquisition]]\nid = "ads"\nspend = 10\narrivals = 50\nceiling = 20\n',
    "free": '[[acquisition]]\nid = "ads"\nspend = 0\narrivals = 50\n',
    "most": '[[acquisition]]\nid = "ads"\nspend = 10\narrivals = 5\nmost = 2\n',
    "twice": '[[acquisition]]\nid = "ads"\n[[acquisition]]\nid = "ads"\n',
    "currency": '[[expansion]]\nid = "gz"\nkind = "mainland"\ncapex = 1\nrevenue = 1\ncurrency = "CNY"\n',
    "rate": '[[expansion]]\nid = "gz"\ncapex = 1\nrevenue = 1\nrate = 2.0\n',
    "royalty": '[[expansion]]\nid = "f"\nkind = "franchise"\ncapex = 1\nrevenue = 1\n',
    "far": '[[expansion]]\nid = "uk"\nkind = "overseas"\ncapex = 1\nrevenue = 1\n'
    'neighbours = [{branch = "A", km = 1}]\n',
    "quarters": "[quarters]\ncount = 4\nbudgets = [1, 2]\n",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_contradiction_is_named_in_both_languages(name: str) -> None:
    with pytest.raises(BadSettings) as found:
        parse_business((HEAD + WRONG[name]).encode(), file=Path("business.toml"))
    assert found.value.text.id == f"base.investments.{name}"
    for language in ("en", "zh-Hant"):
        assert render(found.value.text, language)
        assert found.value.hint is not None
        assert render(found.value.hint, language)


@pytest.mark.parametrize(
    "wrong",
    [
        '[[acquisition]]\nid = "ads"\nspend = -1\n',
        f'[[service]]\nid = "s"\n{LEVEL.replace("cost = 1", "cost = -1")}',
        '[[loyalty]]\nid = "x"\nreward_rate = 0.9\n',
        '[[loyalty]]\nid = "x"\nreward_rate = 0.05\nbreakage = 1.0\n',
        '[[expansion]]\nid = "x"\ncapex = -5\nrevenue = 1\n',
        '[[expansion]]\nid = "x"\ncapex = inf\nrevenue = 1\n',
        '[[service]]\nid = "s"\nlevels = []\n',
        "[quarters]\ncount = 40\n",
        '[[acquisition]]\nid = "ads"\nspent = 1\n',
    ],
)
def test_a_figure_out_of_range_names_its_key(wrong: str) -> None:
    with pytest.raises(BadSettings) as found:
        parse_business((HEAD + wrong).encode(), file=Path("business.toml"))
    assert found.value.text.id == "base.settings.bad_key"


def test_what_is_right_is_read() -> None:
    text = (
        HEAD
        + '[[acquisition]]\nid = "ads"\nspend = 10\narrivals = 5\nceiling = 20\n'
        + f'[[service]]\nid = "s"\n{LEVEL}'
        + '[[loyalty]]\nid = "five"\nreward_rate = 0.05\n'
        + '[[expansion]]\nid = "gz"\nkind = "mainland"\ncapex = 1\nrevenue = 1\ncurrency = "CNY"\nrate = 1.1\n'
    )
    found = parse_business(text.encode(), file=Path("business.toml"))
    assert found.acquisition[0].ceiling == 20
    assert found.expansion[0].rate == 1.1
    assert found.quarters.count == 12


@pytest.mark.parametrize("trade", pack_ids())
def test_the_starter_of_every_trade_is_right_once_the_marks_are_taken_away(trade: str) -> None:
    pack = load_pack(trade)
    text = starter_settings(pack, "Mine")
    assert not parse_business(text.encode(), file=Path("business.toml")).acquisition
    let_in = "\n".join(line.removeprefix("#").removeprefix(" ") for line in investment_starter(trade)[3:])
    found = parse_business((HEAD + let_in).encode(), file=Path("business.toml"))
    assert (len(found.acquisition), len(found.service), len(found.loyalty), len(found.expansion)) == (1, 1, 1, 1)
