"""Saves batches of imported rows; the same rows twice change nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import bindparam, text, update

from leadstore.database.bulk import Bulk, as_json
from leadstore.database.transaction import Transaction
from leadstore.enrolments.positions import wake
from leadstore.imports.acquaintance import Acquaintance, KnownLead, get_acquainted
from leadstore.imports.changes import FileMemory, Ledger, RowFate
from leadstore.rows import address, consent, consent_change, enrolment, lead, signal, suppression
from nurture.imports.lead import ImportedLead, Remark, RowFault
from nurture.values import PROFILE_FIELDS
from nurture.words import ConsentState, Stage

IMPORT_LOCK = 0x6E75696D  # "nuim": batches of several imports into one PostgreSQL go one after the other


@dataclass(frozen=True, slots=True)
class SaveCounts:
    """What a batch came to. Every row is saved, unchanged, a duplicate or refused."""

    saved: int = 0  # rows that made or changed a lead, or what is known of it
    unchanged: int = 0
    suppressed: int = 0  # rows whose address the map suppresses
    withdrawn: int = 0  # rows that say a consent was withdrawn
    signals: int = 0  # new ones
    refused: tuple[tuple[int, str], ...] = ()  # (line, reason)
    duplicates: int = 0  # rows about a lead of an earlier row of the file, which add nothing
    remarks: tuple[tuple[int, Remark], ...] = ()  # (line, what is odd about it)
    said: Mapping[int, int] = field(default_factory=dict, compare=False)  # for the memory, once committed


def save_batch(
    tx: Transaction,
    rows: Sequence[ImportedLead],
    now: datetime,
    live: bool,
    memory: FileMemory | None = None,
) -> SaveCounts:
    """Save up to a few thousand rows in set statements.

    A lead is known by its key, else by its address; an alias leads to its lead. A withdrawal or a suppression
    is never overwritten, a value never by a blank. Of a row that is rejected, the wish to leave is taken.
    `live`: sequences may look at these leads at once. `memory`: what earlier batches of the file have said.

    Raises:
        IntegrityError: another writer made one of these leads in the same moment; try the batch again.
    """
    bulk = Bulk(tx)
    if bulk.on_postgres:
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": IMPORT_LOCK})
    ledger = Ledger(get_acquainted(bulk, rows), now, live, memory or FileMemory())
    counts = _take(ledger, rows)
    _write(bulk, ledger)
    return replace(counts, said={person.id: person.said for person in ledger.met})


def try_batch(
    tx: Transaction | None, rows: Sequence[ImportedLead], known: Acquaintance, now: datetime, live: bool
) -> SaveCounts:
    """Count what `save_batch` would come to, and write nothing.

    `known` remembers what the batches before would have left; `tx` None is a store that is not there yet.
    """
    if tx is not None:
        get_acquainted(Bulk(tx), rows, known, lock=False)
    return _take(Ledger(known, now, live), rows)


def _take(ledger: Ledger, rows: Sequence[ImportedLead]) -> SaveCounts:
    saved = unchanged = duplicates = 0
    refused: list[tuple[int, str]] = []
    for row in rows:
        if row.rejected:
            ledger.take_wish(row)
            refused.append((row.line, row.rejected))
            continue
        try:
            taken = ledger.take(row)
        except RowFault as fault:
            refused.append((row.line, fault.message))
            continue
        saved += taken is RowFate.SAVED
        unchanged += taken is RowFate.UNCHANGED
        duplicates += taken is RowFate.DUPLICATE
    return SaveCounts(
        saved,
        unchanged,
        sum(row.suppression is not None for row in rows),
        sum(row.withdraws for row in rows),
        len(ledger.signals),
        tuple(refused),
        duplicates,
        tuple(ledger.remarks),
    )


def _write(bulk: Bulk, ledger: Ledger) -> None:
    _number(bulk, ledger)
    _write_leads(bulk, ledger)
    _write_addresses(bulk, ledger)
    _write_consents(bulk, ledger)
    _write_signals(bulk, ledger)
    _wake(bulk, ledger)


def _number(bulk: Bulk, ledger: Ledger) -> None:
    for person, number in zip(ledger.new_leads, bulk.new_ids(lead, len(ledger.new_leads)), strict=True):
        person.id = number
    spots = [spot for _, spot in ledger.new_addresses]
    for spot, number in zip(spots, bulk.new_ids(address, len(spots)), strict=True):
        spot.id = number


_LEAD_COLUMNS = (
    *("id", "key", *PROFILE_FIELDS, "attributes", "stage", "fit", "engagement", "grade", "heat", "terms"),
    *("recheck_at", "mature", "cycle", "created_at", "changed_at", "live", "changed"),
)


def _write_leads(bulk: Bulk, ledger: Ledger) -> None:
    now = bulk.stamp(ledger.now)
    # Never scored yet: recheck_at makes the next rescoring look at them.
    middle = (Stage.SUBSCRIBER.value, 0.0, 0.0, "D", 4, "[]", now, False, 0, now, now)
    rows = []
    for person in ledger.new_leads:
        known = person.profile.get
        profile = [known(name) for name in PROFILE_FIELDS]
        flags = (person.live, person.changed)
        rows.append((person.id, person.key, *profile, as_json(person.attributes), *middle, *flags))
    bulk.insert(lead, _LEAD_COLUMNS, rows)
    new = {person.id for person in ledger.new_leads}
    changed = [person for person in ledger.changed_leads.values() if person.id not in new]
    if changed:
        bulk.tx.execute(_UPDATE_LEAD, [_as_update(person, ledger.now) for person in changed])


_UPDATE_LEAD = (
    update(lead)
    .where(lead.c.id == bindparam("of"))
    .values(
        {name: bindparam(name) for name in ("key", *PROFILE_FIELDS)}
        | {name: bindparam(name) for name in ("attributes", "live", "changed", "changed_at", "recheck_at")}
    )
)


def _as_update(person: KnownLead, now: datetime) -> dict[str, object]:
    return {
        "of": person.id,
        "key": person.key,
        **{name: person.profile.get(name) for name in PROFILE_FIELDS},
        "attributes": person.attributes,
        "live": person.live,
        "changed": person.changed,
        "changed_at": now,
        "recheck_at": now,
    }


def _write_addresses(bulk: Bulk, ledger: Ledger) -> None:
    if ledger.replaced:
        old = bulk.among(address.c.id, [spot.id for spot in ledger.replaced])
        bulk.tx.execute(update(address).where(old).values(current=False))
    now = bulk.stamp(ledger.now)
    rows = [
        (spot.id, spot.text, person.id, spot is person.current, spot.own_cap, now)
        for person, spot in ledger.new_addresses
    ]
    bulk.insert(address, ("id", "address", "lead_id", "current", "own_cap", "created_at"), rows)
    bulk.update(address, [{"id": spot.id, "own_cap": spot.own_cap} for spot in ledger.capped.values()])


_SAID = ("address_id", "topic", "state", "basis", "proof", "source", "at")


def _write_consents(bulk: Bulk, ledger: Ledger) -> None:
    stamp = bulk.stamp
    new = list(ledger.new_consents.values())
    for table, said in ((consent, new), (consent_change, ledger.consent_changes)):
        rows = [
            (spot.id, c.topic, str(c.state), str(c.basis), c.proof, c.source, stamp(c.at)) for spot, c in said
        ]
        bulk.insert(table, _SAID, rows)
    if ledger.changed_consents:
        bulk.tx.execute(
            _UPDATE_CONSENT,
            [
                {"of": spot.id, "about": c.topic, "state": c.state.value, "basis": c.basis.value}
                | {"proof": c.proof, "source": c.source, "at": c.at}
                for spot, c in ledger.changed_consents.values()
            ],
        )
    never = [(spot.id, reason.value, source, stamp(at)) for spot, reason, at, source in ledger.suppressions]
    bulk.insert(suppression, ("address_id", "reason", "source", "at"), never)


_UPDATE_CONSENT = (
    update(consent)
    .where(
        consent.c.address_id == bindparam("of"),
        consent.c.topic == bindparam("about"),
        # Not even a withdrawal of this very second is overwritten.
        consent.c.state != ConsentState.WITHDRAWN.value,
    )
    .values({name: bindparam(name) for name in ("state", "basis", "proof", "source", "at")})
)


def _write_signals(bulk: Bulk, ledger: Ledger) -> None:
    now, stamp, live = bulk.stamp(ledger.now), bulk.stamp, ledger.live
    rows = [
        (
            *(person.id, past.type, as_json(past.properties), stamp(past.occurred_at), now),
            *(source, past.source_id, False, live, True),
        )
        for person, source, past in ledger.signals
    ]
    columns = ("lead_id", "type", "properties", "occurred_at", "received_at", "source", "source_id")
    bulk.insert(signal, (*columns, "machine", "live", "pending"), rows)


def _wake(bulk: Bulk, ledger: Ledger) -> None:
    """Let the gate look again at the enrolments of known leads whose consents changed."""
    if ledger.heard:
        wake(bulk.tx, bulk.among(enrolment.c.lead_id, ledger.heard), ledger.now)
