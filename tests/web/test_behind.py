"""The customers behind a figure are as many as the figure says."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from regulars import api

#: Chapters whose rows name their customers and count them in the cell beside.
SAID = ("wastage", "classes", "branches", "rhythm", "retention", "leaving")


@pytest.mark.parametrize("id", SAID)
def test_rows_lead_to_as_many_customers_as_they_count(id: str, studied_once: Path) -> None:
    business = api.open_business(studied_once)
    chapter = api.chapters(business, language="en").chapter(id)
    assert chapter is not None
    name = r'<th scope="row"[^>]*><div>(?:<i[^>]*></i>)?<a class="behind" href="behind:([^"]+)">'
    rows = re.findall(name + r"(?:(?!</tr>).)*?</th><td[^>]*><div>(?:<b>)?([\d,]+)", chapter.html)
    assert rows
    for predicate, said in rows[:14]:
        found = api.segment(business, unquote(predicate))
        assert found.customers == int(said.replace(",", "")), unquote(predicate)
