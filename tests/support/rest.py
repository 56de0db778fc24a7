"""Another program at the interface."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client

from regulars_web.company.models import User
from regulars_web.rest import tokens
from regulars_web.rest.models import Token

ALL = tuple(tokens.SCOPES)


class Program:
    """Calls the interface with a token of its own."""

    def __init__(self, user: User, *scopes: str, branches: tuple[str, ...] = (), language: str = "") -> None:
        made: tuple[Token, str] = tokens.make(
            user, name="till", user=user, scopes=scopes or ALL, branches=branches, days=30
        )
        self.token, self.secret = made
        self.headers = {"Authorization": f"Bearer {self.secret}"}
        if language:
            self.headers["Accept-Language"] = language
        self.client = Client()

    def get(self, path: str, **headers: str) -> Any:
        """GET."""
        answer = self.client.get(f"/api/v1/{path}", headers=self.headers | headers)
        if answer.streaming:  # read, and its file closed
            content = answer.getvalue()
            return HttpResponse(content, status=answer.status_code, headers=dict(answer.items()))
        return answer

    def post(
        self, path: str, body: Any = None, *, key: str | None = None, kind: str = "application/json", **h: str
    ) -> Any:
        """POST under a key of its own, or under ``key``."""
        headers = self.headers | {"Idempotency-Key": key if key is not None else uuid.uuid4().hex} | h
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(f"/api/v1/{path}", data, content_type=kind, headers=headers)


def line(sale: str, amount: float = 380, **more: Any) -> dict[str, Any]:
    """A sale line as a till sends it."""
    return {
        "sale_id": sale,
        "line_id": "1",
        "date": "2026-10-05",
        "customer": "C1",
        "item": "Cut",
        "net": amount,
        **more,
    }
