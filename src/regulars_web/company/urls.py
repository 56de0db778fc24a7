"""Addresses about the people who work here."""

from __future__ import annotations

from django.urls import path

from regulars_web.company import views

urlpatterns = [
    path("welcome", views.welcome, name="welcome"),
    path("language", views.language, name="language"),
    path("me", views.own, name="own"),
    path("people", views.people, name="people"),
    path("people/new", views.new_person, name="new_person"),
    path("people/<int:id>", views.person, name="person"),
    path("log", views.log, name="log"),
]
