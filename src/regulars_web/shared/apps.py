"""The app's entry in Django's list; the web's words join the core's here."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.base.words import add_words


class Shared(AppConfig):
    """What all others stand on."""

    name = "regulars_web.shared"
    label = "shared"

    def ready(self) -> None:
        """Bring the web's words in."""
        add_words("regulars_web")
