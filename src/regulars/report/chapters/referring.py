"""Who is likely to bring others, and whether having brought some told it last year."""

from __future__ import annotations

from regulars.analysis.results.opportunity import Opportunity, Referral, ReferralRow
from regulars.base.text import Number, Share, Text, say
from regulars.report.document import Amount, Block, Cell, Column, Paragraph, Pill, Table, Words
from regulars.report.figures import count, part, then

QUERIES = tuple(
    f"opportunity_{name}" for name in ("links", "brought_then", "referring_then", "referring", "worth_brought")
)


def blocks(found: Opportunity) -> tuple[Block, ...]:
    """A sentence and the groups; or that nothing tells who brought whom."""
    if found.referral is None:
        return () if found.told is None else (Paragraph(say("report.referring.unknown"), "note"),)
    columns = (
        Column(say("report.referring.group"), share=1.6),
        Column(say("report.opportunity.customers"), "right"),
        Column(say("report.referring.raw"), "right"),
        Column(say("report.referring.drawn"), "right", 1.3),
    )
    rows = tuple(_cells(row) for row in found.referral.rows)
    table = Table(say("report.referring.table"), columns, rows, say("report.referring.note"))
    return Paragraph(_said(found.referral)), table


def _said(found: Referral) -> Text:
    """Overall, and whether those called likeliest surely brought more."""
    (n, hits), (n_rest, hits_rest) = found.top, found.rest
    low, high = found.top_range
    sort = "more" if low > found.rest_range[1] else "less" if high < found.rest_range[0] else "alike"
    said = say("report.referring.rate", rate=Number(100 * found.rate, 1))
    shares = {"share": Share(part(hits, n)), "rest": Share(part(hits_rest, n_rest))}
    said = then(said, say(f"report.referring.top_{sort}", n=n, low=Share(low), high=Share(high), **shares))
    if sort != "more":
        return said
    return then(said, say("report.referring.likely", n=found.likely, bring=count(found.to_bring)))


def _cells(row: ReferralRow) -> tuple[Cell, ...]:
    name, shown = say(f"report.referring.{row.kind}_{row.least}"), row.share
    if shown is None:
        return Words(name), Amount(row.customers), Amount(None), Amount(None)
    pills = (Pill(say(f"report.teams.{shown.told}"), "plain"),) if shown.told != "alike" else ()
    range_ = say("report.say.range", low=Share(shown.low), high=Share(shown.high))
    raw = Amount(Share(shown.raw), say("report.referring.of", n=shown.n))
    return Words(name, pills=pills), Amount(row.customers), raw, Amount(Share(shown.mean), range_)
