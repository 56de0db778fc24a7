"""Addresses of imports."""

from __future__ import annotations

from django.urls import path

from regulars_web.intake import correcting, views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("new", views.upload, name="upload"),
    path("<int:id>", views.batch, name="batch"),
    path("<int:id>/files/<int:number>", correcting.correct, name="correct"),
    path("<int:id>/files/<int:number>/try", correcting.try_it, name="try_mapping"),
    path("<int:id>/read", views.read, name="read"),
    path("<int:id>/drop", views.let_go, name="let_go"),
    path("<int:id>/bad-rows/<str:name>", views.bad_rows, name="bad_rows"),
    path("undo/<str:import_id>", views.take_back, name="take_back"),
]
