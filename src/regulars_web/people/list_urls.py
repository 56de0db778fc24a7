"""Addresses of lists and segments."""

from __future__ import annotations

from django.urls import path

from regulars_web.people import exports, lists, segments

urlpatterns = [
    path("", lists.customers, name="customers"),
    path("filter", lists.filter_part, name="customers_filter"),
    path("count", lists.count_part, name="customers_count"),
    path("take-away", exports.ask, name="customers_export"),
    path("take-away/<int:id>", exports.fetch, name="customers_fetch"),
    path("segments/", segments.all_segments, name="segments"),
    path("segments/new", segments.keep, name="new_segment"),
    path("segments/<int:id>", segments.one_segment, name="segment"),
    path("segments/<int:id>/keep", segments.change, name="change_segment"),
    path("segments/<int:id>/retire", segments.retire, name="retire_segment"),
]
