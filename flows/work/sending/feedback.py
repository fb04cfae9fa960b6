"""Names a touch for Gmail's feedback loop: which step and sequence complaints are about, never whom."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

UNSAFE = re.compile(r"[^a-z0-9_-]+")
LONGEST = 40
"""Of a name; a longer one ends in a digest, so that two never become one."""
SENDER_LABEL = 8
"""With a dash and six digits of the digest the sender id has at most 15 characters, as Gmail wants it."""


@lru_cache(maxsize=1024)
def feedback_id(sequence: str, step: str, purpose: str, domain: str) -> str:
    """`step.sequence:sequence:for.purpose:sender`: the narrowest first, as Gmail reads from the right.

    Gmail counts complaints for each field by itself, so no field may say what another one says of something
    else: only a step has its sequence after a dot, only a purpose begins with `for.`, and the sender id
    is made from the sending domain alone.
    https://support.google.com/mail/answer/6254652
    """
    inside = safe_name(sequence)
    own = safe_name(step.removeprefix(f"{sequence}/"))
    return f"{own}.{inside}:{inside}:for.{safe_name(purpose)}:{sender_id(domain)}"


def sender_id(domain: str) -> str:
    """Five to fifteen characters that stay the same for a sending domain: `acme-1f0c3a`."""
    spelt = domain.lower().strip(".")
    label = UNSAFE.sub("-", spelt.partition(".")[0])[:SENDER_LABEL].strip("-_") or "mail"
    return f"{label}-{_digest(spelt, 6)}"


def safe_name(name: str) -> str:
    """The name in small letters, digits, `-` and `_`; a changed one ends in a digest of its own."""
    safe = UNSAFE.sub("-", name.lower()).strip("-")
    if safe and safe == name and len(safe) <= LONGEST:
        return safe
    return f"{safe[: LONGEST - 7]}-{_digest(name, 6)}".strip("-")


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]
