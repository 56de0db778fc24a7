"""The sample report, word for word, in both languages. A change here is a change of the product.

Write the files anew with REGULARS_WRITE_GOLDEN=1 and review the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from regulars.base.words import LANGUAGES
from regulars.report.build import build_document
from support import report as sample
from support.report_plan import sample_plan
from support.report_text import as_text

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["strategy", "study"])
def test_the_sample_reads_as_it_did(kind: str, language: str) -> None:
    plan = sample_plan() if kind == "strategy" else None
    document = build_document(sample.diagnosis(), plan, business=sample.business(), pack=sample.sample_pack())
    text = as_text(document, language)
    path = GOLDEN / f"{kind}-{language}.txt"
    if os.environ.get("REGULARS_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_building_twice_gives_the_same_document() -> None:
    made = [
        build_document(sample.diagnosis(), sample_plan(), business=sample.business(), pack=sample.sample_pack())
        for _ in range(2)
    ]
    assert made[0] == made[1]
