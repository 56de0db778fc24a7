"""The app's entry in Django's list."""

from __future__ import annotations

from django.apps import AppConfig


class Company(AppConfig):
    """People who work here."""

    name = "regulars_web.company"
    label = "company"
