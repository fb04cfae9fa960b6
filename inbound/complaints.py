"""Reads complaints: what a mailbox provider sends when somebody calls a mail spam (ARF, RFC 5965)."""

from __future__ import annotations

from email.message import Message

from inbound.mail import Mail, inside

NO_COMPLAINT = ("not-spam", "auth-failure", "virus", "dmarc")
"""Feedback types that no person's displeasure is behind (RFC 5965 7.3, RFC 6591)."""


def is_complaint(mail: Mail) -> bool:
    """Whether somebody reported our mail as unwanted; an unknown type of report counts."""
    kinds = [kind for part in mail.parts() for kind in _feedback(part)]
    if kinds:
        return any(kind not in NO_COMPLAINT for kind in kinds)
    # Hotmail's older form has no report, only the message with a header of its own.
    return any("X-HmXmrOriginalRecipient" in message for message in mail.returned())


def _feedback(part: Message) -> list[str]:
    if part.get_content_type() != "message/feedback-report":
        return []
    fields = next(iter(inside(part)), part)
    return [str(fields.get("Feedback-Type", "abuse")).strip().lower()]
