"""A business made in the browser, where the server was started on a folder that holds none; and its trade put right."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from regulars import api
from regulars.base.errors import RegularsError
from regulars.base.text import say
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business, founded
from regulars_web.company.forms import Spoken, Welcome
from regulars_web.company.models import User
from regulars_web.company.powers import needs
from regulars_web.shared.audit import note

#: Currencies of the list; the first is the one of Hong Kong.
CURRENCIES = ("HKD", "MOP", "CNY", "TWD", "SGD", "MYR", "JPY", "GBP", "EUR", "USD", "AUD", "NZD", "CAD")


def trades(language: str) -> list[tuple[str, str]]:
    """The trades there are, by name."""
    return [(pack.id, pack.label().in_language(language)) for pack in api.packs()]


class Founding(Welcome):
    """The owner's account, and what the business is."""

    said: ClassVar = Welcome.said | {
        "shop": "web.welcome.shop",
        "trade": "web.trade.trade",
        "currency": "web.welcome.currency",
        "name": "web.welcome.yours",
    }
    shop = forms.CharField(
        max_length=120, widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True})
    )
    trade = forms.ChoiceField()
    currency = forms.ChoiceField(choices=[(code, code) for code in CURRENCIES], initial="HKD")
    field_order = ("shop", "trade", "currency", "name", "email", "password", "language")

    def __init__(self, *args: object, language: str = "en", **kwargs: object) -> None:
        super().__init__(*args, language=language, **kwargs)
        chosen = [("", self.words("web.welcome.choose")), *trades(language)]
        self.fields["trade"].choices = chosen  # type: ignore[attr-defined]
        del self.fields["name"].widget.attrs["autofocus"]
        self.fields["trade"].help_text = self.words("web.trade.why")


def found(told: dict[str, str]) -> None:
    """Make the business of a form; what is left of it are the owner's own fields."""
    shop, trade, currency = (told.pop(key) for key in ("shop", "trade", "currency"))
    if not founded():
        api.create_business(Path(settings.FOLDER), pack=trade, name=shop, currency=currency, owner=told["name"])


class Trade(Spoken):
    """Another trade."""

    said: ClassVar = {"trade": "web.trade.trade"}
    trade = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: object, language: str = "en", **kwargs: object) -> None:
        super().__init__(*args, language=language, **kwargs)
        self.fields["trade"].choices = trades(language)  # type: ignore[attr-defined]


@needs("house:write")
@require_http_methods(["GET", "POST"])
def trade(request: HttpRequest) -> HttpResponse:
    """The trade of the business, and another one while its settings are still those it was made with."""
    user = request.user
    assert isinstance(user, User)
    shop = business()
    form = Trade(request.POST or None, language=user.language, initial={"trade": shop.pack.id})
    if request.method == "POST" and form.is_valid():
        try:
            api.change_trade(shop, form.cleaned_data["trade"])
        except RegularsError as error:
            return render(request, "company/trade.html", {"form": form, "error": error}, status=409)
        note(user, "house.trade", about=form.cleaned_data["trade"])
        messages.success(request, spoken(say("web.trade.done"), user.language))
        return redirect("home")
    return render(request, "company/trade.html", {"form": form})
