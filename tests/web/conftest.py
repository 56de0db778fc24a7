"""A business of its own for every test of the web, and people of every role."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from regulars import api
from regulars_web.company.models import Role, User
from regulars_web.shared import counts
from support.once import once
from support.web import salon

PASSWORD = "a-long-pass-42"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What one test put into the cache is not there in the next."""
    caches["process"].clear()
    counts.forget()


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """An empty business, served by this test; work is done at once."""
    place = tmp_path / "salon"
    api.create_business(place, pack="hair", name="Harbour Hair")
    settings.FOLDER, settings.INLINE = place, True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one takes its time
    return place


@pytest.fixture(scope="session")
def studied_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo business, imported, studied and formulated once for all processes that test."""

    def make(place: Path) -> None:
        business = salon(place, customers=250)
        run = api.study(business)
        api.screen(business, study_run=run)
        api.formulate(business, study_run=run)
        for language in ("en", "zh-Hant"):
            api.chapters(business, language=language)

    return once("studied", make, tmp_path_factory) / "salon"


@pytest.fixture
def studied(studied_once: Path, tmp_path: Path, settings: Any) -> Path:
    """A copy of it, served by this test."""
    place = tmp_path / "studied"
    shutil.copytree(studied_once, place)
    settings.FOLDER, settings.INLINE = place, True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return place


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Makes somebody of a role."""

    def make(role: Role = Role.DIRECTOR, *, branches: tuple[str, ...] = (), language: str = "en") -> User:
        email = f"{role.value}{User.objects.count()}@example.com"
        return User.objects.create_user(
            email, PASSWORD, name=role.label, role=role, branches=list(branches), language=language
        )

    return make


@pytest.fixture
def signed_in(person: Callable[..., User]) -> Callable[..., Client]:
    """Makes a browser in which somebody of a role is signed in."""

    def make(role: Role = Role.DIRECTOR, **more: Any) -> Client:
        client = Client()
        client.force_login(person(role, **more))
        return client

    return make
