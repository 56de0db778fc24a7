"""Reading the studies that are kept."""

from __future__ import annotations

from regulars import api
from regulars_web.company.businesses import business
from regulars_web.insight.models import Study


def of_run(run: str) -> Study | None:
    """The record of a study; None for one made at the command line that nobody has listed yet."""
    return Study.objects.select_related("by").filter(run=run).first()


def stale(pages: api.Pages) -> int | None:
    """The ledger's data version where it is newer than what a study read; None where the study is up to date."""
    newest = business().ledger.version().number
    return newest if newest > pages.data_version else None
