"""Who works at a demo business: one of every role, with passwords that are printed and kept nowhere else."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import transaction

from regulars_web.company.businesses import business
from regulars_web.company.models import Role, User
from regulars_web.shared.audit import note

_NAMES = {
    Role.DIRECTOR: "Wong Tai 黃泰",
    Role.STRATEGIST: "Chan Mei 陳美",
    Role.MANAGER: "Lee Ka Yan 李嘉欣",
    Role.STAFF: "Ho Ling 何玲",
    Role.PRIVACY: "Yip Wai 葉慧",
    Role.ANALYST: "Ng Chun 吳俊",
}
#: Roles that are confined to one branch, as they would be in life.
_AT_ONE = (Role.MANAGER, Role.STAFF)


@dataclass(frozen=True)
class Account:
    """Somebody to sign in as."""

    role: str
    email: str
    password: str


def people() -> list[Account]:
    """One person of every role, made at the first start; at later ones everybody has the same new password as the
    others, so that what is printed is always true."""
    password = f"demo-{secrets.token_hex(4)}"
    branches = [branch.id for branch in business().settings.branches]
    made: list[Account] = []
    with transaction.atomic():
        for role, name in _NAMES.items():
            email = f"{role.value}@demo.example"
            user = User.objects.filter(email=email).first()
            if user is None:
                confined = branches[:1] if role in _AT_ONE and len(branches) > 1 else []
                user = User.objects.create_user(email, password, name=name, role=role, branches=confined)
                note(None, "person.made", about=email, role=role.value, branches=confined)
            else:
                user.set_password(password)
                user.save(update_fields=["password"])
                note(None, "person.password_chosen", about=email)
            made.append(Account(role.value, email, password))
    return made
