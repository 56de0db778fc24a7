"""Addresses of the method cards."""

from __future__ import annotations

from django.urls import path

from regulars_web.insight import views

urlpatterns = [
    path("", views.methods, name="methods"),
    path("<str:id>", views.method, name="method"),
]
