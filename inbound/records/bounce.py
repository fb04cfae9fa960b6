"""Records a bounce: a dead mailbox is suppressed at once, one that fails for days after a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inbound.kinds.bounce import Action, Bounce
from inbound.records.returns import SOURCE, Appended, append_once
from leadstore.consents.grants import lock_lead_of, suppress, wake_address
from leadstore.database.transaction import Transaction
from leadstore.outbox.returns import SentMail, settle_doubt, worn_out_addresses
from nurture.project.policy import BouncePolicy
from nurture.words import MailCount, Sig, SuppressionReason, TouchState

BOUNCED = "bounced"
DELIVERED = "delivery_reported"


def record_bounce(
    tx: Transaction,
    sent: SentMail,
    bounces: Sequence[Bounce],
    key: str,
    at: datetime,
    now: datetime,
    policy: BouncePolicy,
) -> MailCount:
    """Record a report about what we sent; answers what it came to.

    Whatever it says, the relay did take the message: a doubt about that ends here.
    """
    bounce = _about(bounces, sent.address)
    if bounce.action is not Action.FAILED:
        settle_doubt(tx, sent.id, TouchState.SENT, DELIVERED, now)
        return "delayed" if bounce.action is Action.DELAYED else "delivered"
    if not sent.is_touch:
        settle_doubt(tx, sent.id, TouchState.FAILED, BOUNCED, now, bounce.verdict.status)
        return "notice_bounced"
    assert sent.address_id is not None
    lock_lead_of(tx, sent.address_id)  # claims take the lead's row first
    hard = bounce.hard and _is_theirs(bounce, sent.address)
    status = bounce.verdict.status or (str(bounce.verdict.code) if bounce.verdict.code else "")
    ours = not hard and bounce.verdict.ours
    said = {"hard": hard, "status": status, "reason": bounce.verdict.reason, "ours": ours}
    appended = append_once(tx, sent, Sig.MAIL_BOUNCED, key, at, now, said)
    if appended is Appended.KNOWN:
        return "read_before"
    if appended is Appended.TOO_MANY and not hard:
        return "too_many"
    settle_doubt(tx, sent.id, TouchState.FAILED, BOUNCED, now, status)
    if ours:
        return "our_fault"  # of our host, our sender or our words: no address pays for it
    if hard or sent.address_id in worn_out_addresses(tx, [sent.address_id], now, policy):
        if suppress(tx, [sent.address_id], SuppressionReason.BOUNCE, now, SOURCE):
            wake_address(tx, sent.address_id, now)
        return "hard" if hard else "worn_out"
    return "unclear" if bounce.verdict.reason == "unclear" else "soft"


def _about(bounces: Sequence[Bounce], address: str) -> Bounce:
    """What the report says of our recipient; of several others, a failure, and the milder one."""
    ours = [bounce for bounce in bounces if address in bounce.recipients]
    return min(ours or bounces, key=lambda bounce: (bounce.action is not Action.FAILED, bounce.hard))


def _is_theirs(bounce: Bounce, address: str) -> bool:
    """Whether the dead mailbox is surely the lead's, and not one behind a list or a forward."""
    return not bounce.recipients or address in bounce.recipients
