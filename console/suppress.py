"""`nurture suppress`: suppresses an address, or lifts its suppression."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.frame import InFrame, agreed, note, operator, say, say_json
from console.options import Json, Yes
from leadstore.consents.suppressions import AddressState, lift_address, read_address, suppress_address
from leadstore.database.access import latest_moment
from leadstore.database.transaction import Transaction
from leadstore.privacy.journal import JournalAct, note_act
from leadstore.privacy.tombstones import erased_at, lift_erasure
from leadstore.store import Store
from nurture.privacy.seals import Seals
from nurture.words import SuppressionReason

if TYPE_CHECKING:
    from flows.work.shop.settings import Settings

ASK_TWICE = {
    SuppressionReason.BOUNCE: "Its mailbox did not exist.",
    SuppressionReason.COMPLAINT: "The lead reported our mail as spam.",
    SuppressionReason.ERASURE: "The lead asked to be forgotten: lifting this may break the law.",
    SuppressionReason.OPERATOR: "It was put there by hand or by an import.",
}
"""What the operator is told before a suppression is lifted, by its reason."""


def suppress(
    address: str,
    /,
    *,
    lift: bool = False,
    reason: str = "",
    yes: Yes = False,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Never mail an address again: its lead leaves every sequence in the next tick.

    Exits 0 when that is so now, 1 when the question was answered with no.

    Parameters
    ----------
    address
        In any spelling; one that no lead is known by is kept for later imports.
    lift
        Lift the suppression instead; what was stopped stays stopped.
    reason
        Why, for those who ask later; `nurture why` shows it.
    yes
        Do not ask.
    json
        Print the result for machines.
    """
    settings = frame.settings()
    seals = Seals(settings.secret_keys)
    with frame.store() as store:
        with store.read() as tx:
            before = _state(tx, address, seals)
        if not yes and not _agreed(before, lift):
            return 1
        changed = _act(store, before, lift, reason, seals)
        if changed and before.reason is SuppressionReason.ERASURE:
            _tell_the_ledger(store, settings)
    if json:
        say_json({"suppressed": not lift, "changed": changed, "lead": before.lead_id})
    else:
        say(_result(before, lift, changed))
    return 0


def _tell_the_ledger(store: Store, settings: Settings) -> None:
    """A seal that was lifted must not come back with a backup."""
    from flows.work.privacy.ledger import bring_level

    bring_level(store, settings.state)


def _state(tx: Transaction, address: str, seals: Seals) -> AddressState:
    """What is known of an address: of one who was erased, that it was."""
    held = read_address(tx, address)
    at = erased_at(tx, seals, held.address) if held.address_id is None else None
    return held if at is None else AddressState(held.address, None, None, SuppressionReason.ERASURE, at)


def _act(store: Store, before: AddressState, lift: bool, reason: str, seals: Seals) -> bool:
    with store.begin() as tx:
        now = latest_moment(tx, datetime.now(UTC))
        changed = _changed(tx, before.address, lift, reason, seals, now)
        if changed:
            lead = read_address(tx, before.address).lead_id or 0
            note_act(tx, operator(), JournalAct.LIFT if lift else JournalAct.SUPPRESS, [lead], now)
    return changed


def _changed(tx: Transaction, address: str, lift: bool, reason: str, seals: Seals, now: datetime) -> bool:
    if lift:
        return lift_address(tx, address, now) or lift_erasure(tx, seals, address, now)
    if _state(tx, address, seals).reason is SuppressionReason.ERASURE:
        return False  # its seal bars it, and it is not stored again
    return suppress_address(tx, address, now, source=f"operator: {reason}" if reason else "operator")


def _agreed(before: AddressState, lift: bool) -> bool:
    if bool(before.reason) is lift:  # there is something to change
        note(_question(before, lift))
        return agreed()
    return True


def _question(before: AddressState, lift: bool) -> str:
    who = f"lead {before.lead_id}" if before.lead_id else "no lead yet"
    if lift and before.reason and before.since:
        warning = ASK_TWICE[before.reason]
        return f"{before.address} ({who}) is suppressed since {before.since:%Y-%m-%d}. {warning} Lift it?"
    return f"{before.address} ({who}) will leave every sequence and never be mailed again. Suppress it?"


def _result(before: AddressState, lift: bool, changed: bool) -> str:
    if lift and before.lead_id is None and changed:
        return "lifted; the address may come in again"
    if lift:
        return "lifted; sequences take the lead up again by their own rules" if changed else "not suppressed"
    if not changed:
        return "suppressed already"
    if before.lead_id is None:
        return "suppressed; no lead is known by it, and an import that brings one finds it suppressed"
    return f"suppressed; lead {before.lead_id} leaves its sequences in the next tick"
