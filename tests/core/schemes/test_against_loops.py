"""RFM, lifecycle and the movement between classes, each against plain loops over the lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from regulars.analysis.results.schemes import Migration, SchemeId, Schemes
from regulars.packs.load import load_pack
from support.analysis import Line, Studied, studied
from support.schemes import (
    AS_OF,
    YEAR,
    base_interval,
    later,
    lifecycle,
    people_at,
    rfm_class,
    rfm_scores,
    simulated,
    table,
)

MODULUS = 2**31 - 1
WINDOWS = load_pack("beauty").windows


@pytest.fixture(scope="module")
def lines() -> tuple[list[Line], list[str], list[str]]:
    return simulated()


@pytest.fixture(scope="module")
def study(lines: tuple[list[Line], list[str], list[str]], tmp_path_factory: pytest.TempPathFactory) -> Studied:
    return studied(table(*lines), folder=tmp_path_factory.mktemp("s"), as_of=AS_OF, parts=("schemes",))


def found_in(study: Studied) -> Schemes:
    assert study.diagnosis.schemes is not None
    return study.diagnosis.schemes


def moves_of(study: Studied, id: SchemeId) -> Migration:
    scheme = found_in(study).scheme(id)
    assert scheme is not None and scheme.migration is not None
    return scheme.migration


def test_rfm_scores_are_those_of_a_loop(study: Studied, lines: tuple[list[Line], list[str], list[str]]) -> None:
    wanted = rfm_scores(people_at(lines[0], AS_OF))
    assert {c: (row["rfm_r"], row["rfm_f"], row["rfm_m"]) for c, row in study.by_customer.items()} == wanted
    assert {c: row["rfm"] for c, row in study.by_customer.items()} == {c: rfm_class(s) for c, s in wanted.items()}
    grid = Counter((r, m) for r, _, m in wanted.values())
    assert {(c.recency, c.money): c.customers for c in found_in(study).rfm_grid} == grid


def test_lifecycle_stages_are_those_of_a_loop(study: Studied, lines: tuple[list[Line], list[str], list[str]]) -> None:
    people = people_at(lines[0], AS_OF)
    interval = base_interval(people, WINDOWS)
    wanted = {c: lifecycle(p, interval, WINDOWS) for c, p in people.items()}
    assert {c: row["lifecycle"] for c, row in study.by_customer.items()} == wanted
    assert set(wanted.values()) >= {"developing", "established", "declining", "lapsed", "returned"}


@pytest.mark.parametrize("id", ["rfm", "lifecycle"])
def test_moves_and_their_money_are_those_of_a_loop(
    study: Studied, lines: tuple[list[Line], list[str], list[str]], id: SchemeId
) -> None:
    then, now = people_at(lines[0], AS_OF - YEAR), people_at(lines[0], AS_OF)
    before_interval, interval = base_interval(then, WINDOWS), base_interval(now, WINDOWS)
    if id == "rfm":
        was = {c: rfm_class(s) for c, s in rfm_scores(then).items()}
        is_now = {c: rfm_class(s) for c, s in rfm_scores(now).items()}
    else:
        was = {c: lifecycle(p, before_interval, WINDOWS) for c, p in then.items()}
        is_now = {c: lifecycle(p, interval, WINDOWS) for c, p in now.items()}
    wanted: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for customer, person in now.items():
        cell = wanted[was.get(customer, ""), is_now[customer]]
        cell[0] += 1
        cell[1] += then[customer].revenue_12 if customer in then else 0.0
        cell[2] += person.revenue_12
    moves = moves_of(study, id)
    assert {(m.from_class, m.to_class): [m.customers, m.revenue_before, m.revenue_after] for m in moves.moves} == {
        key: pytest.approx(cell) for key, cell in wanted.items()
    }
    assert moves.stayed == pytest.approx(
        sum(n for (a, b), (n, _, _) in wanted.items() if a == b) / sum(n for (a, _), (n, _, _) in wanted.items() if a)
    )


@pytest.mark.parametrize("id", ["value_duration", "rfm", "lifecycle", "need", "relationship"])
def test_sums_reconcile(study: Studied, lines: tuple[list[Line], list[str], list[str]], id: SchemeId) -> None:
    scheme = found_in(study).scheme(id)
    assert scheme is not None
    people = people_at(lines[0], AS_OF)
    assert sum(c.customers for c in scheme.classes) == len(people)
    assert sum(c.revenue_12 for c in scheme.classes) == pytest.approx(sum(p.revenue_12 for p in people.values()))
    moves = moves_of(study, id)
    assert moves.of_base == 1.0
    assert sum(m.customers for m in moves.moves) == moves.customers == len(people)
    for total, of_move in ((moves.revenue_before, "revenue_before"), (moves.revenue_after, "revenue_after")):
        assert sum(getattr(m, of_move) for m in moves.moves) == pytest.approx(total)
    assert moves.revenue_after == pytest.approx(sum(p.revenue_12 for p in people.values()))
    assert moves.revenue_before == pytest.approx(sum(p.revenue_12 for p in people_at(lines[0], AS_OF - YEAR).values()))


def test_what_a_class_foretells_is_that_of_a_loop(
    study: Studied, lines: tuple[list[Line], list[str], list[str]]
) -> None:
    then, now = people_at(lines[0], AS_OF - YEAR), people_at(lines[0], AS_OF)
    was = {c: rfm_class(s) for c, s in rfm_scores(then).items()}
    side = {c: ((c + 1) * 16_807 % MODULUS) * 16_807 % MODULUS // 65_536 % 2 for c in then}
    missed = total = 0.0
    for tested in (0, 1):
        learn = [c for c in then if side[c] != tested]
        overall = sum(now[c].revenue_12 for c in learn) / len(learn)
        for c in then:
            if side[c] == tested:
                like = [now[o].revenue_12 for o in learn if was[o] == was[c]]
                y, mean = now[c].revenue_12, sum(like) / len(like) if like else overall
                missed, total = missed + (y - mean) ** 2, total + (y - overall) ** 2
    scheme = found_in(study).scheme("rfm")
    assert scheme is not None
    assert scheme.usefulness.explained == pytest.approx(1 - missed / total)


def test_the_same_ledger_gives_the_same_schemes_and_later_lines_none_of_it(
    study: Studied, lines: tuple[list[Line], list[str], list[str]], tmp_path: Path
) -> None:
    sales, categories, staff = lines
    more = later(sales)
    again = studied(
        table([*more, *sales], [*["Facial"] * len(more), *categories], [*["st-9"] * len(more), *staff]),
        folder=tmp_path,
        as_of=AS_OF,
        parts=("schemes",),
    )
    assert again.diagnosis.schemes == study.diagnosis.schemes
    assert again.standings.equals(study.standings)
