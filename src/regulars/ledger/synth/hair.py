"""Three hair salons on Square: the items detail export and the customer directory, headers as Square writes them.

Square knows no complaints and no advertising: those are the salon's own lists; customers have Square's numbers there.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.random import Generator

from regulars.ledger.profile import Profile
from regulars.ledger.synth.clock import Floats, Ints
from regulars.ledger.synth.files import all_columns, cells, clock_time, pick, write_complaints, write_csv
from regulars.ledger.synth.goods import Item, Shelf
from regulars.ledger.synth.lives import Lives
from regulars.ledger.synth.marketing import Spending, draw_sources, draw_spending, write_spending
from regulars.ledger.synth.people import People, staff_names
from regulars.ledger.synth.receipts import (
    REFUND_RANK,
    Lines,
    added,
    join,
    make_lines,
    performers,
    reduced,
    with_refunds,
)
from regulars.ledger.synth.records import permissions
from regulars.ledger.synth.tokens import draw_tokens
from regulars.ledger.synth.trade import Calendar, Channel, Goal, Grievances, Nature, Place, Trade
from regulars.ledger.synth.world import World

COMPLAINTS_HEADER = cells("Complaint No,Received,Customer ID,Location,Employee,Category,Severity,Resolved,Outcome")
#: Whose numbers the customers of the salon's own list have: told once, as a business tells it.
_COMPLAINTS_PROFILE = Profile(
    name="complaints",
    table="complaints",
    namespace="square",
    columns=dict(
        zip(
            COMPLAINTS_HEADER,
            cells("complaint_id,date,customer,branch,staff,kind,severity,resolved,outcome"),
            strict=True,
        )
    ),
)

TRADE = Trade(
    pack="hair",
    english="Harbour Hair",
    chinese="海港髮型屋",
    mission_english="A cut you are glad of for seven weeks, by somebody who knows your hair.",
    mission_chinese="由熟悉你髮質的髮型師，剪出耐看七星期的髮型。",
    customers=4000,
    years=3,
    places=(
        Place("Tsim Sha Tsui", "Tsim Sha Tsui", "尖沙咀", 0.42, wastage=0.9),
        Place("Wan Chai", "Wan Chai", "灣仔", 0.33, wastage=1.0, closed_on=(7,)),
        Place("Tuen Mun", "Tuen Mun", "屯門", 0.25, wastage=1.9, once_more=0.05, closed_on=(3,), complaints=2.0),
    ),
    nature=Nature(
        interval_days=50,
        rate_shape=4.5,
        once=0.4,
        hazard_month=0.2,
        hazard_shape=0.35,
        regularity={1: 0.1, 2: 0.35, 3: 0.35, 4: 0.2},
    ),
    calendar=Calendar(
        weekday=(0.75, 0.8, 0.9, 1.0, 1.25, 1.45, 1.25),
        month=(1.1, 0.95, 0.98, 1.0, 1.0, 1.0, 1.0, 1.03, 0.97, 0.97, 1.0, 1.12),
        new_year_rush=1.5,
        new_year_closed=4,
        new_year_lull=0.7,
    ),
    goals=(
        Goal("stay", "Keep the guests we have", "留住現有客人", "retention_rate", 0.844, 1),
        Goal("less-wastage", "Lose fewer guests in silence", "減少客人無聲流失", "wastage_90d", 0.067, 2),
        Goal("gain", "Earn more from care for guests", "由客戶關係賺取更多", "gain_12", 16_000, 3, True),
    ),
    female=0.66,
    margin=0.55,
    budget_per_thousand=1_200,
    staff_hours=20,
    walk_ins=0.09,
    grievances=Grievances(
        share=0.025,
        prompt=0.55,
        late=0.25,
        leave_late=0.25,
        leave_open=0.5,
        kinds=cells("Result of the colour,Cut not as agreed,Waiting,Manner of staff,Price"),
        severities=cells("Slight,Moderate,Serious"),
        outcomes=cells("Apology,Done again free of charge,Partly refunded"),
    ),
    channels=(
        Channel("Directory", 0.34),
        Channel("Appointments", 0.36, 1500),
        Channel("Instant Profile", 0.3),
    ),
    profiles=(_COMPLAINTS_PROFILE,),
)

ITEMS_HEADER = cells(
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,Net Sales,Tax,"
    "Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,Customer ID,Customer Name,"
    "Customer Reference ID,Unit,Count,GTIN,Itemization Type,Commission,Employee,Fulfillment Note,Channel,Token,"
    "Card Brand,PAN Suffix"
)
CUSTOMERS_HEADER = cells(
    "Reference ID,First Name,Last Name,Email Address,Phone Number,Nickname,Company Name,Street Address 1,"
    "Street Address 2,City,State,Postal Code,Birthday,Memo,Square Customer ID,Creation Source,First Visit,Last Visit,"
    "Transaction Count,Lifetime Spend,Email Subscription Status,Instant Profile,Blocked from online booking"
)
SPEND_HEADER = cells("From,To,Channel,Amount Spent")
_CUT, _COLOUR, _CARE, _RETAIL = "Cut 剪髮", "Colour 染髮", "Treatment 護髮", "Retail 產品"
SERVICES = Shelf(
    (
        Item("Cut and finish 剪髮及造型", _CUT, 380, 4.0),
        Item("Senior stylist cut 高級髮型師剪髮", _CUT, 580, 2.2),
        Item("Root colour 補染髮根", _COLOUR, 780, 1.2),
        Item("Full colour 全頭染髮", _COLOUR, 1180, 0.8),
        Item("Highlights 挑染", _COLOUR, 1480, 0.4),
        Item("Perm 電髮", _COLOUR, 1280, 0.5),
    ),
    tilt=0.5,
)
EXTRAS = Shelf((Item("Wash and blow-dry 洗吹", _CARE, 180, 1.5), Item("Keratin treatment 角蛋白護理", _CARE, 480, 1.0)))
PRODUCTS = Shelf(
    (
        Item("Shampoo 300ml 洗髮露", _RETAIL, 220, 2.0),
        Item("Hair oil 護髮油", _RETAIL, 280, 1.2),
        Item("Scalp tonic 頭皮精華", _RETAIL, 420, 0.6),
    )
)
EXTRA, PRODUCT, OFFER, OFF, REFUNDED = 0.25, 0.12, 0.1, 0.2, 0.005
_GOODS = (*SERVICES.items, *EXTRAS.items, *PRODUCTS.items)
_EXTRA0, _PRODUCT0 = 6, 8
_CARDS = cells("Visa,MasterCard,American Express,UnionPay,")
_CITIES = cells("Hong Kong,Kowloon,New Territories,")


def expected_spend(*, lives: Lives) -> Floats:
    """Expected net amount of a visit, refunds apart."""
    service = SERVICES.mean_price(level=lives.spend) * (1 - OFFER * OFF)
    return np.asarray(
        service + EXTRA * EXTRAS.mean_price(level=lives.spend) + PRODUCT * PRODUCTS.mean_price(level=lives.spend)
    )


def write_exports(*, world: World, folder: Path, rng: Generator) -> tuple[Path, ...]:
    """Write the customer directory, the items detail (customers are known by their Square token) and the own lists."""
    spending = draw_spending(world=world, rng=rng.spawn(1)[0])
    lines = _receipts(world=world, rng=rng)
    customers = _write_customers(folder / "customers.csv", world=world, lines=lines, spending=spending, rng=rng)
    each = performers(world=world, each=4, usual_share=0.8, rng=rng)
    staff = pick(staff_names(number=4 * len(world.trade.places)), each)
    return (
        customers,
        _write_items(folder / "items.csv", world=world, lines=lines, staff=staff, rng=rng),
        write_complaints(folder / "complaints.csv", world=world, staff=staff, header=COMPLAINTS_HEADER),
        write_spending(folder / "spend.csv", world=world, spending=spending, header=SPEND_HEADER),
    )


def customer_ids(*, people: People, rng: Generator) -> list[str]:
    """Square's customer tokens."""
    return draw_tokens(number=len(people), length=26, rng=rng)


def dollars(amounts: Ints) -> list[str]:
    """Amounts as Square prints them: $1,280.00, refunds -$45.00."""
    return [f"{'-' if amount < 0 else ''}${abs(amount):,.2f}" for amount in amounts.tolist()]


def _receipts(*, world: World, rng: Generator) -> Lines:
    level = world.visits.level
    choice = SERVICES.draw(level=level, rng=rng)
    price = SERVICES.prices[choice]
    offer = reduced(gross=price, share=OFFER, off=OFF, rng=rng)
    service = make_lines(visit=np.arange(len(level)), item=choice, gross=price, rank=0, discount=offer)
    extras = added(shelf=EXTRAS, start=_EXTRA0, chance=EXTRA, rank=1, level=level, rng=rng)
    products = added(shelf=PRODUCTS, start=_PRODUCT0, chance=PRODUCT, rank=2, level=level, rng=rng)
    return with_refunds(lines=join(service, extras, products), world=world, share=REFUNDED, rng=rng)


def _write_items(path: Path, *, world: World, lines: Lines, staff: list[str], rng: Generator) -> Path:
    visits, people, number = world.visits, world.people, len(lines)
    customer, branch = visits.customer[lines.visit], visits.branch[lines.visit]
    back = lines.rank == REFUND_RANK
    seconds = rng.integers(0, 60, len(visits))[lines.visit].tolist()
    sale, payment = (draw_tokens(number=2 * len(visits), length=22, rng=rng) for _ in range(2))
    card = rng.integers(0, len(_CARDS), len(visits))[lines.visit]
    suffix = [f"{digits:04d}" for digits in rng.integers(0, 10_000, len(visits)).tolist()]
    filled = {
        "Date": world.dates(visits.day[lines.visit] + lines.later).astype(str).tolist(),
        "Time": [f"{t}:{s:02d}" for t, s in zip(clock_time(visits.minute[lines.visit]), seconds, strict=True)],
        "Time Zone": ["Hong Kong"] * number,
        "Category": pick([good.category for good in _GOODS], lines.item),
        "Item": pick([good.name for good in _GOODS], lines.item),
        "Qty": [f"{quantity:.1f}" for quantity in lines.quantity.tolist()],
        "Price Point Name": ["Regular"] * number,
        "Gross Sales": dollars(lines.gross),
        "Discounts": dollars(-lines.discount),
        "Net Sales": dollars(lines.net),
        "Tax": ["$0.00"] * number,
        "Transaction ID": pick(sale, lines.receipt),
        "Payment ID": pick(payment, lines.receipt),
        "Device Name": pick([f"{place.id} front desk" for place in world.trade.places], branch),
        "Event Type": pick(("Payment", "Refund"), back.astype(np.int64)),
        "Location": pick([place.id for place in world.trade.places], branch),
        "Customer ID": pick(world.ids, customer),
        "Customer Name": pick([f"{w} {s}" for w, s in zip(people.western, people.surname, strict=True)], customer),
        "Unit": ["ea"] * number,
        "Count": ["1"] * number,
        "Itemization Type": pick(("Service", "Physical Good"), (lines.item >= _PRODUCT0).astype(np.int64)),
        "Commission": ["$0.00"] * number,
        "Employee": pick(staff, lines.visit),
        "Channel": ["Point of Sale"] * number,
        "Card Brand": pick(_CARDS, card),
        "PAN Suffix": [suffix[v] if c < len(_CARDS) - 1 else "" for v, c in zip(lines.visit, card, strict=True)],
    }
    return write_csv(path, header=ITEMS_HEADER, columns=all_columns(header=ITEMS_HEADER, filled=filled, number=number))


def _write_customers(path: Path, *, world: World, lines: Lines, spending: Spending, rng: Generator) -> Path:
    people, number, visits = world.people, len(world.lives), world.visits
    known = np.flatnonzero(visits.customer >= 0)
    first, last = np.full(number, world.clock.days), np.zeros(number, dtype=np.int64)
    np.minimum.at(first, visits.customer[known], visits.day[known])
    np.maximum.at(last, visits.customer[known], visits.day[known])
    spent = np.zeros(len(world.lives) + 1, dtype=np.int64)
    np.add.at(spent, visits.customer[lines.visit], lines.net)
    email = rng.random(number) < 0.7
    answer = permissions(number=number, yes_share=(0.62,), rng=rng)[0]
    born = np.where(rng.random(number) < 0.4, "", people.born.astype(str))
    filled = {
        "First Name": people.western,
        "Last Name": people.surname,
        "Email Address": pick(people.email, np.where(email, np.arange(number), -1)),
        "Phone Number": [f"+852 {phone}" for phone in people.phone],
        "City": pick(_CITIES, rng.integers(0, len(_CITIES), number)),
        "Birthday": born.tolist(),
        "Square Customer ID": world.ids,
        "Creation Source": pick(
            [channel.source for channel in world.trade.channels],
            draw_sources(world=world, spending=spending, rng=rng),
        ),
        "First Visit": world.dates(first).astype(str).tolist(),
        "Last Visit": world.dates(last).astype(str).tolist(),
        "Transaction Count": np.bincount(visits.customer[known], minlength=number).astype(str).tolist(),
        "Lifetime Spend": dollars(spent[:number]),
        "Email Subscription Status": pick(("Unsubscribed", "Subscribed", "Unknown"), np.where(answer < 0, 2, answer)),
        "Instant Profile": ["No"] * number,
        "Blocked from online booking": ["No"] * number,
    }
    columns = all_columns(header=CUSTOMERS_HEADER, filled=filled, number=number)
    return write_csv(path, header=CUSTOMERS_HEADER, columns=columns)
