"""The interface: its operations behind their doors, and the description of them all (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI, Schema
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.security.http import HttpAuthBase

from regulars import __version__
from regulars_web.rest import troubles
from regulars_web.rest.door import door
from regulars_web.rest.models import Token
from regulars_web.rest.tokens import allowed
from regulars_web.rest.troubles import Trouble, document

ABOUT = """Facts in, results out. A program brings a token that a director made under House, Tokens; it acts for a
person and may no more than that person may. Every POST carries an `Idempotency-Key`: sent again with the same body
within a day it gets the same answer and changes nothing. Errors are problem documents (RFC 9457) in the language of
`Accept-Language` (`en`, `zh-Hant`)."""


class ProblemDocument(Schema):
    """What went wrong."""

    type: str
    title: str
    status: int
    code: str
    request_id: str
    errors: list[dict[str, Any]]


class Scope(HttpAuthBase):
    """The door has found the token; here its scope is looked at."""

    openapi_scheme = "bearer"

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Token:
        """Let through. Raises Trouble otherwise."""
        found: Token = request.token  # type: ignore[attr-defined]
        if not allowed(found, self.scope):
            raise Trouble(403, "no_scope", scope=self.scope)
        return found


_ALWAYS = {
    "401": "No token, or none that opens anything (any more)",
    "403": "The token has not this scope, or its person not this power",
    "429": "Too often; `Retry-After` says when to come again",
}
_WRITES = {
    "400": "No `Idempotency-Key`, or no JSON",
    "409": "The same request is being worked on, or the business is busy; come again",
    "411": "No length stated",
    "413": "Too large",
    "422": "Something in it is wrong, or the key was used for another body",
}
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "Chosen by the caller, one for each thing to be done; kept for 24 hours.",
}


def _told(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    assert isinstance(error, Exception)
    trouble = troubles.of(error)
    if trouble is None:
        raise error  # the door logs it and rolls back
    return document(request, trouble)


class Interface(NinjaAPI):
    """Ninja's, with errors as they are."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The description, with the errors every operation may answer with."""
        schema = super().get_openapi_schema(path_prefix=path_prefix or "api/v1/", path_params=path_params)
        schema["components"]["schemas"]["ProblemDocument"] = ProblemDocument.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        scopes = self.scopes()
        for methods in schema["paths"].values():
            for method, operation in methods.items():
                operation["x-scope"] = scopes[operation["operationId"]]
                _errors(method, operation)
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The operation's own name."""
        return operation.view_func.__name__.strip("_")

    def scopes(self) -> dict[str, str]:
        """Operation -> the scope it needs."""
        return {
            self.get_openapi_operation_id(operation): cast(Scope, operation.auth_callbacks[0]).scope
            for router in self._get_bound_routers()
            for view in router.path_operations.values()
            for operation in view.operations
        }

    def set_default_exception_handlers(self) -> None:
        """One handler for everything: problem documents."""
        self.add_exception_handler(Exception, _told)

    def patterns(self) -> list[URLPattern]:
        """Its addresses, each behind the door."""
        found = []
        for pattern in cast(list[URLPattern], self.urls[0]):
            if pattern.name == "api-root":
                continue
            pattern.callback = door(pattern.callback)
            found.append(pattern)
        return found


def _errors(method: str, operation: dict[str, Any]) -> None:
    write = method == "post"
    told = {**_ALWAYS, **(_WRITES if write else {})}
    if write:
        operation["parameters"] = [*operation.get("parameters", ()), _KEY]
    if operation.get("parameters"):
        told["404"] = "There is no such thing, or not within the token's branches"
        told["422"] = _WRITES["422"] if write else "Something in the request is wrong"
    responses = {str(status): about for status, about in operation["responses"].items()}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    for status, about in told.items():
        responses.setdefault(status, {"description": about, "content": problem})
    operation["responses"] = dict(sorted(responses.items()))


interface = Interface(
    title="Regulars",
    version=__version__,
    description=ABOUT,
    openapi_url=None,
    docs_url=None,
    urls_namespace="rest",
    openapi_extra={"info": {"license": {"name": "Apache-2.0"}}},
)
