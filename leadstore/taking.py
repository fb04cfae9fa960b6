"""Takes imported rows into memory one by one: what changes, what stays, and what must not come in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from leadstore.acquaintance import Acquaintance, KnownAddress, KnownLead
from nurture.consenting import ALL_TOPICS
from nurture.imported import ImportedLead, PastSignal, RowFault, consent_after
from nurture.values import Consent
from nurture.words import ConsentState, SuppressionReason

_MAILBOX_ONLY = frozenset({SuppressionReason.BOUNCE})
"""Suppressions that end with the address; the others follow the lead to a new one."""


@dataclass(slots=True, eq=False)
class Ledger:
    """All that a batch changes, in memory: written at once when every row was taken."""

    known: Acquaintance
    now: datetime
    live: bool
    new_leads: list[KnownLead] = field(default_factory=list)
    changed_leads: dict[int, KnownLead] = field(default_factory=dict)
    new_addresses: list[tuple[KnownLead, KnownAddress]] = field(default_factory=list)
    replaced: list[KnownAddress] = field(default_factory=list)  # current no longer
    new_consents: dict[tuple[int, str], tuple[KnownAddress, Consent]] = field(default_factory=dict)
    changed_consents: dict[tuple[int, str], tuple[KnownAddress, Consent]] = field(default_factory=dict)
    consent_changes: list[tuple[KnownAddress, Consent]] = field(default_factory=list)
    suppressions: list[tuple[KnownAddress, SuppressionReason, datetime, str]] = field(default_factory=list)
    signals: list[tuple[KnownLead, str, PastSignal]] = field(default_factory=list)
    heard: dict[int, KnownLead] = field(default_factory=dict)  # leads whose consents or suppression changed

    def take(self, row: ImportedLead) -> bool:
        """Take one row; says whether it changed anything.

        Raises:
            RowFault: its key and its address belong to different leads, or the lead asked to be forgotten.
        """
        person = self._whose(row)
        if person is None:
            self._welcome(row)
            return True
        _refuse_erased(person, row)
        changed = self._reached_at(person, row)
        changed = self._describe(person, row) or changed
        changed = self._hear(person, row) or changed
        return self._remember(person, row) or changed

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
        spot = KnownAddress(row.address)
        person = KnownLead(
            0,
            row.key,
            dict(row.profile),
            dict(row.attributes),
            self.live,
            self.live,
            spot,
            {row.address: spot},
        )
        self.new_leads.append(person)
        self.new_addresses.append((person, spot))
        self.known.by_address[row.address] = person
        if row.key is not None:
            self.known.by_key[row.key] = person
        self._hear(person, row)
        self._remember(person, row)

    def _reached_at(self, person: KnownLead, row: ImportedLead) -> bool:
        if row.address in person.addresses:
            return False  # an alias leads to its lead and does not come back by itself
        old, new = person.current, KnownAddress(row.address)
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
        if self.live and not person.live:
            person.live = changed = True
        if changed:
            self._mark(person)
        return changed

    def _hear(self, person: KnownLead, row: ImportedLead) -> bool:
        spot = person.addresses[row.address]
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
        raise RowFault("the lead asked to be forgotten; it is not stored again")
