"""The app's entry in Django's list; the web's words join the core's here."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

from regulars.base.words import add_words


class Shared(AppConfig):
    """What all others stand on."""

    name = "regulars_web.shared"
    label = "shared"

    def ready(self) -> None:
        """Bring the web's words in; the audit log is gone over every day."""
        from regulars_web.shared.audit import work
        from regulars_web.shared.jobs import register

        add_words("regulars_web")
        register("audit", work, leads_to="log", power="audit:read", every=timedelta(days=1))
