"""Works out in memory, row by row, what an imported batch changes and which rows are refused."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from leadstore.imports.acquaintance import Acquaintance, KnownAddress, KnownLead
from nurture.deciding.consent import ALL_TOPICS
from nurture.imports.lead import ImportedLead, PastSignal, Remark, RowFault, consent_after, shown
from nurture.texts.wishes import fold
from nurture.values import Consent
from nurture.words import ConsentState, SuppressionReason

_MAILBOX_ONLY = frozenset({SuppressionReason.BOUNCE})
"""Suppressions that end with the address; the others follow the lead to a new one."""


class RowFate(Enum):
    """What became of a row."""

    SAVED = "saved"  # it made or changed a lead, or what is known of it
    UNCHANGED = "unchanged"  # all of it was known
    DUPLICATE = "duplicate"  # an earlier row of the file is about the same lead, and it adds nothing


class Forgotten(RowFault):
    """The lead of a row asked to be forgotten: nothing of the row is stored."""


_PAGE = 4096


class FileMemory:
    """What the rows of one file have said of each lead: a bit for each field, 8 bytes for each lead."""

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}  # of fields; a topic's begins with a blank
        self._pages: dict[int, array[int]] = {}

    def mask(self, row: ImportedLead) -> int:
        """A bit for each thing the row says, and one for the row itself."""
        mask, bits = 1, self._bits
        for names in (row.profile, row.attributes):
            for name in names:
                mask |= bits.get(name) or self.bit(name)
        for consent in row.consents:
            name = f" {consent.topic}"
            mask |= bits.get(name) or self.bit(name)
        return mask | self.bit(" own cap") if row.own_cap is not None else mask

    def bit(self, name: str) -> int:
        """The bit of a field, or of a topic; those beyond the 62nd share the last one."""
        return self._bits.setdefault(name, 1 << min(len(self._bits) + 1, 63))

    def said(self, lead_id: int) -> int:
        """What was said of a lead; 0 when no row was about it."""
        page = self._pages.get(lead_id // _PAGE)
        return page[lead_id % _PAGE] if page is not None else 0

    def keep(self, said: Mapping[int, int]) -> None:
        """Keep what a batch said, once it is committed."""
        for lead_id, mask in said.items():
            page = self._pages.get(lead_id // _PAGE)
            if page is None:
                page = self._pages[lead_id // _PAGE] = array("Q", bytes(8 * _PAGE))
            page[lead_id % _PAGE] = mask


@dataclass(slots=True, eq=False)
class Ledger:
    """All that a batch changes, in memory: written at once when every row was taken."""

    known: Acquaintance
    now: datetime
    live: bool
    memory: FileMemory = field(default_factory=FileMemory)
    new_leads: list[KnownLead] = field(default_factory=list)
    changed_leads: dict[int, KnownLead] = field(default_factory=dict)
    new_addresses: list[tuple[KnownLead, KnownAddress]] = field(default_factory=list)
    replaced: list[KnownAddress] = field(default_factory=list)  # current no longer
    new_consents: dict[tuple[int, str], tuple[KnownAddress, Consent]] = field(default_factory=dict)
    changed_consents: dict[tuple[int, str], tuple[KnownAddress, Consent]] = field(default_factory=dict)
    consent_changes: list[tuple[KnownAddress, Consent]] = field(default_factory=list)
    suppressions: list[tuple[KnownAddress, SuppressionReason, datetime, str]] = field(default_factory=list)
    capped: dict[int, KnownAddress] = field(default_factory=dict)  # known addresses with another cap
    signals: list[tuple[KnownLead, str, PastSignal]] = field(default_factory=list)
    heard: dict[int, KnownLead] = field(default_factory=dict)  # leads whose consents or suppression changed
    met: list[KnownLead] = field(default_factory=list)  # leads that rows were about
    remarks: list[tuple[int, Remark]] = field(default_factory=list)  # line, what is odd about it

    def take(self, row: ImportedLead) -> RowFate:
        """Take one row; says what became of it.

        Raises:
            RowFault: its key and its address belong to different leads, its key is another person's, or the
                lead asked to be forgotten. Its wish to leave is taken all the same.
        """
        try:
            return self._take(row)
        except Forgotten:
            raise
        except RowFault:
            self.take_wish(row.refused("its key is another lead's"))
            raise

    def take_wish(self, row: ImportedLead) -> None:
        """Take the withdrawals and suppressions of a rejected row, and nothing else."""
        if not row.forbids:
            return
        person = self.known.by_address.get(row.address)
        if person is None and not row.address and row.key is not None:
            person = self.known.by_key.get(row.key)
        if person is not None:
            self._hear(person, row)
            self._remember(person, row)
        elif row.address:
            self._welcome(replace(row, key=None))

    def _take(self, row: ImportedLead) -> RowFate:
        person = self._whose(row)
        if person is None:
            self._welcome(row)
            return RowFate.SAVED
        _refuse_erased(person, row)
        mask = self.memory.mask(row)
        again = bool(self._said(person))
        self._compare(person, row, again)
        new = self._unsaid(person, row) if again else row
        changed = self._reached_at(person, new)
        changed = self._describe(person, new) or changed
        changed = self._hear(person, new) or changed
        changed = self._remember(person, new) or changed
        person.said |= mask
        self.met.append(person)
        if changed:
            return RowFate.SAVED
        return RowFate.DUPLICATE if again else RowFate.UNCHANGED

    def _said(self, person: KnownLead) -> int:
        if not person.said and person.id:
            person.said = self.memory.said(person.id)
        return person.said

    def _unsaid(self, person: KnownLead, row: ImportedLead) -> ImportedLead:
        """The new parts of a further row about a lead: an earlier row's fields stay, but for withdrawals."""
        bit, said = self.memory.bit, person.said
        consents = (
            c for c in row.consents if c.state is ConsentState.WITHDRAWN or not said & bit(f" {c.topic}")
        )
        return replace(
            row,
            profile={name: value for name, value in row.profile.items() if not said & bit(name)},
            attributes={name: value for name, value in row.attributes.items() if not said & bit(name)},
            consents=tuple(consents),
            own_cap=None if said & bit(" own cap") else row.own_cap,
        )

    def _compare(self, person: KnownLead, row: ImportedLead, again: bool) -> None:
        """Refuse a row, or remark on it, where one key seems to stand for two people."""
        known = row.address in person.addresses
        if known and not again:
            return
        same = same_name(person.profile, row.profile)
        if known:
            if same is False:
                why = "another name than in an earlier row about this lead; the earlier one stays"
                self.remarks.append((row.line, Remark("name", why, dropped=False)))
            return
        if same is False:
            raise RowFault(f"key: {shown(row.key)} belongs to somebody of another name and another address")
        if again and not same:
            raise RowFault(f"key: {shown(row.key)} came with another address in an earlier row of this file")
        why = f"{shown(row.key)} comes with another address than before; the old one is kept as an alias"
        self.remarks.append((row.line, Remark("key", why, dropped=False)))

    def _whose(self, row: ImportedLead) -> KnownLead | None:
        by_address = self.known.by_address.get(row.address)
        by_key = self.known.by_key.get(row.key) if row.key is not None else None
        if by_key is None:
            if by_address is not None and row.key is not None and by_address.key is not None:
                raise RowFault(f"the address belongs to the lead with the key {by_address.key!r}")
            return by_address
        if by_address is not None and by_address is not by_key:
            raise RowFault("the address belongs to another lead than the key does")
        return by_key

    def _welcome(self, row: ImportedLead) -> None:
        spot = KnownAddress(row.address, own_cap=row.own_cap)
        facts = dict(row.profile), dict(row.attributes)
        person = KnownLead(0, row.key, *facts, self.live, self.live, spot, {row.address: spot})
        self.new_leads.append(person)
        self.new_addresses.append((person, spot))
        self.known.by_address[row.address] = person
        if row.key is not None:
            self.known.by_key[row.key] = person
        person.said = self.memory.mask(row)
        self.met.append(person)
        self._hear(person, row)
        self._remember(person, row)

    def _reached_at(self, person: KnownLead, row: ImportedLead) -> bool:
        if row.address in person.addresses:
            return False  # an alias leads to its lead and does not come back by itself
        old = person.current
        new = KnownAddress(row.address, own_cap=old.own_cap)  # a choice of the lead's is kept
        # What forbids follows the person; a new address is no way round an unsubscribe.
        for spot in person.addresses.values():
            self._consent(new, (c for c in spot.consents.values() if c.state is ConsentState.WITHDRAWN))
            if spot.suppression is not None and spot.suppression not in _MAILBOX_ONLY:
                self._suppress(new, spot.suppression, self.now, row.source)
        person.addresses[row.address] = person.current = new
        self.known.by_address[row.address] = person
        self.new_addresses.append((person, new))
        if old.id:
            self.replaced.append(old)
        self._mark(person)
        return True

    def _describe(self, person: KnownLead, row: ImportedLead) -> bool:
        changed = False
        if row.key is not None and person.key is None:
            person.key, changed = row.key, True
            self.known.by_key[row.key] = person
        for name, text in row.profile.items():
            if person.profile.get(name) != text:
                person.profile[name], changed = text, True
        for name, value in row.attributes.items():
            if person.attributes.get(name) != value:
                person.attributes[name], changed = value, True
        if row.own_cap is not None and person.current.own_cap != row.own_cap:
            person.current.own_cap, changed = row.own_cap, True
            if person.current.id:
                self.capped[person.current.id] = person.current
        if self.live and not person.live:
            person.live = changed = True
        if changed:
            self._mark(person)
        return changed

    def _hear(self, person: KnownLead, row: ImportedLead) -> bool:
        spot = person.addresses.get(row.address, person.current)
        changed = self._consent(spot, row.consents)
        if row.suppression is not None:
            said = row.suppression
            changed = self._suppress(spot, said.reason, said.at, said.source) or changed
        if spot is not person.current:
            # What forbids holds for the person; what allows, for the address it was said of.
            forbidden = [c for c in row.consents if c.state is ConsentState.WITHDRAWN]
            changed = self._consent(person.current, forbidden) or changed
            if row.suppression is not None and row.suppression.reason not in _MAILBOX_ONLY:
                said = row.suppression
                changed = self._suppress(person.current, said.reason, said.at, said.source) or changed
        if changed and person.id:
            self.heard[person.id] = person
            self._mark(person)
        return changed

    def _consent(self, spot: KnownAddress, said: Iterable[Consent]) -> bool:
        changed = False
        for consent in said:
            if consent.topic == ALL_TOPICS:
                changed = self._withdraw_all(spot, consent) or changed
            elif consent.state is ConsentState.WITHDRAWN or ALL_TOPICS not in spot.consents:
                changed = (
                    self._keep(spot, consent_after(spot.consents.get(consent.topic), consent)) or changed
                )
        return changed

    def _withdraw_all(self, spot: KnownAddress, said: Consent) -> bool:
        changed = outlived = False
        for topic, held in list(spot.consents.items()):
            one = Consent(topic, said.state, held.basis, said.at, said.source, said.proof)
            kept = consent_after(held, one)
            outlived = outlived or (kept is None and held.state is not ConsentState.WITHDRAWN)
            changed = self._keep(spot, kept) or changed
        if outlived or ALL_TOPICS in spot.consents:
            return changed  # the lead opted in to something since: that withdrawal is not from everything
        return self._keep(spot, said)

    def _keep(self, spot: KnownAddress, consent: Consent | None) -> bool:
        if consent is None:
            return False
        place = (id(spot), consent.topic)
        stored = consent.topic in spot.consents and place not in self.new_consents
        (self.changed_consents if stored else self.new_consents)[place] = (spot, consent)
        spot.consents[consent.topic] = consent
        self.consent_changes.append((spot, consent))
        return True

    def _suppress(self, spot: KnownAddress, reason: SuppressionReason, at: datetime, source: str) -> bool:
        if spot.suppression is not None:
            return False
        spot.suppression = reason
        self.suppressions.append((spot, reason, at, source))
        return True

    def _remember(self, person: KnownLead, row: ImportedLead) -> bool:
        changed = False
        for past in row.signals:
            name = (row.source, past.source_id)
            if name not in self.known.signals:
                self.known.signals.add(name)
                self.signals.append((person, row.source, past))
                changed = True
        return changed

    def _mark(self, person: KnownLead) -> None:
        person.changed = person.changed or self.live
        if person.id:
            self.changed_leads[person.id] = person


def _refuse_erased(person: KnownLead, row: ImportedLead) -> None:
    spots = (person.current, person.addresses.get(row.address, person.current))
    if any(spot.suppression is SuppressionReason.ERASURE for spot in spots):
        raise Forgotten("the lead asked to be forgotten; it is not stored again")


def same_name(held: Mapping[str, str], said: Mapping[str, str]) -> bool | None:
    """Whether two names may be one person's; None when one of them is not known.

    First names decide, by their first word; `A.` and `Ada` may be one.
    """
    for part in ("first_name", "last_name"):
        one, other = (fold(names.get(part, "")).partition(" ")[0].strip(".") for names in (held, said))
        if one and other:
            return one == other or (1 in (len(one), len(other)) and one[0] == other[0])
    return None
