"""Records what a seller answers to a notice: a note at the lead's handoff, and a copy for the team."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from inbound.mail.message import Mail
from inbound.records.reply import copy_of
from inbound.records.returns import SOURCE
from leadstore.database.transaction import Transaction
from leadstore.outbox.letters import add_notices
from leadstore.outbox.returns import Notice, SentMail, notice_of
from leadstore.signals import append_signals
from nurture.project.policy import Policy
from nurture.values import NewSignal
from nurture.words import MailCount, Sig

LONGEST_NOTE = 500
"""Characters of a note that are kept with the handoff; the team's copy has more."""
_QUOTED = re.compile(r"^\s*(?:>|On .{1,200} wrote:|Le .{1,200} [ée]crit\s*:|-{2,}|_{5,}|From:|De\s?:)")


def record_note(
    tx: Transaction, sent: SentMail, mail: Mail, at: datetime, now: datetime, policy: Policy, own: set[str]
) -> MailCount:
    """Keep the seller's words, which never reach the lead and are no answer of the lead's.

    Answers "noted", or "other" when somebody else wrote: people read that. `own` are addresses of ours.
    """
    notice = notice_of(tx, sent.id)
    if notice is None or notice.recipient.lower() not in mail.addresses("From"):
        return "other"
    note = NewSignal(
        lead_id=notice.lead_id,
        type=Sig.HANDOFF_NOTED.value,
        occurred_at=at,
        source=SOURCE,
        source_id=f"{Sig.HANDOFF_NOTED.value}:{mail.key}:{sent.id}",
        properties={"seller": notice.seller, "note": own_words(mail.text())[:LONGEST_NOTE]},
    )
    if not append_signals(tx, [note], now):
        return "read_before"
    team = policy.handoff.team
    if team and team.lower() not in {*own, notice.recipient.lower()}:
        add_notices(tx, [_copy(tx, sent, mail, notice, team, at, policy)], now)
    return "noted"


def own_words(text: str) -> str:
    """What the writer wrote, on one line, without the message that is answered."""
    lines: list[str] = []
    for line in text.splitlines():
        if _QUOTED.match(line):
            break
        lines.append(line)
    return " ".join(" ".join(lines).split())


def _copy(
    tx: Transaction, sent: SentMail, mail: Mail, notice: Notice, team: str, at: datetime, policy: Policy
) -> dict[str, Any]:
    who = notice.seller or notice.recipient
    writer, reader, dedupe = (who, notice.recipient), ("", team), f"note:{mail.key}:{sent.id}"
    return copy_of(tx, sent.id, notice.lead_id, mail, writer, reader, at, policy, dedupe)
