"""Names what of the work that was due could not be done, and why.

A touch that waits for its window, a cap or a consent is no trouble, nor is a letter that its recipient's
server puts off for a while: it is tried again by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.work.counts import CountName, Summary, total
from nurture.deciding.routes import WHY
from nurture.words import Closing, Reason

RELAY_DOWN = "RelayDown"
MAILBOX_DOWN = "MailboxDown"
DATABASE_DOWN = "DatabaseDown"
PARTLY_SENT = "PartlySent"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What kept a run from its work: the name of the state it ends in, and what an operator should know."""

    name: str
    words: str


def trouble_in(counts: Summary) -> Trouble | None:
    """What these counts of a flow, or of a whole round, tell of trouble; None: all that was due was done."""
    said = [_said(number, *row) for what, *row in _ROWS if (number := _count(counts, what))]
    shut = counts.get("relay_shut", {})
    if total(shut):
        why = " and ".join(WHY[Closing(cause)] for cause in sorted(shut))
        said.insert(0, f"the relay is closed: {why}; {total(shut)} waiting (`nurture outbox routes`)")
        return Trouble(RELAY_DOWN, "; ".join(said))
    name = MAILBOX_DOWN if _count(counts, "unreachable") else PARTLY_SENT
    return Trouble(name, "; ".join(said)) if said else None


def _count(counts: Summary, what: CountName | Reason) -> int:
    """The count of that name, or of what is held for that reason; with what a round's mailbox brought."""
    if isinstance(what, Reason):
        return int(counts.get("held", {}).get(what, 0))
    return total(counts.get(what, 0)) + total(counts.get("mailbox", {}).get(what, 0))


def _said(number: int, one: str, many: str, remedy: str) -> str:
    return f"{number} {one if number == 1 else many} ({remedy})"


_SELLER = "`nurture outbox list --kind seller`"
_WEBHOOK = "`nurture outbox list --kind webhook`"
_ROWS: tuple[tuple[CountName | Reason, str, str, str], ...] = (
    ("unreachable", "mailbox cannot be read", "mailboxes cannot be read", "`nurture mailbox` tells why"),
    ("failed", "touch failed", "touches failed", "`nurture outbox list --state failed`"),
    (
        "uncertain",
        "touch whose end nobody knows",
        "touches whose end nobody knows",
        "`nurture outbox list --state uncertain`",
    ),
    (
        Reason.BROKEN,
        "touch held, for its decision failed",
        "touches held, for their decision failed",
        "mend the cause, then `nurture outbox retry --reason decision_failed`",
    ),
    (
        Reason.DOMAIN_CLOSED,
        "touch waits for a recipient's domain that is closed",
        "touches wait for recipients' domains that are closed",
        "`nurture outbox routes`",
    ),
    ("mails_failed", "seller's mail failed", "sellers' mails failed", _SELLER),
    ("mails_uncertain", "seller's mail may be lost", "sellers' mails may be lost", _SELLER),
    ("mails_later", "seller's mail could not go yet", "sellers' mails could not go yet", _SELLER),
    ("unassigned", "mature lead has no seller", "mature leads have no seller", "name one in nurture.yaml"),
    ("webhooks_failed", "webhook failed", "webhooks failed", _WEBHOOK),
    ("webhooks_uncertain", "webhook may be lost", "webhooks may be lost", _WEBHOOK),
    ("webhooks_later", "webhook could not go yet", "webhooks could not go yet", _WEBHOOK),
    ("webhooks_unsigned", "webhook waits for a key", "webhooks wait for a key", "set NURTURE_WEBHOOK_KEY"),
    (
        "held_back",
        "lead would leave a sequence by the files, which were not applied",
        "leads would leave a sequence by the files, which were not applied",
        "`nurture apply` asks",
    ),
    ("set_aside", "item was set aside", "items were set aside", "`nurture aside list`"),
)
"""Counts that tell of trouble: name (or reason), what one of them is, what several are, what to type."""
