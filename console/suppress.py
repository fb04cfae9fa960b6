"""`nurture suppress`: suppresses an address, or lifts its suppression."""

from __future__ import annotations

from datetime import UTC, datetime

from console.frame import InFrame, agreed, note, say, say_json
from console.options import Json, Yes
from leadstore.consents.suppressions import AddressState, lift_address, read_address, suppress_address
from leadstore.database.access import latest_moment
from leadstore.store import Store
from nurture.words import SuppressionReason

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
    with frame.store() as store:
        with store.read() as tx:
            before = read_address(tx, address)
        if not yes and not _agreed(before, lift):
            return 1
        changed = _act(store, address, lift, reason)
    if json:
        say_json({"suppressed": not lift, "changed": changed, "lead": before.lead_id})
    else:
        say(_result(before, lift, changed))
    return 0


def _act(store: Store, address: str, lift: bool, reason: str) -> bool:
    with store.begin() as tx:
        now = latest_moment(tx, datetime.now(UTC))
        if lift:
            return lift_address(tx, address, now)
        return suppress_address(tx, address, now, f"operator: {reason}" if reason else "operator")


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
    if lift:
        return "lifted; sequences take the lead up again by their own rules" if changed else "not suppressed"
    if not changed:
        return "suppressed already"
    if before.lead_id is None:
        return "suppressed; no lead is known by it, and an import that brings one finds it suppressed"
    return f"suppressed; lead {before.lead_id} leaves its sequences in the next tick"
