"""Reads one row of a file into a lead, as a compiled map says; a row it cannot use says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from nurture.address import AddressError, normalise
from nurture.consenting import ALL_TOPICS
from nurture.imported import ImportedLead, PastSignal, RowFault
from nurture.rowclosures import Reader, Row
from nurture.rowtypes import Converter, as_instant, as_line, as_text, at_most
from nurture.values import Consent, Suppression
from nurture.words import Basis, ConsentState, SuppressionReason

SLACK = timedelta(minutes=5)
"""How far ahead of us another system's clock may be."""

_STRICTNESS = {ConsentState.GRANTED: 0, ConsentState.PENDING: 1, ConsentState.WITHDRAWN: 2}
_as_key = at_most(200, as_line)


@dataclass(frozen=True, slots=True)
class Cell:
    """One named value of a row, and the type it must have."""

    name: str
    read: Reader
    convert: Converter


@dataclass(frozen=True, slots=True)
class ConsentPlan:
    """A consent that rows state when `when` holds (None: always)."""

    topics: tuple[str, ...]
    state: ConsentState
    basis: Basis
    when: Reader | None
    at: Reader | None
    proof: Reader | None


@dataclass(frozen=True, slots=True)
class SuppressionPlan:
    """A suppression that rows state when `when` holds."""

    reason: SuppressionReason
    when: Reader | None
    at: Reader | None


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """A past signal that rows state when `when` holds; `needs_properties`: not without any."""

    type: str
    when: Reader | None
    at: Reader | None
    id: Reader | None
    properties: tuple[Cell, ...]
    needs_properties: bool = False


@dataclass(frozen=True, slots=True)
class RowReader:
    """A compiled map: reads rows, knows no file."""

    source: str
    zone: tzinfo
    address: Reader
    key: Reader | None
    id: Reader | None
    profile: tuple[Cell, ...]
    attributes: tuple[Cell, ...]
    consents: tuple[ConsentPlan, ...]
    suppressions: tuple[SuppressionPlan, ...]
    signals: tuple[SignalPlan, ...]

    def read(self, row: Row, line: int, now: datetime) -> ImportedLead:
        """The lead in a row; what has no date of its own happened `now`, when we heard of it.

        Raises:
            RowFault: the row cannot be used; says which value and why.
        """
        address = self._address(row)
        key = _told("key", self.key, row, _as_key)
        return ImportedLead(
            line,
            self.source,
            address,
            key,
            _values(self.profile, row),
            _values(self.attributes, row),
            self._consents(row, now),
            self._suppression(row, now),
            self._signals(row, key, now) if self.signals else (),
        )

    def _address(self, row: Row) -> str:
        text = _told("email", self.address, row, as_text)
        if text is None:
            raise RowFault("email: blank")
        try:
            return normalise(text)
        except AddressError as error:
            raise RowFault(f"email: {error.reason}") from None

    def _consents(self, row: Row, now: datetime) -> tuple[Consent, ...]:
        found: dict[str, Consent] = {}
        for plan in self.consents:
            if not _holds("consents", plan.when, row):
                continue
            at = self._moment("consents", plan.at, row, now)
            proof = _told("consents.proof", plan.proof, row, as_text) or ""
            for topic in plan.topics:
                held = found.get(topic)
                if held is None or _STRICTNESS[plan.state] > _STRICTNESS[held.state]:
                    found[topic] = Consent(topic, plan.state, plan.basis, at, self.source, proof)
        if ALL_TOPICS in found:
            return tuple(c for c in found.values() if c.state is ConsentState.WITHDRAWN)
        return tuple(found.values())

    def _suppression(self, row: Row, now: datetime) -> Suppression | None:
        for plan in self.suppressions:
            if _holds("suppress", plan.when, row):
                return Suppression(plan.reason, self._moment("suppress", plan.at, row, now), self.source)
        return None

    def _signals(self, row: Row, key: str | None, now: datetime) -> tuple[PastSignal, ...]:
        found = []
        row_id = _told("id", self.id, row, _as_key) if self.id else key
        for plan in self.signals:
            if not _holds(plan.type, plan.when, row):
                continue
            properties = _values(plan.properties, row, f"{plan.type}.")
            if plan.needs_properties and not properties:
                continue
            own_id = _told(f"{plan.type}.id", plan.id, row, _as_key) if plan.id else row_id
            if own_id is None:
                raise RowFault(f"{plan.type}: its id is blank, so it could come in twice")
            source_id = _fitting(f"{plan.type}:{own_id}", plan.type)
            found.append(
                PastSignal(plan.type, self._moment(plan.type, plan.at, row, now), source_id, properties)
            )
        return tuple(found)

    def _moment(self, name: str, read: Reader | None, row: Row, now: datetime) -> datetime:
        if read is None:
            return now
        at: datetime | None = _told(f"{name}.at", read, row, lambda value: as_instant(value, self.zone))
        if at is None:
            return now
        if at > now + SLACK:
            raise RowFault(f"{name}.at: {at:%Y-%m-%d %H:%M} UTC is in the future")
        return at


def _fitting(source_id: str, name: str) -> str:
    if len(source_id) > 200:
        raise RowFault(f"{name}: its id is longer than 200 characters")
    return source_id


def _holds(name: str, when: Reader | None, row: Row) -> bool:
    if when is None:
        return True
    try:
        return bool(when(row))
    except RowFault as fault:
        raise RowFault(f"{name}.when: {fault.message}") from None


def _told(name: str, read: Reader | None, row: Row, convert: Converter) -> Any:
    """A single value, or None where the row or the map says nothing."""
    if read is None:
        return None
    try:
        raw = read(row)
        if raw is None:
            return None
        value = convert(raw)
    except RowFault as fault:
        raise RowFault(f"{name}: {fault.message}") from None
    return None if value == "" else value


def _values(cells: tuple[Cell, ...], row: Row, prefix: str = "") -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for cell in cells:
        try:
            raw = cell.read(row)
            if raw is None:
                continue
            value = cell.convert(raw)
        except RowFault as fault:
            raise RowFault(f"{prefix}{cell.name}: {fault.message}") from None
        if value != "" and value != []:
            found[cell.name] = value
    return found
