"""Addresses about the people who work here."""

from __future__ import annotations

from django.urls import path

from regulars_web.company import entry, founding, log, views

urlpatterns = [
    path("welcome", entry.welcome, name="welcome"),
    path("entry/<int:id>/<str:token>", entry.entry, name="entry"),
    path("again", entry.again, name="again"),
    path("trade", founding.trade, name="trade"),
    path("me/out-everywhere", entry.everywhere, name="out_everywhere"),
    path("language", views.language, name="language"),
    path("me", views.own, name="own"),
    path("people", views.people, name="people"),
    path("people/new", views.new_person, name="new_person"),
    path("people/<int:id>", views.person, name="person"),
    path("people/<int:id>/link", views.link, name="link"),
    path("people/<int:id>/second-factor", views.second_gone, name="second_gone"),
    path("people/second-factor", views.second_asked, name="second_asked"),
    path("log", log.log, name="log"),
    path("log/check", log.check, name="check_log"),
    path("log.csv", log.taken, name="log_taken"),
]
