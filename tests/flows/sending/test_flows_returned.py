"""What nobody understands, what is our fault, and what is refused again and again: through the doors."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from leadstore.consents.grants import lift
from leadstore.rows import outbox
from leadstore.store import Store
from tests.builders import DAY, HOUR
from tests.flows.signals.test_flows_mailing import HELLO, TEAM, Postbox, copy_touch
from tests.flows.workshop import Workshop, files, workshop
from tests.inbound.mails import complaint, letter, report
from tests.nurture.gate_world import TUESDAY

LATER = TUESDAY + HOUR
DMARC = letter("A report is attached.", subject="Report Domain: acme.example", about=None)
STRANGE = "The gateway gave the answer 'zurvan'. Operator informed."


@pytest.fixture
async def box(store: Store, tmp_path: Path) -> Postbox:
    """A mailbox, and a lead who was mailed a moment ago."""
    opened = Postbox(workshop(store, tmp_path), tmp_path / "mail")
    await opened.mail_ada()
    return opened


@pytest.mark.parametrize("head", ["", "Return-Path: <>\n"], ids=["with a way back", "without"])
async def test_what_nobody_understands_is_no_reply(box: Postbox, head: str) -> None:
    """At a bounce address it is a bounce of unknown kind: no points, and counted."""
    raw = letter(STRANGE, subject="Notice 4711", to=box.return_path, sender="gate@x.example", head=head)

    assert await box.takes(raw) == {"unclear": 1}
    assert box.signals("mail.replied") == []
    assert [told["reason"] for told in box.signals("mail.bounced")] == ["unclear"]


async def test_a_lead_who_writes_to_the_bounce_address_is_heard(box: Postbox) -> None:
    """Some programs answer the return path: whoever writes from the lead's own address is the lead."""
    assert await box.takes(letter("Please call me.", to=box.return_path)) == {"replied": 1}


@pytest.mark.parametrize(
    "raw",
    [
        lambda b: complaint("not-spam", b.message_id),
        lambda b: complaint("auth-failure", b.message_id),
        lambda b: complaint("dmarc", b.message_id),
        lambda _: DMARC,
    ],
    ids=["not-spam", "auth-failure", "dmarc", "aggregate"],
)
async def test_a_provider_s_report_is_neither_complaint_nor_reply(box: Postbox, raw: object) -> None:
    """Whether or not it names a message of ours: it is told, and stays unread for people."""
    assert await box.takes(raw(box)) == {"report": 1}  # type: ignore[operator]
    assert (box.suppressed(), box.signals("mail.replied")) == ([], [])


@pytest.mark.parametrize(
    ("sender", "counts"),
    [("Ada <ADA@leads.example>", {"left": 1}), ("Bo <bo@x.example>", {"other": 1})],
    ids=["the lead", "somebody else"],
)
async def test_a_wish_needs_no_answer_to_a_message(box: Postbox, sender: str, counts: dict[str, int]) -> None:
    """Who writes a mail of their own is known by the address that they were mailed at."""
    assert await box.takes(letter("Please unsubscribe me.", sender=sender, about=None)) == counts


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("smtp; 550 5.7.1 <relay.acme.example>: Helo command rejected: Host not found", "our_fault"),
        ("smtp; 554 5.7.1 Client host [192.0.2.1] blocked using dnsbl.example", "our_fault"),
        ("smtp; 550 5.5.9 zurvan", "unclear"),
    ],
    ids=["helo", "blocked", "unclear"],
)
async def test_only_what_the_address_may_be_at_fault_for_wears_it_out(
    box: Postbox, said: str, counted: str
) -> None:
    """Five times over nine days: a refusal of our host suppresses nobody, one without a reason does."""
    seen = [await bounced(box, day, said) for day in (0, 2, 4, 6, 9)]

    worn = counted == "unclear"
    assert seen == [{counted: 1}] * 4 + [{"worn_out" if worn else counted: 1}]
    assert box.suppressed() == (["bounce"] if worn else [])


async def test_a_lifted_suppression_starts_the_count_anew(box: Postbox) -> None:
    """A person who lifts it vouches for the address."""
    for day in (0, 2, 4, 6, 9):
        await bounced(box, day, "smtp; 552 5.2.2 over quota")
    with box.work.shop.store.begin() as tx:
        lift(tx, 1, TUESDAY + DAY * 10)

    assert await bounced(box, 12, "smtp; 552 5.2.2 over quota") == {"soft": 1}


@pytest.mark.parametrize(
    ("reply", "suppressed"),
    [
        ("550 5.5.9 zurvan", ["bounce"]),
        ("550 5.2.1 this account is on hold", ["bounce"]),
        ("554 5.7.1 this looks like spam", []),
    ],
    ids=["no reason", "on hold", "our words"],
)
async def test_an_address_refused_again_and_again_wears_out(
    store: Store, tmp_path: Path, reply: str, suppressed: list[str]
) -> None:
    """The relay refuses five touches over nine days and never says why: there is no sixth."""
    box = Postbox(workshop(store, tmp_path), tmp_path / "mail")
    box.work.relay._answer = lambda _: reply
    box.work.apply(files(HELLO, "enter: {on: page.visited, again: 12 hours after exit}\n", sellers=TEAM))
    ada = box.work.lead("ada")

    seen = [await refused(box.work, ada, TUESDAY + DAY * day) for day in (0, 1, 2, 6, 8)]

    assert seen == [1] * 5
    assert box.suppressed() == suppressed


async def refused(work: Workshop, lead_id: int, at: datetime) -> int:
    """A touch of that moment meets the relay's no; how many were offered to it."""
    before = len(work.relay.deliveries)
    work.happens(lead_id, "page.visited", at)
    await work.tick(at)
    return len(work.relay.deliveries) - before


async def bounced(box: Postbox, day: int, said: str) -> dict[str, int]:
    """A touch of that day comes back an hour later with these words."""
    at = TUESDAY + DAY * day
    name = copy_touch(box, at)
    status = said.split()[2]
    return await box.takes(report(status=status, said=said, about=name, name=f"back-{day}"), at + HOUR)


async def test_a_failed_build_says_nothing_of_the_address(box: Postbox) -> None:
    """What was never offered to the relay is neither refused nor arrived."""
    for day in (0, 2, 4, 6):
        name = copy_touch(box, TUESDAY + DAY * day)
        with box.work.shop.store.begin() as tx:
            where = outbox.c.message_id == f"<{name}>"
            broken = {"state": "failed", "reason": "render_failed", "reply": "no such name", "code": None}
            tx.execute(outbox.update().where(where).values(**broken))
            assert tx.execute(select(outbox.c.id).where(where)).one()

    assert await bounced(box, 9, "smtp; 552 5.2.2 over quota") == {"soft": 1}
