"""Scorecards: what they may say, that points add up, and that bias is found where it was planted."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from regulars.analysis.screening import Card, Screened, screen, starter
from regulars.analysis.screening.card import BARRED, parse_card
from regulars.analysis.screening.screen import judge_groups, katz
from regulars.base.errors import BadSettings, RegularsError
from regulars.base.predicate import BadPredicate
from regulars.base.words import LANGUAGES, render
from regulars.ledger.store import Ledger
from support.analysis import Line, customers_table, studied

AS_OF = date(2025, 6, 30)


def card(**change: str) -> str:
    text = starter()
    for old, new in change.items():
        text = text.replace(
            {"adverse": "adverse = false ", "who": '"not state = newcomer"', "when": '"revenue_12 > 0"'}[old], new
        )
    return text


def read(text: str) -> Card:
    return parse_card(text.encode(), file="card.toml")


def test_the_starter_is_a_card() -> None:
    found = read(starter())
    assert found.digest == read(starter()).digest
    assert found.digest != read(starter().replace("points = 30", "points = 31")).digest
    assert found.flags() == ()


@pytest.mark.parametrize("name", sorted(BARRED))
@pytest.mark.parametrize("shape", ["{} = 1", "revenue_12 > 0 and ({} < 30)", "not {} in (a, b)"])
def test_barred_attributes_are_refused_by_name_with_the_rule(name: str, shape: str) -> None:
    with pytest.raises(BadPredicate) as caught:
        read(card(when=f'"{shape.format(name)}"'))
    assert name in str(caught.value) and all(render(caught.value.text, language) for language in LANGUAGES)
    with pytest.raises(BadPredicate):
        read(card(who=f'"{shape.format(name.upper())}"'))


def test_a_barred_word_is_fine_as_a_value() -> None:
    assert read(card(when='"need = Colour or need in (Colour, Home)"'))


def test_adverse_use_needs_a_basis_and_is_flagged() -> None:
    with pytest.raises(BadSettings, match="lawful ground"):
        read(card(adverse="adverse = true "))
    found = read(card(adverse="adverse = true ").replace('basis = ""', 'basis = "prescribed consent"'))
    assert [flag.id for flag in found.flags()] == ["study.screening.flag_adverse"]
    minus = read(starter().replace("points = 10", "points = -10").replace('"revenue_12 > 0"', '"branch = A"'))
    assert [flag.id for flag in minus.flags()] == ["study.screening.flag_minus", "study.screening.flag_branch"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id = 3",
        starter().replace('id = "late"', 'id = "settled"'),
        starter() + "\nmore = 1",
        "\x00",
        starter()[:900],
    ],
)
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(RegularsError):
        read(text)


def screened(folder: Path, text: str, *, old_are_late: bool = True) -> tuple[Screened, list[dict[str, int]]]:
    """200 customers, half born 1950 and half 1990; those born 1950 have the less to spend."""
    lines: list[Line] = []
    rows: list[dict[str, object]] = []
    for customer in range(1, 201):
        old = customer % 2 == 0
        net = 50.0 if old and customer % 8 else 900.0
        lines += [
            Line(customer, AS_OF - timedelta(days=30 * k + customer % 20), net, branch="AB"[customer % 2])
            for k in range(6)
        ]
        year = (1950 if old else 1990) if old_are_late else None
        rows.append({"customer": customer, "birth_year": year, "may_email": customer % 3 == 0, "district": "Central"})
    found = studied(lines, folder=folder, as_of=AS_OF, customers=customers_table(rows))
    out = folder / "scores.parquet"
    with Ledger(folder / "ledger").read() as reader:
        result = screen(reader, folder / "standings.parquet", read(text), as_of=AS_OF, out=out)
    assert found.diagnosis.base.customers == 200
    return result, pq.read_table(out).to_pylist()


def test_points_add_up_customer_by_customer_and_on_the_whole(tmp_path: Path) -> None:
    result, rows = screened(tmp_path, starter())
    for row in rows:
        assert row["score"] == sum(v for name, v in row.items() if name.startswith("points_"))
        assert row["selected"] == (row["eligible"] and row["score"] >= 50)
    able = [row for row in rows if row["eligible"]]
    assert result.eligible == len(able) and result.selected == sum(row["selected"] for row in able)
    assert result.mean_score == pytest.approx(sum(row["score"] for row in able) / len(able))
    assert sum(term.mean_points for term in result.terms) == pytest.approx(result.mean_score)
    assert sum(n for _, n in result.scores) == result.eligible


def test_planted_bias_is_found_and_no_score_hangs_on_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    text = starter().replace("select_from = 50", "select_from = 45")
    result, rows = screened(tmp_path / "a", text)
    found = {test.attribute: test for test in result.bias}
    assert found["age_band"].verdict == "below" and found["branch"].verdict == "below"
    assert {group.group for group in found["age_band"].groups} == {"30-44", "60+"}
    assert "district" not in found  # everybody lives in one
    blind, same = screened(tmp_path / "b", text, old_are_late=False)
    assert same == rows
    assert "age_band" not in {test.attribute for test in blind.bias}


@pytest.mark.parametrize(("groups", "customers"), [(12, 430), (12, 100), (30, 200)])
def test_a_fair_card_is_rarely_called_unfair_however_many_groups(groups: int, customers: int) -> None:
    """Ranges that each held by themselves called one of the groups below in 33, 74 and 96 % of such trials."""
    rng = np.random.default_rng(groups + customers)
    below = 0
    for _ in range(60):
        chosen = rng.binomial(customers, 0.13, groups).tolist()
        rows = [(str(i), customers, k, 0) for i, k in enumerate(chosen)]
        below += judge_groups("district", rows).verdict == "below"
    assert below <= 6


def test_a_group_selected_half_as_often_is_still_found_among_many() -> None:
    rows = [(str(i), 430, 172, 0) for i in range(11)] + [("hurt", 430, 86, 0)]
    test = judge_groups("district", rows)
    assert test.verdict == "below" and [g.group for g in test.groups if g.verdict == "below"] == ["hurt"]


def test_the_four_fifths_test_by_hand() -> None:
    # 48 of 80 and 12 of 40, the example of the Uniform Guidelines' questions and answers: 30 % / 60 % = one half.
    test = judge_groups("branch", [("A", 80, 48, 0), ("B", 40, 12, 0), ("C", 29, 0, 0)])
    a, b, c = test.groups
    assert a.ratio is None and b.ratio is not None and c.verdict == "too_few"
    assert b.ratio.mean == pytest.approx(0.5) and b.verdict == "below" and test.verdict == "below"
    sd = ((1 - 0.3) / 12 + (1 - 0.6) / 48) ** 0.5
    assert b.ratio.p10 == pytest.approx(0.5 * 2.718281828459045 ** (-1.2815515655 * sd))
    assert judge_groups("branch", [("A", 80, 0, 0), ("B", 40, 0, 0)]).verdict == "too_few"
    assert katz(0, 50, 25, 50).p90 < 0.15
