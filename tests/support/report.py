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
from support.report_groups import acquisition, opportunity, servicing, teams
from support.report_leaving import leaving

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
        leaving=leaving(),
        acquisition=acquisition(),
        teams=teams(),
        opportunity=opportunity(),
        servicing=servicing(),
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
