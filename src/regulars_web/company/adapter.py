"""How the sign-in library behaves here: nobody signs up by themselves, and signing in is written down."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from regulars_web.shared.audit import note


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by a director."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in, and say so in the log."""
        super().login(request, user)
        note(user, "account.signed_in")
