"""Addresses of other programs' interface, and of the pages about them."""

from __future__ import annotations

from django.urls import path, re_path

from regulars_web.rest import operations, views
from regulars_web.rest.door import nowhere

_API = "api/v1/"
urlpatterns = [
    path("house/tokens", views.token_list, name="tokens"),
    path("house/tokens/new", views.new_token, name="new_token"),
    path("house/tokens/<int:id>/revoke", views.revoke_token, name="revoke_token"),
    path("house/messages", views.endpoint_list, name="endpoints"),
    path("house/messages/new", views.new_endpoint, name="new_endpoint"),
    path("house/messages/<int:id>", views.endpoint, name="endpoint"),
    path("house/messages/<int:id>/rotate", views.rotate_endpoint, name="rotate_endpoint"),
    path("house/messages/<int:id>/ping", views.ping_endpoint, name="ping_endpoint"),
    path("house/messages/<int:id>/remove", views.remove_endpoint, name="remove_endpoint"),
    path("house/messages/sent/<int:id>/again", views.redeliver, name="redeliver"),
    path("house/export", views.exports, name="exports"),
    path("house/export/<str:place>", views.export_file, name="export_file"),
    path(f"{_API}openapi.json", views.schema, name="api_schema"),
    path(f"{_API}docs", views.docs, name="api_docs"),
    *[
        path(_API + str(pattern.pattern), pattern.callback, name=f"api_{n}")
        for n, pattern in enumerate(operations.whole().patterns())
    ],
    re_path(rf"^{_API}(?P<rest>.*)$", nowhere, name="api_nowhere"),
]
