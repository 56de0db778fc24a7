"""The generic mapping: what each column of an unknown file is, by its name (in one of several languages) and cells."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.base.errors import BadData
from regulars.base.text import say
from regulars.ledger.cells import AMOUNT, DATE, Cells
from regulars.ledger.headers import nearness, plain, rank
from regulars.ledger.profile import FIELDS, Profile
from regulars.ledger.readers import Raw
from regulars.ledger.sources import generic_words, near_words
from regulars.privacy.identifiers import WALK_INS

#: A column with a telling name is dates or numbers when some of it is; without one most of it must be.
_SOME = 0.2
_CONTACT = ("email", "phone", "customer_name")
#: Fields that only a list of customers has.
_ACCEPTS = tuple(f"accepts_{way}" for way in ("email", "sms", "whatsapp", "phone", "post"))
_OWN = ("joined", "birth", "source", "referrer", "district", "home_branch", "company", *_ACCEPTS)
_DATED = ("date", "until", "joined", "booked_at", "resolved")
_WORTH = ("net", "gross", "price")
_NUMBERS = ("quantity", "price", "gross", "discount", "net", "cost", "minutes", "compensation", "score", "best")
_NOBODY = {*WALK_INS, "null", "n/a", "nan", "none", "-"}
_WHO = ("customer", "reference", *_CONTACT)
_BARE = ("id", "no", "number", "key", "編號")
#: Headers of amounts that do not say whether money came or went.
_VAGUE = ("amount", "total", "金額", "總額")


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
    try:
        table = _table(file, found, cells)
    except BadData:
        # No header says it outright: what they are near to may tell.
        found["sales"] = _with_near(found["sales"], cells)
        table = _table(file, found, cells)
    fields = found[table]
    if table == "sales":
        fields = _settle_amounts(_with_near(fields, cells), cells, raw)
        _fill_gaps(fields, cells)
        if "date" not in fields or not set(fields) & set(_WORTH):
            raise _refused("no_date" if "date" not in fields else "no_amount", file)
    columns = {name: field for field, name in fields.items()}
    exact = sum(rank(table, field, name) == 0 for field, name in fields.items())
    score = round(0.5 + 0.4 * exact / len(fields), 3)
    who = set(fields) & set(_WHO)
    no_sale = near_words().no_sale if table == "sales" and "status" in fields else ()
    reading = Profile(name="generic", table=table, columns=columns, skip_status=no_sale)  # type: ignore[arg-type] # one of FIELDS
    return reading, score, who == {"customer_name"}


def suggested(raw: Raw, names: tuple[str, ...], table: str) -> dict[str, str]:
    """The columns of a file that look like fields of one table, however few: column -> field."""
    cells = {
        name: Cells(tuple(c for row in raw.sample if at < len(row) and (c := (row[at] or "").strip())))
        for at, name in enumerate(raw.names)
        if name in names
    }
    fields = _by_words(table, cells)
    if table == "sales":
        fields = _settle_amounts(_with_near(fields, cells), cells, raw)
        _fill_gaps(fields, cells)
        free = [n for n, c in cells.items() if n not in fields.values() and looks_like_id(c)]
        if not set(fields) & set(_WHO) and len(free) == 1:
            fields["customer"] = free[0]
    elif "date" in FIELDS[table] and "date" not in fields:
        dates = [name for name, c in cells.items() if c.dates and name not in fields.values()]
        fields |= {"date": dates[0]} if dates else {}
    return {name: field for field, name in fields.items()}


def _by_words(table: str, cells: dict[str, Cells]) -> dict[str, str]:
    ranked = [
        (at, field, name)
        for field in generic_words()[table]
        for name in cells
        if (at := rank(table, field, name)) is not None and _may_be(field, cells[name])
    ]
    fields: dict[str, str] = {}
    for _, field, name in sorted(ranked, key=lambda r: r[0]):
        if field not in fields and name not in fields.values():
            fields[field] = name
    if table == "sales":
        _trust_names(fields, cells)
        _bare_number(fields, cells)
    return _names_are_no_numbers(fields, cells)


def _with_near(fields: dict[str, str], cells: dict[str, Cells]) -> dict[str, str]:
    """The fields of a sales file with those added that no header names outright but one is near to."""
    ranked = sorted(
        (far, field not in _NUMBERS, at, field, name)
        for at, (name, c) in enumerate(cells.items())
        for field in FIELDS["sales"]
        if name not in fields.values() and (far := nearness(field, name)) is not None and _may_be(field, c)
    )
    more = dict(fields)
    for _, _, _, field, name in ranked:
        worth = field in _WORTH and bool(set(more) & set(_WORTH)) and not (field == "price" and "quantity" in more)
        somebody = field == "customer" and bool(set(more) & {"customer", "email", "phone"})
        if field not in more and name not in more.values() and not worth and not somebody:
            more[field] = name
    return _names_are_no_numbers(more, cells)


def _settle_amounts(fields: dict[str, str], cells: dict[str, Cells], raw: Raw) -> dict[str, str]:
    """The fields of a sales file, where two columns could be what a line came to and content tells which is."""
    settled = dict(fields)
    if "net" in settled and "price" in settled and "sale_id" in settled and _repeats(settled, raw):
        del settled["net"]  # the sum of the whole sale, written on each of its lines
    name = settled.get("net")
    if name and plain(name) in _VAGUE and "quantity" not in settled and _pieces(cells[name]):
        other = [n for n in cells if n != name and (rank("sales", "net", n) is not None or n == settled.get("price"))]
        if other and cells[other[0]].numbers and not _pieces(cells[other[0]]):
            settled = {field: n for field, n in settled.items() if n != other[0]}
            settled |= {"net": other[0], "quantity": name}
    return settled


def _pieces(cells: Cells) -> bool:
    # Amounts of money are seldom all single figures; numbers of pieces are.
    return cells.share(lambda value: value.isdigit() and int(value) < 100) > 0.95


def _repeats(fields: dict[str, str], raw: Raw) -> bool:
    """Whether the net amount is the same on all lines of each sale while the lines' own prices differ."""
    at = {field: raw.names.index(fields[field]) for field in ("sale_id", "net", "price")}
    sales: dict[str | None, list[tuple[str | None, str | None]]] = {}
    for row in raw.sample:
        if len(row) > max(at.values()):
            sales.setdefault(row[at["sale_id"]], []).append((row[at["net"]], row[at["price"]]))
    several = [lines for lines in sales.values() if len({price for _, price in lines}) > 1]
    return len(several) >= 5 and all(len({net for net, _ in lines}) == 1 for lines in several)


def _trust_names(fields: dict[str, str], cells: dict[str, Cells]) -> None:
    # Nothing in the file looks like a date (or an amount), but a column is called so: its cells are all wrong.
    for field, looked_for in (("date", DATE), ("net", AMOUNT)):
        free = {name: c for name, c in cells.items() if name not in fields.values() and c.values}
        if field not in fields and not any(c.share(looked_for.match) > _SOME for c in free.values()):
            ranked = sorted((at, n) for n in free if (at := rank("sales", field, n)) is not None)
            if ranked and not set(fields) & {"gross", "price"}:
                fields[field] = ranked[0][1]


def _bare_number(fields: dict[str, str], cells: dict[str, Cells]) -> None:
    # "Id" alone says nothing, but a number that comes again and again beside dates and money is somebody's, no sale's.
    if "sale_id" in fields or set(fields) & set(_WHO):
        return
    bare = [
        name for name, c in cells.items() if plain(name) in _BARE and len(set(c.values)) < len(c.values) and c.values
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
        return cells.share(DATE.match) > _SOME
    if field == "discount" and cells.ratios:
        return False
    if field in _NUMBERS:
        return cells.share(AMOUNT.match) > _SOME
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
    return plain(spend["net"]) not in _VAGUE or bool({"until", "spend_id"} & set(spend))


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
    # Names said nothing: the only column of dates is the date, the only column of cents the amount. A "time" with a
    # day in it is the date as well.
    if "date" not in fields and "time" in fields and cells[fields["time"]].dates:
        fields["date"] = fields.pop("time")
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
