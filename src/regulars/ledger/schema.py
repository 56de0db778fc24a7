"""The tables of the ledger: columns, types and meanings; docs/reference/ledger.md is generated from it."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

#: What a sale line can be. A package *sale* is no visit; its *redemption* is.
KINDS = (
    "service",
    "product",
    "package_sale",
    "package_redemption",
    "membership_fee",
    "gift_card_sale",
    "points_redemption",
    "repair",
    "refund",
)
#: Kinds whose presence on a day makes that day a visit.
VISIT_KINDS = ("service", "product", "package_redemption", "points_redemption", "repair")

MONEY = pa.decimal128(18, 2)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``required`` columns are never null."""

    name: str
    type: pa.DataType
    about: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: ``key`` columns identify a row across imports (upsert)."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def arrow(self) -> pa.Schema:
        """The table's Arrow schema, in column order."""
        return pa.schema([pa.field(c.name, c.type, nullable=not c.required) for c in self.columns])


_HOUSE = (
    Column("import_id", pa.string(), "the import that wrote the row", required=True),
    Column("fingerprint", pa.int64(), "hash of all other columns but import_id; tells changed from unchanged", True),
)

SALES = Table(
    "sales",
    ("system", "sale_id", "line_id"),
    (
        Column("system", pa.string(), "the system the line comes from (square, shopify, ..., own)", True),
        Column("sale_id", pa.string(), "receipt or order; made from the content where there is none", True),
        Column("line_id", pa.string(), "line within the sale", True),
        Column("customer", pa.int64(), "pseudonymous key; null for a walk-in nobody identified"),
        Column("day", pa.date32(), "local business day", True),
        Column("sold_at", pa.timestamp("us", tz="UTC"), "instant, where the source tells the time"),
        Column("branch", pa.string(), "branch id"),
        Column("staff", pa.string(), "pseudonymous staff key (st-...)"),
        Column("item", pa.string(), "service or product"),
        Column("category", pa.string(), "category of the item"),
        Column("kind", pa.string(), "one of ledger.schema.KINDS", True),
        Column("quantity", pa.float64(), "units; negative for goods returned"),
        Column("gross", MONEY, "before discount"),
        Column("discount", MONEY, "discount, positive"),
        Column("net", MONEY, "after discount, before tips; negative for refunds", True),
        Column("cost", MONEY, "cost of the line, where known"),
        Column("currency", pa.string(), "ISO 4217", True),
        Column("promotion", pa.string(), "promotion or coupon code"),
        Column("supplier", pa.string(), "supplier or brand"),
        Column("piece", pa.string(), "serial-numbered piece, pseudonymous"),
        *_HOUSE,
    ),
)

CUSTOMERS = Table(
    "customers",
    ("system", "customer"),
    (
        Column("system", pa.string(), "the system the row comes from", True),
        Column("customer", pa.int64(), "pseudonymous key", True),
        Column("joined_on", pa.date32(), "day the customer was entered or enrolled"),
        Column("source", pa.string(), "how the customer was won (referral, walk-in, ...)"),
        Column("referrer", pa.int64(), "pseudonymous key of the referring customer"),
        Column("kind", pa.string(), "person or company", True),
        Column("home_branch", pa.string(), "branch id"),
        Column("district", pa.string(), "district or city, no address"),
        Column("birth_year", pa.int16(), "year only; day and month are never stored"),
        Column("may_email", pa.bool_(), "marketing permission by e-mail as stated by the source; null = unknown"),
        Column("may_sms", pa.bool_(), "by text message"),
        Column("may_whatsapp", pa.bool_(), "by WhatsApp"),
        Column("may_phone", pa.bool_(), "by phone call"),
        Column("may_post", pa.bool_(), "by post"),
        *_HOUSE,
    ),
)

BOOKINGS = Table(
    "bookings",
    ("system", "booking_id"),
    (
        Column("system", pa.string(), "the system the booking comes from", True),
        Column("booking_id", pa.string(), "booking in that system", True),
        Column("customer", pa.int64(), "pseudonymous key"),
        Column("branch", pa.string(), "branch id"),
        Column("staff", pa.string(), "pseudonymous staff key"),
        Column("service", pa.string(), "service booked"),
        Column("booked_at", pa.timestamp("us", tz="UTC"), "when the booking was made"),
        Column("starts_at", pa.timestamp("us", tz="UTC"), "when it starts"),
        Column("day", pa.date32(), "local business day it starts", True),
        Column("minutes", pa.int32(), "planned length"),
        Column("status", pa.string(), "completed, no_show, cancelled, late_cancelled or booked", True),
        *_HOUSE,
    ),
)

SPEND = Table(
    "spend",
    ("system", "spend_id"),
    (
        Column("system", pa.string(), "the system the row comes from", True),
        Column("spend_id", pa.string(), "number in that system; else made of period, source and branch", True),
        Column("day", pa.date32(), "first day the money was spent on", True),
        Column("until", pa.date32(), "last day; null for a single day"),
        Column("source", pa.string(), "what was paid for, spelled as the customers' source; null = not told"),
        Column("branch", pa.string(), "branch id; null = the whole business"),
        Column("amount", MONEY, "money spent to win customers; negative for credits", True),
        Column("currency", pa.string(), "ISO 4217", True),
        *_HOUSE,
    ),
)

COMPLAINTS = Table(
    "complaints",
    ("system", "complaint_id"),
    (
        Column("system", pa.string(), "the system the row comes from", True),
        Column("complaint_id", pa.string(), "number in that system; else made of who, day, branch and kind", True),
        Column("customer", pa.int64(), "pseudonymous key; null where nobody knows who complained"),
        Column("day", pa.date32(), "local day it was received", True),
        Column("branch", pa.string(), "branch id"),
        Column("staff", pa.string(), "pseudonymous staff key of whom it is about"),
        Column("kind", pa.string(), "what it is about, as the business sorts complaints"),
        Column("severity", pa.string(), "how grave, as the business says"),
        Column("resolved", pa.date32(), "day it was settled; null = still open"),
        Column("outcome", pa.string(), "how it ended, as the business says"),
        Column("compensation", MONEY, "what was given to make up for it"),
        Column("currency", pa.string(), "ISO 4217", True),
        *_HOUSE,
    ),
)

FEEDBACK = Table(
    "feedback",
    ("system", "feedback_id"),
    (
        Column("system", pa.string(), "the system the row comes from", True),
        Column("feedback_id", pa.string(), "number in that system; else made of who, day, branch and kind", True),
        Column("customer", pa.int64(), "pseudonymous key; null where nobody knows who answered"),
        Column("day", pa.date32(), "local day of the answer", True),
        Column("branch", pa.string(), "branch id"),
        Column("staff", pa.string(), "pseudonymous staff key of whom it is about"),
        Column("kind", pa.string(), "what was asked, as the business calls it"),
        Column("score", MONEY, "the answer: stars, points, a grade", True),
        Column("best", MONEY, "the best answer there was to give; null = not told"),
        *_HOUSE,
    ),
)

#: What people state of customers. Read by the ledger alone, which applies it to all other tables (``ledger.same``).
SAME_PEOPLE = Table(
    "same_people",
    ("customer",),
    (
        Column("customer", pa.int64(), "pseudonymous key", True),
        Column("kept", pa.int64(), "the key it counts as; itself where that was taken back", True),
        *_HOUSE,
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in (SALES, CUSTOMERS, BOOKINGS, SPEND, COMPLAINTS, FEEDBACK)}
