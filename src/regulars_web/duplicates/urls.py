"""Addresses of customers who may be on record twice."""

from __future__ import annotations

from django.urls import path

from regulars_web.duplicates import views

urlpatterns = [
    path("", views.duplicates, name="duplicates"),
    path("look", views.look, name="look_for_duplicates"),
    path("<int:id>", views.decide, name="decide_duplicate"),
]
