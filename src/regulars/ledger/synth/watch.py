"""Two watch shops with their own till: semicolon files, day first, thousands separated.

Customers come about every fifteen months, mostly for a strap, a battery or a water resistance test; the first visit
four years or more after the last service (or the first visit of all) is for a service; a second watch is rare.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import gammainc

from regulars.ledger.synth.clock import Floats, Ints
from regulars.ledger.synth.files import cells, clock_time, pick, write_csv
from regulars.ledger.synth.goods import Item, Shelf
from regulars.ledger.synth.lives import Lives
from regulars.ledger.synth.people import People, staff_names
from regulars.ledger.synth.receipts import (
    REFUND_RANK,
    Lines,
    make_lines,
    performers,
    running_numbers,
    with_refunds,
)
from regulars.ledger.synth.records import permissions
from regulars.ledger.synth.trade import Calendar, Goal, Nature, Place, Trade
from regulars.ledger.synth.world import World, in_rounds

TRADE = Trade(
    pack="watch",
    english="Meridian Timepieces",
    chinese="子午鐘錶",
    mission_english="We look after your watch for as long as you wear it.",
    mission_chinese="您戴多久，我們就照料多久。",
    customers=2500,
    years=6,
    places=(
        Place("Tsim Sha Tsui", "Tsim Sha Tsui", "尖沙咀", 0.6, also=("尖沙咀店",)),
        Place("Central", "Central", "中環", 0.4, wastage=1.7, once_more=0.05, closed_on=(7,), also=("中環店",)),
    ),
    nature=Nature(
        interval_days=450,
        rate_shape=5.0,
        once=0.35,
        hazard_month=0.03,
        hazard_shape=0.6,
        regularity={1: 0.2, 2: 0.5, 3: 0.3},
    ),
    calendar=Calendar(
        weekday=(0.85, 0.85, 0.9, 0.95, 1.1, 1.3, 1.2),
        month=(1.1, 0.95, 0.95, 0.95, 1.05, 0.95, 0.95, 0.95, 0.95, 1.05, 1.0, 1.25),
        new_year_rush=1.3,
        new_year_closed=3,
        new_year_lull=0.8,
    ),
    goals=(
        Goal("stay", "Keep owners in our care", "留住錶主", "retention_rate", 0.9, 1),
        Goal("gain", "Earn more from care for owners", "由客戶關係賺取更多", "gain_12", 4_200, 2, True),
        Goal("back", "Bring owners back for their service", "請錶主回來保養", "reactivated", 6, 3, True),
    ),
    female=0.35,
    margin=0.35,
    budget_per_thousand=1_500,
    staff_hours=25,
    walk_ins=0.1,
)

SALES_HEADER = cells(
    "Receipt No,Date,Time,Customer No,Customer name,Branch,Salesperson,Type,Brand,Item,Serial No,Qty,Gross,"
    "Discount,Net,Cost"
)
CLIENTS_HEADER = cells(
    "Customer No,Name,中文姓名,Phone,Email,Date of birth,Joined,Source,Branch,Accepts email,Accepts post,Accepts phone,"
    "Accepts WhatsApp"
)

_SALE, _SERVICE, _REPAIR = "售錶 Watch sale", "保養 Service", "維修 Repair"
_PART, _REFUND = "配件 Accessory", "退款 Refund"
WATCHES = Shelf(
    (
        Item("Classic 38 automatic", _SALE, 28_800, 2.0, cost=19_600),
        Item("Diver 41 automatic", _SALE, 46_800, 1.8, cost=31_800),
        Item("Moonphase 40", _SALE, 88_000, 0.8, cost=58_100),
        Item("Chronograph 42", _SALE, 128_000, 0.5, cost=83_200),
        Item("Lady 29 quartz", _SALE, 18_800, 1.2, cost=12_800),
    ),
    tilt=0.5,
)
SERVICES = Shelf(
    (
        Item("全面保養 Full service", _SERVICE, 4_800, 2.0, cost=1_900),
        Item("計時錶全面保養 Chronograph full service", _SERVICE, 8_600, 0.6, cost=3_400),
        Item("抹油校準 Partial service and regulation", _SERVICE, 2_400, 0.8, cost=900),
    ),
    tilt=0.4,
)
SMALL = Shelf(
    (
        Item("防水測試 Water resistance test", _SERVICE, 380, 1.2, cost=60),
        Item("更換電池 Battery replacement", _REPAIR, 480, 1.5, cost=120),
        Item("更換錶鏡 Crystal replacement", _REPAIR, 1_800, 0.4, cost=760),
        Item("皮錶帶 Leather strap", _PART, 1_280, 1.0, cost=520),
        Item("調整錶鏈 Bracelet adjustment and polish", _REPAIR, 680, 0.8, cost=110),
    ),
    tilt=0.3,
)
_GOODS = (*WATCHES.items, *SERVICES.items, *SMALL.items)
_SERVICE0, _SMALL0 = len(WATCHES.items), len(WATCHES.items) + len(SERVICES.items)
#: First visits that are a purchase; later visits that are one; purchases with a price given way on, and how far.
FIRST_BUYS, BUYS_AGAIN, OFFER, OFF, REFUNDED = 0.75, 0.06, 0.3, 0.05, 0.004
DUE_DAYS = 4 * 365
_SOURCES = cells("介紹 Referral,路過 Walk-in,Google,雜誌 Magazine,品牌活動 Brand event")


def customer_ids(*, people: People, rng: Generator) -> list[str]:  # noqa: ARG001 - other trades draw theirs
    """The till's customer numbers."""
    return [f"{100_000 + 7 * number}" for number in range(1, len(people) + 1)]


def expected_spend(*, lives: Lives) -> Floats:
    """Expected net amount of a return visit in the long run.

    Between two services lie all visits of ``DUE_DAYS``: with Erlang-k gaps their number is the sum over n of
    P(Gamma(nk, k rate) <= DUE_DAYS), so that one visit in that number plus one is a service.
    """
    between = np.zeros(len(lives))
    n, gain = 1, np.ones(len(lives))
    while gain.max() > 1e-9:
        gain = gammainc(n * lives.regularity, lives.regularity * lives.rate * DUE_DAYS)
        between += gain
        n += 1
    service = 1 / (1 + between)
    other = service * SERVICES.mean_price(level=lives.spend) + (1 - service) * SMALL.mean_price(level=lives.spend)
    watch = WATCHES.mean_price(level=lives.spend) * (1 - OFFER * OFF)
    return np.asarray(BUYS_AGAIN * watch + (1 - BUYS_AGAIN) * other)


def write_exports(*, world: World, folder: Path, rng: Generator) -> tuple[Path, ...]:
    """Write ``clients.csv`` and ``sales.csv``."""
    lines = _receipts(world=world, rng=rng)
    clients = _write_clients(folder / "clients.csv", world=world, rng=rng)
    return clients, _write_sales(folder / "sales.csv", world=world, lines=lines, rng=rng)


def grouped(amounts: Ints) -> list[str]:
    """Amounts with thousands separated: 28,800.00."""
    return [f"{amount:,.2f}" for amount in amounts.tolist()]


def day_first(days: NDArray[np.datetime64]) -> list[str]:
    """31/12/2024."""
    return [f"{day[8:10]}/{day[5:7]}/{day[:4]}" for day in days.astype(str).tolist()]


def _receipts(*, world: World, rng: Generator) -> Lines:
    """One line a visit: a watch, the full service when its turn has come, else something small."""
    visits, level = world.visits, world.visits.level
    first = visits.number == 0
    buys = rng.random(len(visits)) < np.where(first, FIRST_BUYS, BUYS_AGAIN)
    buys &= visits.customer >= 0
    serviced = services_due(world=world)
    small = _SMALL0 + SMALL.draw(level=level, rng=rng)
    item = np.where(serviced, _SERVICE0 + SERVICES.draw(level=level, rng=rng), small)
    item = np.where(buys, WATCHES.draw(level=level, rng=rng), item)
    gross = np.array([good.price for good in _GOODS])[item]
    bargain = buys & (rng.random(len(visits)) < OFFER)
    discount = np.where(bargain, np.round(gross * OFF), 0).astype(np.int64)
    lines = make_lines(visit=np.arange(len(visits)), item=item, gross=gross, rank=0, discount=discount)
    return with_refunds(lines=lines, world=world, share=REFUNDED, rng=rng)


def services_due(*, world: World) -> NDArray[np.bool_]:
    """Visits at which a service is due, visit number by visit number."""
    visits = world.visits
    due, last = np.zeros(len(visits), dtype=bool), world.began_day.copy()
    for now in in_rounds(visits=visits):
        who = visits.customer[now]
        due[now] = visits.day[now] - last[who] >= DUE_DAYS
        last[who[due[now]]] = visits.day[now[due[now]]]
    return due


def _write_sales(path: Path, *, world: World, lines: Lines, rng: Generator) -> Path:
    visits = world.visits
    customer, branch = visits.customer[lines.visit], visits.branch[lines.visit]
    back = lines.rank == REFUND_RANK
    types = np.array([good.category for good in _GOODS], dtype=object)[lines.item]
    types[back] = _REFUND
    cost = np.array([good.cost for good in _GOODS])[lines.item] * lines.quantity
    columns = (
        [f"{number:06d}" for number in running_numbers(receipt=lines.receipt).tolist()],
        day_first(world.dates(visits.day[lines.visit] + lines.later)),
        clock_time(visits.minute[lines.visit]),
        pick(world.ids, customer),
        pick(world.people.chinese, customer),
        pick([place.id for place in world.trade.places], branch),
        pick(
            staff_names(number=4 * len(world.trade.places)),
            performers(world=world, each=4, usual_share=0.75, rng=rng)[lines.visit],
        ),
        types.tolist(),
        pick(("Meridian", "Aster", "Halcyon"), (lines.item + customer) % 3),
        pick([good.name for good in _GOODS], lines.item),
        # one watch a customer is enough here; walk-ins leave no number
        [f"{c % 89 + 10:02d}-{c + 1:05d}" if c >= 0 else "" for c in customer.tolist()],
        lines.quantity.tolist(),
        grouped(lines.gross),
        grouped(lines.discount),
        grouped(lines.net),
        grouped(cost),
    )
    return write_csv(path, header=SALES_HEADER, columns=columns, delimiter=";")


def _write_clients(path: Path, *, world: World, rng: Generator) -> Path:
    people, number = world.people, len(world.lives)
    born = [day if has else "" for day, has in zip(day_first(people.born), rng.random(number) < 0.6, strict=True)]
    answers = permissions(number=number, yes_share=(0.55, 0.6, 0.45, 0.6), rng=rng)
    columns = (
        world.ids,
        people.latin,
        people.chinese,
        people.phone,
        pick(people.email, np.where(rng.random(number) < 0.65, np.arange(number), -1)),
        born,
        day_first(world.dates(world.began_day)),
        pick(_SOURCES, rng.integers(0, len(_SOURCES), number)),
        pick([place.id for place in world.trade.places], world.lives.branch),
        *(pick(("N", "Y"), answer) for answer in answers),
    )
    return write_csv(path, header=CLIENTS_HEADER, columns=columns, delimiter=";")
