"""A simulated base with categories and staff, and RFM, lifecycle and migration once more in plain loops."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from regulars.packs.schema import Windows
from support.analysis import Line, sales_table

AS_OF = date(2025, 6, 30)
YEAR = timedelta(days=365)
CATEGORIES = ("Cut", "Colour", "Facial")


def simulated(customers: int = 260, *, seed: int = 3) -> tuple[list[Line], list[str], list[str]]:
    """Lines with their categories and staff: three kinds of need, some who leave, some who come back, a few refunds."""
    rng = np.random.default_rng(seed)
    lines: list[Line] = []
    categories: list[str] = []
    staff: list[str] = []
    for customer in range(1, customers + 1):
        day = date(2022, 9, 1) + timedelta(days=int(rng.integers(0, 1000)))
        gap = float(rng.choice([25, 40, 70]))
        while day <= AS_OF:
            own = CATEGORIES[customer % 3]
            lines.append(Line(customer, day, float(rng.integers(1, 9) * 50)))
            categories.append(own if rng.random() < 0.9 else str(rng.choice(CATEGORIES)))
            staff.append(f"st-{customer % 4}" if rng.random() < 0.7 else f"st-{rng.integers(4)}")
            if rng.random() < 0.05:
                lines.append(Line(customer, day, -50.0, "refund"))
                categories.append(own)
                staff.append("st-0")
            if rng.random() < 0.12:
                break
            day += timedelta(days=400 if rng.random() < 0.04 else max(1, int(rng.gamma(4, gap / 4))))
    return lines, categories, staff


def table(lines: list[Line], categories: list[str], staff: list[str], discounts: list[float] | None = None) -> pa.Table:
    """The lines as rows of the ledger's sales."""
    t = sales_table(lines)
    for name, values in (("category", categories), ("staff", staff)):
        t = t.set_column(t.column_names.index(name), t.schema.field(name), pa.array(values, pa.string()))
    if discounts is not None:
        place = t.column_names.index("discount")
        t = t.set_column(
            place, t.schema.field("discount"), pa.array(discounts, pa.float64()).cast(pa.decimal128(18, 2))
        )
    return t


class Person:
    """What lines until a day say of one customer."""

    def __init__(self, lines: list[Line], day: date) -> None:
        self.lines = [line for line in lines if line.day <= day]
        self.day = day
        self.visits = sorted({line.day for line in self.lines if line.kind == "service"})

    @property
    def revenue(self) -> float:
        return sum(line.net for line in self.lines)

    @property
    def revenue_12(self) -> float:
        return sum(line.net for line in self.lines if line.day > self.day - YEAR)

    def gaps(self) -> list[tuple[date, int]]:
        """Each return's day and the days since the visit before."""
        return [(b, (b - a).days) for a, b in zip(self.visits, self.visits[1:], strict=False)]


def people_at(lines: list[Line], day: date) -> dict[int, Person]:
    """Everybody with a visit by the day."""
    found: dict[int, list[Line]] = {}
    for line in lines:
        found.setdefault(int(line.customer or 0), []).append(line)
    people = {customer: Person(of, day) for customer, of in found.items()}
    return {customer: person for customer, person in people.items() if person.visits}


def rfm_scores(people: dict[int, Person]) -> dict[int, tuple[int, int, int]]:
    """1 + floor(5 * how many are strictly worse / how many there are), for recency, frequency and money."""
    keys = {c: (p.visits[-1].toordinal(), len(p.visits), round(p.revenue, 2)) for c, p in people.items()}
    scores = {}
    for customer, own in keys.items():
        worse = [sum(other[i] < own[i] for other in keys.values()) for i in range(3)]
        r, f, m = (1 + 5 * k // len(keys) for k in worse)
        scores[customer] = (r, f, m)
    return scores


def rfm_class(score: tuple[int, int, int]) -> str:
    r, f, m = score
    strong = f >= 4 or m >= 4
    if r >= 4 and f >= 4 and m >= 4:
        return "best"
    if r >= 3:
        return "strong" if strong else ("recent" if r >= 4 else "fading")
    return "slipping" if strong else "away"


def base_interval(people: dict[int, Person], windows: Windows) -> float:
    s = windows.prior_strength
    back = [p for p in people.values() if len(p.visits) > 1]
    if len(back) < 30:
        return float(windows.typical_interval)
    weights = [(len(p.visits) - 1) / (len(p.visits) - 1 + s) for p in back]
    means = [(p.visits[-1] - p.visits[0]).days / (len(p.visits) - 1) for p in back]
    return sum(w * m for w, m in zip(weights, means, strict=True)) / sum(weights)


def lifecycle(person: Person, interval: float, windows: Windows) -> str:
    s, x = windows.prior_strength, len(person.visits) - 1
    rhythm = (s * interval + (person.visits[-1] - person.visits[0]).days) / (s + x)
    since = (person.day - person.visits[-1]).days
    late = since / rhythm
    newcomer = x == 0 and (person.day - person.visits[0]).days <= windows.newcomer_for
    if not newcomer and late >= windows.lapsed_at and since >= windows.lapsing_after:
        return "lapsed"
    if newcomer:
        return "newcomer"
    if any(gap >= windows.lost_after and day > person.day - YEAR for day, gap in person.gaps()):
        return "returned"
    last = sum(day > person.day - YEAR for day in person.visits)
    before = sum(person.day - 2 * YEAR < day <= person.day - YEAR for day in person.visits)
    if late >= windows.overdue_at or (before >= 4 and last <= before / 2):
        return "declining"
    return "established" if len(person.visits) >= 4 else "developing"


def later(lines: list[Line]) -> list[Line]:
    """The same lines moved beyond the study's day."""
    return [replace(line, day=AS_OF + timedelta(days=1 + i % 90), net=9999.0) for i, line in enumerate(lines[:200])]
