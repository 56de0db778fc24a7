"""Addresses of who is to be contacted."""

from __future__ import annotations

from django.urls import path

from regulars_web.strategy import contact_views

urlpatterns = [
    path("", contact_views.all_tasks, name="contacts"),
    path("<str:id>", contact_views.task, name="contact"),
    path("<str:id>/take", contact_views.take, name="take_contacts"),
]
