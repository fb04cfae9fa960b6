"""Reads one row of a file into a lead, as a compiled map says, with a remark on each value it cannot use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from nurture.address import AddressError, normalise
from nurture.deciding.consent import ALL_TOPICS
from nurture.imports.closures import Reader, Row
from nurture.imports.keys import key_fault
from nurture.imports.lead import FORBIDDING, ImportedLead, PastSignal, Remark, RowFault, shown
from nurture.imports.signal_ids import completed, fitting, names_person
from nurture.imports.types import Converter, as_line, as_text, at_most
from nurture.texts.wishes import says_left, says_no, says_yes, wishes_to_leave
from nurture.values import Consent, Suppression
from nurture.words import Basis, ConsentState, SuppressionReason

SLACK = timedelta(minutes=5)
"""How far ahead of us another system's clock may be."""

_STRICTNESS = {ConsentState.GRANTED: 0, ConsentState.PENDING: 1, ConsentState.WITHDRAWN: 2}
_line = at_most(200, as_line)


def as_key(value: Any) -> str:
    """A text that can be somebody's key, or the id of something.

    Raises:
        RowFault: it stands for no key, or is too long for one.
    """
    text: str = _line(value)
    if text and (why := key_fault(text)):
        raise RowFault(f"{shown(text)} {why}")
    return text


@dataclass(frozen=True, slots=True)
class Cell:
    """One named value of a row, and the type it must have."""

    name: str
    read: Reader
    convert: Converter = as_text
    columns: tuple[str, ...] = ()  # that it reads

    def remark(self, why: str, part: str = "") -> Remark:
        """Why it was dropped; `part` of the map is where it stands."""
        return Remark(f"{part}{self.name}", why, self.columns[0] if len(self.columns) == 1 else "")


@dataclass(frozen=True, slots=True)
class ConsentPlan:
    """A consent that rows state when `when` holds (None: always)."""

    topics: tuple[str, ...]
    state: ConsentState
    basis: Basis
    when: Cell | None
    at: Cell | None
    proof: Cell | None

    @property
    def forbids(self) -> bool:
        """Whether it ends mail."""
        return self.state is ConsentState.WITHDRAWN


@dataclass(frozen=True, slots=True)
class SuppressionPlan:
    """A suppression that rows state when `when` holds."""

    reason: SuppressionReason
    when: Cell | None
    at: Cell | None
    forbids: bool = True


@dataclass(frozen=True, slots=True)
class SignalCells:
    """A signal type: the cells of its properties, and how a property that the row names itself is read."""

    type: str
    cells: tuple[Cell, ...] = ()
    named: Callable[[str], Cell] | None = None  # raises RowFault for a property that the type does not have


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """A past signal that rows state when `when` holds; `needs_properties`: not without any."""

    # Or how the type that the row names is read; raises RowFault.
    kind: SignalCells | Callable[[str], SignalCells]
    when: Cell | None
    at: Cell | None
    id: Cell | None
    type_from: Cell | None = None
    properties_from: Cell | None = None
    needs_properties: bool = False
    of_person: bool = False  # its id tells people apart, not what happened to them


@dataclass(frozen=True, slots=True)
class RowReader:
    """A compiled map, which reads single rows."""

    source: str
    moment: Converter  # reads an instant, in the map's zone and forms
    address: Cell
    key: Cell | None
    id: Cell | None
    profile: tuple[Cell, ...]
    attributes: tuple[Cell, ...]
    consents: tuple[ConsentPlan, ...]
    suppressions: tuple[SuppressionPlan, ...]
    signals: tuple[SignalPlan, ...]
    own_cap: Cell | None = None
    strict: bool = False  # a cell that cannot be read costs its row

    def read(self, row: Row, line: int, now: datetime) -> ImportedLead:
        """The lead in a row; what has no date of its own is dated `now`.

        A cell that cannot be read is left out and told in `remarks`. A row without an address, with a wish
        that cannot be read, or with any such cell where the map is strict, is `rejected` but for its wish.

        Raises:
            RowFault: nothing of the row can be used; says which value and why.
        """
        reading = _Reading(self, row, now)
        lead, why = reading.lead(line)
        if not why:
            return lead
        if not lead.forbids or not (lead.address or lead.key):
            raise RowFault(why)
        return lead.refused(why)

    def wish(self, guesses: Sequence[Row], line: int, now: datetime, why: str) -> ImportedLead | None:
        """The wish to leave in a damaged record, in any way it may be read; None without one."""
        found = [_Reading(self, row, now, careful=True).lead(line)[0] for row in guesses]
        said = next((lead for lead in found if lead.forbids), None)
        whose = next((lead.address for lead in found if lead.address), "") or _only_address(guesses)
        return replace(said.refused(why), address=whose, key=None) if said is not None and whose else None


class _Reading:
    """One row being read: what it says, and the remarks on it."""

    __slots__ = ("careful", "now", "reader", "remarks", "row", "unread")

    def __init__(self, reader: RowReader, row: Row, now: datetime, *, careful: bool = False) -> None:
        self.reader = reader
        self.row = row
        self.now = now
        self.careful = careful  # only an explicit word counts as a wish: cells may stand in the wrong columns
        self.remarks: list[Remark] = []
        self.unread = ""  # why something that may be a wish to leave could not be read

    def lead(self, line: int) -> tuple[ImportedLead, str]:
        """What the row says, and why it is rejected; empty when it is not."""
        reader = self.reader
        address, why = self._address()
        key = self._told(reader.key)
        lead = ImportedLead(
            line,
            reader.source,
            address,
            key,
            consents=self._consents(),
            suppression=self._suppression(),
            profile=self._values(reader.profile, self.row),
            attributes=self._values(reader.attributes, self.row),
            signals=self._signals(address, key) if reader.signals else (),
            own_cap=self._told(reader.own_cap),
            remarks=tuple(self.remarks),
        )
        strict = str(self.remarks[0]) if reader.strict and self.remarks else ""
        return lead, why or self.unread or strict

    def _address(self) -> tuple[str, str]:
        try:
            raw = self.reader.address.read(self.row)
            return ("", "email: blank") if raw is None else (normalise(as_text(raw)), "")
        except RowFault as fault:
            return "", f"email: {fault.message}"
        except AddressError as error:
            return "", f"email: {error.reason}"

    def _consents(self) -> tuple[Consent, ...]:
        found: dict[str, Consent] = {}
        for plan in self.reader.consents:
            holds, dated = self._holds(plan)
            if not holds:
                continue
            at = self._moment(plan.at) or dated or self.now
            proof = self._told(plan.proof) or ""
            for topic in plan.topics:
                held = found.get(topic)
                if held is None or _STRICTNESS[plan.state] > _STRICTNESS[held.state]:
                    found[topic] = Consent(topic, plan.state, plan.basis, at, self.reader.source, proof)
        if ALL_TOPICS in found:
            return tuple(c for c in found.values() if c.state is ConsentState.WITHDRAWN)
        return tuple(found.values())

    def _suppression(self) -> Suppression | None:
        for plan in self.reader.suppressions:
            holds, dated = self._holds(plan)
            if holds:
                at = self._moment(plan.at) or dated or self.now
                return Suppression(plan.reason, at, self.reader.source)
        return None

    def _holds(self, plan: ConsentPlan | SuppressionPlan) -> tuple[bool, datetime | None]:
        """Whether the row states it, and the moment, where the cell that says so is a date."""
        when = plan.when
        if when is None:
            return not self.careful or not plan.forbids, None
        try:
            said = when.read(self.row)
        except RowFault as fault:
            return self._unreadable(plan, when, fault), None
        if said.__class__ is not str:
            return bool(said), None
        if plan.forbids:
            return (wishes_to_leave(said) if self.careful else says_left(said)), self._date_in(said)
        dated = self._date_in(said)
        if not (says_yes(said) or says_no(said) or dated):
            self.remarks.append(when.remark(f"{shown(said)} is neither yes nor no"))
        return says_yes(said) or dated is not None, dated

    def _unreadable(self, plan: ConsentPlan | SuppressionPlan, when: Cell, fault: RowFault) -> bool:
        if plan.forbids and any(wishes_to_leave(self.row.get(column)) for column in when.columns):
            return True
        self.remarks.append(when.remark(fault.message))
        if plan.forbids:  # perhaps a wish to leave: the row must not bring in a lead to mail
            self.unread = self.unread or str(self.remarks[-1])
        return False

    def _date_in(self, said: str) -> datetime | None:
        if len(said) < 5 or not any(char.isdecimal() for char in said):
            return None
        try:
            at: datetime = self.reader.moment(said)
        except RowFault:
            return None
        return at if at <= self.now + SLACK else None

    def _signals(self, address: str, key: str | None) -> tuple[PastSignal, ...]:
        row_id = self._told(self.reader.id) if self.reader.id else key
        read = (self._signal(plan, address, key, row_id) for plan in self.reader.signals)
        return tuple(past for past in read if past is not None)

    def _signal(
        self, plan: SignalPlan, address: str, key: str | None, row_id: str | None
    ) -> PastSignal | None:
        kind = self._kind(plan) if self._stated(plan.when) else None
        if kind is None:
            return None
        properties = self._values(kind.cells, self.row, f"{kind.type}.")
        if plan.properties_from is not None:
            properties |= self._named(plan.properties_from, kind)
        if plan.needs_properties and not properties:
            return None
        before = len(self.remarks)
        at = self._moment(plan.at)
        if len(self.remarks) > before and kind.type not in FORBIDDING:
            return None  # its moment cannot be read, and `now` would be wrong
        own = self._told(plan.id) if plan.id else row_id
        person = plan.of_person or own is None or names_person(own, address, key)
        source_id = f"{kind.type}:{own or address or key}"
        if not plan.needs_properties:  # totals come in once
            source_id = completed(source_id, kind.type, properties, at, person)
        return PastSignal(kind.type, at or self.now, fitting(source_id), properties)

    def _stated(self, when: Cell | None) -> bool:
        if when is None:
            return True
        try:
            return not says_no(when.read(self.row))
        except RowFault as fault:
            self.remarks.append(when.remark(fault.message))
            return False

    def _kind(self, plan: SignalPlan) -> SignalCells | None:
        if isinstance(plan.kind, SignalCells):
            return plan.kind
        said = self._told(plan.type_from)
        if said is None or plan.type_from is None:
            return None
        try:
            return plan.kind(said)
        except RowFault as fault:
            self.remarks.append(plan.type_from.remark(fault.message))
            return None

    def _named(self, cell: Cell, kind: SignalCells) -> dict[str, Any]:
        """The properties that an object in the row names itself."""
        try:
            said = cell.read(self.row)
            if said is None or kind.named is None:
                return {}
            if not isinstance(said, Mapping):
                raise RowFault(f"{shown(said)} holds no properties")
        except RowFault as fault:
            self.remarks.append(cell.remark(fault.message))
            return {}
        cells = []
        for name in said:
            try:
                cells.append(kind.named(str(name)))
            except RowFault as fault:
                self.remarks.append(cell.remark(fault.message))
        return self._values(cells, said, f"{kind.type}.")

    def _moment(self, cell: Cell | None) -> datetime | None:
        """The moment a cell names; None when it is blank, or cannot be used, which is remarked."""
        at: datetime | None = self._told(cell)
        if cell is not None and at is not None and at > self.now + SLACK:
            self.remarks.append(cell.remark(f"{at:%Y-%m-%d %H:%M} UTC is in the future"))
            return None
        return at

    def _told(self, cell: Cell | None) -> Any:
        """A single value; None where it is blank, not in the map, or cannot be used, which is remarked."""
        if cell is None:
            return None
        try:
            raw = cell.read(self.row)
            if raw is None:
                return None
            value = cell.convert(raw)
        except RowFault as fault:
            self.remarks.append(cell.remark(fault.message))
            return None
        return None if value == "" else value

    def _values(self, cells: Iterable[Cell], row: Row, part: str = "") -> dict[str, Any]:
        found: dict[str, Any] = {}
        for cell in cells:
            try:
                raw = cell.read(row)
                if raw is None:
                    continue
                value = cell.convert(raw)
            except RowFault as fault:
                self.remarks.append(cell.remark(fault.message, part))
                continue
            if value != "" and value != []:
                found[cell.name] = value
        return found


def _only_address(guesses: Iterable[Row]) -> str:
    """The one address that stands anywhere in a record; empty when there are several."""
    found = set()
    for text in {text.strip() for row in guesses for text in row.values() if isinstance(text, str)}:
        if "@" in text:
            try:
                found.add(normalise(text))
            except AddressError:
                continue
    return found.pop() if len(found) == 1 else ""
