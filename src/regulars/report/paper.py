"""What a document leaves out on paper."""

from __future__ import annotations

from dataclasses import replace

from regulars.report.document import Document, Queries


def on_paper(document: Document) -> Document:
    """Without the wording of the queries: pages of SQL help nobody on paper."""
    kept = []
    for section in document.sections:
        blocks = tuple(b for b in section.blocks if not isinstance(b, Queries))
        if blocks or not section.blocks:
            kept.append(replace(section, blocks=blocks))
    return replace(document, sections=tuple(kept))
