"""Chapter 14: how the plan will be judged: hold-outs, what they can show, KPIs, the guard of the image, stop rules."""

from __future__ import annotations

import math

from regulars.base.text import Listing, Share, Text, say
from regulars.report.chapters import decision, uncertainty
from regulars.report.chapters.bundles import Bundle, bundles
from regulars.report.document import (
    Amount,
    Callout,
    Cell,
    Column,
    KeyFigure,
    KeyFigures,
    Missing,
    Points,
    Section,
    Table,
    Unknown,
    Words,
)
from regulars.report.figures import plain
from regulars.report.strategy.book import Book, cards_of
from regulars.trial.voi import detectable

#: The widest the spread of a share can be: used where the share without the measure is not known.
WORST = 0.5


def chapter(c: Book) -> Section:
    """What will be measured, how small an effect can be seen, and when a measure is stopped."""
    found, known = bundles(c.made), uncertainty.knowing(c)
    blocks = (
        _figures(c, found),
        _holdouts(c, found) if found else None,
        _kpis(c),
        *c.part(known),
        Points(_stop(c), say("book.measurement.stop"), numbered=True),
        _missing(c),
    )
    cards = ("allocation", "targets", "effects", *cards_of(known))
    lead = say("book.measurement.lead")
    return c.chapter(
        "14", "measurement", _heading(c, found), blocks, lead=lead, queries=("standings",), cards=cards, planned=True
    )


def expected_rate(c: Book, bundle: Bundle) -> float | None:
    """Share of a bundle's customers expected to visit within the cycle if nothing is done; None where not known.

    Visits of a living customer come as a Poisson process of the group's rate, so that the share is 1 - exp(-rate t).
    Lapsed customers are left out: most of them are gone, and the rate is that of those who are not.
    """
    cells = {cell.id: cell for cell in c.made.cells}
    mine = [(line, cells[line.cell]) for line in bundle.lines if line.cell in cells]
    if not mine or any(cell.state == "lapsed" for _, cell in mine):
        return None
    whole = sum(line.customers for line, _ in mine)
    seen = sum(line.customers * -math.expm1(-cell.frequency * c.made.cycle_months) for line, cell in mine)
    return seen / whole if whole else None


def smallest(c: Book, bundle: Bundle) -> float:
    """The smallest change of that share seen four times out of five; infinite without a hold-out."""
    rate = expected_rate(c, bundle)
    return detectable(treated=bundle.customers, held=bundle.held_out, rate=WORST if rate is None else rate)


def most(rate: float | None) -> float:
    """The largest change a share can make."""
    return 1.0 if rate is None else max(rate, 1 - rate)


def _heading(c: Book, found: tuple[Bundle, ...]) -> Text:
    sizes = [s for s in (smallest(c, b) for b in found) if math.isfinite(s)]
    if not sizes:
        return say("book.measurement.head_none")
    return say("book.measurement.head", n=c.made.held_out, points=_points(min(sizes)))


def _points(change: float) -> Text:
    return say("book.measurement.points", n=round(100 * change), share=Share(change))


def _figures(c: Book, found: tuple[Bundle, ...]) -> KeyFigures:
    held = [b for b in found if b.held_out]
    return KeyFigures(
        (
            KeyFigure(say("book.measurement.held"), c.made.held_out, None, say("book.measurement.held_note")),
            KeyFigure(
                say("book.measurement.price"),
                c.purse.about(c.made.holdout_price),
                None,
                say("book.measurement.price_note"),
            ),
            KeyFigure(
                say("book.measurement.measured"),
                say("book.measurement.of", n=len(held), whole=len(found)),
                None,
                say("book.measurement.measured_note"),
            ),
        )
    )


def _holdouts(c: Book, found: tuple[Bundle, ...]) -> Table:
    columns = (
        Column(say("report.plan.measure"), share=2.2),
        Column(say("book.measurement.given"), "right", 0.9),
        Column(say("book.measurement.out"), "right", 0.9),
        Column(say("book.measurement.alone"), "right", 1.2),
        Column(say("book.measurement.smallest"), "right", 1.6),
    )
    rows: list[tuple[Cell, ...]] = []
    for b in found:
        rate, change = expected_rate(c, b), smallest(c, b)
        seen: Cell = Words(say("book.measurement.not_measured"))
        if math.isfinite(change) and change >= most(rate):
            seen = Words(say("book.measurement.too_few"))
        elif math.isfinite(change):
            seen = Amount(
                _points(change) if rate is not None else say("book.measurement.at_most", change=_points(change))
            )
        rows.append(
            (
                Words(b.first.measure_name, strong=True),
                Amount(b.customers),
                Amount(b.held_out or None),
                Amount(Share(rate)) if rate is not None else Unknown(),
                seen,
            )
        )
    return Table(say("book.measurement.holdouts"), columns, tuple(rows), say("book.measurement.holdouts_note"))


def _kpis(c: Book) -> Table | Callout:
    """The KPIs: where they stand if nothing is done, what is aimed at, where they are read."""
    if not c.made.targets:
        return Callout(say("report.decision.no_objective"), say("report.decision.no_objective_hint"), "warn")
    columns = (
        Column(say("book.measurement.kpi"), share=2.2),
        Column(say("report.objective.baseline"), "right", 1.1),
        Column(say("report.objective.target"), "right", 1.1),
        Column(say("book.measurement.owner"), share=1.2),
        Column(say("book.measurement.due"), share=1.2),
    )
    rows: list[tuple[Cell, ...]] = []
    for target in c.made.targets:
        named, by = c.owner(target.objective), c.due(target.objective)
        day = say("report.say.day", day=by) if by is not None else None
        baseline, goal = decision.target_values(c, target)
        rows.append(
            (
                Words(target.name, strong=True),
                Amount(baseline),
                Amount(goal),
                Words(named) if named else Unknown(),
                Words(day) if day is not None else Words(say("book.measurement.cycle_end", n=c.made.cycle_months)),
            )
        )
    return Table(say("book.measurement.kpis"), columns, tuple(rows), say("book.measurement.kpis_note"))


def _stop(c: Book) -> tuple[Text, ...]:
    risky = tuple(dict.fromkeys(m for line in c.made.lines if line.test_first for m in line.measures))
    named = Listing(tuple(c.measure(m) for m in risky))
    return (
        say("book.measurement.stop_harm"),
        say("book.measurement.stop_trial", n=len(risky), names=named) if risky else say("book.measurement.stop_new"),
        say("book.measurement.stop_complaints"),
        say("book.measurement.stop_end", n=c.made.cycle_months),
    )


def _missing(c: Book) -> Missing | None:
    unowned = tuple(plain(t.name) for t in c.made.targets if not c.owner(t.objective))
    return c.lacking(
        say("book.measurement.no_image"),
        say("book.measurement.no_owner", n=len(unowned), names=Listing(unowned)) if unowned else None,
        how=say("book.measurement.how"),
    )
