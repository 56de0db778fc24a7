"""All addresses. Who may open which stands at each view (``company.powers``); a test visits every one of them."""

from __future__ import annotations

from django.urls import include, path

from regulars_web.shared import health

urlpatterns = [
    path("", include("regulars_web.desk.urls")),
    path("people/", include("regulars_web.people.list_urls")),
    path("people/duplicates/", include("regulars_web.duplicates.urls")),  # before the keys of customers
    path("people/", include("regulars_web.people.urls")),
    path("study/", include("regulars_web.insight.urls")),
    path("methods/", include("regulars_web.insight.method_urls")),
    path("contacts/", include("regulars_web.strategy.contact_urls")),
    path("strategy/", include("regulars_web.strategy.urls")),
    path("imports/", include("regulars_web.intake.urls")),
    path("house/", include("regulars_web.company.urls")),
    path("", include("regulars_web.rest.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
]
handler403 = "regulars_web.shared.errors.refused"
handler404 = "regulars_web.shared.errors.not_found"
handler500 = "regulars_web.shared.errors.broken"
