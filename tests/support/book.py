"""The strategy document of the invented chain, and ways to look at all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

from regulars.base.inputs.files import FILES, Inputs, parse_input
from regulars.base.text import Listing, Local, Text
from regulars.report.document import Document
from regulars.report.strategy.book import Book
from regulars.report.strategy.build import build_strategy
from regulars.strategy.plan import Plan
from support import report as sample
from support.report_plan import sample_plan

MARKET = """
[stated]
by = "Lily Chan, director"
on = 2026-11-01

[[traits]]
text = { en = "Customers follow their therapist.", zh-Hant = "客戶跟隨美容師。" }
source = { title = "Trade survey", where = "Survey House", on = 2026-03-01 }

[[developments]]
text = { en = "Cooling-off periods are discussed.", zh-Hant = "冷靜期正在討論。" }
means = { en = "Packages need clear terms.", zh-Hant = "套票條款必須清楚。" }
source = { title = "Consultation paper", where = "Government", on = 2019-01-15 }

[[factors]]
kind = "law"
text = { en = "Consent rules for messages.", zh-Hant = "訊息的同意規定。" }
watch = { en = "The regulator's notices.", zh-Hant = "監管機構通告。" }

[[orientation]]
about = "customer"
statement = { en = "We ask every customer.", zh-Hant = "我們徵詢每名客戶。" }
score = 4
evidence = { en = "Cards at the counter.", zh-Hant = "櫃位的意見卡。" }

[[orientation]]
about = "competitor"
statement = { en = "We know rivals' prices.", zh-Hant = "我們知道對手的價格。" }
score = 1
evidence = { en = "Nobody looks.", zh-Hant = "無人留意。" }
"""


def stated(**files: str) -> Inputs:
    """Files of ``strategy/`` by name, as if they had been read."""
    return Inputs({n: parse_input(t.encode(), kind=FILES[n], file=f"strategy/{n}.toml") for n, t in files.items()})


def book(plan: Plan | None = None, inputs: Inputs | None = None, **changes: Any) -> Book:
    """All a chapter is given."""
    made = plan or sample_plan()
    whole = Book(
        diagnosis=sample.diagnosis(),
        plan=made,
        business=sample.business(),
        pack=sample.sample_pack(),
        made=made,
        plan_run="plan-2026-11-21-v218-abc",
        inputs=inputs or Inputs(),
    )
    return replace(whole, **changes)


@cache
def document() -> Document:
    """The document with nothing stated by people."""
    return build_strategy(book())


@cache
def told() -> Document:
    """The document with the market file."""
    return build_strategy(book(inputs=stated(market=MARKET)))


def parts(part: Any) -> Iterator[Any]:
    """Every dataclass inside a document, down to the texts."""
    if isinstance(part, Listing):
        yield from (x for item in part.items for x in parts(item))
    elif isinstance(part, Text):
        yield part
        yield from (x for value in part.params.values() for x in parts(value))
    elif isinstance(part, Local):
        yield part
    elif is_dataclass(part) and not isinstance(part, type):
        yield part
        yield from (x for f in fields(part) for x in parts(getattr(part, f.name)))
    elif isinstance(part, tuple):
        yield from (x for item in part for x in parts(item))
