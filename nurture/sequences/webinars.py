"""Which webinar an enrolment is about."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.project.catalog import Webinar
from nurture.sequences.steps import Sequence


def webinar_name(sequence: Sequence, entry_key: str) -> str | None:
    """The webinar an enrolment is about: the one its sequence names, else the one of its entry key."""
    if sequence.webinar is not None:
        return sequence.webinar
    return entry_key if sequence.enter.again.per == "webinar" else None


def webinar_of(sequence: Sequence, entry_key: str, webinars: Mapping[str, Webinar]) -> Webinar | None:
    """That webinar as the catalogue describes it; None when there is none, or none of that name."""
    return webinars.get(webinar_name(sequence, entry_key) or "")
