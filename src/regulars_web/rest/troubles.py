"""What went wrong, as a problem document (RFC 9457) in the caller's language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from regulars.base.errors import Busy, NotThere, RegularsError
from regulars.base.problem import Problem
from regulars.base.text import Text, say
from regulars.base.words import render

TYPE = "application/problem+json"


class Trouble(Exception):
    """An answer that is a problem. ``code`` is stable and stands in docs/reference/rest-api.md."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        errors: Iterable[Mapping[str, Any]] = (),
        text: Text | None = None,
        retry: int | None = None,
        **params: Any,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.retry = status, code, retry
        self.text = text or say(f"rest.trouble.{code}", **params)
        self.errors = list(errors)


def language_of(request: HttpRequest) -> str:
    """What the caller asks for, else the language of who the token acts for."""
    asked = request.headers.get("Accept-Language", "").lower()
    if asked and asked != "*":
        return "zh-Hant" if asked.startswith("zh") else "en"
    token = getattr(request, "token", None)
    return str(token.user.language) if token is not None else "en"


def document(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """The problem as an answer."""
    body = {
        "type": f"urn:regulars:problem:{trouble.code}",
        "title": render(trouble.text, language_of(request)),
        "status": trouble.status,
        "code": trouble.code,
        "request_id": getattr(request, "request_id", ""),
        "errors": trouble.errors,
    }
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=trouble.status, content_type=TYPE)
    if trouble.retry is not None:
        response["Retry-After"] = str(trouble.retry)
    if trouble.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Regulars"'
    return response


def of(error: Exception) -> Trouble | None:
    """The trouble an error stands for; None where it is a fault of the program."""
    match error:
        case Trouble():
            return error
        case Busy():
            return Trouble(409, "busy", text=error.text, retry=5)
        case NotThere():
            return Trouble(404, "not_found", text=error.text)
        case RegularsError():
            return Trouble(422, "refused", text=error.text)
        case Http404():
            return Trouble(404, "not_found")
        case ValidationError():
            return Trouble(422, "invalid", errors=[_field(found) for found in error.errors])
        case HttpError():
            return Trouble(error.status_code, "not_json" if error.status_code == 400 else "invalid")
    return None


def _field(found: Mapping[str, Any]) -> dict[str, Any]:
    place = [str(part).replace("~", "~0").replace("/", "~1") for part in found["loc"]]
    where, inner = (place[0], place[1:]) if place else ("body", [])
    # What the caller wrote is not repeated: it may be somebody's name.
    return {"in": where, "pointer": "".join(f"/{part}" for part in inner), "code": str(found["type"])}


def rows_wrong(problems: Iterable[Problem], language: str) -> list[dict[str, Any]]:
    """Problems of pushed rows, each with its place in what was sent."""
    return [
        {
            "in": "body",
            "pointer": f"/{problem.row - 1 if problem.row else 0}" + (f"/{problem.column}" if problem.column else ""),
            "row": problem.row,
            "field": problem.column,
            "code": problem.code,
            "text": render(problem.reason, language),
            "rejected": problem.severity == "rejected",
            "count": problem.count,
        }
        for problem in problems
    ]
