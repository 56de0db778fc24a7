"""What the pages about other programs take in."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from regulars_web.company.forms import Spoken
from regulars_web.company.models import User
from regulars_web.rest.messages import EVENTS
from regulars_web.rest.post import NotSent, checked
from regulars_web.rest.tokens import DAYS, SCOPES


class NewToken(Spoken):
    """A token to be made."""

    said: ClassVar = {
        "name": "rest.token.name",
        "user": "rest.token.user",
        "scopes": "rest.token.scopes",
        "branches": "rest.token.branches",
        "days": "rest.token.days",
    }
    name = forms.CharField(max_length=80)
    user = forms.ModelChoiceField(queryset=User.objects.none(), empty_label=None)
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    branches = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(coerce=int)

    def __init__(self, *args: Any, people: Any, branches: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["user"].queryset = people
        fields["scopes"].choices = [(s, self.words(f"rest.scope.{s.replace(':', '_')}")) for s in SCOPES]
        fields["branches"].choices = branches
        fields["days"].choices = [(days, self.words(f"rest.token.days_{days}")) for days in DAYS]
        if not branches:
            del fields["branches"]


class NewEndpoint(Spoken):
    """An address to be registered."""

    said: ClassVar = {"url": "rest.endpoint.url", "events": "rest.endpoint.events"}
    url = forms.CharField(max_length=500, widget=forms.URLInput(attrs={"placeholder": "https://"}))
    events = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["events"].choices = [(event, self.words(f"rest.event.{event.replace('.', '_')}")) for event in EVENTS]

    def clean_url(self) -> str:
        """An address messages may go to."""
        url: str = self.cleaned_data["url"].strip()
        try:
            checked(url)
        except NotSent as error:
            raise forms.ValidationError(self.words(f"rest.sent.{error.code}")) from error
        return url
