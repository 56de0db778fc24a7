"""A chain of four beauty salons with its own till and lists, all with Chinese headers.

Prepaid packages are sold (net = cash taken, no visit) and redeemed session by session: gross = value of the session
out of the package, discount = the same, net = 0, so that the redeemed value can be seen and is never counted twice.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.random import Generator

from regulars.ledger.synth.clock import Floats, Ints
from regulars.ledger.synth.files import cells, clock_time, money, pick, write_complaints, write_csv
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
    running_numbers,
    with_refunds,
)
from regulars.ledger.synth.records import earlier_customers, permissions
from regulars.ledger.synth.trade import Calendar, Channel, Goal, Grievances, Nature, Place, Trade
from regulars.ledger.synth.world import World, in_rounds

TRADE = Trade(
    pack="beauty",
    english="Lotus Beauty",
    chinese="蓮悅美容",
    mission_english="Every client leaves cared for, and comes back because she wants to.",
    mission_chinese="讓每位客人稱心而歸，樂意再來。",
    customers=6000,
    years=3,
    places=(
        Place("Central", "Central", "中環", 0.30, wastage=0.9, closed_on=(7,), also=("中環", "中環店")),
        Place("Causeway Bay", "Causeway Bay", "銅鑼灣", 0.27, also=("銅鑼灣", "銅鑼灣店")),
        Place("Mong Kok", "Mong Kok", "旺角", 0.25, 2.2, 0.06, also=("旺角", "旺角店"), complaints=2.0),
        Place("Sha Tin", "Sha Tin", "沙田", 0.18, wastage=0.9, closed_on=(2,), also=("沙田", "沙田店")),
    ),
    nature=Nature(
        interval_days=40,
        rate_shape=4.0,
        once=0.4,
        hazard_month=0.5,
        hazard_shape=0.3,
        regularity={1: 0.1, 2: 0.5, 3: 0.4},
    ),
    calendar=Calendar(
        weekday=(0.8, 0.85, 0.95, 1.0, 1.2, 1.4, 1.1),
        month=(1.05, 0.95, 1.0, 0.98, 1.02, 1.0, 0.95, 0.92, 0.98, 1.0, 1.05, 1.15),
        new_year_rush=1.3,
        new_year_closed=3,
        new_year_lull=0.8,
    ),
    goals=(
        Goal("stay", "Keep the clients we have", "留住現有客人", "retention_rate", 0.822, 1),
        Goal("less-wastage", "Lose fewer clients in silence", "減少客人無聲流失", "wastage_90d", 0.069, 2),
        Goal("gain", "Earn more from care for clients", "由客戶關係賺取更多", "gain_12", 21_000, 3, True),
        Goal("back", "Win lapsed clients back", "挽回久未光臨的客人", "reactivated", 14, 4, True),
    ),
    female=0.93,
    margin=0.6,
    budget_per_thousand=2_000,
    staff_hours=30,
    grievances=Grievances(
        share=0.02,
        prompt=0.55,
        late=0.25,
        leave_late=0.25,
        leave_open=0.55,
        kinds=cells("護理效果,職員態度,等候時間,銷售手法,收費"),
        severities=cells("輕微,一般,嚴重"),
        outcomes=cells("致歉,免費補做,退回部分款項"),
    ),
    channels=(
        Channel("朋友介紹 Referral", 0.24),
        Channel("路過 Walk-in", 0.22),
        Channel("Instagram", 0.2, 900),
        Channel("Facebook 廣告", 0.12, 700),
        Channel("Google 搜尋", 0.12, 500),
        Channel("OpenRice", 0.03, 150, steady=True),
        Channel("團購 Deal site", 0.07),
    ),
)

SALES_HEADER = cells("單號,日期,時間,客戶編號,客戶姓名,電話,分店,美容師,項目,類別,數量,原價,折扣,實收")
CLIENTS_HEADER = cells(
    "客戶編號,客戶姓名,英文姓名,性別,電話,電郵,出生日期,地區,登記日期,來源,介紹人編號,所屬分店,"
    "接受電郵推廣,接受短訊推廣,接受WhatsApp推廣,接受電話推廣"
)
COMPLAINTS_HEADER = cells("投訴編號,投訴日期,客戶編號,分店,美容師,投訴類別,嚴重程度,解決日期,處理結果")
SPEND_HEADER = cells("開始日期,結束日期,來源,推廣開支")

_FACE, _BODY, _HAIR, _NAIL = "面部護理 Facial", "身體護理 Body", "脫毛 Hair removal", "美甲 Nails"
_RETAIL, _REFUND = "產品 Product", "退款 Refund"
_SOLD, _REDEEMED = "套票銷售 Package sale", "套票兌換 Package redemption"

TREATMENTS = Shelf(
    (
        Item("深層清潔面部護理 Deep cleansing facial", _FACE, 480, 3.0),
        Item("水光保濕面部護理 Hydrating facial", _FACE, 680, 2.6),
        Item("緊緻抗衰老面部護理 Firming facial", _FACE, 980, 1.4),
        Item("激光嫩膚 Laser rejuvenation", _FACE, 1480, 0.8),
        Item("淋巴排毒按摩 Lymphatic massage", _BODY, 620, 1.4),
        Item("纖體護理 Body contouring", _BODY, 880, 0.9),
        Item("腋下脫毛 Underarm hair removal", _HAIR, 220, 1.2),
        Item("全腿脫毛 Full leg hair removal", _HAIR, 560, 0.8),
        Item("凝膠美甲 Gel manicure", _NAIL, 320, 1.2),
    )
)
EXTRAS = Shelf(
    (
        Item("眼膜護理 Eye mask", _FACE, 120, 2.0),
        Item("頸部護理 Neck care", _FACE, 180, 1.5),
        Item("頭肩按摩 Head and shoulder massage", _BODY, 160, 1.2),
    )
)
PRODUCTS = Shelf(
    (
        Item("保濕精華 Hydrating serum 30ml", _RETAIL, 480, 1.2),
        Item("防曬乳 Sunscreen SPF50", _RETAIL, 320, 2.0),
        Item("舒緩面膜五片裝 Soothing masks x5", _RETAIL, 260, 2.0),
        Item("緊緻眼霜 Firming eye cream", _RETAIL, 620, 0.8),
    )
)
#: Ten sessions of the first four treatments.
PACKAGES = Shelf(
    (
        Item("深層清潔面部護理套票十次 Deep cleansing facial, package of 10", _SOLD, 3800, 2.5),
        Item("水光保濕面部護理套票十次 Hydrating facial, package of 10", _SOLD, 5800, 2.0),
        Item("緊緻抗衰老面部護理套票十次 Firming facial, package of 10", _SOLD, 8800, 1.0),
        Item("激光嫩膚套票十次 Laser rejuvenation, package of 10", _SOLD, 12800, 0.5),
    )
)
SESSIONS = 10
EXTRA, PRODUCT, OFFER, OFF, REFUNDED = 0.22, 0.14, 0.14, 0.15, 0.006
_BUYS_FIRST, _BUYS_LATER, _REDEEMS = 0.02, 0.08, 0.92
_GOODS = (*TREATMENTS.items, *EXTRAS.items, *PRODUCTS.items, *PACKAGES.items)
_EXTRA0, _PRODUCT0, _PACKAGE0 = 9, 12, 16
_IS_PACKAGE, _IS_REDEMPTION = 1, 2
_LETTERS = ("CE", "CB", "MK", "ST")  # of the receipt numbers, by branch

_DISTRICTS = cells("中西區,灣仔區,東區,南區,油尖旺區,深水埗區,九龍城區,黃大仙區,觀塘區,沙田區,大埔區,西貢區")


def customer_ids(*, people: People, rng: Generator) -> list[str]:  # noqa: ARG001 - other trades draw theirs
    """The till's client numbers."""
    return [f"LB-{n // 1000:03d}-{n % 1000:03d}" for n in range(1, len(people) + 1)]


def expected_spend(*, lives: Lives) -> Floats:
    """Expected net amount of a visit whose treatment is paid on the day (refunds and package sales apart)."""
    treatment = TREATMENTS.mean_price(level=lives.spend) * (1 - OFFER * OFF)
    return np.asarray(
        treatment + EXTRA * EXTRAS.mean_price(level=lives.spend) + PRODUCT * PRODUCTS.mean_price(level=lives.spend)
    )


def write_exports(*, world: World, folder: Path, rng: Generator) -> tuple[Path, ...]:
    """Write ``clients.csv``, ``sales.csv``, ``complaints.csv`` and ``spend.csv``."""
    spending = draw_spending(world=world, rng=rng.spawn(1)[0])
    lines = _receipts(world=world, rng=rng)
    clients = _write_clients(folder / "clients.csv", world=world, spending=spending, rng=rng)
    each = performers(world=world, each=5, usual_share=0.7, rng=rng)
    staff = pick(staff_names(number=5 * len(world.trade.places)), each)
    sign = "utf-8-sig"
    return (
        clients,
        _write_sales(folder / "sales.csv", world=world, lines=lines, staff=staff),
        write_complaints(folder / "complaints.csv", world=world, staff=staff, header=COMPLAINTS_HEADER, encoding=sign),
        write_spending(folder / "spend.csv", world=world, spending=spending, header=SPEND_HEADER, encoding=sign),
    )


def _receipts(*, world: World, rng: Generator) -> Lines:
    """What is bought at every visit."""
    level = world.visits.level
    bought, redeemed = _packages(world=world, rng=rng)
    redeems = redeemed >= 0
    item = np.where(redeems, redeemed, TREATMENTS.draw(level=level, rng=rng))
    value = np.where(redeems, PACKAGES.prices[redeemed] // SESSIONS, TREATMENTS.prices[item])
    offer = reduced(gross=value, share=OFFER, off=OFF, rng=rng)
    main = make_lines(
        visit=np.arange(len(level)), item=item, gross=value, rank=0, discount=np.where(redeems, value, offer)
    )
    main.mark[redeems] = _IS_REDEMPTION
    buyers = np.flatnonzero(bought >= 0)
    packages = make_lines(visit=buyers, item=_PACKAGE0 + bought[buyers], gross=PACKAGES.prices[bought[buyers]], rank=3)
    packages.mark[:] = _IS_PACKAGE
    extras = added(shelf=EXTRAS, start=_EXTRA0, chance=EXTRA, rank=1, level=level, rng=rng)
    products = added(shelf=PRODUCTS, start=_PRODUCT0, chance=PRODUCT, rank=2, level=level, rng=rng)
    lines = join(main, extras, products, packages)
    return with_refunds(lines=lines, world=world, share=REFUNDED, rng=rng, never=np.array([_IS_PACKAGE]))


def _packages(*, world: World, rng: Generator) -> tuple[Ints, Ints]:
    """Package bought at, and package redeemed at, each visit (-1 = none), visit number by visit number."""
    visits = world.visits
    bought, redeemed = np.full(len(visits), -1), np.full(len(visits), -1)
    wish, use = rng.random(len(visits)), rng.random(len(visits))
    choice = PACKAGES.draw(level=visits.level, rng=rng)
    balance = np.zeros(len(world.lives), dtype=np.int64)
    holding = np.full(len(world.lives), -1)
    for now in in_rounds(visits=visits):
        who = visits.customer[now]
        redeems = (balance[who] > 0) & (use[now] < _REDEEMS)
        redeemed[now[redeems]] = holding[who[redeems]]
        balance[who[redeems]] -= 1
        buys = (balance[who] == 0) & (wish[now] < np.where(visits.number[now] == 0, _BUYS_FIRST, _BUYS_LATER))
        bought[now[buys]] = holding[who[buys]] = choice[now[buys]]
        balance[who[buys]] = SESSIONS
    return bought, redeemed


def _write_sales(path: Path, *, world: World, lines: Lines, staff: list[str]) -> Path:
    visits = world.visits
    customer, branch = visits.customer[lines.visit], visits.branch[lines.visit]
    kinds = np.array([good.category for good in _GOODS], dtype=object)[lines.item]
    kinds[lines.mark == _IS_REDEMPTION] = _REDEEMED
    kinds[lines.rank == REFUND_RANK] = _REFUND
    running = running_numbers(receipt=lines.receipt)
    columns = (
        # in groups of four digits, which no identity card number has
        [f"{_LETTERS[b]}-{n // 10_000:04d}-{n % 10_000:04d}" for b, n in zip(branch.tolist(), running, strict=True)],
        world.dates(visits.day[lines.visit] + lines.later).astype(str).tolist(),
        clock_time(visits.minute[lines.visit]),
        pick(world.ids, customer),
        pick(world.people.chinese, customer),
        pick(world.people.phone, customer),
        pick([place.id for place in world.trade.places], branch),
        pick(staff, lines.visit),
        pick([good.name for good in _GOODS], lines.item),
        kinds.tolist(),
        lines.quantity.tolist(),
        money(lines.gross),
        money(lines.discount),
        money(lines.net),
    )
    return write_csv(path, header=SALES_HEADER, columns=columns, encoding="utf-8-sig")


def _write_clients(path: Path, *, world: World, spending: Spending, rng: Generator) -> Path:
    number, people = len(world.lives), world.people
    source = draw_sources(world=world, spending=spending, rng=rng)
    referrer = np.where(source == 0, earlier_customers(world=world, rng=rng), -1)
    born = np.where(rng.random(number) < 0.25, "", people.born.astype(str))
    columns = (
        world.ids,
        people.chinese,
        people.latin,
        np.where(people.female, "女", "男").tolist(),
        people.phone,
        pick(people.email, np.where(rng.random(number) < 0.72, np.arange(number), -1)),
        born.tolist(),
        pick(_DISTRICTS, rng.integers(-1, len(_DISTRICTS), number)),
        world.dates(world.began_day).astype(str).tolist(),
        pick([channel.source for channel in world.trade.channels], source),
        pick(world.ids, referrer),
        pick([p.also[0] for p in world.trade.places], world.lives.branch),
        *(
            pick(("否", "是"), answer)
            for answer in permissions(number=number, yes_share=(0.62, 0.58, 0.7, 0.33), rng=rng)
        ),
    )
    return write_csv(path, header=CLIENTS_HEADER, columns=columns, encoding="utf-8-sig")
