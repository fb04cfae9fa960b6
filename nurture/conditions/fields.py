"""The fields every lead has and the properties core signals may carry, with their types."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.values import PROFILE_FIELDS
from nurture.words import Sig

CORE_FIELDS: Mapping[str, str] = {
    **dict.fromkeys(PROFILE_FIELDS, "text"),
    "id": "number",
    "key": "text",
    "email": "text",
    "stage": "text",
    "fit": "number",
    "engagement": "number",
    "grade": "text",
    "heat": "number",
}
"""What `lead.` offers in every project (Lead.fields())."""

_EVERYWHERE = dict.fromkeys(
    ("asset", "webinar", "form", "page", "template", "url", "topic", "reason", "sequence"), "text"
)
_MORE: Mapping[Sig, Mapping[str, str]] = {
    Sig.TOUCH_SENT: {"step": "text", "purpose": "text"},
    Sig.TOUCH_REFUSED: {"step": "text", "purpose": "text"},
    Sig.MAIL_BOUNCED: {"hard": "flag", "status": "text", "step": "text"},
    Sig.PRODUCT_USED: {"feature": "text", "times": "number"},
    Sig.HANDOFF_ACCEPTED: {"seller": "text"},
    Sig.HANDOFF_REJECTED: {"seller": "text", "duplicate_of": "text"},
    Sig.HANDOFF_NOTED: {"seller": "text", "note": "text"},
    Sig.HANDOFF_SNOOZED: {"seller": "text", "until": "date"},
    Sig.DEAL_WON: {"amount": "number"},
    Sig.DEAL_LOST: {"amount": "number"},
    Sig.HISTORY_SUMMARY: {"visits": "number", "pages": "number", "minutes": "number"},
}
CORE_SIGNALS: Mapping[str, Mapping[str, str]] = {
    kind.value: {**_EVERYWHERE, **_MORE.get(kind, {})} for kind in Sig
}
"""The core signal types and the properties a condition may ask them for."""
