"""What an address's consents say of one topic."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.values import Consent

ALL_TOPICS = "*"
"""A withdrawal from everything: holds for every topic, also for those declared later."""


def consent_to(topic: str, consents: Mapping[str, Consent]) -> Consent | None:
    """The consent that counts for `topic`: a withdrawal of all topics comes first."""
    return consents.get(ALL_TOPICS) or consents.get(topic)
