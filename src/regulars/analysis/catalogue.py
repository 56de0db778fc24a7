"""What may be asked of a customer's standing: the declared fields of segments, screening and eligibility.

No field names a person, and none of the attributes that must not decide how somebody is treated (age, sex, origin,
district) is here: they cannot be asked. Docs: docs/how-to/segments.md.
"""

from __future__ import annotations

from regulars.analysis.results.names import CLASSES, STATES
from regulars.base.predicate import Catalogue, Field

LIFECYCLE = ("newcomer", "developing", "established", "declining", "lapsed", "returned")
RFM = ("best", "strong", "recent", "fading", "slipping", "away")
RELATIONSHIPS = ("deal", "functional", "affiliation", "consultant", "partnership")

CATALOGUE = Catalogue.of(
    (
        Field("state", "text", values=STATES),
        Field("class", "text", values=CLASSES),
        Field("tier", "text", values=("high", "middle", "low")),
        Field("branch", "text"),
        Field("first_day", "day"),
        Field("last_day", "day"),
        Field("due_on", "day"),
        Field("piece_due_on", "day"),
        Field("pieces", "number"),
        Field("tenure_days", "number", "days", stored_as="T_days"),
        Field("visits", "number", "visits"),
        Field("rhythm_days", "number", "days"),
        Field("overdue_factor", "number"),
        Field("p_alive", "number", "share"),
        Field("rate_month", "number", "visits"),
        Field("visits_12", "number", "visits"),
        Field("visits_36", "number", "visits"),
        *(
            Field(name, "number", "money")
            for name in ("revenue", "revenue_12", "mean_visit_value", "spend_visit", "margin_visit")
        ),
        Field("value_12", "number", "money"),
        Field("value_36", "number", "money"),
        Field("package_balance", "number", "money"),
        *(Field(f"may_{channel}", "truth") for channel in ("email", "sms", "whatsapp", "phone", "post")),
        *(Field(f"class_p_{name}", "number", "share") for name in CLASSES),
        *(Field(name, "number") for name in ("rfm_r", "rfm_f", "rfm_m")),
        Field("rfm", "text", values=RFM),
        Field("lifecycle", "text", values=LIFECYCLE),
        Field("need", "text"),
        Field("next_category", "text"),
        Field("relationship", "text", values=RELATIONSHIPS),
        Field("relationship_p", "number", "share"),
        Field("habit", "number", "share"),
    )
)
