"""How the sign-in library behaves here: nobody signs up by themselves, what happens at the door is written down, and
it speaks this product's words."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import get_language

from regulars.base.text import say
from regulars.base.words import render
from regulars_web.shared.audit import note

#: What the library wants to say after an act -> our sentence; of anything else it keeps silent.
_SAID = {
    "account/messages/password_changed.txt": "web.door.password_changed",
    "mfa/messages/totp_activated.txt": "web.door.second_on",
    "mfa/messages/totp_deactivated.txt": "web.door.second_off",
    "mfa/messages/recovery_codes_generated.txt": "web.door.codes_made",
}


def _in_language(id: str) -> str:
    return render(say(id), "zh-Hant" if (get_language() or "").startswith("zh") else "en")


_word: Any = lazy(_in_language, str)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by a director."""

    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "account_inactive": _word("web.door.inactive"),
        "email_password_mismatch": _word("web.door.mismatch"),
        "enter_current_password": _word("web.door.wrong_password"),
        "incorrect_password": _word("web.door.wrong_password"),
        "incorrect_code": _word("web.door.wrong_code"),
        "invalid_login": _word("web.door.mismatch"),
        "too_many_login_attempts": _word("web.door.too_many"),
        "rate_limited": _word("web.door.too_many"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in, and say so in the log."""
        super().login(request, user)
        note(user, "account.signed_in")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Somebody tried in vain; the library counts how often, the log says on which address."""
        super().authentication_failed(request, **credentials)
        note(None, "account.sign_in_failed", about=str(credentials.get("email", ""))[:200])

    def set_password(self, user: Any, password: str) -> None:
        """Change a password, and say so in the log."""
        super().set_password(user, password)
        note(user, "account.password_changed", about=user.email)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """The product sends no mail by itself; the log tells."""

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Our own sentence in the place of the library's."""
        id = _SAID.get(message_template or "")
        if id is not None:
            messages.success(request, _in_language(id))


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor, in our words."""

    error_messages: ClassVar = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _word("web.door.wrong_code"),
        "cannot_delete_authenticator": _word("web.door.second_needed"),
        "cannot_generate_recovery_codes": _word("web.door.second_first"),
    }

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not where the house asks for it."""
        from regulars_web.company.second import is_asked_of

        return not is_asked_of(authenticator.user)
