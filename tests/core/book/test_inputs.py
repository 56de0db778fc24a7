"""Files that people state: read strictly, wrong files and keys named in both languages, nothing passed over."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from regulars.base.errors import BadSettings
from regulars.base.inputs.common import Claim, Source, in_one_language
from regulars.base.inputs.files import FILES, parse_input, read_inputs
from regulars.base.inputs.form import form
from regulars.base.inputs.market import Market
from regulars.base.words import LANGUAGES, render
from support.book import MARKET


def folder(tmp_path: Path, **files: str) -> Path:
    (tmp_path / "strategy").mkdir(exist_ok=True)
    for name, text in files.items():
        (tmp_path / "strategy" / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def fault(tmp_path: Path, text: str, *, name: str = "market") -> BadSettings:
    with pytest.raises(BadSettings) as caught:
        read_inputs(folder(tmp_path, **{name: text}))
    return caught.value


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    found = read_inputs(folder(tmp_path, market=MARKET)).of(Market)
    assert found is not None and found.stated is not None
    assert found.stated.by == "Lily Chan, director" and found.developments[0].source.on == date(2019, 1, 15)
    assert [j.score for j in found.orientation] == [4, 1]


def test_no_folder_and_an_empty_folder_state_nothing(tmp_path: Path) -> None:
    assert read_inputs(tmp_path).files == {}
    assert read_inputs(folder(tmp_path)).files == {} and read_inputs(tmp_path).of(Market) is None


def test_what_is_no_toml_file_is_nobodys_business(tmp_path: Path) -> None:
    (folder(tmp_path) / "strategy" / "notes.md").write_text("ours")
    assert read_inputs(tmp_path).files == {}


def test_a_byte_order_mark_is_let_pass(tmp_path: Path) -> None:
    assert set(read_inputs(folder(tmp_path, market="\ufeff" + MARKET)).files) == {"market"}


CLAIM = 'text = { en = "A" }\nsource = { title = "B", where = "C", on = 2026-01-01 }\n'


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("[[trait]]\n" + CLAIM, "trait", "traits was perhaps meant"),
        ("colour = 1\n", "colour", "no such key"),
        ("[[traits]]\n" + CLAIM + "[[traits]]\n" + CLAIM + "x = 1\n", "traits[2].x", "no such key"),
        ('[[traits]]\ntext = { en = "A" }\n', "traits[1].source", "missing"),
        (f"[[traits]]\n{CLAIM.replace(', on = 2026-01-01', '')}", "traits[1].source.on", "missing"),
        (f"[[traits]]\n{CLAIM.replace('2026-01-01', '1')}", "traits[1].source.on", "must be a day|not understood"),
        (f"[[traits]]\n{CLAIM.replace('2026-01-01', 'true')}", "traits[1].source.on", "must be a day|not understood"),
        ("[[traits]]\n" + CLAIM.replace('{ en = "A" }', '{ en = "" }'), "traits[1].text.en", "empty"),
        ("[[traits]]\n" + CLAIM.replace('{ en = "A" }', "{ }"), "traits[1].text", "empty"),
        ("[[traits]]\n" + CLAIM.replace('{ en = "A" }', '{ fr = "A" }'), "traits[1].text.fr", "one of"),
        ('[[factors]]\nkind = "moon"\ntext = {en = "a"}\nwatch = {en = "b"}\n', "factors[1].kind", "one of"),
    ],
)
def test_a_wrong_key_is_named_with_file_and_reason(tmp_path: Path, text: str, key: str, reason: str) -> None:
    error = fault(tmp_path, text)
    said = render(error.text, "en")
    assert "strategy/market.toml" in said and f"key {key}:" in said
    assert any(part in said for part in reason.split("|")), said
    assert all(render(error.hint, language) for language in LANGUAGES if error.hint is not None)
    chinese = render(error.text, "zh-Hant")
    assert "strategy/market.toml" in chinese and key in chinese and error.hint is not None


def test_several_wrong_keys_are_counted(tmp_path: Path) -> None:
    error = fault(tmp_path, "a = 1\nb = 2\nc = 3\n")
    assert error.hint is not None and "all 3 keys" in render(error.hint, "en")


def test_a_file_no_chapter_reads_is_refused(tmp_path: Path) -> None:
    error = fault(tmp_path, "", name="markets")
    assert "strategy/markets.toml" in render(error.text, "en")
    assert error.hint is not None and "market.toml" in render(error.hint, "en")


def test_what_is_no_toml_is_said_so(tmp_path: Path) -> None:
    assert "no TOML" in render(fault(tmp_path, "a = = 1").text, "en")


def test_a_claim_is_old_after_a_year() -> None:
    claim = Claim(text={"en": "x"}, source=Source(title="t", where="w", on=date(2025, 11, 21)))
    assert not claim.old(date(2026, 11, 21)) and claim.old(date(2026, 11, 22))


def test_texts_of_one_language_are_counted(tmp_path: Path) -> None:
    found = read_inputs(folder(tmp_path, market=MARKET)).of(Market)
    single = MARKET.replace(', zh-Hant = "客戶跟隨美容師。"', "").replace('en = "Nobody looks.", ', "")
    assert in_one_language(found) == 0
    assert in_one_language(read_inputs(folder(tmp_path, market=single)).of(Market)) == 2


@pytest.mark.parametrize("name", FILES)
def test_an_empty_file_of_every_kind_is_allowed(name: str, tmp_path: Path) -> None:
    assert set(read_inputs(folder(tmp_path, **{name: ""})).files) == {name}


@pytest.mark.parametrize("name", FILES)
def test_the_form_of_a_file_holds_every_key_and_states_nothing(name: str) -> None:
    kind, text = FILES[name], form(FILES[name], name=f"strategy/{name}.toml")
    assert parse_input(text.encode(), kind=kind, file=name) == kind()
    head, *body = text.split("\n\n")
    filled = "\n\n".join(part.replace("# ", "", 1).replace("\n# ", "\n") for part in body)
    with pytest.raises(BadSettings) as caught:
        parse_input(filled.encode(), kind=kind, file=name)
    assert "blank of the form" in render(caught.value.text, "en")
    read = parse_input(filled.replace('"..."', '"words"').encode(), kind=kind, file=name)
    assert all(getattr(read, key) for key in kind.model_fields), filled
    assert head.count("\n") == 2 and f"strategy/{name}.toml" in head
