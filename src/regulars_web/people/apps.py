"""The app's entry in Django's list."""

from __future__ import annotations

from django.apps import AppConfig


class People(AppConfig):
    """Customers, one at a time and in lists."""

    name = "regulars_web.people"
    label = "people"

    def ready(self) -> None:
        """Make the writing of large lists known to the workers, and how what a kill broke off is looked for."""
        from regulars_web.people import keeping
        from regulars_web.people.exporting import again, work
        from regulars_web.shared.jobs import register

        register("people_export", work, leads_to="customers_export", power="people:export", again=again)
        keeping.register()
