"""Who posts: a key with its secret, or a signature by it; and how much it may post."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inbound.web.api.fault import ApiFault
from leadstore.events.keys import SourceKey, digest_of
from nurture.signatures import derived_secret, is_signed

PREFIX = "nk"
"""What every key begins with: nk_NAME_SECRET."""
_NO_KEY = digest_of("a secret that no key has")
_ASK = {"WWW-Authenticate": 'Basic realm="nurture", charset="UTF-8"'}
_HOW = "`nurture keys new SOURCE` makes a key; send it as Basic user name, or as a Bearer token"


def presented(headers: Mapping[str, str]) -> str | None:
    """The key that a request shows: as Basic user name, as Segment's libraries do, or as Bearer token.

    None when it shows none. Raises ApiFault for a header that cannot be read.
    """
    said = headers.get("authorization")
    if not said:
        return None
    scheme, _, rest = said.strip().partition(" ")
    rest = rest.strip()
    if scheme.lower() == "bearer":
        return rest
    if scheme.lower() != "basic":
        raise ApiFault(401, "the Authorization is neither Basic nor Bearer", _HOW, _ASK)
    try:
        user, _, password = base64.b64decode(rest, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        raise ApiFault(401, "the Basic Authorization is not base64", _HOW, _ASK) from None
    return user or password


def by_secret(keys: Mapping[str, SourceKey], shown: str, now: datetime) -> SourceKey:
    """The key that was shown.

    Raises:
        ApiFault: there is none, or it is over. Who does not know the secret learns nothing of the key.
    """
    prefix, _, rest = shown.partition("_")
    name, _, secret = rest.partition("_")
    key = keys.get(name) if prefix == PREFIX else None
    wanted = key.digest if key is not None and key.digest is not None else _NO_KEY
    if not hmac.compare_digest(wanted, digest_of(secret)) or key is None or key.digest is None:
        raise ApiFault(401, "this key opens nothing", _HOW, _ASK)
    return _valid(key, now)


def by_signature(
    keys: Mapping[str, SourceKey],
    name: str,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
) -> SourceKey:
    """The key that signed a body (Standard Webhooks); `name` is the one that the address names.

    Raises:
        ApiFault: it did not, or too long ago, or the key is over.
    """
    key = keys.get(name)
    said = {"key": "webhook-id", "stamp": "webhook-timestamp", "signatures": "webhook-signature"}
    given = {part: headers.get(header, "") for part, header in said.items()}
    # Every secret is tried, and for a key that is not there as well: the time taken tells nothing.
    signed = [is_signed(derived_secret(root, name), content=body, now=now, **given) for root in secrets]
    if not any(signed) or key is None or key.digest is not None or not given["key"]:
        raise ApiFault(
            401,
            "the signature is not this key's, or older than five minutes",
            "sign webhook-id.webhook-timestamp.body with the secret that `nurture keys new --signed` showed, "
            "and name the key in the address: ?key=NAME. Is the sender's clock right?",
        )
    return _valid(key, now)


def _valid(key: SourceKey, now: datetime) -> SourceKey:
    state = key.state(now)
    if state != "valid":
        raise ApiFault(401, f"this key is {state}", "make another: `nurture keys new`", _ASK)
    return key


@dataclass(slots=True)
class Pace:
    """How many items each key has posted in this minute, counted in this process alone."""

    _minute: int = 0
    _spent: dict[str, int] = field(default_factory=dict)

    def spend(self, key: SourceKey, items: int, seconds: float) -> None:
        """Take so many; `seconds` is any clock that never goes back.

        Raises:
            ApiFault: the key has had its share of this minute.
        """
        minute = int(seconds // 60)
        if minute != self._minute:
            self._minute, self._spent = minute, {}
        spent = self._spent.get(key.name, 0)
        if spent >= key.per_minute:
            after = {"Retry-After": str(60 - int(seconds % 60))}
            why = f"this key may post {key.per_minute} items a minute"
            raise ApiFault(429, why, "wait for as long as Retry-After says", after)
        self._spent[key.name] = spent + items
