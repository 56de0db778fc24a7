"""Addresses of the study."""

from __future__ import annotations

from django.urls import path

from regulars_web.insight import studies, views

urlpatterns = [
    path("", views.study, name="study"),
    path("new", views.ask, name="ask_study"),
    path("all", studies.studies, name="studies"),
    path("compare", studies.compare, name="compare_studies"),
    path("all/<int:id>/reproduce", studies.reproduce, name="reproduce_study"),
    path("all/<int:id>/archive", studies.archive, name="archive_study"),
    path("queries", views.rests, name="rests"),
    path("queries/<str:name>", views.rest, name="rest"),
    path("<str:id>", views.chapter, name="chapter"),
]
