"""What a posted item says, once it is read: a signal, a lead, a link, or why it is none of these."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from nurture.quick import quick
from nurture.values import Consent
from nurture.words import Sig


class Scope(StrEnum):
    """What a key may do."""

    TRACK = "track"  # post signals
    IDENTIFY = "identify"  # make leads, and change what is known of them
    CONSENT = "consent"  # state what leads agreed to
    READ = "read"  # read a lead's story


class ItemFate(StrEnum):
    """What became of a posted item."""

    ACCEPTED = "accepted"  # it is in the store
    DUPLICATE = "duplicate"  # it was there already; nothing changed
    WAITING = "waiting"  # kept until an address is known for whoever did it
    UNMAPPED = "unmapped"  # events.yaml does not say what it is: counted, and shown by `nurture events`
    IGNORED = "ignored"  # there is nothing in it for us
    REFUSED = "refused"  # it cannot be taken as it is


@quick
class Who:
    """Whom an item is about: an address, a key, or what a site calls somebody whose address nobody knows."""

    address: str = ""
    key: str | None = None
    called: tuple[str, ...] = ()  # `user:u-1027`, `anonymous:b7d2`

    @property
    def names(self) -> tuple[str, ...]:
        """What a site calls her, as it is kept: digests, never the text itself."""
        return tuple(map(_digest, self.called))


@quick
class SaidSignal:
    """Somebody did something."""

    id: str
    who: Who
    type: str
    at: datetime
    properties: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@quick
class SaidLead:
    """Who somebody is; the names in `who` are hers from now on."""

    id: str
    who: Who
    profile: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()
    remarks: tuple[str, ...] = ()


@quick
class UnmappedEvent:
    """An event that events.yaml does not know; the names of its properties help to write its line."""

    id: str
    name: str
    properties: tuple[str, ...] = ()


@quick
class ItemOutcome:
    """What became of an item, and for what is refused the HTTP status, why, and what to do."""

    fate: ItemFate
    status: int = 200
    why: str = ""
    help: str = ""
    lead_id: int | None = None
    id: str = ""  # of the item, where nothing else says it


OF_LEADS = frozenset(
    {
        *(Sig.FORM_SUBMITTED, Sig.PAGE_VISITED, Sig.ASSET_DOWNLOADED, Sig.WEBINAR_REGISTERED),
        *(Sig.WEBINAR_ATTENDED, Sig.WEBINAR_MISSED, Sig.DEMO_REQUESTED, Sig.CALL_REQUESTED, Sig.PRODUCT_USED),
    }
)
"""Core signals that are a lead's own doing: any key that may track may post them, and the catalogue's own."""


def may_post(types: frozenset[str], signal: str) -> bool:
    """Whether a key that names these types (none: what leads do) may post such a signal.

    What the engine, a mailbox or sales say (`mail.bounced`, `deal.won`) wants a key that names it.
    """
    return signal in types if types else signal in OF_LEADS or signal not in _CORE


_CORE = frozenset(one.value for one in Sig)
Said = SaidSignal | SaidLead | UnmappedEvent
"""What is written; an ItemOutcome instead says that there is nothing to write."""


def refused(item_id: str, why: str, help: str = "", status: int = 422) -> ItemOutcome:
    """An item that cannot be taken as it is."""
    return ItemOutcome(ItemFate.REFUSED, status, why, help, id=item_id)


def _digest(called: str) -> str:
    return hashlib.sha256(called.encode("utf-8", "replace")).hexdigest()
