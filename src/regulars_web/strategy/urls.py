"""Addresses of the plan."""

from __future__ import annotations

from django.urls import path

from regulars_web.strategy import views

urlpatterns = [
    path("", views.strategy, name="strategy"),
    path("new", views.ask, name="ask_plan"),
    path("approval", views.approval, name="approval"),
    path("approval/judge", views.judge_plan, name="judge_plan"),
    path("approval/approve", views.approve_plan, name="approve_plan"),
    path("approval/reject", views.reject_plan, name="reject_plan"),
    path("document/<str:language>.<str:format>", views.document, name="document"),
    path("<str:id>", views.chapter, name="plan_chapter"),
]
