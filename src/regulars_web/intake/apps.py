"""The app's entry in Django's list; its work is made known here."""

from __future__ import annotations

from django.apps import AppConfig


class Intake(AppConfig):
    """Files brought in."""

    name = "regulars_web.intake"
    label = "intake"

    def ready(self) -> None:
        """Make the reading of files known to the workers, and how what a kill broke off is looked for."""
        from regulars_web.intake.mappings import saved
        from regulars_web.intake.reading import clear, work
        from regulars_web.intake.services import commit_again, undone
        from regulars_web.shared import meant
        from regulars_web.shared.jobs import register

        register("import", work, leads_to="imports", power="imports:write", again=commit_again, after=clear)
        meant.register("import.undone", undone)
        meant.register("import.profile_saved", saved)
