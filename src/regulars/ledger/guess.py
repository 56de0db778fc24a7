"""The generic mapping: what each column of an unknown file is, by its name (English or Chinese) and its content."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from regulars.base.errors import BadData
from regulars.base.text import say
from regulars.ledger.profile import FIELDS, Profile, normal_header
from regulars.ledger.readers import Raw
from regulars.ledger.sources import generic_words
from regulars.privacy.identifiers import WALK_INS

_DATE = re.compile(
    r"^(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})\b|(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])$"
    r"|\d{1,2}[ -][A-Za-z]{3,9}[ ,-]+\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4})"
)
_AMOUNT = re.compile(r"^[-+(−]*\s*(HK|US|NT)?[$€£¥元]?\s*[-+(−]*\d[\d,.'’]*\s*[)元-]*$")
_DECIMAL = re.compile(r"\.\d{1,2}\)?$")
#: A column without a telling name is dates or numbers when most of it is; with one, some of it is enough.
_MOST, _SOME = 0.6, 0.2
_MONEY_SUFFIX = re.compile(r"\s*(hkd|hk\$|hk|usd|gbp|港幣|港元|元|\$)$")
_CONTACT = ("email", "phone", "customer_name")
#: Fields that only a list of customers has.
_ACCEPTS = tuple(f"accepts_{way}" for way in ("email", "sms", "whatsapp", "phone", "post"))
_OWN = ("joined", "birth", "source", "referrer", "district", "home_branch", "company", *_ACCEPTS)
_DATED = ("date", "until", "joined", "booked_at", "resolved")
_NUMBERS = ("quantity", "price", "gross", "discount", "net", "cost", "minutes", "compensation", "score", "best")
_NOBODY = {*WALK_INS, "null", "n/a", "nan", "none", "-"}
_WHO = ("customer", "reference", *_CONTACT)
_BARE = ("id", "no", "number", "key", "編號")
#: Headers of amounts that do not say whether money came or went.
_VAGUE = ("amount", "total", "金額", "總額")


@dataclass(frozen=True, slots=True)
class Cells:
    """The filled cells of one column's sample."""

    values: tuple[str, ...]

    def share(self, is_so: Callable[[str], object]) -> float:
        """How large a part of the cells is so; 0 for an empty column."""
        return sum(bool(is_so(value)) for value in self.values) / len(self.values) if self.values else 0.0

    @property
    def dates(self) -> bool:
        return self.share(_DATE.match) > _MOST

    @property
    def numbers(self) -> bool:
        return self.share(_AMOUNT.match) > _MOST

    @property
    def decimals(self) -> bool:
        return self.numbers and self.share(_DECIMAL.search) > 0.5


def guess(file: str, raw: Raw, names: tuple[str, ...]) -> tuple[Profile, float, bool]:
    """A mapping for an unknown file, its score (0..1) and whether people are told by name only.

    Raises:
        BadData: no date, no amount, or nobody it could be about: a summary or something else; the text says which.
    """
    cells = {
        name: Cells(tuple(c for row in raw.sample if at < len(row) and (c := (row[at] or "").strip())))
        for at, name in enumerate(raw.names)
        if name in names
    }
    if not raw.header:
        return _by_content(file, cells), 0.5, False
    found = {table: _by_words(table, cells) for table in FIELDS}
    table = _table(file, found, cells)
    fields = found[table]
    if table == "sales":
        _fill_gaps(fields, cells)
    columns = {name: field for field, name in fields.items()}
    exact = sum(_rank(table, field, name) == 0 for field, name in fields.items())
    score = round(0.5 + 0.4 * exact / len(fields), 3)
    who = set(fields) & set(_WHO)
    return Profile(name="generic", table=table, columns=columns), score, who == {"customer_name"}  # type: ignore[arg-type] # one of FIELDS


def suggested(raw: Raw, names: tuple[str, ...], table: str) -> dict[str, str]:
    """The columns of a file that look like fields of one table, however few: column -> field."""
    cells = {
        name: Cells(tuple(c for row in raw.sample if at < len(row) and (c := (row[at] or "").strip())))
        for at, name in enumerate(raw.names)
        if name in names
    }
    fields = _by_words(table, cells)
    if table == "sales":
        _fill_gaps(fields, cells)
        free = [n for n, c in cells.items() if n not in fields.values() and looks_like_id(c)]
        if not set(fields) & set(_WHO) and len(free) == 1:
            fields["customer"] = free[0]
    elif "date" in FIELDS[table] and "date" not in fields:
        dates = [name for name, c in cells.items() if c.dates and name not in fields.values()]
        fields |= {"date": dates[0]} if dates else {}
    return {name: field for field, name in fields.items()}


def _plain(header: str) -> str:
    return _MONEY_SUFFIX.sub("", normal_header(header)).strip()


def _rank(table: str, field: str, header: str) -> int | None:
    words = [normal_header(word) for word in generic_words()[table][field]]
    for spelling in (normal_header(header), _plain(header)):
        if spelling in words:
            return words.index(spelling)
    return None


def _by_words(table: str, cells: dict[str, Cells]) -> dict[str, str]:
    ranked = [
        (rank, field, name)
        for field in generic_words()[table]
        for name in cells
        if (rank := _rank(table, field, name)) is not None and _may_be(field, cells[name])
    ]
    fields: dict[str, str] = {}
    for _, field, name in sorted(ranked, key=lambda r: r[0]):
        if field not in fields and name not in fields.values():
            fields[field] = name
    if table == "sales":
        _trust_names(fields, cells)
        _bare_number(fields, cells)
    return _names_are_no_numbers(fields, cells)


def _trust_names(fields: dict[str, str], cells: dict[str, Cells]) -> None:
    # Nothing in the file looks like a date (or an amount), but a column is called so: its cells are all wrong.
    for field, looked_for in (("date", _DATE), ("net", _AMOUNT)):
        free = {name: c for name, c in cells.items() if name not in fields.values() and c.values}
        if field not in fields and not any(c.share(looked_for.match) > _SOME for c in free.values()):
            ranked = sorted((rank, n) for n in free if (rank := _rank("sales", field, n)) is not None)
            if ranked and not set(fields) & {"gross", "price"}:
                fields[field] = ranked[0][1]


def _bare_number(fields: dict[str, str], cells: dict[str, Cells]) -> None:
    # "Id" alone says nothing, but a number that comes again and again beside dates and money is somebody's, no sale's.
    if "sale_id" in fields or set(fields) & set(_WHO):
        return
    bare = [
        name for name, c in cells.items() if _plain(name) in _BARE and len(set(c.values)) < len(c.values) and c.values
    ]
    if len(bare) == 1 and bare[0] not in fields.values() and looks_like_id(cells[bare[0]]):
        fields["customer"] = bare[0]


def _names_are_no_numbers(fields: dict[str, str], cells: dict[str, Cells]) -> dict[str, str]:
    # A column "Customer" without a digit in it holds names, not numbers.
    name = fields.get("customer")
    known = Cells(tuple(v for v in cells[name].values if v.lower() not in _NOBODY)) if name else Cells(())
    if name and known.values and known.share(lambda c: any(x.isdigit() for x in c)) < 0.5:
        del fields["customer"]
        fields.setdefault("customer_name", name)
    return fields


def _may_be(field: str, cells: Cells) -> bool:
    if not cells.values:
        return field not in ("date", "net", "price", "gross")
    if field in _DATED:
        return cells.share(_DATE.match) > _SOME
    if field in _NUMBERS:
        return cells.share(_AMOUNT.match) > _SOME
    if field == "email":
        return cells.share(lambda c: "@" in c) > 0.5
    if field == "phone":
        return cells.share(lambda c: sum(x.isdigit() for x in c) >= 6) > 0.5
    return not (field in _WHO and cells.dates and field != "customer")


def _table(file: str, found: dict[str, dict[str, str]], cells: dict[str, Cells]) -> str:
    sales, people, bookings = found["sales"], found["customers"], found["bookings"]
    money = set(sales) & {"net", "gross", "price"} or any(c.decimals for c in cells.values())
    dated = "date" in sales or "date" in bookings or any(c.dates for c in cells.values())
    who = set(sales) & set(_WHO)
    own = set(people) & set(_OWN)
    about_people = set(people) & set(_WHO) and (own or len(set(people) & set(_WHO)) > 1)
    sold = set(sales) & {"sale_id", "item", "quantity", "price", "time"}
    if not sold and _complained(found["complaints"]):
        return "complaints"
    if not sold and not set(sales) & {"net", "gross", "price"} and {"date", "score"} <= set(found["feedback"]):
        return "feedback"
    if about_people and not sold and ("date" not in sales or (own and _one_each(people, cells))):
        return "customers"
    if dated and money and (who or "sale_id" in sales):
        return "sales"
    if not who and not sold and _spent(found["spend"]):
        return "spend"
    if "date" in bookings and {"booking_id", "status", "minutes"} & set(bookings) and set(bookings) & set(_WHO):
        return "bookings"
    if about_people and not dated:
        return "customers"
    if not money:
        raise _refused("no_amount" if dated else "nothing", file)
    raise _refused("no_date" if not dated else "summary", file)


def _spent(spend: dict[str, str]) -> bool:
    # "Amount by source" may as well be takings; a last day or a number of the bill says that it is an outlay.
    if not {"date", "net", "source"} <= set(spend):
        return False
    return _plain(spend["net"]) not in _VAGUE or bool({"until", "spend_id"} & set(spend))


def _complained(complaints: dict[str, str]) -> bool:
    # These words are used of nothing else; the other columns of a complaint are those of any list.
    telling = {"complaint_id", "severity", "resolved", "compensation"} & set(complaints)
    return "date" in complaints and bool(telling) and bool({*_WHO, "complaint_id"} & set(complaints))


def _one_each(people: dict[str, str], cells: dict[str, Cells]) -> bool:
    names: Sequence[str] = [people[field] for field in _WHO if field in people]
    values = cells[names[0]].values
    return len(set(values)) == len(values)


def _refused(reason: str, file: str) -> BadData:
    return BadData(say(f"importing.refused.generic_{reason}", file=file), say("importing.refused.generic_hint"))


def _fill_gaps(fields: dict[str, str], cells: dict[str, Cells]) -> None:
    # Names said nothing: the only column of dates is the date, the only column of cents the amount.
    free = {name: c for name, c in cells.items() if name not in fields.values()}
    if "date" not in fields and (dates := [name for name, c in free.items() if c.dates]):
        fields["date"] = dates[0]
    if not set(fields) & {"net", "gross", "price"} and (sums := [name for name, c in free.items() if c.decimals]):
        fields["net"] = sums[-1]


def _by_content(file: str, cells: dict[str, Cells]) -> Profile:
    dates = [name for name, c in cells.items() if c.dates]
    money = [name for name, c in cells.items() if c.decimals]
    if not dates or not money:
        raise _refused("no_header", file)
    fields = {"date": dates[0], "net": money[-1]}
    order = list(cells)
    numbers = [n for n in order if cells[n].numbers and n not in fields.values()]
    before = [n for n in order if order.index(n) < order.index(dates[0]) and looks_like_id(cells[n])]
    others = [n for n in order if n not in fields.values() and looks_like_id(cells[n])]
    if not before and not others:
        raise _refused("no_header", file)
    fields["customer"] = (before or others)[0]
    small = [n for n in numbers if n not in fields.values() and order.index(n) > order.index(dates[0])]
    if small and all(len(v) <= 4 for v in cells[small[0]].values):
        fields["quantity"] = small[0]
    return Profile(name="generic", table="sales", header=False, columns={name: field for field, name in fields.items()})


def looks_like_id(cells: Cells) -> bool:
    """Whether a column without a name could hold customer numbers: short, no blanks, a digit in most."""
    return not cells.decimals and cells.share(lambda c: " " not in c and any(x.isdigit() for x in c)) > 0.9
