"""What some signals do besides scoring: they change consents, suppressions and handoffs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from flows.work.handoffs.answer import take_answers, take_snoozes
from leadstore.consents.grants import addresses_of, grant, suppress, withdraw_all, withdraw_topics
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import current_addresses
from leadstore.handoffs import close_for
from leadstore.scores.history import recycle
from leadstore.signals import PendingSignal, read_pending
from leadstore.store import savepoint
from nurture.blame import is_own
from nurture.project.book import Book
from nurture.words import Basis, Sig, SuppressionReason

SOURCE = "signal"
ADDRESSED = (Sig.CONSENT_GRANTED, Sig.CONSENT_WITHDRAWN, Sig.MAIL_BOUNCED, Sig.MAIL_COMPLAINED)
"""Signals whose effect belongs to the address."""
FORBIDDING: Mapping[str, SuppressionReason | None] = {
    Sig.CONSENT_WITHDRAWN: None,
    Sig.MAIL_COMPLAINED: SuppressionReason.COMPLAINT,
    Sig.MAIL_BOUNCED: SuppressionReason.BOUNCE,
}
"""Signals after which somebody is not mailed: suppressed for the reason, or (None) everything withdrawn."""
BASES = tuple(Basis)


def apply_effects(tx: Transaction, book: Book, batch: Sequence[PendingSignal], now: datetime) -> None:
    """Apply the effects of a batch. Applying one twice changes nothing."""
    by_type: dict[str, list[PendingSignal]] = defaultdict(list)
    for one in batch:
        by_type[one.signal.type].append(one)
    _heed(tx, batch, now)
    take_answers(tx, by_type[Sig.HANDOFF_ACCEPTED], by_type[Sig.HANDOFF_REJECTED], now)
    take_snoozes(tx, by_type[Sig.HANDOFF_SNOOZED], book.policy.handoff.snooze)
    ended = [*by_type[Sig.DEAL_WON], *by_type[Sig.DEAL_LOST], *by_type[Sig.LEAD_RECYCLED]]
    close_for(tx, {one.lead_id for one in ended}, now)
    recycle(tx, {one.lead_id for one in by_type[Sig.LEAD_RECYCLED]})


def protect(tx: Transaction, signals: Mapping[int, tuple[int, str]], now: datetime) -> None:
    """Let what these signals (id -> lead, type) forbid take effect, though they raised; few, so one by one.

    One that cannot be read counts as the widest that it can mean.
    """
    for signal_id, (lead_id, kind) in signals.items():
        if kind not in FORBIDDING:
            continue
        try:
            with savepoint(tx):
                _heed(tx, read_pending(tx, [signal_id]), now)
        except Exception as error:
            if not is_own(error):
                raise
            _forbid_all(tx, lead_id, kind, signal_id, now)


def _forbid_all(tx: Transaction, lead_id: int, kind: str, signal_id: int, now: datetime) -> None:
    known, reason = addresses_of(tx, [lead_id]).get(lead_id, []), FORBIDDING[kind]
    if reason is not None:
        suppress(tx, known, reason, now, SOURCE)
        return
    for address_id in known:
        withdraw_all(tx, address_id, now, SOURCE, proof=f"signal {signal_id}")


def _heed(tx: Transaction, batch: Sequence[PendingSignal], now: datetime) -> None:
    """Change consents and suppressions as these signals say."""
    addresses = current_addresses(tx, {one.lead_id for one in batch if one.signal.type in ADDRESSED})
    _change_consents(tx, batch, addresses, now)
    complained = [one for one in batch if one.signal.type == Sig.MAIL_COMPLAINED]
    _suppress(tx, complained, SuppressionReason.COMPLAINT, addresses, now)
    bounced = [one for one in batch if one.signal.type == Sig.MAIL_BOUNCED]
    hard = [one for one in bounced if one.signal.properties.get("hard", True)]
    _suppress(tx, hard, SuppressionReason.BOUNCE, addresses, now)


def _change_consents(
    tx: Transaction, batch: Sequence[PendingSignal], addresses: Mapping[int, int], now: datetime
) -> None:
    """Change consents one by one, for they are rare; each is dated by its signal, since signals come late."""
    for one in batch:
        said_at = min(one.signal.occurred_at, now)
        if one.signal.type == Sig.CONSENT_GRANTED:
            _grant(tx, one, addresses[one.lead_id], said_at)
        elif one.signal.type == Sig.CONSENT_WITHDRAWN:
            _withdraw(tx, one, addresses[one.lead_id], said_at)


def _grant(tx: Transaction, one: PendingSignal, address_id: int, said_at: datetime) -> None:
    """A basis that is none grants nothing: one odd signal must not stop the intake of all others."""
    topic = one.signal.properties.get("topic")
    basis = one.signal.properties.get("basis", Basis.DOUBLE_OPT_IN.value)
    if topic and basis in BASES:
        grant(tx, address_id, str(topic), Basis(basis), said_at, SOURCE, proof=f"signal {one.signal.id}")


def _withdraw(tx: Transaction, one: PendingSignal, address_id: int, said_at: datetime) -> None:
    """From one topic where it is named; anything else counts as all of them."""
    topic = one.signal.properties.get("topic")
    if topic and isinstance(topic, str):
        withdraw_topics(tx, [(address_id, topic)], said_at, SOURCE)
    else:
        withdraw_all(tx, address_id, said_at, SOURCE, proof=f"signal {one.signal.id}")


def _suppress(
    tx: Transaction,
    batch: Sequence[PendingSignal],
    reason: SuppressionReason,
    addresses: Mapping[int, int],
    now: datetime,
) -> None:
    """The address that was mailed, where the signal names one of the lead's; it may have moved since."""
    own = addresses_of(tx, {one.lead_id for one in batch})
    ids = []
    for one in batch:
        named = one.signal.properties.get("address_id")
        ids.append(named if named in own[one.lead_id] else addresses[one.lead_id])
    suppress(tx, ids, reason, now, SOURCE)
