"""What comes back to the mailbox and what it changes, on both databases and through a real Maildir."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from flows.work.deadline import Deadline
from flows.work.signals import mail
from flows.work.signals.mail import sweep
from inbound.mail.message import Mail, read_mail
from inbound.mail.sort import Sorted, sort
from inbound.mailbox.folder import cursor_name
from leadstore.consents.grants import lift
from leadstore.database.locks import take_lock
from leadstore.rows import aside, consent, enrolment, outbox, signal, suppression
from leadstore.store import Store
from tests.builders import DAY, HOUR
from tests.flows.workshop import SELLERS, Workshop, files, workshop
from tests.inbound.mails import complaint, letter, report
from tests.nurture.gate_world import TUESDAY

HELLO = "- send: hello\n- wait: 1 day\n- send: hello\n  id: again\n"
TEAM = SELLERS + "  team: sales@acme.example\n"
LATER = TUESDAY + HOUR


class Postbox:
    """A workshop with a Maildir, one lead who was mailed, and a counter for file names."""

    def __init__(self, work: Workshop, root: Path) -> None:
        self.work, self.root = work, root
        for name in ("new", "cur", "tmp"):
            (root / name).mkdir(parents=True)
        more: dict[str, Any] = {
            "mailbox_url": SecretStr(f"maildir://{root}"),
            "bounce_address": "bounce@acme.example",
        }
        work.shop.settings = work.shop.settings.model_copy(update=more)
        self.count = 0

    async def mail_ada(self, **changes: str) -> None:
        """A lead asks for something and is mailed."""
        self.work.apply(files(HELLO, sellers=TEAM, **changes))
        self.work.happens(self.work.lead("ada"), "form.submitted")
        assert (await self.work.tick())["sent"] == 1

    @property
    def message_id(self) -> str:
        """The Message-ID of the latest touch, without its brackets."""
        return str(self.work.rows()[-1].message_id).strip("<>")

    def message_id_of(self, kind: str) -> str:
        """The Message-ID of the latest row of a kind."""
        return [str(row.message_id).strip("<>") for row in self.work.rows() if row.kind == kind][-1]

    @property
    def return_path(self) -> str:
        """The envelope sender that the relay was given."""
        return self.work.relay.letters[-1].sender

    def put(self, raw: bytes) -> None:
        """A mail comes in."""
        self.count += 1
        (self.root / "new" / f"{self.count:03}.mail").write_bytes(raw)

    async def read(self, now: datetime = LATER) -> dict[str, int]:
        """What a sweep counts that is not zero."""
        return {name: n for name, n in (await sweep(self.work.shop, now)).items() if n and name != "read"}

    async def takes(self, raw: bytes, now: datetime = LATER) -> dict[str, int]:
        """A mail comes in and is read."""
        self.put(raw)
        return await self.read(now)

    def suppressed(self) -> list[str]:
        """The reasons of the suppressions in force."""
        return [s.reason for s in self.work.rows(suppression) if s.lifted_at is None]

    def signals(self, kind: str) -> list[dict[str, Any]]:
        """The properties of the signals of a type."""
        return [s.properties for s in self.work.rows(signal) if s.type == kind]

    def unsettle(self, state: str = "uncertain") -> None:
        """Nobody knows whether the relay took it."""
        with self.work.shop.store.begin() as tx:
            tx.execute(update(outbox).values(state=state))


@pytest.fixture
async def box(store: Store, tmp_path: Path) -> Postbox:
    """A mailbox, and a lead who was mailed a moment ago."""
    opened = Postbox(workshop(store, tmp_path), tmp_path / "mail")
    await opened.mail_ada()
    return opened


async def test_the_envelope_names_the_message_and_no_lead(box: Postbox) -> None:
    """The envelope sender is the bounce address with a signed token; List-Unsubscribe offers mail as well."""
    [mail] = box.work.mails()

    assert re.fullmatch(r"bounce\+b[0-9a-f]+-[a-z2-7]{16}@acme\.example", box.return_path)
    assert "<mailto:bounce%2Bu" in str(mail["List-Unsubscribe"])


async def test_a_mail_that_cannot_be_read_waits_apart(box: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next is read, and this one is not read again, even if it raised what elsewhere is an outage."""

    def trip(mail: Mail) -> Sorted:
        if "stumble" in mail.header("Subject"):
            raise OSError("no such charset")
        return sort(mail)

    monkeypatch.setattr(mail, "sort", trip)
    box.put(letter(subject="stumble", name="one"))
    box.put(letter(about=box.message_id, name="two"))

    assert await box.read() == {"replied": 1, "set_aside": 1}
    assert await box.read() == {}
    [row] = box.work.rows(aside)
    assert (row.kind, row.state, row.error) == ("mail", "open", "ValueError")
    assert bytes(row.payload) == letter(subject="stumble", name="one")


async def test_a_date_in_no_charset_stops_nothing(box: Postbox) -> None:
    """What no table of charsets knows costs the date, not the mail, nor the next one."""
    box.put(letter(about=box.message_id, head="Date: =?XX?q?a?=\n").replace(b"XX", b"\xff"))
    box.put(report(about=box.message_id))

    assert await box.read() == {"replied": 1, "hard": 1}


async def test_a_mail_that_is_not_given_waits_apart(box: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is had of it, so nothing is kept but where it is."""
    box.put(letter(name="one"))
    box.put(letter(about=box.message_id, name="two"))
    opened = Path.open

    def refuse(path: Path, *args: Any) -> Any:
        if path.name == "001.mail":
            raise PermissionError
        return opened(path, *args)

    monkeypatch.setattr(Path, "open", refuse)

    assert await box.read() == {"replied": 1, "set_aside": 1}
    [row] = box.work.rows(aside)
    assert (row.error, row.payload) == ("Unreadable", None)


async def test_strangers_who_cite_a_message_change_nothing_for_the_lead(box: Postbox) -> None:
    """Three hundred of them leave a few notes that count for nothing, and one copy; the lead is heard."""
    ours = box.message_id
    for n in range(300):
        box.put(letter(about=ours, sender=f"x{n}@stranger.example", name=f"stranger-{n}"))

    assert await box.read() == {"other_replied": 1, "unforwarded": 9, "too_many": 290}
    notes = [row for row in box.work.rows(signal) if row.type == "mail.replied"]
    assert len(notes) == 10
    assert all(row.machine for row in notes)
    [notice] = [row for row in box.work.rows() if row.kind == "seller"]
    assert notice.payload["reply"]["address"] == "x0@stranger.example"
    assert await box.takes(letter(about=ours)) == {"replied": 1}
    assert [row.machine for row in box.work.rows(signal) if row.type == "mail.replied"].count(False) == 1


async def test_a_seller_is_told_once_a_day_of_a_thread(box: Postbox) -> None:
    """The next letters of the day stay unread for people; the day after is another."""
    ours = box.message_id
    answers = [
        await box.takes(letter(about=ours, name=f"letter-{n}"), LATER + n // 2 * DAY) for n in range(4)
    ]

    assert answers == [{"replied": 1}, {"unforwarded": 1}, {"replied": 1}, {"unforwarded": 1}]
    assert len(box.signals("mail.replied")) == 4


@pytest.mark.parametrize("sender", ["", "nobody", "(((((" * 3000 + "a@b.example", "a b@c"])
async def test_a_writer_without_an_address_is_forwarded_to_nobody(box: Postbox, sender: str) -> None:
    """A copy could not be answered."""
    assert await box.takes(letter(about=box.message_id, sender=sender)) == {"unforwarded": 1}


async def test_bounces_and_complaints_of_a_message_have_a_bound(box: Postbox) -> None:
    """The mailbox that is gone is suppressed all the same, however many reports came before."""
    for n in range(30):
        box.put(
            report(status="4.2.2", said="smtp; 452 4.2.2 mailbox full", about=box.message_id, name=f"b{n}")
        )

    counts = await box.read()
    assert (counts["soft"], counts["too_many"]) == (10, 20)
    assert await box.takes(report(about=box.message_id, name="hard")) == {"hard": 1}
    assert box.suppressed() == ["bounce"]
    assert len(box.signals("mail.bounced")) == 10


async def test_nothing_dead_is_offered(store: Store, tmp_path: Path) -> None:
    """Without a mailbox nobody is told to leave by mail, and the envelope is the sender's own."""
    work = workshop(store, tmp_path)
    work.apply(files(HELLO))
    work.happens(work.lead("ada"), "form.submitted")
    await work.tick()

    assert "mailto:" not in str(work.mails()[0]["List-Unsubscribe"])
    assert work.relay.letters[0].sender == str(work.mails()[0]["From"]).partition("<")[2].strip(">")
    assert set((await sweep(work.shop, LATER)).values()) == {0}


@pytest.mark.parametrize("by", ["envelope", "message id"])
async def test_a_hard_bounce_suppresses_at_once(box: Postbox, by: str) -> None:
    """Matched by VERP or by the returned Message-ID: signal, suppression, and the enrolment ends."""
    raw = (
        report(to=box.return_path, about="gone@elsewhere.example")
        if by == "envelope"
        else report(about=box.message_id)
    )

    counts = await box.takes(raw)
    await box.work.tick(LATER + DAY * 2)

    assert counts == {"hard": 1}
    assert box.suppressed() == ["bounce"]
    [told] = box.signals("mail.bounced")
    assert (told["hard"], told["status"], told["reason"]) == (True, "5.1.1", "user_unknown")
    assert [(e.state, e.reason) for e in box.work.rows(enrolment)] == [("stopped", "suppressed")]
    assert len(box.work.relay.letters) == 1


async def test_the_same_bounce_twice_is_one(box: Postbox) -> None:
    """Read a second time, even after the operator lifted the suppression, a bounce changes nothing."""
    raw = report(about=box.message_id)
    await box.takes(raw)
    with box.work.shop.store.begin() as tx:
        lift(tx, 1, LATER)

    counts = await box.takes(raw, LATER + HOUR)
    await box.work.tick(LATER + HOUR)

    assert counts == {"read_before": 1}
    assert len(box.signals("mail.bounced")) == 1


@pytest.mark.parametrize(
    ("raw", "counted"),
    [
        (lambda b: report(to=b.return_path.replace("-", "-a")[:-1], about="x@y.example"), "unknown"),
        (lambda b: report(to="bounce+b1-aaaaaaaaaaaaaaaa@acme.example", about="x@y.example"), "forged"),
        (lambda b: report(about="guessed@acme.example"), "unknown"),
        (lambda b: complaint(about="guessed@acme.example"), "unknown"),
        (lambda b: letter(to="bounce+u1.1-aaaaaaaaaaaaaaaa@acme.example", about=None), "forged"),
        (lambda b: letter("unsubscribe", sender="bo@x.example", about=None), "other"),
        (lambda b: letter("Buy our watches", about=None), "other"),
        (lambda b: b"", "other"),
    ],
    ids=["bent", "forged", "unknown", "complaint", "leave forged", "never mailed", "spam", "empty"],
)
async def test_what_is_not_ours_changes_nothing(
    box: Postbox, raw: Callable[[Postbox], bytes], counted: str
) -> None:
    """Forged and unrelated mail is counted, and lies where it lay, unread."""
    box.put(raw(box))
    before = [(str(p), p.read_bytes()) for p in box.root.rglob("*.mail")]

    counts = await box.read()

    assert counts == {counted: 1}
    assert box.suppressed() == []
    assert [(str(p), p.read_bytes()) for p in box.root.rglob("*.mail")] == before


async def test_handled_mail_is_marked(box: Postbox) -> None:
    """A bounce of ours goes to cur/ as seen."""
    await box.takes(report(about=box.message_id))

    assert [p.name for p in (box.root / "cur").iterdir()] == ["001.mail:2,S"]


async def test_a_complaint_suppresses_at_once(box: Postbox) -> None:
    """Whoever reports spam is never mailed again."""
    counts = await box.takes(complaint(about=box.message_id))
    again = await box.takes(complaint(about=box.message_id))

    assert (counts, again) == ({"complaint": 1}, {"read_before": 1})
    assert box.suppressed() == ["complaint"]


async def test_other_feedback_is_no_complaint(box: Postbox) -> None:
    """A report on authentication, or that something is not spam, suppresses nobody."""
    await box.takes(complaint("auth-failure", box.message_id, "a"))
    await box.takes(complaint("not-spam", box.message_id, "b"))

    assert box.suppressed() == []


@pytest.mark.parametrize(
    "raw",
    [
        lambda b: letter("", to=leaving_address(b), about=None, subject="unsubscribe"),
        lambda b: letter("Unsubscribe me, please.".replace(",", ""), about=b.message_id),
        lambda b: letter("Me désabonner\n\n> Hello", about=b.message_id),
    ],
    ids=["by token", "by reply", "in French"],
)
async def test_leaving_by_mail_is_at_once(box: Postbox, raw: Callable[[Postbox], bytes]) -> None:
    """A request to leave withdraws every topic; nothing more is sent."""
    counts = await box.takes(raw(box))
    again = await box.takes(raw(box))
    await box.work.tick(LATER + DAY * 2)

    with box.work.shop.store.read() as tx:
        states = set(tx.scalars(select(consent.c.state)))
    assert (counts, again) == ({"left": 1}, {"read_before": 1})
    assert states == {"withdrawn"}
    assert len(box.work.relay.letters) == 1


def leaving_address(box: Postbox) -> str:
    """The address that the latest mail's mailto form writes to."""
    offered = str(box.work.mails()[-1]["List-Unsubscribe"])
    return offered.partition("<mailto:")[2].partition("?")[0].replace("%2B", "+")


async def test_a_quoted_way_out_is_no_request(box: Postbox) -> None:
    """A reply that quotes our headers, and so our address to leave, leaves nothing."""
    raw = letter(f"Thanks!\n\n> List-Unsubscribe: <mailto:{leaving_address(box)}>", about=box.message_id)

    assert await box.takes(raw) == {"replied": 1}


async def test_a_reply_is_a_signal_and_goes_to_the_team(box: Postbox) -> None:
    """A person's answer scores, and somebody at the company gets it, once."""
    raw = letter("Merci, rappelez-moi é.", about=box.message_id)

    counts, again = await box.takes(raw), await box.takes(raw)
    await box.work.tick(LATER)

    copy = box.work.mails()[-1]
    assert (counts, again) == ({"replied": 1}, {"read_before": 1})
    assert len(box.signals("mail.replied")) == 1
    assert (copy["To"], copy["Reply-To"]) == ("sales@acme.example", "ada@leads.example")
    assert "Merci, rappelez-moi é." in copy.get_content()
    assert len(box.work.relay.letters) == 2


async def test_a_reply_goes_to_the_lead_s_seller(box: Postbox) -> None:
    """A lead who was offered to a seller is answered by that seller."""
    box.work.happens(1, "demo.requested")
    await box.work.tick(LATER)
    seller = box.work.mails()[-1]["To"]

    await box.takes(letter(about=box.message_id_of("touch")))
    await box.work.tick(LATER + HOUR)

    assert box.work.mails()[-1]["To"] == seller
    assert str(box.work.mails()[-1]["Subject"]).endswith("Re: Your guide")


async def test_without_anybody_to_read_it_a_reply_stays_unread(store: Store, tmp_path: Path) -> None:
    """Nobody named: the signal counts, and the mail is left for people as it came."""
    box = Postbox(workshop(store, tmp_path), tmp_path / "mail")
    box.work.apply(files(HELLO, sellers=""))
    box.work.happens(box.work.lead("ada"), "form.submitted")
    await box.work.tick()

    counts = await box.takes(letter(about=box.message_id))

    assert counts == {"unforwarded": 1}
    assert [p.name for p in (box.root / "new").iterdir()] == ["001.mail"]


async def test_an_absence_is_neither_bounce_nor_reply(box: Postbox) -> None:
    """A vacation notice, whatever it says, is only counted."""
    away = "My mailbox is full and this user is unknown until Monday."
    await box.takes(letter(away, about=box.message_id, head="Auto-Submitted: auto-replied\n"))
    counts = await box.takes(letter(away, subject="Out of office", about=box.message_id, name="b"))

    assert counts == {"auto_reply": 1}
    assert (box.suppressed(), box.signals("mail.replied"), box.signals("mail.bounced")) == ([], [], [])


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        (lambda b: report(about=b.message_id), "failed"),
        (lambda b: report(status="4.2.2", said="smtp; 452 4.2.2 mailbox full", about=b.message_id), "failed"),
        (
            lambda b: report(action="delivered", status="2.0.0", said="smtp; 250 ok", about=b.message_id),
            "sent",
        ),
        (
            lambda b: report(action="delayed", status="4.4.1", said="smtp; no answer", about=b.message_id),
            "sent",
        ),
        (lambda b: complaint(about=b.message_id), "sent"),
        (lambda b: letter(about=b.message_id), "sent"),
    ],
    ids=["hard", "soft", "delivered", "delayed", "complaint", "reply"],
)
async def test_what_comes_back_settles_a_doubt(
    box: Postbox, raw: Callable[[Postbox], bytes], state: str
) -> None:
    """An uncertain touch that bounces has failed; one that is heard of otherwise was sent."""
    box.unsettle()

    await box.takes(raw(box))

    assert box.work.rows()[0].state == state


async def test_a_settled_touch_is_left_as_it_is(box: Postbox) -> None:
    """The relay did take what bounced: it was sent, and keeps its slot."""
    await box.takes(report(about=box.message_id))

    [touch] = box.work.rows()
    assert (touch.state, touch.slot_at is None) == ("sent", False)


async def test_a_bounce_of_somebody_behind_a_list_is_soft(box: Postbox) -> None:
    """A dead mailbox that the lead's address forwards to does not suppress the lead at once."""
    counts = await box.takes(report("colleague@elsewhere.example", about=box.message_id))

    assert (counts, box.suppressed()) == ({"soft": 1}, [])


async def test_a_notice_s_bounce_says_nothing_of_the_lead(box: Postbox) -> None:
    """A seller's dead mailbox suppresses nobody."""
    box.work.happens(1, "demo.requested")
    await box.work.tick(LATER)

    counts = await box.takes(report("sam@acme.example", about=box.message_id_of("seller")))

    assert (counts, box.suppressed()) == ({"notice_bounced": 1}, [])


async def test_soft_bounces_wear_out_an_address(box: Postbox) -> None:
    """Five failed touches in a row over a week suppress; four do not."""
    seen = [await soft(box, day) for day in (0, 2, 4, 6, 9)]

    assert seen == [{"soft": 1}] * 4 + [{"worn_out": 1}]
    assert box.suppressed() == ["bounce"]


async def test_a_success_between_starts_the_count_anew(box: Postbox) -> None:
    """A touch that arrived, and stayed, ends the row of failures."""
    await soft(box, 0)
    await soft(box, 2)
    copy_touch(box, TUESDAY + DAY * 3)

    seen = [await soft(box, day) for day in (5, 8, 12, 15)]

    assert seen == [{"soft": 1}] * 4


def copy_touch(box: Postbox, at: datetime) -> str:
    """Another touch to the same address, sent at this moment; returns its Message-ID."""
    with box.work.shop.store.begin() as tx:
        row = dict(tx.execute(select(outbox).order_by(outbox.c.id).limit(1)).mappings().one())
        taken = len(tx.execute(select(outbox.c.id)).all())
        del row["id"]
        name = f"copy-{taken}@acme.example"
        row |= {"message_id": f"<{name}>", "occurrence": taken + 1, "started_at": at, "settled_at": at}
        tx.execute(outbox.insert().values(**row))
    return name


async def soft(box: Postbox, day: int) -> dict[str, int]:
    """A touch of that day comes back with a full mailbox an hour later."""
    at = TUESDAY + DAY * day
    name = copy_touch(box, at)
    full = report(status="5.2.2", said="smtp; 552 5.2.2 over quota", about=name, name=f"soft-{day}")
    return await box.takes(full, at + HOUR)


async def test_a_mail_nested_out_of_all_reason_is_read_as_one_text(box: Postbox) -> None:
    """Thousands of nested parts break Python's parser, not ours; the bounce behind them is read as well."""
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    box.put(b"From: a@b.example\n" + nested)

    counts = await box.takes(report(about=box.message_id))

    assert counts == {"other": 1, "hard": 1}


async def test_a_mail_that_trips_the_reader_is_left_and_the_rest_goes_on(
    box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a mail does to its reader, it stays for people, and the next one is read."""

    def trips(raw: bytes) -> Mail:  # no mail that we know of does it any more
        if raw.startswith(b"From: a@b.example"):
            raise RecursionError
        return read_mail(raw)

    monkeypatch.setattr("flows.work.signals.mail.read_mail", trips)
    box.put(b"From: a@b.example\n\nhello\n")

    counts = await box.takes(report(about=box.message_id))

    assert counts == {"set_aside": 1, "hard": 1}


async def test_another_process_reads_it_alone(box: Postbox) -> None:
    """While another worker holds the lock, nothing is read; the mail waits."""
    box.put(report(about=box.message_id))
    other = take_lock(box.work.shop.store, cursor_name(f"maildir://{box.root}"), "somebody else")
    assert other is not None

    assert await box.read() == {"elsewhere": 1}
    other.release()
    assert await box.read() == {"hard": 1}


async def test_a_sweep_ends_at_its_deadline(box: Postbox) -> None:
    """What was not read is read by the next one."""
    box.put(report(about=box.message_id))

    cut = await sweep(box.work.shop, LATER, deadline=Deadline(at=0.0))

    assert {name: count for name, count in cut.items() if count} == {"unfinished": 1}
    assert await box.read() == {"hard": 1}
