"""What each scheme's rules are, figures included, and the digest by which the same rules are known again."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from regulars.analysis.classes import DURATION_CUT
from regulars.analysis.part import Scene
from regulars.analysis.results.schemes import SchemeId
from regulars.analysis.schemes import lifecycle, needs, odds, relations, rfm
from regulars.analysis.schemes.now import Now

#: Raised when a scheme's rules change in code; figures taken from data are in the definition itself.
VERSIONS: dict[SchemeId, int] = {"value_duration": 1, "rfm": 1, "lifecycle": 1, "need": 1, "relationship": 1}


def definitions(scene: Scene, now: Now) -> dict[SchemeId, dict[str, Any]]:
    """The rules of every scheme the data carry, as JSON-able data."""
    cut = round(scene.value_cut, 6)
    found: dict[SchemeId, dict[str, Any]] = {
        "value_duration": {"value": "value_36", "value_cut": cut, "duration_cut": DURATION_CUT, "phi": list(odds.PHI)},
        "rfm": dict(rfm.DEFINITION),
        "lifecycle": lifecycle.definition(scene.setting.pack.windows) | {"base_interval_days": scene.interval},
        "relationship": {
            "weights": relations.WEIGHTS,
            "shift": scene.setting.business.relationship.model_dump(),
            "value_cut": cut,
            "full_discount": relations.FULL_DISCOUNT,
            "full_breadth": relations.FULL_BREADTH,
            "half_tenure_days": relations.HALF_TENURE,
            "prior_gaps": relations.PRIOR_GAPS,
            "kinds": list(now.menu.kinds),
        },
    }
    if now.needs is not None:
        found["need"] = {
            "of": now.menu.column,
            "kinds": list(now.menu.names),
            "steps": needs.STEPS,
            "names": list(now.needs.names),
            "centres": [[round(float(share), 6) for share in row] for row in now.needs.clusters.centres],
            "agreement_of_halves": {str(k): v for k, v in now.needs.clusters.agreement.items()},
        }
    return found


def digest(id: SchemeId, version: int, definition: dict[str, Any]) -> str:
    """Twelve hex digits of the rules: equal rules, equal digest."""
    text = json.dumps([id, version, definition], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
