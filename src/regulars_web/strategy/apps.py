"""The app's entry in Django's list; its work is made known here."""

from __future__ import annotations

from django.apps import AppConfig


class Strategy(AppConfig):
    """Plans and their pages."""

    name = "regulars_web.strategy"
    label = "strategy"

    def ready(self) -> None:
        """Make formulating known to the workers, and how changes are looked for whose makers were killed."""
        from regulars_web.shared.jobs import register
        from regulars_web.strategy import looked_up
        from regulars_web.strategy.services import again, work

        register("formulate", work, leads_to="strategy", again=again)
        looked_up.register()
