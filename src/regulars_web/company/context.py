"""What every page is told of the business and of what its reader may do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from regulars.base.errors import RegularsError
from regulars_web.company.businesses import business
from regulars_web.company.powers import POWERS, may


def here(request: HttpRequest) -> dict[str, Any]:
    """The business's name, zone and branches by their names, and ``may.study_read`` and its like."""
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    allowed = {power.replace(":", "_"): known and may(user, power) for power in POWERS}
    try:
        settings = business().settings
    except RegularsError:
        return {"may": allowed, "zone": "Asia/Hong_Kong", "shop_name": None, "places": {}}
    language = getattr(request, "language", "en")
    places = {branch.id: branch.label().in_language(language) for branch in settings.branches}
    return {"may": allowed, "zone": settings.zone, "shop_name": settings.label(), "places": places}
