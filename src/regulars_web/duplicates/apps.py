"""The app's entry in Django's list; its work is made known here."""

from __future__ import annotations

from django.apps import AppConfig


class Duplicates(AppConfig):
    """Customers on record twice."""

    name = "regulars_web.duplicates"
    label = "duplicates"

    def ready(self) -> None:
        """Make looking for them known to the workers, and how decisions are looked for that a kill broke off."""
        from regulars_web.duplicates import broken_off
        from regulars_web.duplicates.services import work
        from regulars_web.shared.jobs import register

        register("duplicates", work, leads_to="duplicates", power="duplicates:decide")
        broken_off.register()
