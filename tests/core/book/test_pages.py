"""The strategy document as page and PDF: every chapter and its answer can be read out, sources and gaps are shown."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import escape
from pathlib import Path

import pytest

from regulars.base.words import LANGUAGES, show
from regulars.report.render_html import to_html
from regulars.report.render_pdf import to_pdf
from regulars.report.typeset import typeset
from support.book import document, told
from support.missing import missing

pytestmark = pytest.mark.slow


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u00ad]+", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_can_be_read_out(language: str, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        missing("there is no poppler-utils")
    path = tmp_path / "book.pdf"
    path.write_bytes(to_pdf(told(), language))
    text = squeezed(subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True).stdout.decode())
    for section in told().sections:
        assert squeezed(typeset(show(section.name, language))) in text, section.number
        assert squeezed(typeset(show(section.heading, language))) in text, section.number
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True).stdout.decode()
    pages = re.search(r"Pages:\s+(\d+)", info)
    assert pages is not None and 18 <= int(pages[1]) <= 60 and "Tagged:" in info


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_holds_every_chapter_its_question_and_its_gaps(language: str) -> None:
    page = to_html(document(), language)
    for section in document().sections:
        assert f'<section id="{section.id}"' in page
        assert escape(typeset(show(section.heading, language))) in page
        assert section.answers is not None and escape(typeset(show(section.answers, language))) in page
    assert page.count('class="missing"') >= 7 and page.count('class="source"') > 25
    assert not re.search(r'(?:src|href)="(?!#|data:)', page), "nothing from outside"
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids
