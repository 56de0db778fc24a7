"""Addresses of the study."""

from __future__ import annotations

from django.urls import path

from regulars_web.insight import views

urlpatterns = [
    path("", views.study, name="study"),
    path("new", views.ask, name="ask_study"),
    path("<str:id>", views.chapter, name="chapter"),
]
