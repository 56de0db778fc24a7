"""Imports: files in, facts stored, problems told, and the way back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from regulars.api.business import OpenBusiness
from regulars.base.errors import BadData, BadSettings, NotThere, RegularsError
from regulars.base.problem import Problem
from regulars.base.progress import Progress, unwatched
from regulars.base.text import Text, say
from regulars.ledger import previewing
from regulars.ledger.importing import Identified, ImportResult, Receiver, Recognition, import_file, recognise
from regulars.ledger.mapping import Profile, load_profile, profile_for
from regulars.ledger.mapping import save_profile as write_profile
from regulars.ledger.previewing import Kept, Look, Preview
from regulars.ledger.profile import FIELDS, REQUIRED
from regulars.ledger.store import Undone

__all__ = [
    "FIELDS",
    "REQUIRED",
    "Identified",
    "ImportReport",
    "ImportResult",
    "Kept",
    "Look",
    "Preview",
    "Profile",
    "Receiver",
    "Recognition",
    "Refused",
    "beginning",
    "import_files",
    "look",
    "preview",
    "recognise",
    "save_profile",
    "saved_profiles",
    "undo_import",
]


@dataclass(frozen=True)
class Refused:
    """A file that could not be imported as a whole; the other files of the same call were."""

    file: str
    text: Text
    hint: Text | None


@dataclass(frozen=True)
class ImportReport:
    """What one call imported. Totals over its files."""

    files: tuple[ImportResult, ...]
    refused: tuple[Refused, ...]

    @property
    def rows(self) -> int:
        """Data rows read."""
        return sum(f.rows for f in self.files)

    @property
    def stored(self) -> int:
        """Rows new or changed in the ledger."""
        return sum(f.stored + f.changed for f in self.files)

    @property
    def unchanged(self) -> int:
        """Rows the ledger had already, exactly so."""
        return sum(f.unchanged for f in self.files)

    @property
    def rejected(self) -> int:
        """Rows kept aside for correction."""
        return sum(f.rejected for f in self.files)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All findings."""
        return tuple(p for f in self.files for p in f.problems)


def import_files(
    business: OpenBusiness,
    paths: Sequence[Path],
    *,
    profile: Path | None = None,
    mappings: Mapping[Path, Profile] | None = None,
    receive: Receiver | None = None,
    latest: date | None = None,
    progress: Progress = unwatched,
) -> ImportReport:
    """Import export files into the ledger, one commit a file.

    A file that cannot be used at all is reported in ``refused`` and does not keep the others out; when every file is
    refused the first refusal is raised. ``mappings`` says how single files are read; ``receive`` is handed who the
    customers of a file are, just before its facts are stored (without it names and telephones go nowhere).
    Sales dated after ``latest`` are set aside: one slip in a year would make every customer look lost.

    Raises:
        Busy: another import holds the business.
        BadData: no file could be used.
    """
    if profile and not profile.is_file():
        raise NotThere(say("api.intake.no_file", file=str(profile)))
    wanted = load_profile(profile) if profile else None
    done: list[ImportResult] = []
    refused: list[Refused] = []
    first: RegularsError | None = None
    with business.ledger.lock():
        for path in paths:
            try:
                mapping = wanted or (mappings or {}).get(path)
                done.append(_import_one(business, path, mapping, receive, latest, progress))
            except (BadData, NotThere) as error:
                first = first or error
                refused.append(Refused(str(path), error.text, error.hint))
    if first and not done:
        raise first
    return ImportReport(tuple(done), tuple(refused))


def _import_one(
    business: OpenBusiness,
    path: Path,
    profile: Profile | None,
    receive: Receiver | None,
    latest: date | None,
    progress: Progress,
) -> ImportResult:
    if not path.is_file():
        raise NotThere(say("api.intake.no_file", file=str(path)))
    return import_file(
        business.ledger,
        path,
        business=business.settings,
        pseudonyms=business.pseudonyms(),
        import_id=_next_id(business, path),
        rejects=business.rejects,
        profile=profile or _saved_profile(business, path),
        receive=receive,
        latest=latest,
        progress=progress,
    )


def beginning(path: Path, target: Path) -> tuple[Path, int]:
    """A file from which :func:`look` and :func:`preview` read quickly: the file itself, or of a workbook a copy of its
    first rows made at ``target``; and how many other sheets hold a table.

    Raises:
        BadData: the workbook is damaged, locked, empty or unpacks to an unreasonable size.
    """
    return previewing.beginning(path, target)


def look(business: OpenBusiness, path: Path, *, other_sheets: int = 0) -> Look:
    """See what a file is taken for (by a saved profile, a known source or a guess) and what its columns could be.

    Raises:
        NotThere: there is no such file.
        BadData: it is no table that can be read; the text says why.
    """
    return previewing.look(path, profile=_saved_profile(business, path), other_sheets=other_sheets)


def preview(business: OpenBusiness, path: Path, profile: Profile) -> Preview:
    """The first rows of a file as a mapping would store them, and what is wrong among them. Nothing is stored.

    Raises:
        NotThere: there is no such file.
        BadData: the mapping does not fit the file; the text says why.
    """
    return previewing.preview(path, profile, business=business.settings, pseudonyms=business.pseudonyms())


def saved_profiles(business: OpenBusiness) -> tuple[Profile, ...]:
    """The mappings kept for files to come, by name."""
    return tuple(load_profile(path) for path in sorted(business.profiles.glob("*.toml")))


def _next_id(business: OpenBusiness, path: Path) -> str:
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return f"{len(business.ledger.imports()) + 1:04d}-{content[:8]}"


def _saved_profile(business: OpenBusiness, path: Path) -> Profile | None:
    return profile_for(path, sorted(business.profiles.glob("*.toml")))


def save_profile(business: OpenBusiness, profile: Profile) -> Path:
    """Keep a corrected mapping, so that the next file of the same shape is read with it.

    Raises:
        BadSettings: its name is not fit for a file name (a word, no path).
    """
    if not re.fullmatch(r"\w[\w .-]{0,60}", profile.name):
        raise BadSettings(say("api.intake.profile_name", name=profile.name), say("api.intake.profile_name_hint"))
    business.profiles.mkdir(exist_ok=True)
    path = business.profiles / f"{profile.name}.toml"
    write_profile(profile, path)
    return path


def undo_import(business: OpenBusiness, import_id: str | None = None) -> Undone:
    """Take an import back (the last one when no id is given).

    Raises:
        NotThere: there is no such import, or none at all.
        BadData: later imports changed the same rows; undo those first.
    """
    with business.ledger.lock():
        standing = [record for record in business.ledger.imports() if not record.undone]
        if not standing:
            raise NotThere(say("api.intake.nothing_to_undo"))
        return business.ledger.undo(import_id or standing[-1].import_id)
