"""What the pages about people take in."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth import password_validation

from regulars.base.text import say
from regulars.base.words import LANGUAGES, render
from regulars_web.company.models import Role, User

#: A language under its own name, as it stands in every list of languages.
NAMES = {"en": "English", "zh-Hant": "繁體中文"}
THEMES = ("auto", "light", "dark")


class Spoken(forms.Form):
    """A form whose labels and errors are in the reader's language."""

    said: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, language: str = "en", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tongue = language
        for name, field in self.fields.items():
            field.label = self.words(self.said[name])
            field.error_messages["required"] = self.words("web.form.required")
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = self.words("web.form.email")

    def words(self, id: str) -> str:
        """A sentence in the reader's language."""
        return render(say(id), self.tongue)


class Welcome(Spoken):
    """The owner's account."""

    said: ClassVar = {
        "name": "web.person.name",
        "email": "web.person.email",
        "password": "web.person.password",
        "language": "web.person.language",
    }
    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}))
    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    language = forms.ChoiceField(choices=[(id, NAMES[id]) for id in LANGUAGES])

    def clean_password(self) -> str:
        """Long enough, and not one that everybody uses."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(
            password, User(email=self.data.get("email", ""), name=self.data.get("name", ""))
        )
        return password


class Person(Spoken):
    """A new person, or what is changed of one."""

    said: ClassVar = {
        "name": "web.person.name",
        "email": "web.person.email",
        "role": "web.person.role",
        "branches": "web.person.branches",
        "language": "web.person.language",
    }
    name = forms.CharField(max_length=120)
    email = forms.EmailField()
    role = forms.ChoiceField()
    branches = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(choices=[(id, NAMES[id]) for id in LANGUAGES])

    def __init__(self, *args: Any, branches: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, self.words(f"web.role.{role.value}")) for role in Role]  # type: ignore[attr-defined]
        self.fields["branches"].choices = branches  # type: ignore[attr-defined]
        if branches:
            self.fields["branches"].help_text = self.words("web.person.branches_note")
        else:
            self.fields["branches"].widget = forms.MultipleHiddenInput()


class Change(Person):
    """Role, branches, and whether they may still sign in."""

    said: ClassVar = Person.said | {"active": "web.person.active"}
    name = None  # type: ignore[assignment]
    email = None  # type: ignore[assignment]
    language = None  # type: ignore[assignment]
    active = forms.BooleanField(required=False)


class Own(Spoken):
    """One's own settings."""

    said: ClassVar = {"language": "web.person.language", "theme": "web.person.theme"}
    language = forms.ChoiceField(choices=[(id, NAMES[id]) for id in LANGUAGES])
    theme = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["theme"].choices = [(theme, self.words(f"web.theme.{theme}")) for theme in THEMES]  # type: ignore[attr-defined]


class Chosen(Spoken):
    """A password chosen behind a link."""

    said: ClassVar = {"password": "web.person.password"}
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}), strip=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        """Long enough, not one that everybody uses, and not one's own name."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self._user)
        return password


class SecondFactor(Spoken):
    """Roles that must have a second factor."""

    said: ClassVar = {"roles": "web.door.second_roles"}
    roles = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = [(role, self.words(f"web.role.{role.value}")) for role in Role]  # type: ignore[attr-defined]
