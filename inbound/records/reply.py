"""Records a person's reply: a signal for the lead, and a copy for the seller who should answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inbound.mail.message import Mail
from inbound.records.returns import Appended, append_once
from leadstore import notes
from leadstore.database.transaction import Transaction
from leadstore.enrolments.decisions import message_id
from leadstore.outbox.letters import add_notices
from leadstore.outbox.returns import SentMail, is_of, latest_seller, name_of, settle_doubt
from nurture.address import AddressError, normalise
from nurture.project.policy import Policy
from nurture.words import MailCount, OutboxKind, Sig, TouchState

LONGEST_TEXT = 20_000
"""Characters of a reply that are forwarded; the rest stays in the mailbox."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a reply: the lead's seller, else the team."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote: the lead, or somebody else who has the message, or says so."""

    name: str
    address: str
    stranger: bool = False

    def noted(self) -> dict[str, Any]:
        """What the signal says of it, which names nobody."""
        return {"by": "other"} if self.stranger else {}


def record_reply(
    tx: Transaction, sent: SentMail, mail: Mail, at: datetime, now: datetime, policy: Policy, own: set[str]
) -> MailCount:
    """Append the signal and put the copy into the outbox; `own` are addresses of ours, never written to.

    Answers "replied" when somebody gets it, "unforwarded" when nobody is named who should, or when they got
    one of this thread today. Somebody else who answers, a colleague or a stranger who knows the id, says
    nothing of the lead: what is kept is a note, and the reader gets it as that person's.
    """
    settle_doubt(tx, sent.id, TouchState.SENT, "replied", now)
    if not sent.is_touch:
        return "other"  # what stands at no address of a lead's is for people to read
    assert sent.lead_id is not None
    writer = _writer(tx, sent, mail)
    appended = append_once(
        tx, sent, Sig.MAIL_REPLIED, mail.key, at, now, writer.noted(), machine=writer.stranger
    )
    if appended is not Appended.NEW:
        return "read_before" if appended is Appended.KNOWN else "too_many"
    reader = _reader(tx, sent.lead_id, policy)
    if reader is None or not writer.address or reader.address.lower() in own:
        return "unforwarded"
    kind = "other" if writer.stranger else "reply"
    copy = copy_of(
        tx,
        sent.id,
        sent.lead_id,
        mail,
        (writer.name, writer.address),
        (reader.name, reader.address),
        at,
        policy,
        # At most one a day for each thread, of the lead and of all others: a notice is no copy of a mailbox.
        dedupe=f"{kind}:{sent.lead_id}:{sent.id}:{now:%Y-%m-%d}",
    )
    told = add_notices(tx, [copy], now)
    if not told:
        return "unforwarded"
    return "other_replied" if writer.stranger else "replied"


def _writer(tx: Transaction, sent: SentMail, mail: Mail) -> Writer:
    assert sent.lead_id is not None
    spelt = [one for one in map(_spelling, mail.addresses("From")) if one]
    if sent.address in spelt or is_of(tx, sent.lead_id, spelt):
        return Writer(name_of(tx, sent.lead_id), sent.address)
    return Writer("", spelt[0] if spelt else "", stranger=True)


def _spelling(written: str) -> str:
    try:
        return normalise(written)
    except AddressError:
        return ""


def _reader(tx: Transaction, lead_id: int, policy: Policy) -> Recipient | None:
    name = latest_seller(tx, lead_id)
    for seller in policy.handoff.sellers:
        if seller.name == name:
            return Recipient(seller.name, seller.address)
    return Recipient("", policy.handoff.team) if policy.handoff.team else None


def copy_of(
    tx: Transaction,
    outbox_id: int,
    lead_id: int,
    mail: Mail,
    writer: tuple[str, str],
    reader: tuple[str, str],
    at: datetime,
    policy: Policy,
    dedupe: str,
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
    store_id = notes.read_note(tx, "store_id") or ""
    domain = policy.sender.address.rpartition("@")[2]
    return {
        "kind": OutboxKind.SELLER.value,
        "lead_id": lead_id,
        "recipient": reader[1],
        "payload": {"seller": reader[0], "reply": reply},
        "dedupe": dedupe,
        "message_id": message_id(store_id, outbox_id, f"reply/{mail.key}", 1, domain),
    }
