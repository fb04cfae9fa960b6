"""Reads the mailbox: each mail is sorted, matched to what we sent, recorded once, and marked if ours."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from typing import get_args

from flows.work.aside.culprits import new_aside
from flows.work.counts import CountName, Counts, Summary
from flows.work.deadline import NEVER, Deadline
from flows.work.shop.single import only_one
from flows.work.shop.wire import Shop
from inbound.kinds.bounce import UNREAD
from inbound.mail.clues import Clues, read_clues
from inbound.mail.message import Mail, read_mail
from inbound.mail.sort import MailKind, Sorted, sort
from inbound.mailbox.folder import Mailbox, cursor_name, open_mailbox
from inbound.records.bounce import record_bounce
from inbound.records.complaint import record_complaint
from inbound.records.leave import record_leave
from inbound.records.note import record_note
from inbound.records.reply import record_reply
from leadstore import notes
from leadstore.aside import MAX_PAYLOAD, set_aside
from leadstore.database.transaction import Transaction
from leadstore.outbox.returns import SentMail, find_sent, latest_sent_to
from leadstore.store import in_thread
from nurture.blame import OUTAGES, is_own
from nurture.errors import NurtureError
from nurture.project.policy import Policy
from nurture.words import AsideKind, AsideStage, MailCount, OutboxKind

LIMIT = 5000
"""Mails that one sweep reads at most; the next goes on from there."""
PAGE = 20
"""Mails between two looks at the clock and two commits of the cursor."""
COUNTS: tuple[CountName, ...] = (*get_args(MailCount), "elsewhere", "unfinished", "set_aside")
"""What a sweep counts: hard to unforwarded change something, the rest is only told.

elsewhere says that another process reads this mailbox now, unfinished that the deadline came before its end.
"""
FOR_PEOPLE: frozenset[CountName] = frozenset(
    {"unforwarded", "too_many", "report", "forged", "unknown", "other", "set_aside"}
)
"""What stays as it is, unread; all else is marked as handled."""

AUTOMATIC: Mapping[MailKind, MailCount] = {MailKind.AUTO_REPLY: "auto_reply", MailKind.REPORT: "report"}
"""What needs no answer, whomever it is about."""

Page = list[tuple[str, bytes | None, str]]


class Unreadable(NurtureError):
    """The mailbox does not give this mail, though it gives the next."""

    def __init__(self) -> None:
        super().__init__("the mailbox does not give this mail", hint="look at it there, then drop this")


async def sweep(shop: Shop, now: datetime, limit: int = LIMIT, deadline: Deadline = NEVER) -> Summary:
    """Read what is new in the mailbox; all zero when none is configured.

    Reading the same mail twice changes nothing: the effects are unique by mail and touch, and the
    cursor is written after the marks.

    Raises:
        MailboxError: the mailbox cannot be read; what was read before stands.
    """
    counts = Counts(dict.fromkeys(COUNTS, 0))
    if shop.settings.mailbox_url is None:
        return dict(counts)
    url = shop.settings.mailbox_url.get_secret_value()
    async with only_one(shop.store, cursor_name(url)) as turn:
        if turn is None:
            counts["elsewhere"] = 1
        else:
            counts.update(await _read_box(shop, url, now, limit, lambda: deadline.passed or turn.is_over))
    return {one: counts[one] for one in COUNTS}


async def _read_box(shop: Shop, url: str, now: datetime, limit: int, must_end: Callable[[], bool]) -> Counts:
    counts = Counts()
    name = cursor_name(url)
    stack = ExitStack()
    try:
        box = await asyncio.to_thread(stack.enter_context, open_mailbox(url))
        cursor = await in_thread(shop.store.ask, notes.read_note, name)
        pages = _pages(box.read(cursor or "", limit))
        end: Page = []
        while page := await asyncio.to_thread(next, pages, end):
            if must_end():
                return counts + Counts({"unfinished": 1})
            counts.update(await _take(shop, box, name, page, shop.clock(now)))
    finally:
        await asyncio.to_thread(stack.close)
    return counts


async def _take(shop: Shop, box: Mailbox, name: str, page: Page, now: datetime) -> Counts:
    """Record a page, then mark it, then move the cursor: a crash between them repeats, and loses nothing."""
    counts = Counts({"read": len(page)})
    handled = []
    for mail_name, raw, _ in page:
        outcome = await in_thread(_handle, shop, raw, f"{name}:{mail_name}", now)
        counts[outcome] += 1
        if outcome not in FOR_PEOPLE:
            handled.append(mail_name)
    await asyncio.to_thread(box.mark, handled)
    await in_thread(shop.store.write, notes.write_note, name, page[-1][2])
    return counts


def _handle(shop: Shop, raw: bytes | None, place: str, now: datetime) -> CountName:
    """Sort, match and record one mail. One that raises is set aside as it came, and the rest goes on."""
    if raw is None:
        keep_apart(shop, None, Unreadable(), now, place)
        return "set_aside"
    try:
        return handle(shop, raw, now)
    except Exception as error:
        if not is_own(error):
            raise
    try:
        return handle(shop, raw, now)  # two writers may have met
    except Exception as error:
        if not is_own(error):
            raise
        keep_apart(shop, raw, error, now)
        return "set_aside"


def keep_apart(shop: Shop, raw: bytes | None, error: Exception, now: datetime, place: str = "") -> None:
    """Set a mail aside with as much of it as is ever read; `place` names one that could not be fetched."""
    head = None if raw is None else raw[:MAX_PAYLOAD]
    name = hashlib.sha256(place.encode() if head is None else head).hexdigest()[:40]
    item = new_aside(AsideKind.MAIL, AsideStage.MAILBOX, name, error, payload=head)
    shop.store.write(set_aside, [item], now)


def handle(shop: Shop, raw: bytes, now: datetime) -> MailCount:
    """Sort, match and record one mail; says what it was. Twice is as once."""
    mail, found, clues = _read(shop, raw)
    with shop.store.begin() as tx:
        if clues.leaving is not None:
            return record_leave(tx, clues.leaving.address_id, clues.leaving.outbox_id, now)
        sent = find_sent(tx, clues.outbox_ids, clues.message_ids)
        if sent is None and found.kind is MailKind.LEAVE:
            sent = latest_sent_to(tx, mail.addresses("From"))
        if sent is None:
            return _stranger(found, clues)
        policy = shop.book(tx)[1].policy
        if clues.returned and not found.sure and sent.address not in mail.addresses("From"):
            found = Sorted(MailKind.BOUNCE, UNREAD)  # never a reply: nobody but a machine knows that address
        return _record(tx, sent, found, mail, now, policy, _own_addresses(shop, policy))


def _read(shop: Shop, raw: bytes) -> tuple[Mail, Sorted, Clues]:
    """Nothing but this mail is looked at here, so whatever is raised is its own fault, and no outage."""
    try:
        mail = read_mail(raw)
        return mail, sort(mail), read_clues(mail, shop.links)
    except OUTAGES as error:
        raise ValueError(f"{type(error).__name__} while it was read") from error


def _stranger(found: Sorted, clues: Clues) -> MailCount:
    """A report about a message that is not ours, or claims to be, changes nothing."""
    if clues.forged:
        return "forged"
    unknown = found.kind in (MailKind.BOUNCE, MailKind.COMPLAINT)
    return AUTOMATIC.get(found.kind) or ("unknown" if unknown else "other")


def _record(
    tx: Transaction, sent: SentMail, found: Sorted, mail: Mail, now: datetime, policy: Policy, own: set[str]
) -> MailCount:
    at = mail.date(now)
    match found.kind:
        case MailKind.BOUNCE:
            return record_bounce(tx, sent, found.bounces, mail.key, at, now, policy.bounces)
        case MailKind.COMPLAINT:
            return record_complaint(tx, sent, mail.key, at, now)
        case MailKind.AUTO_REPLY | MailKind.REPORT:
            return AUTOMATIC[found.kind]
        case MailKind.LEAVE if sent.is_touch and sent.address_id is not None:
            return record_leave(tx, sent.address_id, sent.id, now)
        case _ if sent.kind == OutboxKind.SELLER.value:
            return record_note(tx, sent, mail, at, now, policy, own)
        case _:
            return record_reply(tx, sent, mail, at, now, policy, own)


def _own_addresses(shop: Shop, policy: Policy) -> set[str]:
    """Addresses that are read by us: a reply that went there would come back as another reply."""
    settings, sender = shop.settings, policy.sender
    found = {settings.bounce_address, settings.unsubscribe_address, sender.address, sender.reply_to or ""}
    return {address.lower() for address in found}


def _pages(mails: Iterator[tuple[str, bytes | None, str]]) -> Iterator[Page]:
    while page := list(islice(mails, PAGE)):
        yield page
