"""The groups of the sample report: its sources of newcomers, and its branches and staff side by side."""

from __future__ import annotations

from datetime import date

from regulars.analysis.results.acquisition import (
    Acquisition,
    Cost,
    DealGroup,
    Deals,
    Referrals,
    Response,
    SourceRow,
    Tree,
)
from regulars.analysis.results.opportunity import (
    Chance,
    HourRow,
    Hours,
    HoursBack,
    HoursBranch,
    NextRow,
    Opportunity,
    Referral,
    ReferralRow,
    Replicated,
    Together,
    TogetherRow,
    Tried,
)
from regulars.analysis.results.servicing import (
    OwnerRow,
    ServiceFamily,
    ServiceFit,
    ServicePoint,
    ServiceTrial,
    Servicing,
)
from regulars.analysis.results.shrunk import Shrunk, Told
from regulars.analysis.results.teams import (
    Beside,
    Change,
    Course,
    Foretold,
    Line,
    Measured,
    Point,
    Span,
    Split,
    TeamRow,
    Teams,
)
from regulars.base.estimate import Estimate
from regulars.base.text import say

_FROM, _UNTIL = date(2023, 11, 21), date(2026, 10, 31)


def _drawn(n: int, raw: float, mean: float, half: float, told: Told = "alike") -> Shrunk:
    return Shrunk(n, raw, mean, mean - half, mean + half, told)


def _around(mean: float, low: float, high: float, unit: str, n: int) -> Estimate:
    return Estimate(mean, low, mean, high, unit, "sources", n)


def _cost() -> Cost:
    each, kept = _around(310, 290, 332, "HKD", 420), _around(1480, 1290, 1700, "HKD", 61)
    return Cost(_FROM, _UNTIL, 130_200, 420, each, 90_300, 61, kept)


def acquisition() -> Acquisition:
    """Three sources, two of which differ; one curve that is clear and one that is refused."""
    friends = _drawn(380, 0.61, 0.60, 0.04, "above"), _drawn(240, 0.38, 0.36, 0.05, "above")
    adverts = _drawn(410, 0.33, 0.34, 0.04, "below"), _drawn(260, 0.17, 0.18, 0.04, "below")
    nowhere = _drawn(700, 0.47, 0.47, 0.03), _drawn(520, 0.27, 0.27, 0.03)

    def row(source: str | None, newcomers: int, of: tuple[Shrunk, Shrunk], year: float, cost: Cost | None) -> SourceRow:
        spent = _drawn(newcomers, year, year, 150)
        value = _drawn(newcomers, 2 * year, 2 * year, 400)
        kind = "named" if source else "unknown"
        return SourceRow(source, kind, newcomers, of[0], of[0], of[1], spent, spent, value, cost)  # type: ignore[arg-type]

    spend = tuple(500.0 * i for i in range(25))
    middle = tuple(2 + 9 * (1 - 0.85**i) for i in range(25))
    band = tuple(0.7 * v for v in middle), tuple(1.4 * v for v in middle)
    clear = Response("Instagram", 60, None, 2500, 8000, spend, middle, *band, True, _around(640, 410, 980, "HKD", 60))
    refused = Response("Leaflets", 12, "few_weeks", 0, 0, (), (), (), (), False, None)
    deals = Deals(
        0.2,
        DealGroup(169, 41, _around(0.24, 0.20, 0.29, "share", 169)),
        DealGroup(875, 149, _around(0.17, 0.15, 0.19, "share", 875)),
        0.03,
        128,
    )
    trees = (Tree(14, 3, 96_000), Tree(9, 2, 51_000))
    return Acquisition(
        _FROM,
        1490,
        (
            row("Friend", 380, friends, 2400, None),
            row("Instagram", 410, adverts, 1500, _cost()),
            row(None, 700, nowhere, 1900, None),
        ),
        (clear, refused),
        Referrals(210, 402, (330, 61, 11), 190, trees, 0.12, 1, 2, 0.27),
        deals,
    )


def teams() -> Teams:
    """Branches of which one is late, and staff nobody of whom differs."""

    def named(*rows: tuple[str, Shrunk | None]) -> tuple[TeamRow, ...]:
        return tuple(TeamRow(name, figure) for name, figure in rows)

    late = named(
        ("MK", _drawn(648, 0.448, 0.441, 0.03, "above")),
        ("CEN", _drawn(952, 0.275, 0.278, 0.02)),
        ("CWB", _drawn(1232, 0.301, 0.302, 0.02)),
        ("TST", _drawn(788, 0.357, 0.354, 0.03)),
    )
    value = named(
        ("CEN", _drawn(900, 655, 650, 25)),
        ("CWB", _drawn(1100, 648, 646, 22)),
        ("MK", _drawn(24, 390, 601, 90)),
        ("TST", None),
    )
    interval = named(
        ("CEN", _drawn(700, 39, 39.4, 2.0)),
        ("CWB", _drawn(900, 40, 40.1, 1.8)),
        ("MK", _drawn(500, 47, 46.2, 2.5, "above")),
        ("TST", _drawn(600, 34, 34.9, 2.2, "below")),
    )
    missed = named(
        ("CEN", _drawn(640, 0.031, 0.032, 0.006)),
        ("CWB", _drawn(810, 0.034, 0.033, 0.005)),
        ("MK", _drawn(450, 0.033, 0.033, 0.007)),
        ("TST", _drawn(520, 0.035, 0.034, 0.006)),
    )
    staff = named(("st-1a", _drawn(140, 0.39, 0.36, 0.06)), ("st-2b", _drawn(35, 0.20, 0.33, 0.08)))
    return Teams(
        (
            Measured("late", 0.333, late, 3, 6, Span(0.01, 0.05, 0.13)),
            Measured("interval", 40.2, interval, 4, 6, Span(0.02, 0.06, 0.15)),
            Measured("no_show", 0.0331, missed, 0, 6, Span(0.6, 1.0, 1.0)),
            Measured("visit_value", 640, value, 0, 1, None),
        ),
        (Measured("back_90", 0.35, staff, 0, 1, None, Foretold(3, 0.0040, 0.0025)),),
        2,
        (
            Split(
                "back_90",
                1380,
                4,
                18,
                Span(0.004, 0.012, 0.041),
                Span(0.0, 0.003, 0.011),
                Span(0.95, 0.985, 0.995),
                Span(0.03, 0.06, 0.11),
                Span(0.0, 0.03, 0.055),
            ),
        ),
        _trade(),
        (_course(),),
    )


def _trade() -> tuple[Beside, ...]:
    return (
        Beside("newcomers_returned", "new_back_90", 0.30, "A vendor, undated", 1380, Span(0.30, 0.32, 0.34)),
        Beside("no_show", "no_show", 0.03, "A vendor, 2025", 1900, Span(0.034, 0.037, 0.040)),
        Beside("interval_days", "revisit_days", 50, "A vendor, 2023", 1900, Span(38.2, 39.1, 40.0)),
        Beside("rebooking", "rebooked_24h", 0.52, "A vendor, 2020", 0, None, "no_bookings"),
        Beside("repeat_share", None, 0.80, "A vendor, 2025", 0, None, "otherwise"),
    )


def _course() -> Course:
    """Six quarters in which all fell at the end, one branch alone before that, and one is too small to be judged."""

    def line(name: str, judged: bool, *figures: float | None) -> Line:
        points = tuple(None if v is None else Point(150 if judged else 12, v - 0.06, v, v + 0.06) for v in figures)
        return Line(name, points, judged)

    return Course(
        "back_90",
        tuple(date(2025 + i // 4, 3 * (i % 4) + 1, 1) for i in range(6)),
        (0.36, 0.35, 0.34, 0.36, 0.29, 0.28),
        (
            line("CEN", True, 0.37, 0.37, 0.36, 0.38, 0.30, 0.31),
            line("CWB", True, 0.36, 0.37, 0.37, 0.36, 0.29, 0.28),
            line("MK", True, 0.36, 0.28, 0.27, 0.35, 0.30, 0.28),
            line("TST", False, None, 0.25, 0.50, 0.33, 0.25, 0.33),
        ),
        (Change(None, 4, 5, Span(-0.10, -0.07, -0.04)), Change("MK", 1, 2, Span(-0.14, -0.09, -0.04))),
        False,
    )


def opportunity() -> Opportunity:
    """Customers who mostly take the same again, and one way from a category to another."""
    rules = (
        Tried("same", 0.62, 0.59, 0.65, 0.91, 0.89, 0.93),
        Tried("moves", 0.61, 0.58, 0.64, 0.93, 0.91, 0.95),
        Tried("popular", 0.48, 0.45, 0.51, 0.88, 0.86, 0.90),
    )
    rows = (
        NextRow("Cut", "Cut", 0.71, 5210, 1490, 28, 41, 63),
        NextRow("Colour", "Colour", 0.44, 1830, 620, 49, 70, 98),
    )
    pair = TogetherRow("Colour", "Nails", 1.9, 1.4, 2.6, 410, 0.21, 0.18, 0.24, 0.12, 380)
    together = Together(12, 1.04, 2, (pair,), Replicated(2, 1, 0.19, 0.13))
    chances = (
        Chance("again", "Cut", "Cut", 1490, 1310, 0.52, 0.50, 0.54, _margin(182_000, 171_000, 193_000)),
        Chance("next", "Colour", "Cut", 620, 540, 0.31, 0.28, 0.34, _margin(61_000, 52_000, 70_000), 1),
        Chance("together", "Colour", "Nails", 380, 410, 0.21, 0.18, 0.24, _margin(54_000, 44_000, 65_000), 1),
    )
    return Opportunity(rules, 2870, 4, rows, together, _hours(), 1.0, _referral(), chances, 0.0, 0.6)


def _referral() -> Referral:
    """Who has brought others does so again."""
    rows = (
        ReferralRow("past", 0, 1100, _drawn(980, 0.05, 0.052, 0.012, "below")),
        ReferralRow("past", 1, 140, _drawn(120, 0.20, 0.18, 0.05, "above")),
        ReferralRow("visits", 1, 300, _drawn(260, 0.07, 0.068, 0.02)),
        ReferralRow("visits", 24, 9, None),
    )
    return Referral(0.081, rows, (112, 24), (0.16, 0.28), (988, 52), (0.042, 0.065), 124, 31.4)


def _hours() -> Hours:
    """One branch that is quiet on Tuesdays at ten, and busy on Saturdays."""
    rows = (
        HourRow("CEN", 1, 10, 52, 0.6, 0.4, 0.8, "off_peak"),
        HourRow("CEN", 1, 11, 52, 1.1, 0.9, 1.3, "usual"),
        HourRow("CEN", 5, 10, 51, 1.2, 1.0, 1.5, "usual"),
        HourRow("CEN", 5, 11, 51, 2.4, 2.1, 2.7, "peak"),
    )
    return Hours(rows, (HoursBranch("CEN", 4, 1.3, 3.0, 1, 2.4),), 1240, 430, 110, 520, HoursBack(3, 2, 3, 0.71))


def _margin(mean: float, low: float, high: float) -> Estimate:
    return Estimate(mean, low, mean, high, "HKD", "opportunity", 1490)


def servicing() -> Servicing:
    """Devices sold to take home and serviced here: one family by itself, one that goes by all."""
    whole = ServiceFamily(None, 640, 210, _piece(720.0, 690.0, 760.0, "days"), 1240.0, _piece(0.31, 0.24, 0.39), True)
    own = ServiceFamily("Laser", 380, 196, _piece(700.0, 665.0, 740.0, "days"), 1190.0, _piece(0.29, 0.22, 0.37), True)
    small = ServiceFamily("Steam", 44, 9, whole.usual_days, 1240.0, whole.never, False)
    seen = ((0, 1.0, 1.0), (365, 0.93, 0.92), (730, 0.63, 0.64), (1095, 0.42, 0.41), (1460, 0.34, 0.35))
    curve = tuple(ServicePoint(day, at, _piece(fit, fit - 0.03 * (day > 0), fit)) for day, at, fit in seen)
    fit = ServiceFit(
        {"shape": 2.1, "scale_days": 857.0, "never": 0.31},
        {"shape": 0.12, "scale_days": 31.0, "never": 0.05},
        -1612.4,
        whole,
        (own, small),
        curve,
        _piece(118.0, 104.0, 133.0, "pieces", 640),
        71,
        _piece(6.2, 3.0, 10.0, "pieces", 71),
        _piece(0.14, 0.09, 0.21),
        39,
    )
    rows = (
        OwnerRow("bought", 402, 1_410_000.0, 0.0, 2_690_000.0),
        OwnerRow("serviced", 21, 0.0, 19_800.0, 88_200.0),
        OwnerRow("both", 158, 611_000.0, 171_000.0, 1_490_000.0),
    )
    trial = ServiceTrial(date(2025, 11, 21), 571, _piece(97.0, 84.0, 111.0, "pieces", 571), 102)
    told = say("study.servicing.clear", n=64, late=1240)
    return Servicing(640, 210, True, 908.0, True, told, fit, rows, trial)


def _piece(mean: float, low: float, high: float, unit: str = "share", n: int = 210) -> Estimate:
    return Estimate(mean, low, mean, high, unit, "servicing", n)
