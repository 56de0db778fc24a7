"""What was recognised, as tables that stay in the engine."""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from regulars.analysis.results.hygiene import Limits


@dataclass(frozen=True, slots=True)
class Cleaning:
    """``people`` is one row per identified customer, ``aside`` those who are recognised, ``copied`` suspected lines."""

    people: ibis.Table
    aside: ibis.Table
    copied: ibis.Table
    limits: Limits

    def kept_days(self, days: ibis.Table) -> ibis.Table:
        """Customer-days without those of accounts that a policy excludes."""
        return days.anti_join(self.aside.filter(self.aside.excluded), "customer")
