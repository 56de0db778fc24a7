"""The app's entry in Django's list."""

from __future__ import annotations

from django.apps import AppConfig


class People(AppConfig):
    """Customers, one at a time and in lists."""

    name = "regulars_web.people"
    label = "people"
