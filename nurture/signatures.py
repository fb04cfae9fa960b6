"""Signs and verifies what systems post to each other, as https://www.standardwebhooks.com describes it."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime, timedelta

SECRET = "whsec_"  # noqa: S105 - a prefix, not a secret
"""The prefix of a secret that is base64."""
TOLERANCE = timedelta(minutes=5)
"""How far a signature's moment may lie from ours; an older one may be a replay."""
MOST_SIGNATURES = 10
"""So many signatures of one call are looked at: a sender that rotates its secret sends two."""


def sign(secret: str, key: str, stamp: str, content: bytes) -> str:
    """The HMAC-SHA256 of `key.stamp.content`, as base64; `secret` is text, or `whsec_` and base64."""
    raw = base64.b64decode(secret.removeprefix(SECRET)) if secret.startswith(SECRET) else secret.encode()
    return base64.b64encode(hmac.digest(raw, f"{key}.{stamp}.".encode() + content, "sha256")).decode()


def is_signed(secret: str, *, key: str, stamp: str, signatures: str, content: bytes, now: datetime) -> bool:
    """Whether one of the `signatures` of a call is by `secret`, and its moment is near `now`.

    `signatures` is the header as it came: `v1,BASE64`, several of them with blanks between.
    """
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12):
        return False
    if abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        return False
    wanted = f"v1,{sign(secret, key, stamp, content)}".encode()
    given = signatures.split()[:MOST_SIGNATURES]
    # All are compared: how many stand before the right one is nobody's business.
    return sum(hmac.compare_digest(wanted, one.encode()) for one in given) > 0


def derived_secret(root: str, purpose: str) -> str:
    """The signing secret that `root`, a key of this installation, makes for one purpose.

    It is not stored anywhere: whoever has the root can make it again, and nobody can go back from it.
    """
    raw = hmac.digest(root.encode(), f"nurture.webhook.{purpose}".encode(), "sha256")
    return SECRET + base64.b64encode(raw).decode()
