"""Which column is which field: a saved profile first, then a known source by its signature, then a guess.

Columns are matched by name, never by position (IMPORTS.md 2.3). A guess looks at names and at content, gives its score
and can be saved as a profile and corrected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from regulars.base.errors import BadData
from regulars.base.problem import Problem
from regulars.base.progress import unwatched
from regulars.base.text import Local, say
from regulars.ledger.checks import problem
from regulars.ledger.guess import guess
from regulars.ledger.profile import Identifier, Profile, load_profile, normal_header, save_profile
from regulars.ledger.readers import Raw, connect, open_raw
from regulars.ledger.sources import Source, all_sources, identifier_words
from regulars.ledger.workplace import workplace

__all__ = ["Profile", "Recognition", "load_profile", "match", "profile_for", "recognise", "save_profile"]

#: Columns of a rejects file that are ours: recognised by their beginning and never taken for the source's.
OURS = "regulars_"
LINE_COLUMN = "regulars_line"
#: The header that carries how the first file was read, so that a few corrected rows are read the same way.
READING_COLUMN = "regulars_reading="


@dataclass(frozen=True)
class Recognition:
    """What a file was taken for. ``roles`` maps its columns to fields; ``sample`` shows its first rows.

    ``identifiers`` maps the columns that say who somebody is to what they say; ``signature`` are the headers by which a
    known source was told.
    """

    source: str
    score: float
    table: str
    roles: Mapping[str, str]
    ignored: tuple[str, ...]
    reading: Profile
    sample: tuple[tuple[str | None, ...], ...]
    problems: tuple[Problem, ...]
    weak_identity: bool = False
    identifiers: Mapping[str, Identifier] = field(default_factory=dict)
    signature: tuple[str, ...] = ()

    def profile(self, name: str) -> Profile:
        """The mapping as a profile to be saved under ``name`` and corrected."""
        return self.reading.model_copy(update={"name": name})


def recognise(path: Path, *, profile: Profile | None = None) -> Recognition:
    """Recognise a file from its beginning, storing nothing.

    Raises:
        NotThere: there is no such file.
        BadData: it cannot be read or is not of a kind that can be imported; the text says why.
    """
    return match(_peek(path, profile), profile=profile)


def profile_for(path: Path, profiles: Iterable[Path]) -> Profile | None:
    """The saved profile all whose columns the file has, if any; of several the one that knows most of its columns."""
    fitting = [profile for saved in profiles if (profile := load_profile(saved)).fits(_peek(path, profile).names)]
    return max(fitting, key=lambda profile: len(profile.columns) + len(profile.identifiers), default=None)


def _peek(path: Path, profile: Profile | None) -> Raw:
    with workplace() as work, connect(work) as engine:
        return open_raw(engine, path, work=work, hints=profile, progress=unwatched, peek=True)


def match(raw: Raw, *, profile: Profile | None = None) -> Recognition:
    """Map the columns of an opened file.

    Raises:
        BadData: it is a known file that holds no facts of the ledger, or no mapping can be found.
    """
    names = tuple(name for name in raw.names if not name.startswith(OURS))
    if before := _read_before(raw):
        return _recognition(raw, names, before, before.name, 1.0, False)
    if profile is not None:
        return _by_profile(raw, names, profile)
    if raw.header and (source := best_source(names)):
        return _by_source(raw, names, source)
    reading, score, weak = guess(raw.file, raw, names)
    reading = reading.model_copy(update={"identifiers": named_like(n for n in names if n not in reading.columns)})
    return _recognition(raw, names, reading, "generic", score, weak)


def _read_before(raw: Raw) -> Profile | None:
    for name in raw.names:
        if name.startswith(READING_COLUMN):
            try:
                return Profile.model_validate_json(name.removeprefix(READING_COLUMN))
            except ValidationError:
                return None
    return None


def _recognition(
    raw: Raw, names: tuple[str, ...], reading: Profile, source: str, score: float, weak: bool
) -> Recognition:
    ignored = tuple(name for name in names if name not in reading.columns)
    told = {**_kinds(reading), **{n: k for n, k in reading.identifiers.items() if n in names}}
    found: list[Problem] = []
    who = set(reading.columns.values()) & {"customer", "reference", "email", "phone", "customer_name"}
    if reading.table == "sales" and not who:
        found.append(problem(raw.file, "no_customer_column"))
    if raw.other_sheets:
        found.append(problem(raw.file, "other_sheets", count=raw.other_sheets))
    if weak or who == {"customer_name"}:
        found.append(problem(raw.file, "weak_identity"))
    return Recognition(
        source, score, reading.table, dict(reading.columns), ignored, reading, raw.sample, tuple(found), weak, told
    )


#: Fields that key a customer and say who they are at once.
_TELLING: dict[str, Identifier] = {
    "customer": "member",
    "reference": "member",
    "email": "email",
    "phone": "phone",
    "customer_name": "name",
}


def _kinds(reading: Profile) -> dict[str, Identifier]:
    return {column: _TELLING[to] for column, to in reading.columns.items() if to in _TELLING}


def named_like(names: Iterable[str]) -> dict[str, Identifier]:
    """The columns that say who somebody is, by their names alone."""
    words = {normal_header(word): kind for kind, words in identifier_words().items() for word in words}
    return {name: words[normal_header(name)] for name in names if normal_header(name) in words}


def _by_profile(raw: Raw, names: tuple[str, ...], profile: Profile) -> Recognition:
    present = {normal_header(name): name for name in names}
    columns = {present[normal_header(c)]: field for c, field in profile.columns.items() if normal_header(c) in present}
    missing = [c for c in profile.columns if normal_header(c) not in present]
    if missing:
        raise BadData(
            say("importing.refused.profile", file=raw.file, profile=profile.name, column=missing[0]),
            say("importing.refused.profile_hint"),
        )
    told = {present[normal_header(c)]: kind for c, kind in profile.identifiers.items() if normal_header(c) in present}
    reading = profile.model_copy(update={"columns": columns, "identifiers": told})
    return _recognition(raw, names, reading, profile.name, 1.0, False)


def best_source(names: tuple[str, ...]) -> Source | None:
    """The known source whose signature the headers carry; the one with most known columns if several do."""
    headers = {normal_header(name) for name in names}
    fitting = [source for source in all_sources() if _carries(headers, source)]
    return max(fitting, key=lambda source: len(known_headers(source) & headers), default=None)


def _carries(headers: set[str], source: Source) -> bool:
    def there(entry: str) -> bool:
        return any(normal_header(part) in headers for part in entry.split("|"))

    return all(there(entry) for entry in source.must) and not any(there(entry) for entry in source.never)


def known_headers(source: Source) -> set[str]:
    """Every header the source is known to have, normalised."""
    listed = [part for entry in source.must for part in entry.split("|")]
    listed += [header for aliases in source.columns.values() for header in aliases]
    return {normal_header(header) for header in (*listed, *source.dropped)}


def _by_source(raw: Raw, names: tuple[str, ...], source: Source) -> Recognition:
    if source.refuse:
        label = Local({str(k): v for k, v in source.label.items()})
        raise BadData(say(source.refuse, file=raw.file, source=label), say(source.refuse + "_hint"))
    headers = {normal_header(name): name for name in names}
    columns: dict[str, str] = {}
    for to, aliases in source.columns.items():
        present = [headers[normal_header(alias)] for alias in aliases if normal_header(alias) in headers]
        if present:
            columns[present[0]] = to
    options = source.model_dump(
        exclude={"must", "never", "columns", "dropped", "identifiers", "refuse", "weak_identity"}
    )
    told = {
        headers[normal_header(alias)]: kind
        for kind, aliases in source.identifiers.items()
        for alias in aliases
        if normal_header(alias) in headers
    }
    reading = Profile(**options, columns=columns, identifiers=told)
    known = len(known_headers(source) & set(headers))
    found = _recognition(raw, names, reading, source.name, known / len(names), source.weak_identity)
    carried = {normal_header(part) for entry in source.must for part in entry.split("|")}
    return replace(found, signature=tuple(name for name in names if normal_header(name) in carried))
