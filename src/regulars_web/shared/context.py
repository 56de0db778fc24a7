"""What every page is given."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from regulars.base.words import LANGUAGES


def page(request: HttpRequest) -> dict[str, Any]:
    """Language, light, and the languages to choose from."""
    language = getattr(request, "language", "en")
    user = getattr(request, "user", None)
    theme = user.theme if user is not None and user.is_authenticated else "auto"
    return {
        "language": language,
        "html_lang": "zh-Hant-HK" if language == "zh-Hant" else "en-HK",
        "theme": theme,
        "languages": [(id, {"en": "English", "zh-Hant": "繁體中文"}[id]) for id in LANGUAGES],
    }
