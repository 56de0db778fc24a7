"""The demo: a synthetic business with known truth, through the same doors as a real one."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from regulars.analysis.diagnosis import Diagnosis
from regulars.api.business import SETTINGS, OpenBusiness, create_business, open_business
from regulars.api.intake import ImportReport, import_files, save_profile
from regulars.api.reporting import Format, Written, write_report
from regulars.api.runs import Run, latest_run
from regulars.api.screening import screen
from regulars.api.work import formulate, study
from regulars.base.errors import BadSettings
from regulars.base.progress import Progress, unwatched
from regulars.base.text import say
from regulars.base.words import LANGUAGES
from regulars.ledger.synth import Synthesis, make_exports
from regulars.strategy.plan import Plan

#: The formats a demo's reports are written in.
REPORTED: tuple[Format, ...] = ("html", "pdf")
#: The day on which every demo pretends to be.
LAST_DAY = date(2026, 10, 31)


@dataclass(frozen=True)
class Demo:
    """A demo business, studied, formulated and reported."""

    business: OpenBusiness
    truth: Path
    imported: ImportReport
    study: Run[Diagnosis]
    plan: Run[Plan]
    reports: tuple[Written, ...]


def make_demo(
    pack: str,
    *,
    folder: Path,
    seed: int = 1,
    customers: int | None = None,
    last_day: date = LAST_DAY,
    progress: Progress = unwatched,
) -> Demo:
    """Simulate a business of a trade, import its exports, study it, formulate its strategy, write its reports.

    Args:
        customers: how many; the trade's usual demo size when not given.

    A demo that was broken off is taken up again by the same call; a finished one is shown again.

    Raises:
        BadSettings: the folder holds another business, or there is no such pack.
    """
    made = _exports(pack, folder, seed, customers, last_day)
    business = _business(folder, pack, made.business_toml)
    for profile in made.profiles:
        save_profile(business, profile)
    imported = import_files(business, made.files, progress=progress)
    studied = study(business, as_of=last_day, progress=progress)
    screen(business, study_run=studied)
    plan = formulate(business, study_run=studied, seed=seed, progress=progress)
    reports = tuple(
        write_report(business, language=language, format=format) for language in LANGUAGES for format in REPORTED
    )
    return Demo(business, made.truth_file, imported, studied, plan, reports)


def demo_made(pack: str, folder: Path) -> bool:
    """Whether the finished demo of a trade stands in the folder, whatever was changed of it since."""
    if not (folder / SETTINGS).exists() or not any((folder / "exports").glob("truth*")):
        return False
    business = open_business(folder)
    return business.settings.pack == pack and latest_run(business.runs, "plan") is not None


def _exports(pack: str, folder: Path, seed: int, customers: int | None, last_day: date) -> Synthesis:
    """The demo's export files, made aside and put in their place whole."""
    if (folder / SETTINGS).exists() and not (folder / "exports").is_dir():
        raise _taken(folder)  # a business, and no demo: not a file of it is touched
    final, part = folder / "exports", folder / "exports.part"
    shutil.rmtree(part, ignore_errors=True)
    rng = np.random.default_rng(seed)
    try:
        part.mkdir(parents=True)
        made = make_exports(pack, folder=part, rng=rng, customers=customers, last_day=last_day)
        if (folder / SETTINGS).exists() and (folder / SETTINGS).read_text(encoding="utf-8") != made.business_toml:
            raise _taken(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        raise
    if final.exists():
        shutil.rmtree(final)
    part.replace(final)
    return replace(
        made, files=tuple(final / f.relative_to(part) for f in made.files), truth_file=final / made.truth_file.name
    )


def _business(folder: Path, pack: str, settings: str) -> OpenBusiness:
    if (folder / SETTINGS).exists():
        return open_business(folder)
    return create_business(folder, pack=pack, settings_toml=settings)


def _taken(folder: Path) -> BadSettings:
    return BadSettings(say("api.business.exists", folder=str(folder)), say("api.business.exists_hint"))
