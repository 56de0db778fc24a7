"""The interface does what its description says, whatever it is sent: schemathesis, with fixed seeds."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from regulars_web.company.models import User
from regulars_web.config.wsgi import application
from regulars_web.rest.operations import described
from support.rest import Program

pytestmark = pytest.mark.django_db
CHECKED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
SCHEMA = schemathesis.openapi.from_dict(described())
SCHEMA.app = application
SCHEMA.config.generation.with_security_parameters = False  # the token is a real one
OPERATIONS: list[Any] = [result.ok() for result in SCHEMA.get_all_operations() if isinstance(result, Ok)]


@pytest.fixture(autouse=True)
def connection_stays_open() -> Iterator[None]:
    """Answered through WSGI, a request ends by closing its database connection: here it is the test's own."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def asks(operation: Any) -> bool:
    """Whether there is anything in a request that could be wrong."""
    return operation.method == "post" or bool(operation.definition.raw.get("parameters"))


@pytest.mark.parametrize(
    ("operation", "mode"),
    [(o, mode) for o in OPERATIONS for mode in GenerationMode if mode == GenerationMode.POSITIVE or asks(o)],
    ids=lambda value: value.value if isinstance(value, GenerationMode) else f"{value.method} {value.path}",
)
def test_answers_are_as_described(
    operation: Any, mode: GenerationMode, folder: Path, person: Callable[..., User], settings: Any
) -> None:
    settings.API_PER_MINUTE = 10_000
    secret = Program(person()).secret

    @given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis_settings(
        max_examples=3,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def answered(case: Any) -> None:
        headers = {"Authorization": f"Bearer {secret}"}
        if operation.method == "post" and mode == GenerationMode.POSITIVE:
            headers["Idempotency-Key"] = uuid.uuid4().hex
        if mode == GenerationMode.NEGATIVE and "/push/" in operation.path:
            case.query = {**(case.query or {}), "atomic": "true"}  # else the good rows among the bad are kept
        case.call_and_validate(headers=headers, checks=CHECKED)

    answered()
