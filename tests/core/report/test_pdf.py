"""The PDF: text can be read out in both languages, pages, title, the same bytes for the same document."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from regulars.base.words import LANGUAGES
from regulars.report.build import build_document
from regulars.report.render_pdf import to_pdf
from support import report as sample
from support.missing import missing
from support.report_plan import sample_plan

pytestmark = pytest.mark.slow


@cache
def pdf(language: str) -> bytes:
    document = build_document(sample.diagnosis(), sample_plan(), business=sample.business(), pack=sample.sample_pack())
    return to_pdf(document, language)


def read(tool: str, language: str, folder: Path) -> str:
    if shutil.which(tool) is None:
        missing("there is no poppler-utils")
    path = folder / f"{language}.pdf"
    path.write_bytes(pdf(language))
    done = subprocess.run([tool, str(path), *(["-"] if tool == "pdftotext" else [])], capture_output=True, check=True)
    # Poppler breaks lines where the layout does; headings must read whole.
    return re.sub(r"\s+", " " if tool == "pdfinfo" else "", done.stdout.decode())


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ("31of100newcustomerscomebackwithin90days;thetrade'sfigureis30", "Contents", "notusedup", "Overdue")),
        ("zh-Hant", ("每100名新客有31名在90日內回來；行業數字是30名", "目錄", "未用盡", "逾期", "銅鑼灣店")),
    ],
)
def test_the_text_can_be_read_out(language: str, sentences: tuple[str, ...], tmp_path: Path) -> None:
    text = read("pdftotext", language, tmp_path)
    for sentence in sentences:
        assert sentence in text


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Lily Beauty · Customer relations strategy"), ("zh-Hant", "百合美容 · 客戶關係策略")]
)
def test_title_pages_and_tags(language: str, title: str, tmp_path: Path) -> None:
    info = read("pdfinfo", language, tmp_path)
    pages = re.search(r"Pages: (\d+)", info)
    assert title in info and "Tagged: yes" in info and "A4" in info
    assert pages is not None and 8 <= int(pages[1]) <= 24


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_document_is_the_same_file(language: str) -> None:
    document = build_document(sample.diagnosis(), sample_plan(), business=sample.business(), pack=sample.sample_pack())
    assert pdf(language).startswith(b"%PDF-") and to_pdf(document, language) == pdf(language)
