"""A hand-built diagnosis and plan of an invented beauty chain: realistic in size and shape, no run behind it."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

from regulars.analysis.diagnosis import (
    SCHEMA,
    Backtest,
    Base,
    BranchRow,
    Classes,
    ClassRow,
    Cohorts,
    Concentration,
    Diagnosis,
    Locked,
    ModelFit,
    Movement,
    MovementMonth,
    Packages,
    Provenance,
    Rhythm,
    RhythmBin,
    StateRow,
    Value,
    Wastage,
)
from regulars.base.estimate import Estimate
from regulars.base.problem import Problem
from regulars.base.settings import Branch, Budget, Business
from regulars.base.text import Local, Text, say
from regulars.packs.schema import Pack
from regulars.strategy.plan import SCHEMA as PLAN_SCHEMA
from regulars.strategy.plan import (
    CellInfo,
    Evidence,
    FrontierPoint,
    Line,
    NotChosen,
    Plan,
    Price,
    Rival,
    TargetRow,
)

AS_OF = date(2026, 11, 21)


def both(en: str, zh: str) -> Text:
    """Words of the sample itself, where a run would have a sentence of its own."""
    return say("report.say.plain", text=Local({"en": en, "zh-Hant": zh}))


def money(mean: float, p10: float, p90: float, n: int = 2000) -> Estimate:
    return Estimate(mean, p10, (p10 + p90) / 2, p90, "HKD", "allocation", n)


def number(mean: float, p10: float, p90: float, unit: str = "customers", n: int = 6480) -> Estimate:
    return Estimate(mean, p10, mean, p90, unit, "mbg_nbd", n)


def provenance() -> Provenance:
    return Provenance(218, {"sales": 91, "customers": 88, "bookings": 39}, AS_OF, "beauty", "HKD", "9f2c11aa", "0.1.0")


def _movement() -> Movement:
    months: list[MovementMonth] = []
    lost = 0
    for i in range(30):
        season = 1 + 0.13 * math.sin((i + 4) / 12 * 2 * math.pi)
        retained, new = round((640 + 14 * i) * season), round((118 + i) * season)
        recovered = round((22 + i) * season * (i > 6))
        lapsing = round(210 + 6 * i)
        lost += round((52 + 3.4 * i) * season) * (i > 5) - recovered
        month = date(2024 + (5 + i) // 12, (5 + i) % 12 + 1, 1)
        active = retained + new + recovered
        months.append(MovementMonth(month, active, new, retained, recovered, lapsing, max(0, lost), active * 634.5))
    return Movement(90, 180, tuple(months))


def _cohorts() -> Cohorts:
    months = tuple(date(2025 + i // 12, i % 12 + 1, 1) for i in range(23))
    share = []
    for i in range(23):
        row: list[float | None] = [1.0]
        for k in range(1, 23):
            told = i + k < 23
            row.append(round(0.30 * k**-0.28 + 0.013 * ((i * 7 + k * 5) % 5 - 2), 4) if told else None)
        share.append(tuple(row))
    sizes = tuple(118 + (i * 11) % 37 for i in range(23))
    source = "Phorest, Fully booked: salon client retention (vendor research on its own base, 90 days, undated)"
    return Cohorts(months, sizes, tuple(share), 90, 0.314, 2816, 0.30, source)


def _rhythm() -> Rhythm:
    edges = (14, 21, 28, 35, 42, 49, 56, 70, 91, 122, 152, 183, 274, 365, 36500)
    counts = (96, 318, 604, 702, 566, 412, 471, 398, 231, 74, 21, 9, 4, 2)
    bins = tuple(RhythmBin(a, b, n) for a, b, n in zip(edges, edges[1:], counts, strict=False))
    return Rhythm(41.3, 2.0, 41.0, sum(counts), bins, 1386, 1204)


def _concentration() -> Concentration:
    points = tuple((x / 20, 1 - (1 - x / 20) ** 2.9) for x in range(21))
    return Concentration(points, 0.262, 0.476, 2574, 0.121)


def _wastage() -> Wastage:
    rows = (
        StateRow("newcomer", 402, 298_000.0, 0.71, money(612_000, 541_000, 690_000)),
        StateRow("active", 2416, 6_930_000.0, 0.93, money(6_420_000, 6_070_000, 6_790_000)),
        StateRow("overdue", 1204, 1_512_000.0, 0.58, money(1_106_000, 968_000, 1_251_000)),
        StateRow("lapsed", 2458, 421_000.0, 0.07, money(184_000, 121_000, 259_000)),
    )
    return Wastage(rows, money(803_000, 611_000, 1_020_000), 1127, 2_214_000.0, number(318, 282, 356))


def _classes() -> Classes:
    rows = (
        ClassRow("regulars", 1296, 6_218_000.0, money(15_900_000, 14_800_000, 17_000_000), 0.94),
        ClassRow("passing_stars", 611, 1_407_000.0, money(2_240_000, 1_850_000, 2_680_000), 0.47),
        ClassRow("faithful_light", 1822, 1_233_000.0, money(3_060_000, 2_790_000, 3_350_000), 0.90),
        ClassRow("passers_by", 2751, 303_000.0, money(402_000, 310_000, 505_000), 0.14),
    )
    return Classes("value_by_duration", 4800.0, 0.7, rows)


def _models() -> tuple[ModelFit, ...]:
    good = both("The customers' own history determines the model.", "客戶本身的紀錄足以確定模型。")
    return (
        ModelFit("mbg-nbd", {"r": 1.9, "alpha": 11.2}, {"r": 0.06}, -81234.5, 6480, True, "visits", True, good),
        ModelFit("bg-nbd", {"r": 1.7, "alpha": 10.4}, {"r": 0.05}, -81301.2, 6480, False, "visits", True, good),
        ModelFit("gamma-gamma", {"p": 5.1}, {"p": 0.2}, -21877.9, 3908, True, "spend", True, good),
    )


def _backtest() -> Backtest:
    bands = ((0, 1411, 0.434, 0.424), (1, 639, 1.144, 1.099), (2, 414, 1.737, 1.824), (3, 300, 2.3, 2.227))
    more = ((4, 162, 2.877, 2.969), (5, 138, 3.406, 3.348), (6, 129, 4.031, 3.884), (7, 464, 6.724, 6.905))
    return Backtest(date(2025, 11, 21), 365, 3657, number(7328, 7101, 7560, "visits"), 7371, (*bands, *more))


def _branches() -> tuple[BranchRow, ...]:
    return (
        BranchRow("CWB", 2204, 861, 371, 835, 6120, 3_960_000.0),
        BranchRow("CEN", 1718, 690, 262, 660, 4907, 2_871_000.0),
        BranchRow("TST", 1391, 507, 281, 531, 3204, 1_602_000.0),
        BranchRow("MK", 1167, 358, 290, 432, 1899, 728_000.0),
    )


def _locked() -> tuple[Locked, ...]:
    return (
        Locked(
            both("Profit of each customer", "每名客戶的利潤"),
            both("the cost of each sale line, or of each item", "每行銷售或每個項目的成本"),
        ),
        Locked(both("Value of complaints", "投訴的影響"), both("a record of complaints", "投訴紀錄")),
    )


def _quality() -> tuple[Problem, ...]:
    return (
        Problem(
            "ledger",
            None,
            "customer",
            "anonymous",
            both("7% of sale lines name no customer; they count in revenue only", "7% 的銷售紀錄沒有客戶，只計入收入"),
            "warning",
            2204,
        ),
        Problem(
            "ledger",
            None,
            "net",
            "large",
            both("amounts above HK$100,000 were set aside", "超過 HK$100,000 的金額已擱置"),
            "rejected",
            3,
        ),
    )


def diagnosis() -> Diagnosis:
    base = Base(6480, 41_226, 63_870, 24_310_000.0, 9_161_000.0, 2204, 812_000.0, date(2023, 1, 3), AS_OF)
    value = Value(
        number(11_900, 11_300, 12_500, "visits"),
        money(8_322_000, 7_840_000, 8_810_000),
        money(21_600_000, 19_900_000, 23_400_000),
        number(3_430, 3_360, 3_500),
    )
    queries = {
        "base": "SELECT count(*) AS lines,\n       sum(net) AS revenue\nFROM sales\nWHERE day <= DATE '2026-11-21'",
        "movement": "SELECT month, count(*) AS active\nFROM came\nGROUP BY month",
        "standings": "SELECT customer, state\nFROM standings",
        "rhythm": "SELECT bin, count(*) AS customers\nFROM standings\nWHERE x > 0\nGROUP BY bin",
    }
    return Diagnosis(
        SCHEMA,
        provenance(),
        base,
        _movement(),
        _cohorts(),
        _rhythm(),
        _concentration(),
        _wastage(),
        _classes(),
        value,
        _models(),
        _backtest(),
        _branches(),
        Packages(4_120_000.0, 2_870_000.0, 1_250_000.0, 913, 0.303),
        _quality(),
        _locked(),
        queries,
    )


def _cells() -> tuple[CellInfo, ...]:
    label = both("Overdue, high value, Causeway Bay", "逾期，高價值，銅鑼灣")
    return (
        CellInfo(
            "CWB/overdue/high", "CWB", "overdue", "high", 214, {"phone": 180}, 0.08, 0.6, 220.0, 909.0, 1301.0, label
        ),
    )


def line(
    id: str,
    measures: tuple[str, ...],
    name: Local | Text,
    whom: Text,
    customers: int,
    cost: float,
    hours: float,
    v36: tuple[float, float, float],
    *,
    relationship: str = "functional",
    channels: tuple[str, ...] = ("whatsapp",),
    chance: float = 0.95,
    trust: str = "B",
    reasons: tuple[Text, ...] = (),
    test_first: bool = False,
) -> Line:
    mean, low, high = v36
    evidence = (
        Evidence("attrition", -0.15, 0.10, 3.0, trust, "Reminder trials in clinics, pooled; shrunk by the trust rule"),
        Evidence("frequency", 0.06, 0.08, 2.0, "D", "Trade figure without a control group"),
    )
    return Line(
        id,
        measures,
        name,
        relationship,
        channels,
        "CWB/overdue/high",
        whom,
        customers,
        max(1, customers // 19),
        cost,
        hours,
        money(mean * 0.7, low * 0.66, high * 0.74),
        money(mean, low, high),
        chance,
        ("fewer_silent_losses",),
        evidence,
        reasons,
        test_first,
    )


def _lines(pack: Pack) -> tuple[Line, ...]:
    def name(id: str) -> Local:
        return Local({str(k): v for k, v in pack.measure(id).name.items()})

    ids = [m.id for m in pack.measures]
    first, second, third, fourth, fifth = ids[:5]
    return (
        line(
            "1",
            (first,),
            name(first),
            both("Overdue, middle value, all branches", "逾期，中價值，所有分店"),
            1140,
            1140.0,
            0.0,
            (363_000, 198_000, 541_000),
            reasons=(
                both(
                    "returns HK$318 for every dollar; the budget's price is HK$4.2",
                    "每元可得 HK$318，預算價格為 HK$4.2",
                ),
                both(
                    "acts on leaving: 58 of 100 of them would otherwise be lost",
                    "作用於流失：否則每 100 名有 58 名會離開",
                ),
                both(
                    "beats the personal call by HK$94 a customer, because it takes no time",
                    "不用工時，每名客戶比個人致電多得 HK$94",
                ),
            ),
        ),
        line(
            "1b",
            (first,),
            name(first),
            both("Overdue, low value, all branches", "逾期，低價值，所有分店"),
            380,
            380.0,
            0.0,
            (41_000, 12_000, 72_000),
            reasons=(both("returns HK$108 for every dollar", "每元可得 HK$108"),),
        ),
        line(
            "2",
            (second,),
            name(second),
            both("Overdue, high value, Central and Causeway Bay", "逾期，高價值，中環及銅鑼灣"),
            420,
            2520.0,
            63.0,
            (241_000, 121_000, 372_000),
            relationship="consultant",
            channels=("phone",),
            trust="C",
            reasons=(both("the tie to the beautician is what they would lose", "他們會失去的是與美容師的關係"),),
        ),
        line(
            "3",
            (third, fourth),
            say("report.say.then", first=name(third), second=name(fourth)),
            both("Newcomers of the last 60 days", "最近 60 日的新客"),
            960,
            38_400.0,
            57.0,
            (192_000, 74_000, 318_000),
            relationship="affiliation",
            channels=("in_person", "whatsapp"),
            chance=0.91,
            reasons=(both("69 of 100 newcomers never return", "每 100 名新客有 69 名不再回來"),),
        ),
        line(
            "4",
            (fifth,),
            name(fifth),
            both("Lapsed 6 to 18 months, spent over HK$6,000", "流失 6 至 18 個月，曾消費逾 HK$6,000"),
            730,
            134_890.0,
            0.0,
            (83_000, -21_000, 190_000),
            relationship="deal",
            channels=("sms", "email"),
            chance=0.82,
            trust="E",
            reasons=(both("the longest second life of all groups", "各組之中挽回後維持最久"),),
            test_first=True,
        ),
    )


def _targets() -> tuple[TargetRow, ...]:
    def name(en: str, zh: str) -> Local:
        return Local({"en": en, "zh-Hant": zh})

    remedy = both("needs about 30 more staff hours in Mong Kok", "旺角需多約 30 個員工工時")
    return (
        TargetRow(
            "fewer_silent_losses",
            name("No more than 15 in 100 customers slip away in 90 days", "90日內每100名客人流失不多於15名"),
            "wastage_90d",
            0.15,
            0.187,
            Estimate(0.146, 0.131, 0.146, 0.162, "share", "targets", 2000),
            0.62,
            0.0,
            None,
        ),
        TargetRow(
            "win_back",
            name("Win back 60 lapsed customers", "挽回60名流失客"),
            "reactivated",
            60.0,
            18.0,
            Estimate(47.0, 34.0, 47.0, 61.0, "customers", "targets", 2000),
            0.12,
            13.0,
            remedy,
        ),
        TargetRow(
            "worth_it",
            name("Gain HK$500,000 over 12 months after all costs", "扣除成本後12個月淨增50萬元"),
            "gain_12",
            500_000.0,
            0.0,
            money(681_000, 402_000, 960_000),
            0.83,
            0.0,
            None,
        ),
    )


def _rivals() -> tuple[Rival, ...]:
    def rival(id: str, name: Text, v36: Estimate, cost: float, hours: float, n: int, wins: float) -> Rival:
        return Rival(id, name, cost, hours, n, money(v36.mean * 0.7, v36.p10 * 0.7, v36.p90 * 0.7), v36, wins)

    return (
        rival(
            "equal",
            both("Equal shares for every measure", "各措施平均分配"),
            money(421_000, 205_000, 640_000),
            134_000,
            118,
            2890,
            0.99,
        ),
        rival(
            "reminder",
            both("A reminder to everybody", "人人一則提示"),
            money(608_000, 331_000, 899_000),
            4_420,
            0,
            4420,
            0.94,
        ),
        rival(
            "top",
            both("Calls to the most valuable", "致電最有價值的客戶"),
            money(325_000, 140_000, 522_000),
            7_200,
            180,
            1200,
            0.99,
        ),
        rival("nothing", both("Do nothing", "不作為"), money(0, 0, 0), 0, 0, 0, 1.0),
    )


def _prices() -> tuple[Price, ...]:
    return (
        Price("budget", both("Budget", "預算"), 177_330.0, 178_000.0, "HKD", 4.21, True),
        Price("hours:CWB", both("Staff hours, Causeway Bay", "銅鑼灣員工工時"), 60.0, 60.0, "hours", 226.7, True),
        Price("hours:MK", both("Staff hours, Mong Kok", "旺角員工工時"), 31.0, 60.0, "hours", 0.0, False),
        Price(
            "reach:whatsapp:CWB/overdue/high",
            both("Customers who may be contacted by WhatsApp: overdue, high value", "可用 WhatsApp 聯絡：逾期，高價值"),
            1204.0,
            1204.0,
            "customers",
            70.1,
            True,
        ),
        Price("contacts", both("Contacts in a month", "每月聯絡次數"), 2.0, 3.0, "contacts", 0.0, False),
    )


def _frontier() -> tuple[FrontierPoint, ...]:
    points = []
    for budget in (0, 30_000, 60_000, 90_000, 120_000, 150_000, 178_000, 210_000, 240_000, 270_000, 300_000, 360_000):
        mean = 1_150_000 * (1 - math.exp(-min(budget, 270_000) / 82_000))
        points.append(FrontierPoint(float(budget), money(mean, mean * 0.57, mean * 1.44)))
    return tuple(points)


def _not_chosen(pack: Pack) -> tuple[NotChosen, ...]:
    left = pack.measures[5:11]
    reasons = (
        both("the reminder does the same without staff time", "提示不用工時而效果相同"),
        both("costs more than it brings in every group", "對每組客戶的成本都高於得益"),
        both("vetoed in business.toml", "business.toml 已否決"),
    )
    return tuple(
        NotChosen(
            m.id,
            Local({str(k): v for k, v in m.name.items()}),
            reasons[i % 3],
            (41.0, -12.5, 18.2, -3.0, 6.4, 0.0)[i],
            both("Active, high value, Central", "活躍，高價值，中環") if i % 2 == 0 else None,
        )
        for i, m in enumerate(left)
    )


def plan() -> Plan:
    pack = sample_pack()
    notes = (
        both(
            "Permission to contact is assumed for half of the customers without a record.",
            "沒有紀錄的客戶，假設一半可以聯絡。",
        ),
    )
    return Plan(
        schema=PLAN_SCHEMA,
        provenance=provenance(),
        study_run="study-2026-11-21-v218-9f2c11aa",
        mission=Local(
            {
                "en": "Every customer sees the result she came for, and comes back because she wants to.",
                "zh-Hant": "讓每位客人看到想要的效果，並且樂意再來。",
            }
        ),
        cycle_months=3,
        budget=178_000.0,
        cost=177_330.0,
        hours=120.0,
        customers=3630,
        held_out=191,
        holdout_price=38_000.0,
        value_12=money(681_000, 402_000, 960_000),
        value_36=money(1_020_000, 580_000, 1_470_000),
        cvar10_36=421_000.0,
        cells=_cells(),
        lines=_lines(pack),
        not_chosen=_not_chosen(pack),
        targets=_targets(),
        prices=_prices(),
        rivals=_rivals(),
        frontier=_frontier(),
        notes=notes,
        draws=2000,
        seed=1,
    )


def _measure(id: str, en: str, zh: str, *, state: str = "overdue", hours: float = 0.0) -> dict[str, object]:
    words = {"en": en, "zh-Hant": zh}
    effect = {"primitive": "attrition", "mean": -0.15, "sd": 0.1, "months": 3, "trust": "B", "source": "invented"}
    return {
        "id": id,
        "name": words,
        "about": words,
        "why": words,
        "family": "retain",
        "relationship": "functional",
        "channel": "whatsapp",
        "purpose": "service",
        "states": [state],
        "cost": 1.0,
        "hours": hours,
        "effects": [effect],
    }


def sample_pack() -> Pack:
    """A pack of its own, so that the golden files do not move with the packs that are shipped."""
    measures = [
        _measure("reminder", "Reminder in the client's own rhythm", "按客人節奏提示"),
        _measure("call", "Personal call by the usual beautician", "由相熟美容師親自致電", hours=0.15),
        _measure("welcome", "Second-visit welcome plan", "第二次到訪歡迎計劃"),
        _measure("rebook", "Next appointment at checkout", "結帳時預約下次"),
        _measure("winback", "Win-back with upgrade, not discount", "以升級而非折扣挽回"),
        _measure("email", "Second-visit e-mail", "第二次到訪電郵"),
        _measure("points", "Simple points programme", "簡單積分計劃"),
        _measure("review", "Skin review with a written plan", "皮膚評估及書面療程計劃"),
        _measure("season", "Seasonal skin-care e-mail", "換季護膚電郵"),
        _measure("voucher", "Second-visit voucher", "第二次到訪優惠券"),
        _measure("birthday", "Birthday card", "生日卡"),
    ]
    return Pack.model_validate(
        {
            "id": "beauty",
            "version": 1,
            "name": {"en": "Beauty salons and spas", "zh-Hant": "美容院及水療"},
            "about": {"en": "Invented.", "zh-Hant": "虛構。"},
            "mission": {"en": "Care that lasts.", "zh-Hant": "細水長流的護理。"},
            "words": {"customer": {"en": "customer", "zh-Hant": "客人"}},
            "margin_share": 0.6,
            "windows": {
                "returned_within": 90,
                "lapsing_after": 90,
                "lost_after": 180,
                "newcomer_for": 90,
                "typical_interval": 41,
            },
            "measures": measures,
        }
    )


def business() -> Business:
    return Business(
        name={"en": "Lily Beauty", "zh-Hant": "百合美容"},
        pack="beauty",
        mission={"en": "Care that lasts.", "zh-Hant": "細水長流的護理。"},
        branches=(
            Branch(id="CWB", name={"en": "Causeway Bay", "zh-Hant": "銅鑼灣店"}),
            Branch(id="CEN", name={"en": "Central", "zh-Hant": "中環店"}),
            Branch(id="TST", name={"en": "Tsim Sha Tsui", "zh-Hant": "尖沙咀店"}),
            Branch(id="MK", name={"en": "Mong Kok", "zh-Hant": "旺角店"}),
        ),
        budget=Budget(amount=Decimal(178_000)),
    )
