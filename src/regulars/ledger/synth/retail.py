"""A tea and home shop with two branches and an online store on Shopify: orders and customers exports.

One row per line item; order-level cells are blank on continuation rows, as Shopify writes them. Orders carry no
customer number, so customers are known by their e-mail address.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.random import Generator

from regulars.ledger.synth.clock import Floats, Ints
from regulars.ledger.synth.files import all_columns, cells, clock_time, money, pick, write_csv
from regulars.ledger.synth.goods import Item, Shelf
from regulars.ledger.synth.lives import Lives
from regulars.ledger.synth.people import People
from regulars.ledger.synth.receipts import Lines, added, join, make_lines, running_numbers, with_refunds
from regulars.ledger.synth.records import permissions
from regulars.ledger.synth.trade import Calendar, Goal, Nature, Place, Trade
from regulars.ledger.synth.world import World

TRADE = Trade(
    pack="retail",
    english="Camellia Tea and Home",
    chinese="山茶茶葉家品",
    mission_english="Good tea and well-made things for every home, worth coming back for.",
    mission_chinese="以好茶和耐用家品陪伴每個家庭，值得再來。",
    customers=8000,
    years=3,
    places=(
        Place("Causeway Bay", "Causeway Bay", "銅鑼灣", 0.38),
        Place("Kwun Tong", "Kwun Tong", "觀塘", 0.27, wastage=0.9, also=("觀塘店",)),
        Place("Online", "Online store", "網上商店", 0.35, wastage=1.8, once_more=0.08),
    ),
    nature=Nature(
        interval_days=150,
        rate_shape=1.6,
        once=0.55,
        hazard_month=0.1,
        hazard_shape=0.6,
        regularity={1: 1.0},
    ),
    calendar=Calendar(
        weekday=(0.85, 0.85, 0.9, 0.95, 1.1, 1.3, 1.2),
        month=(1.1, 0.9, 0.92, 0.92, 1.0, 0.95, 0.95, 0.95, 1.05, 1.0, 1.15, 1.3),
        new_year_rush=1.6,
        new_year_closed=1,
        new_year_lull=0.8,
    ),
    goals=(
        Goal("stay", "Keep the customers we have", "留住現有客戶", "retention_rate", 0.71, 1),
        Goal("gain", "Earn more from care for customers", "由客戶關係賺取更多", "gain_12", 1_200, 2, True),
        Goal("back", "Win lapsed customers back", "挽回久未光顧的客戶", "reactivated", 16, 3, True),
    ),
    female=0.6,
    margin=0.5,
    budget_per_thousand=1_300,
    staff_hours=20,
    walk_ins=0.18,
)

ORDERS_HEADER = cells(
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,"
    "Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,"
    "Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,"
    "Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,"
    "Lineitem discount,Phone,Receipt Number"
)
CUSTOMERS_HEADER = cells(
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,"
    "Tags"
)

_TEA, _WARE, _HOME = "Tea 茶葉", "Teaware 茶具", "Home 家品"
GOODS = Shelf(
    (
        Item("Tieguanyin 100g 鐵觀音", _TEA, 168, 2.4),
        Item("Pu'er cake 357g 普洱茶餅", _TEA, 388, 1.0),
        Item("Jasmine pearls 80g 茉莉龍珠", _TEA, 138, 2.2),
        Item("Aged tangerine peel 50g 陳皮", _TEA, 228, 0.9),
        Item("Porcelain gaiwan 瓷蓋碗", _WARE, 288, 0.8),
        Item("Yixing teapot 紫砂壺", _WARE, 880, 0.25),
        Item("Glass tea set 玻璃茶具", _WARE, 460, 0.4),
        Item("Linen tea towel 亞麻茶巾", _HOME, 88, 1.3),
        Item("Camellia candle 山茶香薰蠟燭", _HOME, 198, 1.1),
    )
)
#: Suppliers by item, and stock codes.
_VENDORS = cells("Fujian House,Yunnan House,Fujian House,Lingnan Foods,Kiln 88,Kiln 88,Kiln 88,Loom and Line,Camellia")
SECOND, THIRD, OFFER, OFF, RETURNED = 0.45, 0.2, 0.15, 0.1, 0.012
TWO = 0.15  # share of lines with two pieces
_POSTAGE, _FREE_FROM, _ONLINE = 30, 400, 2


def customer_ids(*, people: People, rng: Generator) -> list[str]:  # noqa: ARG001 - other trades draw theirs
    """E-mail addresses: all that an order knows its customer by."""
    return people.email


def expected_spend(*, lives: Lives) -> Floats:
    """Expected net amount of an order, refunds and postage apart."""
    return np.asarray(GOODS.mean_price(level=lives.spend) * (1 + SECOND + THIRD) * (1 + TWO) * (1 - OFFER * OFF))


def write_exports(*, world: World, folder: Path, rng: Generator) -> tuple[Path, ...]:
    """Write ``customers_export.csv`` and ``orders_export.csv``."""
    lines = _baskets(world=world, rng=rng)
    customers = _write_customers(folder / "customers_export.csv", world=world, lines=lines, rng=rng)
    return customers, _write_orders(folder / "orders_export.csv", world=world, lines=lines, rng=rng)


def _baskets(*, world: World, rng: Generator) -> Lines:
    """One to three lines a basket; a coupon takes a tenth off every line."""
    level = world.visits.level
    coupon = rng.random(len(level)) < OFFER
    first = added(shelf=GOODS, start=0, chance=1.0, rank=0, level=level, rng=rng)
    second = added(shelf=GOODS, start=0, chance=SECOND, rank=1, level=level, rng=rng)
    third = added(shelf=GOODS, start=0, chance=THIRD, rank=2, level=level, rng=rng)
    lines = join(first, second, third)
    quantity = 1 + (rng.random(len(lines)) < TWO)
    gross = lines.gross * quantity
    discount = np.where(coupon[lines.visit], np.round(gross * OFF), 0).astype(np.int64)
    sold = make_lines(
        visit=lines.visit, item=lines.item, gross=gross, rank=0, discount=discount, quantity=quantity.astype(np.int64)
    )
    # no refund lines: Shopify shows refunds as an amount of the order
    return with_refunds(lines=sold, world=world, share=0.0, rng=rng)


def _write_orders(path: Path, *, world: World, lines: Lines, rng: Generator) -> Path:
    visits, people, number = world.visits, world.people, len(lines)
    _, start, order = np.unique(lines.receipt, return_index=True, return_inverse=True)
    head = np.zeros(number, dtype=bool)
    head[start] = True
    customer, branch = visits.customer[lines.visit], visits.branch[lines.visit]
    gross, discount = (np.bincount(order, weights=w).astype(np.int64)[order] for w in (lines.gross, lines.discount))
    subtotal = gross - discount
    postage = np.where((branch == _ONLINE) & (subtotal < _FREE_FROM), _POSTAGE, 0)
    refunded = np.where((rng.random(len(start)) < RETURNED)[order], subtotal, 0)
    running = running_numbers(receipt=lines.receipt)
    days = world.dates(visits.day[lines.visit]).astype(str).tolist()
    created = [f"{d} {t}:00 +0800" for d, t in zip(days, clock_time(visits.minute[lines.visit]), strict=True)]
    name = pick([f"{w} {s}" for w, s in zip(people.western, people.surname, strict=True)], customer)
    online = (branch == _ONLINE).astype(np.int64)

    def order_level(values: list[str]) -> list[str]:
        return [value if first else "" for value, first in zip(values, head.tolist(), strict=True)]

    filled = {
        "Name": [f"#{n}" for n in (1000 + running).tolist()],
        "Email": pick(world.ids, customer),
        "Financial Status": order_level(pick(("paid", "refunded"), (refunded > 0).astype(np.int64))),
        "Paid at": order_level(created),
        "Fulfillment Status": order_level(["fulfilled"] * number),
        "Currency": order_level(["HKD"] * number),
        "Subtotal": order_level(money(subtotal)),
        "Shipping": order_level(money(postage)),
        "Taxes": order_level(["0.00"] * number),
        "Total": order_level(money(subtotal + postage)),
        "Discount Code": order_level(pick(("", "TEA10"), (discount > 0).astype(np.int64))),
        "Discount Amount": order_level(money(discount)),
        "Created at": created,
        "Lineitem quantity": lines.quantity.astype(str).tolist(),
        "Lineitem name": pick([good.name for good in GOODS.items], lines.item),
        "Lineitem price": money(lines.gross // lines.quantity),
        "Lineitem sku": [f"CT-{item + 101}" for item in lines.item.tolist()],
        "Lineitem requires shipping": pick(("false", "true"), online),
        "Lineitem taxable": ["false"] * number,
        "Lineitem fulfillment status": ["fulfilled"] * number,
        "Billing Name": order_level(name),
        "Billing City": order_level(pick(("", "Hong Kong"), (customer >= 0).astype(np.int64))),
        "Billing Country": order_level(["HK"] * number),
        "Shipping Name": order_level(pick_where(name, online)),
        "Shipping Country": order_level(pick(("", "HK"), online)),
        "Refunded Amount": order_level(money(refunded)),
        "Vendor": pick(_VENDORS, lines.item),
        "Outstanding Balance": order_level(["0.00"] * number),
        "Location": order_level(pick([place.id for place in world.trade.places], branch)),
        "Id": order_level([str(5_600_000_000_000 + 32_768 * n) for n in running.tolist()]),
        "Risk Level": order_level(["Low"] * number),
        "Source": order_level(pick(("pos", "web"), online)),
        "Lineitem discount": ["0.00"] * number,
    }
    columns = all_columns(header=ORDERS_HEADER, filled=filled, number=number)
    return write_csv(path, header=ORDERS_HEADER, columns=columns, line_end="\n")


def pick_where(values: list[str], keep: Ints) -> list[str]:
    """The values where ``keep`` is set, empty elsewhere."""
    return [value if kept else "" for value, kept in zip(values, keep.tolist(), strict=True)]


def _write_customers(path: Path, *, world: World, lines: Lines, rng: Generator) -> Path:
    people, number, visits = world.people, len(world.lives), world.visits
    spent = np.zeros(number + 1, dtype=np.int64)
    np.add.at(spent, visits.customer[lines.visit], lines.net)
    orders = np.bincount(visits.customer[visits.customer >= 0], minlength=number)
    email, sms = (np.maximum(answer, 0) for answer in permissions(number=number, yes_share=(0.6, 0.42), rng=rng))
    phone = rng.random(number) < 0.6
    filled = {
        "Customer ID": [f"'{7_010_000_000_000 + 4_096 * n}" for n in range(1, number + 1)],
        "First Name": people.western,
        "Last Name": people.surname,
        "Email": people.email,
        "Accepts Email Marketing": pick(("no", "yes"), email),
        "Default Address City": pick(("", "Hong Kong"), (world.lives.branch == _ONLINE).astype(np.int64)),
        "Default Address Country Code": ["HK"] * number,
        "Phone": [f"'+852{p.replace(' ', '')}" if has else "" for p, has in zip(people.phone, phone, strict=True)],
        "Accepts SMS Marketing": pick(("no", "yes"), sms),
        "Total Spent": money(spent[:number]),
        "Total Orders": orders.astype(str).tolist(),
        "Tax Exempt": ["no"] * number,
    }
    columns = all_columns(header=CUSTOMERS_HEADER, filled=filled, number=number)
    return write_csv(path, header=CUSTOMERS_HEADER, columns=columns, line_end="\n")
