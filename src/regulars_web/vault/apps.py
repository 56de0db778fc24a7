"""The app's entry in Django's list."""

from __future__ import annotations

from django.apps import AppConfig


class Vault(AppConfig):
    """Identifiers under lock."""

    name = "regulars_web.vault"
    label = "vault"
