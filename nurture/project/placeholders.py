"""What `nurture init` leaves open in a policy: who writes, from where, and who sells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.project.policy import Policy

DOMAIN = "your-company.example"
"""The domain of every address and link that a new project leaves open."""

_OPEN = re.compile(r"\[[^\[\]]++\]")

Loc = tuple[str | int, ...]


def is_open(text: str) -> bool:
    """Whether a text is one that `nurture init` wrote to be replaced."""
    return _OPEN.fullmatch(text.strip()) is not None or DOMAIN in text


def left_open(policy: Policy) -> Iterator[tuple[Loc, str]]:
    """Where the policy still holds what stands in for facts, and the text there."""
    texts: list[tuple[Loc, str | None]] = [
        (("company", "name"), policy.company.name),
        (("company", "postal_address"), policy.company.postal_address),
        (("company", "website"), policy.company.website),
        (("sender", "name"), policy.sender.name),
        (("sender", "address"), policy.sender.address),
        (("sender", "reply_to"), policy.sender.reply_to),
    ]
    for index, seller in enumerate(policy.handoff.sellers):
        place = ("handoff", "sellers", index)
        texts += [((*place, "name"), seller.name), ((*place, "address"), seller.address)]
    for loc, text in texts:
        if text is not None and is_open(text):
            yield loc, text
