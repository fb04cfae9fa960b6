"""Reads messages in the shape of Segment's HTTP Tracking API, as its libraries and RudderStack post them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nurture.events.fields import (
    ItemFault,
    address_in,
    happened_at,
    mapping,
    moment,
    taken,
    text,
    who_is,
)
from nurture.events.map import EventMap, SignalMeaning
from nurture.events.values import (
    ItemFate,
    ItemOutcome,
    Said,
    SaidLead,
    SaidSignal,
    UnmappedEvent,
    Who,
    refused,
)
from nurture.values import PROFILE_FIELDS

KINDS = ("identify", "track", "page", "screen", "alias", "group")
"""The calls that Segment's libraries make; `group` is about companies, and nothing is made of it."""
SHOWN_PROPERTIES = 20
"""So many names of an unknown event's properties are kept, to help write its line."""


def read_segment(
    item: Any, kind: str, events: EventMap, now: datetime, batch: Mapping[str, Any]
) -> Said | ItemOutcome:
    """Read one message; `kind` is the call's, empty in a batch, whose own `context` and `sentAt` go with it.

    Never raises for anything that JSON can hold: what cannot be used is an ItemOutcome that says why.
    """
    if type(item) is not dict:
        return refused("", "an item is not an object", 'write it as {"type": "track", ...}')
    item_id = ""
    try:
        item_id = text(item, "messageId")
        kind = kind or text(item, "type")
        if kind not in KINDS:
            raise ItemFault(f"`type` is {_said(kind)}", hint=f"one of {', '.join(KINDS)}")
        return _READERS[kind](_Message(item, item_id, batch, now), events)
    except ItemFault as fault:
        return refused(item_id, fault.message, fault.hint, fault.status)


class _Message:
    """One message with what its batch says for all of them."""

    def __init__(
        self, item: Mapping[str, Any], item_id: str, batch: Mapping[str, Any], now: datetime
    ) -> None:
        self.id = item_id
        self.item = item
        shared = mapping(batch, "context")
        own = mapping(item, "context")
        self.context = {**shared, **own} if shared else own
        self._sent = moment(item, "sentAt") or moment(batch, "sentAt")
        self._now = now

    def who(self, traits: Mapping[str, Any]) -> Who:
        """Whom it is about; an address may stand in traits, in the context's traits, or as the user's id."""
        about = self.context.get("traits")
        known = traits.get("email") or (about.get("email") if type(about) is dict else None)
        return who_is(
            address_in(known, "traits.email"), text(self.item, "userId"), text(self.item, "anonymousId")
        )

    def at(self) -> datetime:
        """When it happened. A `timestamp` beside an `originalTimestamp` was corrected by who forwards it."""
        said, original = moment(self.item, "timestamp"), moment(self.item, "originalTimestamp")
        if said is not None and original is not None:
            return said
        return happened_at(self._now, said or original, self._sent)


def _identify(message: _Message, events: EventMap) -> Said | ItemOutcome:
    traits = mapping(message.item, "traits")
    who = message.who(traits)
    if not who.address and who.key is None:
        why = "it names no address and no user id, so there is no lead to describe"
        return ItemOutcome(ItemFate.IGNORED, why=why, id=message.id)
    known, remarks = taken(traits, events.traits)
    beside, _ = taken(message.context, (one for one in events.beside if one.name not in known))
    return lead_of(message.id, who, {**beside, **known}, remarks)


def lead_of(item_id: str, who: Who, known: Mapping[str, Any], remarks: tuple[str, ...] = ()) -> SaidLead:
    """A lead with its fields parted into the profile and the attributes."""
    profile = {name: value for name, value in known.items() if name in PROFILE_FIELDS}
    attributes = {name: value for name, value in known.items() if name not in PROFILE_FIELDS}
    return SaidLead(item_id, who, profile, attributes, remarks=remarks)


def _track(message: _Message, events: EventMap) -> Said | ItemOutcome:
    name = text(message.item, "event")
    if not name:
        raise ItemFault("`event` is missing", hint='name what happened: "event": "Trial Started"')
    properties = mapping(message.item, "properties")
    if events.ignores(name):
        return ItemOutcome(ItemFate.IGNORED, why="events.yaml ignores it", id=message.id)
    meaning = events.meaning(name)
    if meaning is None:
        return UnmappedEvent(message.id, name, _names(properties))
    return _signal(message, meaning, properties)


def _page(message: _Message, events: EventMap) -> Said | ItemOutcome:
    properties = dict(mapping(message.item, "properties"))
    if name := text(message.item, "name"):
        properties.setdefault("name", name)
        properties.setdefault("path", name)
    if events.ignores("page"):
        return ItemOutcome(ItemFate.IGNORED, why="events.yaml ignores `page`", id=message.id)
    return _signal(message, events.pages, properties)


def _signal(message: _Message, meaning: SignalMeaning, properties: Mapping[str, Any]) -> SaidSignal:
    who = _somebody(message.who({}))
    found, remarks = taken({**properties, "context": message.context}, meaning.takes)
    if "url" in found:
        found["url"] = without_query(found["url"])
    return SaidSignal(message.id, who, meaning.type, message.at(), {**found, **meaning.fixed}, remarks)


def without_query(url: Any) -> Any:
    """A link without what follows its path: tokens and addresses stand there."""
    return url.partition("?")[0].partition("#")[0] if isinstance(url, str) else url


def _alias(message: _Message, events: EventMap) -> Said | ItemOutcome:
    before = text(message.item, "previousId")
    who = who_is("", text(message.item, "userId"), "")
    if not before or not who.called:
        raise ItemFault("`previousId` or `userId` is missing", hint="an alias names both")
    earlier = (f"anonymous:{before}", f"user:{before}")
    return SaidLead(message.id, Who(who.address, who.key, (*who.called, *earlier)))


def _group(message: _Message, events: EventMap) -> Said | ItemOutcome:
    return ItemOutcome(ItemFate.IGNORED, why="nothing is made of `group` calls", id=message.id)


_READERS = {
    "identify": _identify,
    "track": _track,
    "page": _page,
    "screen": _page,
    "alias": _alias,
    "group": _group,
}


def _somebody(who: Who) -> Who:
    if not who.address and not who.called:
        raise ItemFault("it names nobody", hint="give `userId`, `anonymousId` or `traits.email`")
    return who


def _names(properties: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(name[:80] for name in properties if name.isprintable())[:SHOWN_PROPERTIES])


def _said(kind: str) -> str:
    return f"`{kind[:40]}`" if kind else "missing"
