"""What is known until the end of the past: the day from which a study looks back, and a fingerprint of the facts."""

from __future__ import annotations

from datetime import date

import ibis

from regulars.analysis.bygone import lines_facts
from regulars.analysis.desk import Past, Setting
from regulars.analysis.origins import settled
from regulars.analysis.visits import lines_until, own_money


def past_of(setting: Setting, days: ibis.Table) -> Past:
    """The past of a study, of its customer-days by the calendar."""
    desk, day = setting.desk, settled(setting.first_day, setting.as_of)
    known = days.filter(days.day <= day)
    counted = desk.ask("past", known.aggregate(customers=known.count(where=known["index"] == 0)))
    facts = ""
    if desk.memory.keeps:
        # Order and previous visits follow from the days; a line's own fingerprint is of all its columns.
        of_days = desk.reader.fingerprint(known.select("customer", "day", "visit", "value"))
        facts = f"{of_days} {lines_facts(setting, day)}"
    return Past(day, counted["customers"][0].as_py(), facts)


def past_lines(setting: Setting, day: date) -> ibis.Table:
    """The lines of a study that were known on a day."""
    lines, own = lines_until(setting.desk.reader.table("sales"), day), setting.tally.currency
    foreign = any(own not in (None, row.currency) and row.first_day <= day for row in setting.tally.rows)
    return own_money(lines, setting.business.currency) if foreign else lines
