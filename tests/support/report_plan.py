"""A hand-built plan for the invented chain of :mod:`support.report`."""

from __future__ import annotations

import math

from regulars.base.estimate import Estimate
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
from support.report import both, money, provenance, sample_pack


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


def name_of(pack: Pack, id: str) -> Local:
    return Local({str(k): v for k, v in pack.measure(id).name.items()})


def _lines(pack: Pack) -> tuple[Line, ...]:
    first, second = (m.id for m in pack.measures[:2])
    return (
        line(
            "1",
            (first,),
            name_of(pack, first),
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
            name_of(pack, first),
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
            name_of(pack, second),
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
    )


def _more_lines(pack: Pack) -> tuple[Line, ...]:
    third, fourth, fifth = (m.id for m in pack.measures[2:5])
    return (
        line(
            "3",
            (third, fourth),
            say("report.say.then", first=name_of(pack, third), second=name_of(pack, fourth)),
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
            name_of(pack, fifth),
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


def sample_plan() -> Plan:
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
        lines=(*_lines(pack), *_more_lines(pack)),
        not_chosen=_not_chosen(pack),
        targets=_targets(),
        prices=_prices(),
        rivals=_rivals(),
        frontier=_frontier(),
        notes=notes,
        draws=2000,
        seed=1,
    )
