"""Reads what providers report: complaints (ARF, RFC 5965), and what looks like them and is none."""

from __future__ import annotations

import re
from email.message import Message

from inbound.mail.message import Mail, inside

NO_COMPLAINT = ("not-spam", "auth-failure", "virus", "dmarc")
"""Feedback types that are no complaint of a person (RFC 5965 7.3, RFC 6591)."""
_AGGREGATE = re.compile(
    r"(?i)^\W{0,9}(?:(?:\[[^\[\]]{1,40}\]|re:|fwd?:)\s{0,3}){0,3}(?:dmarc\b.{0,40}\breport|report domain:"
    r"|tls[- ]?rpt|tls report|smtp tls report|report from .{1,80}\bdmarc|aggregate report)"
)
"""How reports on DMARC (RFC 7489 7.2.1.1) and on encryption (RFC 8460 5.3) are titled."""
_FILE = re.compile(r"(?i)^[\w.\-]{1,100}![\w.\-]{1,100}(?:!\d{1,12}){0,2}.{0,60}\.(?:xml|json|gz|zip)$")
"""How their files are named."""
_FILE_KINDS = ("application/tlsrpt+gzip", "application/tlsrpt+json")


def is_complaint(mail: Mail) -> bool:
    """Whether somebody reported our mail as unwanted; an unknown type of report counts."""
    kinds = [kind for part in mail.parts() for kind in _feedback(part)]
    if kinds:
        return any(kind not in NO_COMPLAINT for kind in kinds)
    # Hotmail's older form has no report, only the message with a header of its own.
    return any("X-HmXmrOriginalRecipient" in message for message in mail.returned())


def is_other_report(mail: Mail) -> bool:
    """Whether a provider reports something else: that it was no spam, a failed proof, figures of DMARC."""
    if any(_feedback(part) for part in mail.parts()) or _AGGREGATE.match(mail.header("Subject")):
        return True
    return mail.header("TLS-Report-Domain") != "" or any(_is_aggregate(part) for part in mail.parts())


def _is_aggregate(part: Message) -> bool:
    return part.get_content_type() in _FILE_KINDS or bool(_FILE.match(part.get_filename() or ""))


def _feedback(part: Message) -> list[str]:
    if part.get_content_type() != "message/feedback-report":
        return []
    fields = next(iter(inside(part)), part)
    return [str(fields.get("Feedback-Type", "abuse")).strip().lower()]
