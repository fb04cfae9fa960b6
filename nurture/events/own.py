"""Reads signals and leads in our own words: strict, since whoever writes them writes them for us."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nurture.deciding.consent import ALL_TOPICS
from nurture.events.fields import ItemFault, address_in, mapping, moment, text, who_is
from nurture.events.map import EventMap
from nurture.events.segment import lead_of
from nurture.events.values import ItemOutcome, Said, SaidLead, SaidSignal, Who, refused
from nurture.files.diagnosis import did_you_mean
from nurture.imports.lead import RowFault
from nurture.values import Consent
from nurture.words import Basis, ConsentState

SIGNAL_KEYS = ("id", "type", "email", "key", "anonymous", "at", "properties")
LEAD_KEYS = ("id", "email", "key", "anonymous", "fields", "consents")
CONSENT_KEYS = ("topic", "state", "basis", "at", "proof")
ALL = "all"
"""Every topic there is, as an import map writes it; only a withdrawal is of all of them."""
MOST_CONSENTS = 50


def read_signal(item: Any, events: EventMap, now: datetime) -> Said | ItemOutcome:
    """Read a signal. Never raises for anything that JSON can hold."""
    return _read(item, lambda one, item_id: _signal(one, item_id, events, now))


def read_lead(item: Any, events: EventMap, now: datetime, source: str) -> Said | ItemOutcome:
    """Read a lead; `source` is who says so. Never raises for anything that JSON can hold."""
    return _read(item, lambda one, item_id: _lead(one, item_id, events, now, source))


def _read(item: Any, reader: Any) -> Said | ItemOutcome:  # a function of the two above
    if type(item) is not dict:
        return refused("", "an item is not an object", 'write it as {"id": "...", ...}')
    item_id = ""
    try:
        item_id = text(item, "id")
        found: Said = reader(item, item_id)
    except ItemFault as fault:
        return refused(item_id, fault.message, fault.hint, fault.status)
    return found


def _signal(item: Mapping[str, Any], item_id: str, events: EventMap, now: datetime) -> SaidSignal:
    _only(item, SIGNAL_KEYS)
    kind = text(item, "type")
    known = events.own.get(kind)
    if known is None:
        why = f"`type`: unknown signal type `{kind}`" if kind else "`type` is missing"
        raise ItemFault(why, hint=did_you_mean(kind, events.own))
    wanted = {one.name: one.convert for one in known.takes}
    properties = {}
    for name, value in mapping(item, "properties").items():
        if name not in wanted:
            raise ItemFault(f"`{kind}` has no property `{name[:80]}`", hint=did_you_mean(name, wanted))
        properties[name] = _converted(name, value, wanted)
    return SaidSignal(item_id, _who(item), kind, moment(item, "at") or now, properties)


def _lead(item: Mapping[str, Any], item_id: str, events: EventMap, now: datetime, source: str) -> SaidLead:
    _only(item, LEAD_KEYS)
    who = _who(item)
    if not who.address and who.key is None:
        raise ItemFault("it names no lead", hint="give `email` or `key`")
    known = {}
    for name, value in mapping(item, "fields").items():
        if name not in events.fields:
            hint = did_you_mean(name, events.fields)
            raise ItemFault(f"a lead has no field `{name[:80]}`", hint=hint)
        if value is not None:
            known[name] = _converted(name, value, events.fields)
    lead = lead_of(item_id, who, known)
    consents = tuple(_consents(item, events, now, source))
    return SaidLead(lead.id, lead.who, lead.profile, lead.attributes, consents)


def _consents(item: Mapping[str, Any], events: EventMap, now: datetime, source: str) -> list[Consent]:
    said = item.get("consents") or []
    if type(said) is not list or len(said) > MOST_CONSENTS:
        raise ItemFault("`consents` is not a list", hint='write it as "consents": [{"topic": "guides", ...}]')
    found: dict[str, Consent] = {}
    for one in said:
        if type(one) is not dict:
            raise ItemFault("a consent is not an object", hint='write it as {"topic": "guides", ...}')
        _only(one, CONSENT_KEYS)
        consent = _consent(one, events, now, source)
        if consent.topic in found:
            raise ItemFault(f"`{consent.topic}` is named twice", hint="say one thing of each topic")
        found[consent.topic] = consent
    return list(found.values())


def _consent(one: Mapping[str, Any], events: EventMap, now: datetime, source: str) -> Consent:
    topic, topics = text(one, "topic"), events.vocabulary.topics
    if topic not in topics and topic != ALL:
        raise ItemFault(f"unknown topic `{topic[:80]}`", hint=did_you_mean(topic, topics))
    try:
        state = ConsentState(text(one, "state") or ConsentState.GRANTED)
        basis = Basis(text(one, "basis") or Basis.OPT_IN)
    except ValueError:
        states, bases = ", ".join(ConsentState), ", ".join(Basis)
        raise ItemFault(
            "`state` or `basis` is none that we know", hint=f"states: {states}; bases: {bases}"
        ) from None
    if topic == ALL and state is not ConsentState.WITHDRAWN:
        raise ItemFault(
            "a consent is given to one topic", hint="name the topic; only a withdrawal is of `all`"
        )
    at = min(moment(one, "at") or now, now)
    return Consent(ALL_TOPICS if topic == ALL else topic, state, basis, at, source, text(one, "proof", 1000))


def _converted(name: str, value: Any, wanted: Mapping[str, Any]) -> Any:
    try:
        return wanted[name](value)
    except RowFault as fault:
        raise ItemFault(f"`{name}`: {fault.message}", hint="see its type in catalog.yaml") from None


def _who(item: Mapping[str, Any]) -> Who:
    who = who_is(address_in(item.get("email"), "email"), text(item, "key"), text(item, "anonymous"))
    if not who.address and not who.called:
        raise ItemFault("it names nobody", hint="give `email`, `key` or `anonymous`")
    return who


def _only(item: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in item:
        if name not in known:
            raise ItemFault(f"unknown key `{name[:80]}`", hint=did_you_mean(name, known))
