"""Correcting how a file is read: from a form to a profile of the core's, kept for one file or for all to come."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from regulars import api
from regulars.base.errors import RegularsError
from regulars.base.text import Listing, Text, say
from regulars_web.company.businesses import business
from regulars_web.intake.looking import Seen, look_anew, meanings_of
from regulars_web.intake.models import Batch, Correction
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.meant import meant
from regulars_web.shared.models import Meant

TABLES = tuple(api.FIELDS)
KINDS = ("name", "first_name", "last_name", "phone", "email", "member")
STATUSES = ("completed", "no_show", "late_cancelled", "cancelled", "booked")
ORDERS = ("DMY", "MDY", "YMD")
MARKS = (".", ",")
ZONES = (
    *("Asia/Hong_Kong", "Asia/Macau", "Asia/Shanghai", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "UTC"),
    *("Europe/London", "Europe/Paris", "America/New_York", "America/Los_Angeles", "Australia/Sydney"),
)
#: Mappings made by hand and not saved under a name carry this one.
UNNAMED = "by-hand"


def fields_of(table: str) -> tuple[str, ...]:
    """What a column of a file may be read as. Rows that come keyed already are never files."""
    return tuple(field for field in api.FIELDS[table] if field != "key")


@dataclass(frozen=True)
class Draft:
    """A mapping as it stands in the form, whole or not. ``columns``: ``field_date``, ``who_phone``, or not read."""

    table: str
    columns: Mapping[str, str]
    date_order: str = ""
    decimal: str = ""
    zone: str = ""
    reversed_sign: bool = False
    branch: str = ""
    skip_status: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


class Wrong(Exception):
    """A draft that cannot be read with yet; ``texts`` say what is missing."""

    def __init__(self, texts: list[Text]) -> None:
        super().__init__(*(text.id for text in texts))
        self.texts = texts


class Overtaken(Exception):
    """Somebody else changed the mapping meanwhile."""

    def __init__(self, theirs: Correction) -> None:
        super().__init__(theirs.pk)
        self.theirs = theirs


def draft_of(seen: Seen) -> Draft:
    """The form for a file as it would be read now; where nothing recognised it, with what its columns look like."""
    if seen.reading is None:
        table = max(TABLES, key=lambda name: _fit(seen, name))
        return suggested(seen, table)
    reading = seen.reading
    words: dict[str, list[str]] = {}
    for said, status in reading.status_words.items():
        words.setdefault(status, []).append(said)
    meanings = meanings_of(reading)
    return Draft(
        reading.table,
        {name: meanings.get(name, "") for name in seen.names},
        reading.date_order or "",
        reading.decimal or "",
        reading.zone or "",
        reading.reversed_sign,
        reading.defaults.get("branch", ""),
        ", ".join(reading.skip_status),
        {status: ", ".join(said) for status, said in words.items()},
    )


def suggested(seen: Seen, table: str) -> Draft:
    """What the columns look like if the file is of this table."""
    fields = {name: f"field_{to}" for name, to in seen.suggestions.get(table, {}).items()}
    told = {name: f"who_{kind}" for name, kind in seen.identifiers.items()} if table != "spend" else {}
    return Draft(table, {name: (told | fields).get(name, "") for name in seen.names})


def _fit(seen: Seen, table: str) -> tuple[bool, int]:
    found = set(seen.suggestions.get(table, {}).values())
    return all(set(group) & found for group in api.REQUIRED[table]), len(found)


def draft_from(seen: Seen, form: Mapping[str, str]) -> Draft:
    """What was filled in. Anything the form does not offer counts as not said."""
    table = form.get("table", "")
    table = table if table in TABLES else TABLES[0]
    offered = {"", *(f"field_{to}" for to in fields_of(table)), *(f"who_{kind}" for kind in KINDS)}
    said = {name: form.get(f"c{at}", "") for at, name in enumerate(seen.names)}

    def one_of(key: str, known: Collection[str]) -> str:
        return form[key] if form.get(key) in known else ""

    own_zone = (seen.reading.zone if seen.reading else None) or ""
    return Draft(
        table,
        {name: meaning if meaning in offered else "" for name, meaning in said.items()},
        one_of("date_order", ORDERS),
        one_of("decimal", MARKS),
        one_of("zone", {*ZONES, own_zone}),
        form.get("sign") == "reversed",
        one_of("branch", {branch.id for branch in business().settings.branches}),
        form.get("skip_status", "")[:300],
        {status: form.get(f"word_{status}", "")[:300] for status in STATUSES},
        form.get("name", "").strip()[:60],
    )


def _listed(words: str) -> tuple[str, ...]:
    return tuple(said for part in re.split(r"[,;，；、\n]", words) if (said := part.strip().lower()))


def profile_of(draft: Draft, seen: Seen) -> api.Profile:
    """The draft as a profile. Raises Wrong where it is not whole."""
    wrong = [*_doubled(draft), *_missing(draft)]
    if wrong:
        raise Wrong(wrong)
    base = seen.reading.model_dump(mode="json", exclude_defaults=True) if seen.reading else {}
    if base.get("table", TABLES[0]) != draft.table:
        base = {key: base[key] for key in ("header", "encoding", "delimiter", "date_order") if key in base}
    defaults = {key: value for key, value in base.get("defaults", {}).items() if key in api.FIELDS[draft.table]}
    fields = {name: m.removeprefix("field_") for name, m in draft.columns.items() if m.startswith("field_")}
    defaults = {key: value for key, value in defaults.items() if key != "branch" and key not in fields.values()}
    if draft.branch and "branch" in api.FIELDS[draft.table]:
        defaults["branch"] = draft.branch
    told = base | {
        "name": base.get("name", UNNAMED),
        "table": draft.table,
        "columns": fields,
        "identifiers": {n: m.removeprefix("who_") for n, m in draft.columns.items() if m.startswith("who_")},
        "date_order": draft.date_order or None,
        "decimal": draft.decimal or None,
        "zone": draft.zone or None,
        "reversed_sign": draft.reversed_sign and draft.table == "sales",
        "skip_status": _listed(draft.skip_status) if draft.table == "sales" else (),
        "status_words": {w: s for s, said in draft.words.items() for w in _listed(said)} if _books(draft) else {},
        "defaults": defaults,
    }
    if not seen.names or any(name.startswith("column ") for name in fields):
        told["header"] = base.get("header")
    return api.Profile.model_validate(told)


def _books(draft: Draft) -> bool:
    return draft.table == "bookings"


def _doubled(draft: Draft) -> list[Text]:
    said: dict[str, list[str]] = {}
    for name, meaning in draft.columns.items():
        if meaning.startswith("field_"):
            said.setdefault(meaning, []).append(name)
    wrong = [
        say("files.map.twice", field=say(f"files.{meaning}"), columns=Listing(tuple(names)))
        for meaning, names in said.items()
        if len(names) > 1
    ]
    if draft.branch and "field_branch" in said:
        wrong.append(say("files.map.branch_twice", column=said["field_branch"][0]))
    return wrong


def _missing(draft: Draft) -> list[Text]:
    found = {meaning.removeprefix("field_") for meaning in draft.columns.values()}
    return [
        say("files.map.missing", fields=Listing(tuple(say(f"files.field_{name}") for name in group)))
        for group in api.REQUIRED[draft.table]
        if not found & set(group)
    ]


def keep(batch: Batch, seen: Seen, draft: Draft, *, by: Any, version: int, language: str) -> api.Profile:
    """Keep a mapping for this file, and under its name for files to come.

    Raises:
        Wrong: it is not whole, does not fit the file, or its name is taken.
        Overtaken: somebody else changed it since ``version``.
    """
    profile = profile_of(draft, seen)
    with transaction.atomic():
        if draft.name:
            profile = _named(profile, draft.name, seen, language)
        _put(batch, seen.file, profile.model_dump(mode="json", exclude_defaults=True), by=by, version=version)
        told = {name: meaning for name, meaning in draft.columns.items() if meaning}
        note(by, "import.mapping_kept", about=seen.file, columns=[f"{n} = {m}" for n, m in told.items()])
    if draft.name:
        _save(profile, by)
        look_anew(batch)
    return profile


def _save(profile: api.Profile, by: Any) -> None:
    clue = {"profile": profile.model_dump(mode="json", exclude_defaults=True)}
    with meant(by, "import.profile_saved", about=f"{profile.name}.toml", clue=clue) as line:
        api.save_profile(business(), profile)
        line.write()


def saved(row: Meant) -> Mapping[str, Any] | None:
    """Whether a mapping was kept under its name, for the line of whoever was killed over it."""
    wanted = api.Profile.model_validate(row.clue["profile"])
    return {} if wanted in api.saved_profiles(business()) else None


def revert(batch: Batch, seen: Seen, *, by: Any, version: int) -> None:
    """Back to what was detected. Raises Overtaken as :func:`keep`."""
    with transaction.atomic():
        _put(batch, seen.file, None, by=by, version=version)
        note(by, "import.mapping_reverted", about=seen.file)


def _put(batch: Batch, file: str, mapping: dict[str, Any] | None, *, by: Any, version: int) -> None:
    locked = Batch.objects.select_for_update(of=("self",)).select_related("job").get(pk=batch.pk)
    if not locked.undecided:
        raise Wrong([say("files.map.too_late")])
    changed = {"mapping": mapping, "by": by, "at": now(), "version": version + 1}
    if Correction.objects.filter(batch=batch, file=file, version=version).update(**changed):
        return
    theirs = Correction.objects.select_related("by").filter(batch=batch, file=file).first()
    if theirs is None and version == 0:
        try:
            with transaction.atomic():
                Correction.objects.create(batch=batch, file=file, mapping=mapping, by=by)
        except IntegrityError:
            theirs = Correction.objects.select_related("by").get(batch=batch, file=file)
        else:
            return
    if theirs is not None:
        raise Overtaken(theirs)
    raise Wrong([say("files.map.too_late")])


def _named(profile: api.Profile, name: str, seen: Seen, language: str) -> api.Profile:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:40]
    id = plain or "source-" + hashlib.sha256(name.encode()).hexdigest()[:8]
    mine = seen.reading.name if seen.reading else None
    taken = {kept.name for kept in api.saved_profiles(business())}
    if id in taken and id != mine:
        raise Wrong([say("files.map.name_taken", name=name)])
    return profile.model_copy(update={"name": id, "label": {**profile.label, language: name}})


def try_out(path: Any, seen: Seen, draft: Draft) -> tuple[api.Preview | None, list[Text]]:
    """The first rows as the draft would store them; or what stands against it."""
    try:
        return api.preview(business(), path, profile_of(draft, seen)), []
    except Wrong as error:
        return None, error.texts
    except RegularsError as error:
        return None, [error.text, *([error.hint] if error.hint else [])]
