"""The app's entry in Django's list; its work is made known here."""

from __future__ import annotations

from django.apps import AppConfig


class Rest(AppConfig):
    """Other programs."""

    name = "regulars_web.rest"
    label = "rest"

    def ready(self) -> None:
        """Make the work known to the workers, and hear of what happens."""
        from regulars_web.rest import exporting, inbox, messages
        from regulars_web.shared.events import listen
        from regulars_web.shared.jobs import register

        register("push", inbox.work, leads_to="jobs", quiet=True)
        register("messages", messages.work, leads_to="endpoints", quiet=True)
        register("export", exporting.work, leads_to="exports", power="export:take", again=exporting.again)
        register("forget_exports", exporting.forget, leads_to="exports", quiet=True)
        listen(messages.hear)
        listen(inbox.hear)
