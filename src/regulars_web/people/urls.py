"""Addresses of customers."""

from __future__ import annotations

from django.urls import path

from regulars_web.people import views

urlpatterns = [
    path("search", views.find, name="find"),
    path("<str:key>", views.customer, name="customer"),
    path("<str:key>/notes", views.write, name="write_note"),
    path("<str:key>/notes/<int:id>", views.unwrite, name="remove_note"),
    path("<str:key>/permission", views.refuse, name="refuse"),
    path("<str:key>/forget", views.forget, name="forget"),
]
