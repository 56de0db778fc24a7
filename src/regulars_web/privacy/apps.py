"""The app's entry in Django's list."""

from __future__ import annotations

from django.apps import AppConfig


class Privacy(AppConfig):
    """The gate, consents and refusals."""

    name = "regulars_web.privacy"
    label = "privacy"
