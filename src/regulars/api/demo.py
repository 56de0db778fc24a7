"""The demo: a synthetic business with known truth, through the same doors as a real one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from regulars.analysis.diagnosis import Diagnosis
from regulars.api.business import OpenBusiness, create_business
from regulars.api.intake import ImportReport, import_files
from regulars.api.reporting import FORMATS, Written, write_report
from regulars.api.runs import Run
from regulars.api.work import formulate, study
from regulars.base.progress import Progress, unwatched
from regulars.base.words import LANGUAGES
from regulars.ledger.synth import make_exports
from regulars.strategy.plan import Plan

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

    Raises:
        BadSettings: the folder holds a business already, or there is no such pack.
    """
    exports = folder / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    made = make_exports(pack, folder=exports, rng=np.random.default_rng(seed), customers=customers, last_day=last_day)
    business = create_business(folder, pack=pack, settings_toml=made.business_toml)
    imported = import_files(business, made.files, progress=progress)
    studied = study(business, as_of=last_day, progress=progress)
    plan = formulate(business, study_run=studied, seed=seed, progress=progress)
    reports = tuple(
        write_report(business, language=language, format=format) for language in LANGUAGES for format in FORMATS
    )
    return Demo(business, made.truth_file, imported, studied, plan, reports)
