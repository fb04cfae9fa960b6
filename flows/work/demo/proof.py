"""Checks the promises after the demo: what lies in the inbox against what the store's rows say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from flows.work.demo.acts import DemoMail
from leadstore.audit import Spoken, spoken, suppressed_since, withdrawn_since
from leadstore.store import Store
from nurture.deciding.consent import ALL_TOPICS
from nurture.timing import Cap
from nurture.words import OutboxKind, Purpose, TouchState


def broken_promises(store: Store, mails: Sequence[DemoMail], caps: Sequence[Cap], counted: int) -> list[str]:
    """Every promise that does not hold, in words; `counted` is what the flows said they sent."""
    with store.read() as tx:
        rows, suppressed, withdrawn = spoken(tx), suppressed_since(tx), withdrawn_since(tx)
    return [
        *_all_there(rows, mails, counted),
        *unwanted(rows, suppressed, withdrawn),
        *_no_cap_exceeded(mails, caps),
    ]


def _all_there(rows: Sequence[Spoken], mails: Sequence[DemoMail], counted: int) -> Iterator[str]:
    """I1, I2: the inbox holds exactly what was sent, each message once."""
    if len(mails) != counted:
        yield f"the inbox holds {len(mails)} messages, the flows counted {counted}"
    held = Counter(mail.message_id for mail in mails)
    twice = sum(count > 1 for count in held.values())
    if twice:
        yield f"{twice} Message-IDs are in the inbox more than once"
    sent = {row.message_id for row in rows if row.state == TouchState.SENT}
    if sent - set(held):
        yield f"{len(sent - set(held))} messages the store calls sent are not in the inbox"
    if set(held) - sent:
        yield f"{len(set(held) - sent)} messages in the inbox are not sent in the store"


def unwanted(
    rows: Sequence[Spoken],
    suppressed: Mapping[str, datetime],
    withdrawn: Mapping[tuple[str, str], datetime],
) -> Iterator[str]:
    """I3: nothing starts after a suppression, and no marketing after a withdrawal."""
    touches = [row for row in rows if row.kind == OutboxKind.TOUCH]
    after = sum(_later(row.started_at, suppressed.get(row.address)) for row in touches)
    if after:
        yield f"{after} messages left to an address after it was suppressed"
    marketing = [row for row in touches if row.purpose == Purpose.MARKETING]
    ways = [
        (row, withdrawn.get((row.address, topic))) for row in marketing for topic in (row.topic, ALL_TOPICS)
    ]
    against = sum(_later(row.started_at, at) for row, at in ways)
    if against:
        yield f"{against} messages left after consent to them was withdrawn"


def _later(started_at: datetime, barred_at: datetime | None) -> bool:
    return barred_at is not None and started_at > barred_at


def _no_cap_exceeded(mails: Sequence[DemoMail], caps: Sequence[Cap]) -> Iterator[str]:
    """I4, counted again from the Date of what lies in the inbox; rolling caps of the policy only."""
    reached: dict[str, list[datetime]] = defaultdict(list)
    for mail in mails:
        if mail.marketing:
            reached[mail.recipient].append(mail.sent_at)
    for cap in caps:
        if cap.span is None:
            continue
        over = sum(_exceeds(sorted(times), cap.count, cap.span) for times in reached.values())
        if over:
            yield f"{over} addresses got more than {cap.count} messages within {cap.span}"


def _exceeds(times: Sequence[datetime], count: int, span: timedelta) -> bool:
    return any(later - earlier < span for earlier, later in zip(times, times[count:], strict=False))
