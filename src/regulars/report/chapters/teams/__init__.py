"""Branches and staff side by side: what they have in common, and what is particular to one of them."""

from __future__ import annotations

from regulars.analysis.results.teams import Measured
from regulars.base.text import Text, say
from regulars.report import names
from regulars.report.chapters.teams.beside import figure
from regulars.report.chapters.teams.common import common, differs
from regulars.report.chapters.teams.course import course
from regulars.report.chapters.teams.parts import parts
from regulars.report.chapters.teams.trade import trade
from regulars.report.context import Context
from regulars.report.document import Block, Paragraph, Section
from regulars.report.figures import then

_QUERIES = (
    "teams_branch_newcomers",
    "teams_branch_stayed",
    "teams_branch_late",
    "teams_branch_interval",
    "teams_branch_rebooked",
    "teams_branch_no_show",
    "teams_branch_value",
    "teams_branch_discount",
    "teams_branch_refunds",
    "teams_branch_margin",
    "teams_staff_newcomers",
    "teams_staff_lines",
    "teams_staff_discount",
    "teams_staff_rebooked",
    "teams_hands_value",
    "teams_trade_back_90",
    "teams_trade_rebooked_24h",
    "teams_trade_no_show",
    "teams_trade_revisit_days",
    "teams_quarter_newcomers",
    "teams_quarter_existing",
    "teams_quarter_value",
)


def chapter(c: Context) -> Section | None:
    """The chapter; None where the study has nothing on it."""
    found = c.diagnosis.teams
    if found is None:
        return None
    blocks: list[Block | None] = [
        common(c, found.branches, "branch", c.branch),
        common(c, found.staff, "staff", names.verbatim),
    ]
    blocks += [figure(c, m, "branch", c.branch) for m in found.branches if differs(m)]
    blocks += [figure(c, m, "staff", names.verbatim) for m in found.staff if differs(m)]
    blocks += [parts(c, s) for s in found.splits]
    blocks.append(trade(c, found.trade))
    if found.courses:
        blocks.append(Paragraph(say("report.teams.course_lead")))
    blocks += [course(c, one) for one in found.courses]
    lead = c.looked_back(say("report.teams.lead"))
    if found.staff_left_out:
        lead = then(lead, say("report.teams.left_out", n=found.staff_left_out))
    heading = _heading((*found.branches, *found.staff))
    moved = {change.name for one in found.courses for change in one.changes if change.name and not one.parted}
    if moved:
        heading = say("report.teams.head_moved", first=heading, n=len(moved))
    return c.section("teams", heading, tuple(blocks), lead=lead, queries=_QUERIES, cards=("teams",))


def _heading(measures: tuple[Measured, ...]) -> Text:
    figures = [row.figure for m in measures for row in m.rows if row.figure is not None]
    told = sum(figure.told != "alike" for figure in figures)
    if not told:
        return say("report.teams.head_alike")
    return say("report.teams.head", n=told, of=len(figures))
