"""Writers of export files in the formats of real systems, about people who do not exist."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars.base.progress import Progress, unwatched
from regulars.base.settings import Branch, Business
from regulars.ledger.importing import ImportResult, import_file
from regulars.ledger.profile import Profile
from regulars.ledger.store import Ledger
from regulars.privacy.pseudonym import Pseudonyms

SECRET = b"a secret only the tests know, 32"
PSEUDONYMS = Pseudonyms(SECRET)

SQUARE_ITEMS_21 = (
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,"
    "Net Sales,Tax,Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option"
)
SQUARE_ITEMS_33 = SQUARE_ITEMS_21 + (
    ",Customer ID,Customer Name,Customer Reference ID,Unit,Count,GTIN,Itemization Type,Fulfillment Note,"
    "Channel,Token,Card Brand,PAN Suffix"
)
SQUARE_ITEMS_35 = SQUARE_ITEMS_33.replace("Itemization Type,", "Itemization Type,Commission,Employee,")
SQUARE_ITEMS_LOCAL = (
    "Date,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Product Sales,Discounts,Net Sales,Tax,"
    "Gross Sales,Location,Dining Option,Customer ID,Customer Name,Customer Reference ID,Unit,Count,Channel"
)
SQUARE_TRANSACTIONS = (
    "Date,Time,Time Zone,Gross Sales,Discounts,Service Charges,Net Sales,Gift Card Sales,Tax,Tip,"
    "Partial Refunds,Total Collected,Source,Card,Card Entry Methods,Cash,Square Gift Card,Other Tender,"
    "Other Tender Type,Tender Note,Fees,Net Total,Transaction ID,Payment ID,Card Brand,PAN Suffix,Device Name,"
    "Staff Name,Staff ID,Details,Description,Event Type,Location,Dining Option,Customer ID,Customer Name,"
    "Customer Reference ID,Device Nickname,Third Party Fees,Deposit ID,Deposit Date,Deposit Details,"
    "Fee Percentage Rate,Fee Fixed Rate,Refund Reason,Discount Name,Transaction Status,Cash App,"
    "Order Reference ID,Fulfillment Note,Free Processing Applied,Channel,Unattributed Tips,Table Info,"
    "International Fee"
)
SQUARE_CUSTOMERS = (
    "Reference ID,First Name,Last Name,Email Address,Phone Number,Nickname,Company Name,Street Address 1,"
    "Street Address 2,City,State,Postal Code,Birthday,Memo,Square Customer ID,Creation Source,First Visit,"
    "Last Visit,Transaction Count,Lifetime Spend,Email Subscription Status,Instant Profile,"
    "Blocked from online booking"
)
SHOPIFY_ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,"
    "Billing Name,Shipping Name,Shipping Address1,Shipping City,Shipping Zip,Shipping Country,Note Attributes,"
    "Tags,Vendor,Phone,Refunded Amount,Id"
)
SHOPIFY_CUSTOMERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
    "Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,"
    "Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,"
    "Total Spent,Total Orders,Note,Tax Exempt,Tags"
)
SHOPIFY_CUSTOMERS_OLD = (
    "First Name,Last Name,Email,Accepts Email Marketing,Company,Address1,Address2,City,Province,Province Code,"
    "Country,Country Code,Zip,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Tags,Note,Tax Exempt"
)
WOO_ORDERS = (
    "Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,Coupon(s),Net Sales,"
    "Attribution"
)
WOO_CUSTOMERS = (
    "Name,Username,Last Active,Sign Up,Email,Orders,Total Spend,AOV,Country / Region,City,Region,Postal Code,"
    "Billing Phone,Shipping Phone,Role"
)
FRESHA_CLIENTS = (
    "Client ID,First Name,Last Name,Full Name,Blocked,Block Reason,Gender,Mobile Number,Telephone,Email,"
    "Accepts Marketing,Accepts SMS Marketing,Address,Apartement Suite,Area,City,State,Post Code,Date of Birth,"
    "Added,Note,Referral Source,Tags"
)
FRESHA_SERVICES = (
    "Service Name,Retail Price,Duration,Extra Time,Tax,Description,Category Name,Treatment Type,Resource,"
    "Online Booking,Available For,Voucher Sales,Commissions,Service ID,SKU"
)
FRESHA_COMMISSION = (
    "Team member,Sales qty,Items sold,Gross sales,Refunds,Tax,Discounts,Costs,Commission base,Commission,% Commission"
)
VAGARO_EMPLOYEES = (
    "Service Provider,Appts,Unique Customers,Customer Visits,Services,Services Sales,Memberships,"
    "Membership Sales,Packages,Package Sales,Tips"
)
VAGARO_TRANSACTIONS = (
    "Checkout Date / Checkout By / Transaction ID,App. Date / Customer,Service Provider,Service,Tip,Discount,"
    "Amount Paid,Sales Tax"
)
LOYLAP = (
    "ID,Name,First Name,Last Name,Email,Username,Status,Nickname,Phone_Number,Date_Birth,Date_Add,Date_Edit,"
    "Account_Number,Gender,Card_Brand,Expiry_Date,Cash_Balance,Stamp_Balance,Role_Name"
)


@dataclass(frozen=True)
class Somebody:
    """A person who does not exist."""

    id: str
    first: str
    last: str
    email: str
    phone: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


CAST = (
    Somebody("SQ7F31", "Waiman", "Fictitious", "waiman.fictitious@mail.example", "+852 9111 2233"),
    Somebody("SQ8K02", "Kalok", "Inventedson", "KALOK.INVENTEDSON@mail.example", "+852 6222 3344"),
    Somebody("SQ9P77", "陳虛構", "女士", "hui.kau@mail.example", "+852 5333 4455"),
)


def cells(header: str, **filled: str) -> list[str]:
    """One row under a header; names of columns as keyword arguments, blanks and signs as underscores."""
    columns = header.split(",")
    plain = {"".join(c if c.isalnum() else "_" for c in column): at for at, column in enumerate(columns)}
    row = [""] * len(columns)
    for key, value in filled.items():
        row[plain[key]] = value
    return row


def write(
    path: Path,
    header: str | Sequence[str] | None,
    rows: Iterable[Sequence[str]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    quote_all: bool = False,
) -> Path:
    """Write a delimited file."""
    columns = header.split(",") if isinstance(header, str) else header
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
        if columns is not None:
            writer.writerow(columns)
        writer.writerows(rows)
    return path


def read_rejects(path: Path) -> list[dict[str, str]]:
    """The rows of a rejects file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def correct(path: Path, changes: Mapping[str, str], *, to: Path) -> Path:
    """A rejects file with cells replaced in every row, as a person would save it."""
    rows = read_rejects(path)
    return write(to, list(rows[0]), [[{**row, **changes}[name] for name in row] for row in rows], encoding="utf-8-sig")


def business(*, pack: str = "beauty", currency: str = "HKD", branches: Sequence[Branch] = (), **more: Any) -> Business:
    """A business's settings."""
    return Business(name={"en": "Test"}, pack=pack, currency=currency, branches=tuple(branches), **more)


class Shop:
    """A business folder to import into and look at."""

    def __init__(self, folder: Path, settings: Business | None = None) -> None:
        self.folder = folder
        self.settings = settings or business()
        self.ledger = Ledger(folder / "ledger")
        self.rejects = folder / "rejected"
        self._number = 0

    def take(
        self,
        path: Path,
        *,
        profile: Profile | None = None,
        progress: Progress = unwatched,
        pseudonyms: Pseudonyms = PSEUDONYMS,
    ) -> ImportResult:
        """Import a file."""
        self._number += 1
        return import_file(
            self.ledger,
            path,
            business=self.settings,
            pseudonyms=pseudonyms,
            import_id=f"{self._number:04d}",
            rejects=self.rejects,
            profile=profile,
            progress=progress,
        )

    def rows(self, table: str = "sales", *, order: Sequence[str] = ("sale_id", "line_id")) -> list[dict[str, Any]]:
        """All rows of a table."""
        with self.ledger.read() as reader:
            found = reader.table(table)
            columns = [found[c] for c in order if c in found.columns]
            ordered = found.order_by(columns) if columns else found
            rows: list[dict[str, Any]] = reader.arrow(ordered).to_pylist()
        return [{k: v for k, v in row.items() if k not in ("import_id", "fingerprint")} for row in rows]


def codes(result: ImportResult) -> dict[str, int]:
    """Problem code -> how many rows it concerns."""
    counted: dict[str, int] = {}
    for problem in result.problems:
        counted[problem.code] = counted.get(problem.code, 0) + problem.count
    return counted
