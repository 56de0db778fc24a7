"""The reference pages list every code, source, field and alias that the code knows, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from regulars.base.words import LANGUAGES, word_list
from regulars.ledger.checks import CODES, WARNINGS
from regulars.ledger.profile import FIELDS, Profile, normal_header
from regulars.ledger.sources import all_sources, generic_words

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def _rows(page: str) -> list[list[str]]:
    lines = (REFERENCE / page).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| `")]


def test_problem_codes() -> None:
    assert len(set(CODES)) == len(CODES)
    assert sorted(row[0].strip("| `") for row in _rows("problems.md")) == sorted(CODES)


def test_every_code_has_its_sentence_and_no_other() -> None:
    for language in LANGUAGES:
        said = {
            id.removeprefix("problem.").removesuffix("_one") for id in word_list(language) if id.startswith("problem.")
        }
        assert said == set(CODES)
    assert {code for code in WARNINGS if f"problem.{code}" not in word_list("en")} == set()


def test_sources() -> None:
    part = (REFERENCE / "imports.md").read_text(encoding="utf-8").split("## Known sources")[1].split("\n## ")[0]
    listed = {row[0].strip("| `"): row for row in _rows("imports.md") if f"| `{row[0].strip('| `')}` |" in part}
    assert set(listed) == {source.name for source in all_sources()}
    for source in all_sources():
        assert listed[source.name][1] == source.label["en"]
        assert listed[source.name][2] == ("refused" if source.refuse else source.table)
        assert all(entry.replace("|", " or ") in listed[source.name][3] for entry in source.must)


def test_fields_and_aliases() -> None:
    text = (REFERENCE / "imports.md").read_text(encoding="utf-8")
    for table, fields in FIELDS.items():
        part = re.split(r"^### ", text.split(f"### {table}\n")[1], flags=re.MULTILINE)[0]
        for field in fields:
            assert f"| `{field}` |" in part, f"{table}.{field} is not in imports.md"
        for field, names in generic_words()[table].items():
            line = next(line for line in part.splitlines() if line.startswith(f"| `{field}` |"))
            for name in names:
                assert f" {name}," in f"{line.split('|')[3]},".replace(" ,", ","), f"{table}.{field}: {name}"


def test_settings_of_a_profile() -> None:
    text = (REFERENCE / "imports.md").read_text(encoding="utf-8")
    for name in Profile.model_fields:
        assert f"| `{name}` |" in text, f"profile setting {name} is not in imports.md"


def test_sources_map_to_fields_that_exist() -> None:
    for source in all_sources():
        assert set(source.columns) <= set(FIELDS[source.table]), source.name
        assert set(source.label) == set(LANGUAGES), source.name
        if source.refuse:
            assert source.refuse in word_list("en")
            assert source.refuse + "_hint" in word_list("en")
        known = [h for names in source.columns.values() for h in names]
        assert not {normal_header(h) for h in known} & {normal_header(h) for h in source.dropped}, source.name
    for table, fields in generic_words().items():
        assert set(fields) <= set(FIELDS[table])
