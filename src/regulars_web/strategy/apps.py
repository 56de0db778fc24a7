"""The app's entry in Django's list; its work is made known here."""

from __future__ import annotations

from django.apps import AppConfig


class Strategy(AppConfig):
    """Plans and their pages."""

    name = "regulars_web.strategy"
    label = "strategy"

    def ready(self) -> None:
        """Make formulating, putting to work and measuring known to the workers, and how changes are looked for whose
        makers were killed."""
        from regulars_web.shared.jobs import register
        from regulars_web.strategy import looked_up
        from regulars_web.strategy.carrying import assign_again, assign_work, measure_again, measure_work
        from regulars_web.strategy.services import again, work

        register("formulate", work, leads_to="strategy", power="strategy:draft", again=again)
        register("assign", assign_work, leads_to="carry", power="strategy:draft", again=assign_again)
        register("measure", measure_work, leads_to="review", power="strategy:draft", again=measure_again)
        looked_up.register()
