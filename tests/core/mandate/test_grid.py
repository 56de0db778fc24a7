"""The matrix for reading says what the links say, and names what stands alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from regulars.base.text import Local, Money
from regulars.base.words import render, show
from regulars.strategy.explain import local
from regulars.strategy.grid import grid_of
from regulars.strategy.solve import Sizes
from support.planning import business_of, effect, measure, measures, objective, pack_of, plan_of

#: A call to the lapsed pays but serves nothing that is asked of those who are customers.
PACK = pack_of((*measures()[:4], measure("winback", [effect("reactivation", 0.06, 0.03)], states=("lapsed",))))
NAMES = {m.id: local(m.name) for m in PACK.measures}
WISHES = [
    objective("gain", "gain_12", 2000.0),
    objective("stay", "retention_rate", 0.7),
    objective("new", "new_customers", 10.0),
    objective("joy", "satisfied_share", 0.9),
]


def test_every_square_is_its_link(tmp_path: Path) -> None:
    business = business_of(3000, 20, objectives=WISHES)
    plan = plan_of(tmp_path, business, customers=1200, pack=PACK, sizes=Sizes(optimise=40, report=100))
    assert plan.mandate is not None
    grid = grid_of(plan, NAMES)
    used = {id for line in plan.lines for id in line.measures}
    assert {head.measure for head in grid.heads} == used and len(used) > 1
    assert [row.objective for row in grid.rows] == ["gain", "stay", "new", "joy"]
    links = {(link.objective, link.measure): link for link in plan.mandate.links}
    shown = 0
    for row in grid.rows:
        assert len(row.squares) == len(grid.heads)
        for head, square in zip(grid.heads, row.squares, strict=True):
            link = links.get((row.objective, head.measure))
            if link is None or link.state == "none":
                assert (square.state, square.amount) == ("none", None)
            else:
                shown += 1
                money = show(Money.of(link.amount, "HKD"), "en", "round")
                told = money if row.objective == "gain" else f"{link.amount * 100:.2f} points"
                assert square.state == link.state and square.amount is not None
                assert render(square.amount, "en") == told
        could = [id for (o, id), link in links.items() if o == row.objective and link.state == "could"]
        assert [name.in_language("en") for name in row.outside] == could
    assert shown > 2
    assert [row.served for row in grid.rows[2:]] == ["watched", "cannot"] and grid.rows[3].reason is not None


def test_what_stands_alone_is_marked(tmp_path: Path) -> None:
    business = business_of(3000, 20, objectives=[WISHES[1], objective("back", "reactivated", 500.0)])
    plan = plan_of(tmp_path, business, customers=1200, pack=PACK, sizes=Sizes(optimise=40, report=100))
    assert plan.mandate is not None
    bare = tuple(replace(link, state="none", amount=0.0, primitives=()) for link in plan.mandate.links)
    found = replace(plan.mandate.findings[0], code="unserved", subject="back")
    grid = grid_of(replace(plan, mandate=replace(plan.mandate, links=bare, findings=(found,))), NAMES)
    assert not any(head.linked for head in grid.heads) and grid.heads
    assert [row.served for row in grid.rows] == ["alone", "unserved"]
    assert len(grid.idle) + len(grid.heads) == len(PACK.measures)
    counted = grid_of(plan, NAMES).rows[1].squares
    assert any("customers" in render(s.amount, "en") for s in counted if s.amount is not None)
    assert grid_of(replace(plan, mandate=None), {"x": Local({"en": "x"})}).rows == ()
