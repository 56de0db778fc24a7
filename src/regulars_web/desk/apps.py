"""The app's entry in Django's list."""

from __future__ import annotations

from django.apps import AppConfig


class Desk(AppConfig):
    """Home, navigation, work."""

    name = "regulars_web.desk"
    label = "desk"
