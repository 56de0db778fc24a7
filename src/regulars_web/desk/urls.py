"""The first address, and those of work."""

from __future__ import annotations

from django.urls import path

from regulars_web.desk import views

urlpatterns = [
    path("", views.home, name="home"),
    path("work/", views.jobs, name="jobs"),
    path("work/<int:id>", views.job, name="job"),
    path("work/<int:id>/stop", views.stop_job, name="stop_job"),
    path("work/<int:id>/again", views.again_job, name="again_job"),
]
