"""Reads the parts of a posted item that all shapes share: texts, moments, addresses, and what lies deeper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from nurture.address import AddressError, normalise
from nurture.errors import NurtureError
from nurture.events.map import Place, TakenProperty
from nurture.events.values import Who
from nurture.imports.lead import RowFault

LONGEST_ID = 200
"""Characters of an id, a key and an event's name: what their columns hold."""
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
"""Nothing a lead did on a website is older."""
ORDINARY_SKEW = timedelta(days=1)
"""A clock that is further off than this was not the sender's at the moment of sending: it is a replay."""


class ItemFault(NurtureError, ValueError):
    """One item cannot be used: says why and what to do; `status` is HTTP's."""

    def __init__(self, message: str, *, hint: str = "", status: int = 422) -> None:
        super().__init__(message, hint=hint)
        self.status = status


def text(item: Mapping[str, Any], name: str, most: int = LONGEST_ID) -> str:
    """The text at a key, trimmed; empty when it is not there. A number counts as its digits.

    Raises:
        ItemFault: it is neither, too long, or no database takes it.
    """
    value = item.get(name)
    if value is None:
        return ""
    if type(value) is int:
        value = str(value)
    if type(value) is not str:
        raise ItemFault(f"`{name}` is not a text", hint=f'write it as "{name}": "..."')
    value = value.strip()
    if len(value) > most:
        raise ItemFault(f"`{name}` is longer than {most} characters", hint="send a shorter one")
    if "\0" in value:
        raise ItemFault(f"`{name}` holds a NUL character", hint="send it without")
    return value


def mapping(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object at a key; empty when it is not there.

    Raises:
        ItemFault: it is something else.
    """
    value = item.get(name)
    if value is None:
        return {}
    if type(value) is not dict:
        raise ItemFault(f"`{name}` is not an object", hint=f'write it as "{name}": {{...}}')
    return value


def moment(item: Mapping[str, Any], name: str) -> datetime | None:
    """The instant at a key, in UTC; None when it is not there. One without a zone is UTC.

    Raises:
        ItemFault: it is not ISO 8601, or out of range.
    """
    written = text(item, name, 40)
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ItemFault(
            f"`{name}` is not a moment in ISO 8601", hint='write it as "2027-06-15T08:00:00Z"'
        ) from None
    if at < FIRST:
        raise ItemFault(f"`{name}` lies before 1970", hint="is the sender's clock right?")
    return at


def happened_at(now: datetime, original: datetime | None, sent: datetime | None) -> datetime:
    """When something happened by our clock, from the sender's: both moments were read from the same one."""
    if original is None:
        return now
    if sent is None or original > sent or abs(now - sent) > ORDINARY_SKEW:
        return original
    return now - (sent - original)


def address_in(value: Any, name: str) -> str:
    """An address in its one spelling; empty when there is none.

    Raises:
        ItemFault: what is there is no address.
    """
    if value is None or value == "":
        return ""
    try:
        return normalise(value if isinstance(value, str) else "")
    except AddressError as error:
        raise ItemFault(
            f"`{name}` is not an address that mail can be sent to: {error.reason}",
            hint="correct it at its source",
        ) from None


def who_is(address: str, key: str, anonymous: str) -> Who:
    """Whom an item names. A key that is an address counts as one: many sites number their users so."""
    called = (f"user:{key}",) if key else ()
    if anonymous:
        called = (*called, f"anonymous:{anonymous}")
    if "@" in key:
        with suppress(AddressError):  # a handle such as `@ada` is a key like any other
            address, key = address or normalise(key), ""
    return Who(address, key or None, called)


def taken(item: Mapping[str, Any], wanted: Iterable[TakenProperty]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The properties that are wanted, as they are stored; and a remark on each that cannot be read."""
    found: dict[str, Any] = {}
    remarks = []
    for one in wanted:
        value = _first(item, one.places)
        if value is None or value == "":
            continue
        try:
            found[one.name] = one.convert(value)
        except RowFault as fault:
            remarks.append(f"{one.name}: {fault.message}; it was left out")
    return found, tuple(remarks)


def _first(item: Mapping[str, Any], places: Sequence[Place]) -> Any:
    """The value at the first place that has one; one that is an object or a list of them is none."""
    for place in places:
        value: Any = item
        for key in place:
            value = value.get(key) if type(value) is dict else None
        if value is not None and type(value) is not dict:
            return value
    return None
