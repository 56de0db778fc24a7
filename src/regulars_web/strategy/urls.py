"""Addresses of the plan."""

from __future__ import annotations

from django.urls import path

from regulars_web.strategy import (
    approval_views,
    carry_views,
    inputs_views,
    locks_views,
    review_views,
    studio_views,
    targets_views,
    versions_views,
    views,
)

urlpatterns = [
    path("", views.strategy, name="strategy"),
    path("new", views.ask, name="ask_plan"),
    path("approval", approval_views.approval, name="approval"),
    path("approval/judge", views.judge_plan, name="judge_plan"),
    path("approval/approve", views.approve_plan, name="approve_plan"),
    path("approval/reject", views.reject_plan, name="reject_plan"),
    path("studio", studio_views.studio, name="studio"),
    path("studio/tried", studio_views.tried, name="tried"),
    path("studio/keep", studio_views.keep_amounts, name="keep_amounts"),
    path("studio/lock/price", studio_views.lock_price, name="lock_price"),
    path("studio/lock", studio_views.save_lock, name="save_lock"),
    path("studio/undo", studio_views.undo_change, name="undo_change"),
    path("targets", targets_views.targets, name="targets"),
    path("targets/price", targets_views.target_price, name="target_price"),
    path("targets/owner", targets_views.save_owner, name="save_owner"),
    path("targets/set", targets_views.save_target, name="save_target"),
    path("targets/<str:act>/price", targets_views.tree_price, name="tree_price"),
    path("targets/<str:act>/save", targets_views.save_tree, name="save_tree"),
    path("versions", versions_views.versions, name="versions"),
    path("lines", locks_views.lines, name="lines"),
    path("lines/price", locks_views.line_price, name="line_price"),
    path("lines/lock", locks_views.save_line, name="save_line"),
    path("carry", carry_views.carry, name="carry"),
    path("carry/start", carry_views.put_to_work, name="put_to_work"),
    path("review", review_views.review, name="review"),
    path("review/measure", carry_views.measure, name="measure"),
    path("inputs", inputs_views.inputs, name="inputs"),
    path("inputs/<str:name>", inputs_views.input_page, name="input"),
    path("inputs/<str:name>/save", inputs_views.save_input, name="save_input"),
    path("inputs/<str:name>/undo", inputs_views.undo_input, name="undo_input"),
    path("document/<str:language>.<str:format>", views.document, name="document"),
    path("<str:id>", views.chapter, name="plan_chapter"),
]
