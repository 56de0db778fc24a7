"""Changes to who works here; each with its line in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction

from regulars_web.company.models import Role, User
from regulars_web.shared.audit import note
from regulars_web.shared.turns import my_turn


class NotAllowed(Exception):
    """A change that must not be made; ``id`` names the sentence that says why."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


def make_owner(*, name: str, email: str, password: str, language: str) -> User:
    """The first person: a director. Raises NotAllowed when there is somebody already."""
    with transaction.atomic():
        my_turn()
        if User.objects.exists():
            raise NotAllowed("web.welcome.taken")
        user = User.objects.create_user(email, password, name=name, role=Role.DIRECTOR, language=language)
        note(user, "person.made", about=user.email, role=user.role)
        return user


def make_person(by: Any, *, name: str, email: str, role: str, branches: Sequence[str], language: str) -> User:
    """A person without a password: they choose it themselves behind a link that is handed to them."""
    with transaction.atomic():
        my_turn()
        if User.objects.filter(email=email.lower()).exists():
            raise NotAllowed("web.house.twice")
        user = User.objects.create_user(
            email, None, name=name, role=Role(role), branches=list(branches), language=language
        )
        note(by, "person.made", about=user.email, role=user.role, branches=list(branches))
        return user


def make_link(by: Any, user: User) -> str:
    """The token of a link behind which that person chooses a password; it works once, for two days."""
    note(by, "person.link_made", about=user.email)
    return default_token_generator.make_token(user)


def take_link(id: int, token: str) -> User:
    """Whose link that is. Raises NotAllowed where it is used up, too old or nobody's."""
    user = User.objects.filter(pk=id, is_active=True).first()
    if user is None or not default_token_generator.check_token(user, token):
        raise NotAllowed("web.door.link_dead")
    return user


def choose_password(id: int, token: str, password: str) -> User:
    """A first or a new password by link; open sessions of that person end. Raises NotAllowed as :func:`take_link`."""
    with transaction.atomic():
        User.objects.select_for_update().filter(pk=id).first()  # a link pressed twice works once
        user = take_link(id, token)
        user.set_password(password)
        user.epoch += 1
        user.save(update_fields=["password", "epoch"])
        note(user, "person.password_chosen", about=user.email)
        return user


def out_everywhere(user: User) -> None:
    """End every session of one's own."""
    with transaction.atomic():
        user.epoch += 1
        user.save(update_fields=["epoch"])
        note(user, "account.out_everywhere", about=user.email)


class Overtaken(Exception):
    """Somebody else changed the person since the page was opened."""


def state_of(user: User) -> str:
    """What a page shows of somebody, to be told apart from what they are later."""
    return f"{user.role} {int(user.is_active)} {' '.join(sorted(user.branches))}"


def change_person(
    by: Any, user: User, *, role: str, branches: Sequence[str], active: bool, seen: str | None = None
) -> None:
    """Another role, scope or none any more; of who was as ``seen`` or not at all.

    Raises:
        NotAllowed: nobody would be left to run the house.
        Overtaken: the person is not as ``seen`` any more.
    """
    with transaction.atomic():
        my_turn()
        others = User.objects.filter(role=Role.DIRECTOR, is_active=True).exclude(pk=user.pk)
        user.refresh_from_db()
        if seen is not None and seen != state_of(user):
            raise Overtaken
        if user.role == Role.DIRECTOR and (role != Role.DIRECTOR or not active) and not others.exists():
            raise NotAllowed("web.house.last_director")
        before = [user.role, user.branches, user.is_active]
        user.role, user.branches, user.is_active = Role(role), list(branches), active
        user.save(update_fields=["role", "branches", "is_active"])
        note(by, "person.changed", about=user.email, before=before, after=[role, list(branches), active])


def set_own(user: User, *, language: str, theme: str) -> None:
    """One's own language and light."""
    with transaction.atomic():
        user.language, user.theme = language, theme
        user.save(update_fields=["language", "theme"])
        note(user, "person.own", about=user.email, language=language, theme=theme)
