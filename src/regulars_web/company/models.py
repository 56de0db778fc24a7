"""People who sign in, their roles and branches."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from regulars_web.shared.clock import now


class Role(models.TextChoices):
    """What somebody is here. Nobody both drafts and approves: that is checked on each plan, not by role alone."""

    DIRECTOR = "director"
    STRATEGIST = "strategist"
    MANAGER = "manager"
    STAFF = "staff"
    PRIVACY = "privacy"
    ANALYST = "analyst"


class Users(BaseUserManager["User"]):
    """Makes users."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:
        """A user with that address; without a password nobody can sign in as them until they set one."""
        user = self.model(email=self.normalize_email(email).lower(), **more)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """Somebody who signs in. ``branches`` are branch ids they are confined to; empty: all of them."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, choices=Role.choices)
    branches = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=8, default="en")
    theme = models.CharField(max_length=5, default="auto")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=now)
    #: Part of what every session is signed with: raised, all of them end.
    epoch = models.PositiveIntegerField(default=0)
    #: Where a program acts for this person: its token and who made that, for the log. Kept nowhere else.
    through: dict[str, str]

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects: ClassVar[Users] = Users()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(role__in=["director", "strategist", "manager", "staff", "privacy", "analyst"]),
                name="user_role",
            ),
            models.CheckConstraint(condition=models.Q(language__in=["en", "zh-Hant"]), name="user_language"),
            models.CheckConstraint(condition=models.Q(theme__in=["auto", "light", "dark"]), name="user_theme"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_session_auth_hash(self) -> str:
        """What a session of this person must carry: another one after a new password, or after "out everywhere"."""
        return salted_hmac("company.user.sessions", f"{self.password}{self.epoch}", algorithm="sha256").hexdigest()

    @property
    def signature(self) -> str:
        """How this person stands in records that outlive accounts: two people of one name are told apart."""
        return f"{self.name} <{self.email}>"

    def sees(self, branch: str) -> bool:
        """Whether a branch is within this person's scope."""
        return not self.branches or branch in self.branches


class HouseRules(models.Model):
    """What the house asks of those who sign in; one row. ``second_factor`` are roles that must have one."""

    second_factor = models.JSONField(default=list, blank=True)


class Sent(models.Model):
    """A form that was sent, by a digest of what it said; where it led to once it was acted on."""

    key = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(default=now, db_index=True)
    done = models.BooleanField(default=False)
    led_to = models.CharField(max_length=500, blank=True)
