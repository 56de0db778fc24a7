"""The app's entry in Django's list; its work is made known here."""

from __future__ import annotations

from django.apps import AppConfig


class Insight(AppConfig):
    """Studies and their pages."""

    name = "regulars_web.insight"
    label = "insight"

    def ready(self) -> None:
        """Make studying known to the workers."""
        from regulars_web.insight.services import do_again, work
        from regulars_web.shared.jobs import register

        register("study", work, leads_to="study", power="study:run")
        register("reproduce", do_again, leads_to="studies", power="study:run")
