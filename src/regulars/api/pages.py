"""The report in pieces, for a face that shows every chapter on a page of its own. Drawn once a run and kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from regulars import report
from regulars.analysis.diagnosis import Diagnosis
from regulars.api.business import OpenBusiness
from regulars.api.reporting import screened_of
from regulars.api.runs import Run, digest_of, latest_run, load_run, run_folder
from regulars.base.errors import NotThere
from regulars.base.text import say
from regulars.base.words import locale_of, word_list
from regulars.report.build import build_document
from regulars.report.chapters.methods import known_cards, method_card
from regulars.report.document import Card
from regulars.report.render_html import Fragment, to_fragments
from regulars.strategy.plan import Plan

CACHE = "pages"
#: Drawn reports kept in a language: the newest study is read most, an older one beside it now and then.
KEPT = 6
#: The chapter of queries is not drawn: it is as long as all others, and each query is read on its own (:func:`query`).
LEFT_OUT = "queries"


@dataclass(frozen=True)
class Pages:
    """Chapters in reading order, those about the plan among them, and what they rest on."""

    study_run: str
    plan_run: str | None
    as_of: date
    data_version: int
    chapters: tuple[Fragment, ...]

    def chapter(self, id: str) -> Fragment | None:
        """The chapter of that id; None where the study has nothing on it."""
        return next((chapter for chapter in self.chapters if chapter.id == id), None)


def chapters(
    business: OpenBusiness, *, language: str, study_run: Run[Diagnosis] | None = None, study: str | None = None
) -> Pages:
    """The chapters of a study (by run or by id; the newest when not given), with those of its newest plan where there
    is one. What was drawn before is read, and the run's own document is not opened for it.

    Raises:
        NotThere: the business has not been studied, or there is no such study.
        UnknownLanguage: the product does not speak ``language``.
    """
    locale_of(language)
    folder = study_run.folder if study_run is not None else _folder(business, study)
    plan = _plan_of(business, folder.name)
    path = _drawn_at(business, folder.name, plan, language)
    if not path.is_file():
        _draw(business, study_run or load_run(folder, Diagnosis), plan, language, path)
    as_of, data_version = what_it_rests_on(folder.name)
    shown = _read(path, path.stat().st_mtime_ns)
    return Pages(folder.name, plan.name if plan is not None else None, as_of, data_version, shown)


def what_it_rests_on(study: str) -> tuple[date, int]:
    """The day and the data version of a study, read off its id."""
    rest = study.removeprefix("study-")
    return date.fromisoformat(rest[:10]), int(rest[12:].split("-")[0])


def _folder(business: OpenBusiness, study: str | None) -> Path:
    if study is None:
        found = latest_run(business.runs, "study")
        if found is None:
            raise NotThere(say("api.study.none"), say("api.study.none_hint"))
        return found
    return run_folder(business.runs, study if study.startswith("study-") else "")


def _plan_of(business: OpenBusiness, study: str) -> Path | None:
    """The newest plan where it was made from that study, by its name."""
    found = latest_run(business.runs, "plan")
    return found if found is not None and found.name.startswith(f"plan-{study.removeprefix('study-')}-") else None


def _drawn_at(business: OpenBusiness, study: str, plan: Path | None, language: str) -> Path:
    screened = sorted(p.name for p in business.runs.glob(f"screening-*-{study.removeprefix('study-')}-*"))
    said = business.settings.model_dump(mode="json"), business.pack.model_dump(mode="json"), drawn_with(language)
    key = digest_of(study, plan.name if plan is not None else "", screened, *said)
    return business.folder / CACHE / f"{study}-{key}-{language}.json"


@cache
def drawn_with(language: str) -> str:
    """What changes whenever the words of a language or the code that draws do: a page drawn by others is drawn anew."""
    held = hashlib.sha256(json.dumps(word_list(language), sort_keys=True).encode())
    for source in sorted(Path(report.__file__).parent.rglob("*.py")):
        held.update(source.read_bytes())
    return held.hexdigest()


def _draw(business: OpenBusiness, run: Run[Diagnosis], plan: Path | None, language: str, path: Path) -> None:
    document = build_document(
        run.result,
        load_run(plan, Plan).result if plan is not None else None,
        business=business.settings,
        pack=business.pack,
        screened=screened_of(business, run),
    )
    shown = [asdict(f) for f in to_fragments(document, language) if f.id != LEFT_OUT]
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")
    partial.replace(path)
    drawn = sorted(path.parent.glob(f"*-{language}.json"), key=lambda p: p.stat().st_mtime_ns, reverse=True)
    for old in drawn[KEPT:]:
        old.unlink(missing_ok=True)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> tuple[Fragment, ...]:  # noqa: ARG001 - when it changed is part of the key
    return tuple(Fragment(**row) for row in json.loads(path.read_text(encoding="utf-8")))


def queries(business: OpenBusiness, study: str | None = None) -> tuple[str, ...]:
    """Names of the queries behind a study's figures. Raises NotThere as :func:`chapters`."""
    return tuple(sorted(p.stem for p in (_folder(business, study) / "queries").glob("*.sql")))


def query(business: OpenBusiness, name: str, study: str | None = None) -> str:
    """The SQL of one of them. Raises NotThere as :func:`chapters`, and for a name that is none of them."""
    if name not in queries(business, study):
        raise NotThere(say("api.pages.no_query", query=name), say("api.pages.no_query_hint"))
    return (_folder(business, study) / "queries" / f"{name}.sql").read_text(encoding="utf-8")


def cards() -> tuple[str, ...]:
    """Ids of the method cards, in the order of a reader's questions."""
    return known_cards()


def card(id: str) -> Card:
    """A method card, in the words of both languages. Raises NotThere where there is none of that id."""
    if id not in cards():
        raise NotThere(say("api.pages.no_card", card=id), say("api.pages.no_card_hint"))
    return method_card(id)
