"""Records a person's reply: a signal for the lead, and a copy for the seller who should answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inbound.mail import Mail
from inbound.returning import append_once
from leadstore import locks
from leadstore.deciding import message_id
from leadstore.outbox import add_notices
from leadstore.returned import SentMail, latest_seller, name_of, settle_doubt
from nurture.policy import Policy
from nurture.words import OutboxKind, Sig, TouchState

LONGEST_TEXT = 20_000
"""Characters of a reply that are forwarded; the rest stays in the mailbox."""
REPLIED = "replied"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets a reply: the lead's seller, else the team."""

    name: str
    address: str


def record_reply(
    tx: Any, sent: SentMail, mail: Mail, at: datetime, now: datetime, policy: Policy, own: set[str]
) -> str:
    """Append the signal and put the copy into the outbox; `own` are addresses of ours, never written to.

    Answers "replied" when somebody gets it, "unforwarded" when nobody is named who should.
    """
    settle_doubt(tx, sent.id, TouchState.SENT, REPLIED, now)
    if not sent.is_touch:
        return "other"  # what stands at no address of a lead's is for people to read
    assert sent.lead_id is not None
    if not append_once(tx, sent, Sig.MAIL_REPLIED, mail.key, at, now, {}):
        return "read_before"
    reader = _reader(tx, sent.lead_id, policy)
    if reader is None or reader.address.lower() in own:
        return "unforwarded"
    writer = (name_of(tx, sent.lead_id), sent.address)
    to = (reader.name, reader.address)
    add_notices(tx, [copy_of(tx, sent.id, sent.lead_id, mail, writer, to, at, policy)], now)
    return REPLIED


def _reader(tx: Any, lead_id: int, policy: Policy) -> Reader | None:
    name = latest_seller(tx, lead_id)
    for seller in policy.handoff.sellers:
        if seller.name == name:
            return Reader(seller.name, seller.address)
    return Reader("", policy.handoff.team) if policy.handoff.team else None


def copy_of(
    tx: Any,
    outbox_id: int,
    lead_id: int,
    mail: Mail,
    writer: tuple[str, str],
    reader: tuple[str, str],
    at: datetime,
    policy: Policy,
) -> dict[str, Any]:
    """The copy of a mail as a row of the outbox; `writer` and `reader` are (name, address)."""
    text = mail.text().strip()
    reply = {
        "name": writer[0],
        "address": writer[1],
        "subject": mail.header("Subject")[:200],
        "text": text[:LONGEST_TEXT],
        "cut": len(text) > LONGEST_TEXT,
        "attachments": sum(part.get_content_disposition() == "attachment" for part in mail.parts()),
        "at": at.isoformat(),
    }
    store_id = locks.read_note(tx, "store_id") or ""
    domain = policy.sender.address.rpartition("@")[2]
    return {
        "kind": OutboxKind.SELLER.value,
        "lead_id": lead_id,
        "recipient": reader[1],
        "payload": {"seller": reader[0], "reply": reply},
        "dedupe": f"reply:{mail.key}:{outbox_id}",
        "message_id": message_id(store_id, outbox_id, f"reply/{mail.key}", 1, domain),
    }
