"""A document in a language and a format, and putting it on disk whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from regulars.report.document import Document
from regulars.report.render_html import to_html
from regulars.report.render_pdf import to_pdf

type DocumentFormat = Literal["html", "pdf", "docx"]
DOCUMENT_FORMATS: tuple[DocumentFormat, ...] = ("html", "pdf", "docx")


def rendered(document: Document, *, language: str, format: DocumentFormat) -> bytes:
    """The document as the bytes of a file. Raises UnknownLanguage where the product does not speak ``language``."""
    match format:
        case "html":
            return to_html(document, language).encode()
        case "pdf":
            return to_pdf(document, language)
        case "docx":
            # Word's library is loaded only for Word: pages and PDFs do not wait for it.
            from regulars.report.render_docx import to_docx

            return to_docx(document, language)


def written(path: Path, content: bytes) -> None:
    """Put a file in its place in one step; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(content)
    partial.replace(path)
