"""The ids of past signals: equal for the same signal in every import, and different for any other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

LONGEST_ID = 200
"""Characters of a signal's id; of a longer one a digest is kept."""
SUBJECTS = ("asset", "webinar", "form", "page", "topic")
"""Properties that say what a signal is about: a second one about another thing is another signal."""


def completed(
    source_id: str, kind: str, properties: Mapping[str, Any], at: datetime | None, person: bool
) -> str:
    """An id that also tells what a signal is about, and when it was where the id only names a person."""
    about = [str(properties[name]) for name in SUBJECTS if name in properties]
    parts = [source_id, *(subject for subject in about if subject not in source_id)]
    if at is not None and (person or (kind.startswith("webinar.") and not about)):
        parts.append(f"{at:%Y%m%dT%H%M%SZ}")
    return ":".join(parts)


def names_person(own: str, address: str, key: str | None) -> bool:
    """Whether an id is a person's: an address, what is made of it, or the key."""
    text = own.lower()
    if own == key or "@" in text or "%40" in text:
        return True
    return bool(address) and (text == address.partition("@")[0] or _digested(text, address))


_DIGESTS = {32: "md5", 40: "sha1", 64: "sha256"}


def _digested(text: str, address: str) -> bool:
    name = _DIGESTS.get(len(text))
    return name is not None and text == hashlib.new(name, address.encode(), usedforsecurity=False).hexdigest()


def fitting(source_id: str) -> str:
    """The id as it is stored: of one that is too long, its beginning and a digest."""
    if len(source_id) <= LONGEST_ID:
        return source_id
    return f"{source_id[:120]}:{hashlib.sha256(source_id.encode()).hexdigest()}"
