"""The study's facts once more, customer by customer in plain loops: slow, obvious, and nothing shared with the code."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from regulars.packs.schema import Windows
from support.analysis import Line

COMES = {"service", "product", "package_redemption", "points_redemption", "repair"}


def month_of(day: date) -> date:
    return day.replace(day=1)


def months_between(first: date, last: date) -> list[date]:
    found = [month_of(first)]
    while found[-1] < month_of(last):
        found.append(month_of(found[-1] + timedelta(days=31)))
    return found


@dataclass
class Person:
    """One customer's lines, looked at in every way the study looks at them."""

    lines: list[Line]
    as_of: date
    cash_basis: bool

    def earns(self, line: Line) -> float:
        if line.kind == "gift_card_sale" or (line.kind == "package_sale" and not self.cash_basis):
            return 0.0
        if line.kind == "package_redemption" and not self.cash_basis:
            return self.redeems(line)
        return line.net

    @staticmethod
    def redeems(line: Line) -> float:
        return line.net if line.net else (line.gross or 0.0)

    @property
    def visit_days(self) -> list[date]:
        return sorted({line.day for line in self.lines if line.kind in COMES})

    @property
    def presences(self) -> set[tuple[date, str]]:
        return {(line.day, line.branch or "unknown") for line in self.lines if line.kind in COMES}

    def revenue(self, after: date = date.min, until: date = date.max) -> float:
        return sum(self.earns(line) for line in self.lines if after < line.day <= until)

    @property
    def x(self) -> int:
        return len(self.visit_days) - 1

    @property
    def since(self) -> int:
        return (self.as_of - self.visit_days[-1]).days

    @property
    def repeat_value(self) -> float:
        if not self.x:
            return 0.0
        first = sum(self.earns(line) for line in self.lines if line.day == self.visit_days[0])
        return (self.revenue() - first) / self.x

    def rhythm(self, typical: float, strength: float) -> float:
        days = self.visit_days
        gaps = [(b - a).days for a, b in pairwise(days)]
        return (strength * typical + sum(gaps)) / (strength + len(gaps))

    def state(self, typical: float, windows: Windows) -> str:
        days = self.visit_days
        if len(days) == 1 and (self.as_of - days[0]).days <= windows.newcomer_for:
            return "newcomer"
        late = self.since / self.rhythm(typical, windows.prior_strength)
        if late >= windows.lapsed_at and self.since >= windows.lapsing_after:
            return "lapsed"
        return "overdue" if late >= windows.overdue_at else "active"

    def home(self) -> str:
        recent = self.as_of - timedelta(days=730)
        ranked = []
        for branch in {b for _, b in self.presences}:
            days = [day for day, b in self.presences if b == branch]
            ranked.append((-sum(day > recent for day in days), -max(days).toordinal(), branch))
        return min(ranked)[2]

    @property
    def balance(self) -> float | None:
        sold = sum(line.net for line in self.lines if line.kind == "package_sale")
        used = sum(self.redeems(line) for line in self.lines if line.kind == "package_redemption")
        return max(sold - used, 0.0) if sold > 0 else None


class Oracle:
    """All customers with a visit (``people``), and everybody who ever had a line (``everybody``)."""

    def __init__(self, lines: Iterable[Line], *, as_of: date, windows: Windows) -> None:
        self.as_of, self.windows = as_of, windows
        self.lines = [line for line in lines if line.day <= as_of]
        redeemed = sum(Person.redeems(line) for line in self.lines if line.kind == "package_redemption")
        self.cash_basis = not redeemed > 0 and any(line.kind == "package_sale" for line in self.lines)
        by_customer: defaultdict[int, list[Line]] = defaultdict(list)
        for line in self.lines:
            if line.customer is not None:
                by_customer[line.customer].append(line)
        self.everybody = {key: Person(found, as_of, self.cash_basis) for key, found in by_customer.items()}
        self.people = {key: person for key, person in self.everybody.items() if person.visit_days}

    @property
    def anyone(self) -> Person:
        """All lines as if of one person: the base's sums."""
        return Person(self.lines, self.as_of, self.cash_basis)

    def typical(self, few: int) -> float:
        back = [person for person in self.people.values() if person.x]
        if len(back) < few:
            return self.windows.typical_interval
        weights = [person.x / (person.x + self.windows.prior_strength) for person in back]
        means = [(p.visit_days[-1] - p.visit_days[0]).days / p.x for p in back]
        return max(sum(w * m for w, m in zip(weights, means, strict=True)) / sum(weights), 1.0)

    def months(self) -> list[date]:
        return months_between(min(p.visit_days[0] for p in self.people.values()), self.as_of)

    def movement(self) -> list[dict[str, int]]:
        rows = []
        for month in self.months():
            end = min(month.replace(day=monthrange(month.year, month.month)[1]), self.as_of)
            row: Counter[str] = Counter()
            for person in self.people.values():
                before = [day for day in person.visit_days if day < month]
                within = [day for day in person.visit_days if month <= day <= end]
                if within:
                    row["active"] += 1
                    if not before:
                        row["new"] += 1
                    elif (within[0] - before[-1]).days > self.windows.lost_after:
                        row["recovered"] += 1
                    else:
                        row["retained"] += 1
                if before or within:
                    away = (end - [*before, *within][-1]).days
                    if away > self.windows.lost_after:
                        row["lost"] += 1
                    elif away > self.windows.lapsing_after:
                        row["lapsing"] += 1
            rows.append(dict(row))
        return rows

    def cohort_share(self, cohort: date, month: date) -> float:
        members = [p for p in self.people.values() if month_of(p.visit_days[0]) == cohort]
        return sum(any(month_of(day) == month for day in p.visit_days) for p in members) / len(members)

    def newcomers(self) -> tuple[int, int]:
        window = timedelta(days=self.windows.returned_within)
        last = self.as_of - window
        counted = [p.visit_days for p in self.people.values() if last - timedelta(days=365) < p.visit_days[0] <= last]
        return len(counted), sum(len(days) > 1 and days[1] - days[0] <= window for days in counted)

    def lost_last_12(self) -> tuple[int, float]:
        after = self.windows.lost_after
        gone = [p for p in self.people.values() if after < p.since <= after + 365]
        spent = sum(p.revenue(p.visit_days[-1] - timedelta(days=365), p.visit_days[-1]) for p in gone)
        return len(gone), spent

    def lorenz(self) -> tuple[float, float]:
        """Shares of the best tenth and fifth, by the exact curve through every customer."""
        year = self.as_of - timedelta(days=365)
        came = [p for p in self.people.values() if p.visit_days[-1] > year]
        values = sorted((max(p.revenue(year), 0.0) for p in came), reverse=True)
        return _share(values, 0.1), _share(values, 0.2)


def _share(values: list[float], part: float) -> float:
    if sum(values) <= 0:
        return part
    whole, rest = divmod(part * len(values), 1)
    best = sum(values[: int(whole)]) + (values[int(whole)] * rest if int(whole) < len(values) else 0.0)
    return best / sum(values)
