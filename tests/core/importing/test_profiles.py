"""A guessed mapping is saved, corrected by hand, and recognises the next file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from regulars.base.errors import BadData, BadSettings
from regulars.ledger.mapping import load_profile, profile_for, recognise, save_profile
from regulars.ledger.profile import Profile
from regulars.ledger.sources import all_sources
from support.exports import PSEUDONYMS, Shop, business, write

HEADER = "When,Who,What,Paid HKD,Shop"
ROWS = [["03/04/2026", "C1", "Cut", "1.234,50", "A"], ["05/04/2026", "C2", "Wax", "7,00", "B"]]
WRITTEN = """
name = "odd-till"
table = "sales"
system = "till"
namespace = "own"
date_order = "MDY"
default_kind = "service"

[columns]
"When" = "date"
"Who" = "customer"
"What" = "item"
"Paid HKD" = "net"

[defaults]
branch = "central"
"""


def _profile(folder: Path, text: str = WRITTEN) -> Path:
    path = folder / "odd-till.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_profile_reads_what_no_guess_could(tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", HEADER, ROWS, delimiter=";")
    saved = profile_for(path, [_profile(tmp_path)])
    assert saved is not None
    shop = Shop(tmp_path)
    result = shop.take(path, profile=saved)
    assert (result.source, result.score, result.stored, result.ignored_columns) == ("odd-till", 1.0, 2, ("Shop",))
    lines = shop.rows(order=("day",))
    assert [str(line["day"]) for line in lines] == ["2026-03-04", "2026-05-04"]
    assert [line["net"] for line in lines] == [Decimal("1234.50"), Decimal("7.00")]
    assert {line["branch"] for line in lines} == {"central"}
    assert lines[0]["system"] == "till"
    assert lines[0]["customer"] == PSEUDONYMS.key("own", "C1")


def test_a_profile_fits_only_files_with_all_its_columns(tmp_path: Path) -> None:
    saved = _profile(tmp_path)
    assert profile_for(write(tmp_path / "a.csv", HEADER.lower(), ROWS), [saved]) is not None
    other = write(tmp_path / "b.csv", HEADER.replace("Who", "Whom"), ROWS)
    assert profile_for(other, [saved]) is None
    with pytest.raises(BadData) as caught:
        Shop(tmp_path).take(other, profile=load_profile(saved))
    assert caught.value.text.params["column"] == "Who"


def test_guess_saved_and_loaded_is_the_same(tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", "日期,客戶編號,金額,項目", [["2026-01-02", "C1", "5", "剪"]])
    guessed = recognise(path).profile("my-till")
    save_profile(guessed, tmp_path / "my-till.toml")
    assert load_profile(tmp_path / "my-till.toml") == guessed
    shop = Shop(tmp_path)
    assert shop.take(path, profile=guessed).source == "my-till"


def test_every_sources_mapping_survives_saving(tmp_path: Path) -> None:
    for source in all_sources():
        if not source.refuse:
            columns = {aliases[0]: field for field, aliases in source.columns.items()}
            own = {"must", "never", "columns", "dropped", "identifiers", "refuse", "weak_identity"}
            told = {header: kind for kind, aliases in source.identifiers.items() for header in aliases}
            profile = Profile(**source.model_dump(exclude=own), columns=columns, identifiers=told)
            save_profile(profile, tmp_path / "p.toml")
            assert load_profile(tmp_path / "p.toml") == profile


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml", "TOML"),
        ('name = "x"\n[columns]\n"A" = "date"\n', "net or gross or price"),
        ('name = "x"\n[columns]\n"A" = "date"\n"B" = "colour"\n"C" = "net"\n', "colour"),
        ('name = "x"\n[columns]\n"A" = "date"\n"B" = "net"\n"C" = "net"\n', "twice"),
        ('name = "x"\nsurprise = 1\n[columns]\n"A" = "date"\n"B" = "net"\n', "surprise"),
        ('name = "x"\ndate_order = "YDM"\n[columns]\n"A" = "date"\n"B" = "net"\n', "date_order"),
        ('name = "x"\nidentity = ["hkid"]\n[columns]\n"A" = "date"\n"B" = "net"\n', "hkid"),
    ],
)
def test_a_wrong_profile_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadSettings) as caught:
        load_profile(_profile(tmp_path, text))
    assert said in str(caught.value)


def test_a_profile_in_another_currency_is_refused(tmp_path: Path) -> None:
    saved = load_profile(_profile(tmp_path, 'currency = "EUR"\n' + WRITTEN))
    with pytest.raises(BadData) as caught:
        Shop(tmp_path, business(currency="HKD")).take(write(tmp_path / "s.csv", HEADER, ROWS), profile=saved)
    assert caught.value.text.id == "importing.refused.currency"


def test_a_profile_may_know_the_layout(tmp_path: Path) -> None:
    profile = Profile(
        name="bare",
        header=False,
        delimiter="~",
        encoding="big5hkscs",
        columns={"column 1": "date", "column 2": "customer", "column 3": "net", "column 4": "item"},
    )
    path = tmp_path / "s.txt"
    path.write_bytes("2026-01-02~C1~5~剪\n2026-01-03~C2~6~染\n".encode("big5hkscs"))
    shop = Shop(tmp_path)
    assert shop.take(path, profile=profile).stored == 2
    assert [line["item"] for line in shop.rows(order=("day",))] == ["剪", "染"]
