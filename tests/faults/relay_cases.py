"""Faults 1 to 23 and 58: everything a relay can do to a letter."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from nurture.values import Letter
from outbound.relay import Timeouts
from outbound.smtp.pool import Relay
from tests.faults.cases import DAY, MINUTE, Book, Trial, doubled, enter, message_ids, states, ticks
from tests.faults.certificates import certificates
from tests.flows.workshop import Workshop, files
from tests.nurture.gate_world import TUESDAY
from tests.outbound.rogue import MisbehavingServer, Misdeed, Then

BOOK = Book()
HELLO = "- send: hello"
HASTY = Timeouts(connect=0.6, command=0.6, data=0.6, block=0.6, dot=0.6, quit=0.3, letter=2)
HANG_UP, RESET, SILENCE = Then.HANG_UP, Then.RESET, Then.SILENCE
FIRST = "lead1@leads.example"


async def meet(
    trial: Trial,
    *misdeeds: Misdeed,
    leads: int = 3,
    connections: int = 2,
    heals: bool = True,
    timeouts: Timeouts = HASTY,
    server: MisbehavingServer | None = None,
    url: str = "smtp://127.0.0.1:{port}?starttls=never",
    tls_context: ssl.SSLContext | None = None,
) -> str:
    """Send to a server that misbehaves, then to the same one in health: where the touches stood and stand."""
    work = trial.work()
    work.apply(files(HELLO))
    enter(work, leads)
    async with server or MisbehavingServer(*misdeeds) as there:
        address = url.format(port=there.port)
        async with Relay(address, connections, timeouts=timeouts, tls_context=tls_context) as relay:
            work.shop.relay = relay
            await work.tick()
            first = states(work)
            if heals:
                there.heal()
            await ticks(work)
        seen = f"{first}; then {states(work)}"
        return seen + doubled(work, message_ids(there)) + _one_each(there.recipients)


def _one_each(recipients: Sequence[int]) -> str:
    return "" if set(recipients) <= {1} else "; BREACH: several recipients in one transaction"


BACK = "planned 3; then sent 3"
ALL = "sent 3; then sent 3"
DOUBT = "uncertain 3; then uncertain 3"
ONE_BACK = "planned 1, sent 2; then sent 3"
ONE_NO = "sent 2, refused 1; then sent 2, refused 1"
ONE_GONE = "sent 2, refused 1, suppressed 1; then sent 2, refused 1, suppressed 1"
ALL_NO = "refused 3; then refused 3"
FOR_GOOD = {ALL, DOUBT, ONE_NO, ALL_NO}
"""What stays as it is, whether the server heals or not: there it does not."""


def answered(row: int, what: str, expected: str, *misdeeds: Misdeed) -> None:
    """A fault that a script of misdeeds tells."""

    async def play(trial: Trial) -> str:
        return await meet(trial, *misdeeds, heals=expected not in FOR_GOOD)

    BOOK.fault(row, what, expected)(play)


def says(at: str, reply: str, *, to: str = "") -> Misdeed:
    """A reply; after 421 the server closes, as it says."""
    return Misdeed(at, reply, HANG_UP if reply.startswith("421") else Then.GO_ON, to=to)


answered(1, "421 at connect", BACK, says("connect", "421 4.3.2 not now"))
answered(1, "421 at EHLO", BACK, says("ehlo", "421 4.3.2 not now"))
answered(1, "421 at MAIL", BACK, says("mail", "421 4.3.2 not now"))
answered(1, "421 at RCPT", BACK, says("rcpt", "421 4.7.0 not now"))
answered(1, "421 at DATA", BACK, says("data", "421 4.3.2 not now"))
answered(1, "421 after the dot", BACK, says("dot", "421 4.3.2 not taken"))
answered(2, "450 mailbox busy, one of three", ONE_BACK, says("rcpt", "450 4.2.1 busy", to=FIRST))
answered(3, "451 greylisted, all", BACK, says("rcpt", "451 4.7.1 greylisted"))
answered(4, "452 mailbox full", ONE_BACK, says("rcpt", "452 4.2.2 full", to=FIRST))
answered(4, "452 too many recipients", BACK, says("rcpt", "452 4.5.3 too many recipients"))
answered(5, "454 throttled after the dot", BACK, says("dot", "454 Throttling failure: rate exceeded."))
answered(6, "454 too many logins", BACK, says("mail", "454 4.7.0 too many login attempts"))
answered(8, "550 no such user", ONE_GONE, says("rcpt", "550 5.1.1 no such user", to=FIRST))
answered(9, "550 unauthenticated, after the dot", BACK, says("dot", "550 5.7.26 sender unauthenticated"))
answered(9, "550 unauthenticated, at RCPT", BACK, says("rcpt", "550 5.7.515 Access denied, level not met"))
answered(10, "552 over quota", ONE_BACK, says("rcpt", "552 5.2.2 over quota", to=FIRST))
answered(10, "552 message too big", ALL_NO, says("dot", "552 5.3.4 message too big"))
answered(11, "554 we think it is spam", ONE_NO, says("dot", "554 5.7.1 spam", to=FIRST))
answered(12, "one 554 in a batch", ONE_NO, says("rcpt", "554 5.7.1 rejected", to=FIRST))
answered(13, "hangs up at RCPT", BACK, Misdeed("rcpt", then=HANG_UP))
answered(13, "hangs up at DATA", BACK, Misdeed("data", then=HANG_UP))
answered(13, "resets at MAIL", BACK, Misdeed("mail", then=RESET))
answered(14, "hangs up after the dot, taken", DOUBT, Misdeed("dot", then=HANG_UP, keep=True))
answered(14, "hangs up after the dot, not taken", DOUBT, Misdeed("dot", then=HANG_UP))
answered(14, "resets after the dot, taken", DOUBT, Misdeed("dot", then=RESET, keep=True))
answered(14, "silent after the dot", DOUBT, Misdeed("dot", then=SILENCE, keep=True))
answered(14, "no SMTP after the dot", DOUBT, Misdeed("dot", "what?", keep=True))
answered(15, "silent at connect", BACK, Misdeed("connect", then=SILENCE))
answered(15, "silent at EHLO", BACK, Misdeed("ehlo", then=SILENCE))
answered(15, "silent at MAIL", BACK, Misdeed("mail", then=SILENCE))
answered(15, "silent at RCPT", BACK, Misdeed("rcpt", then=SILENCE))
answered(15, "silent at DATA", BACK, Misdeed("data", then=SILENCE))
answered(17, "QUIT without 221", ALL, Misdeed("quit", then=HANG_UP))
answered(17, "QUIT without an answer", ALL, Misdeed("quit", then=SILENCE))
answered(17, "RSET refused", ONE_NO, says("rcpt", "554 5.7.1 no", to=FIRST), says("rset", "500 what?"))
answered(58, "hangs up on one recipient only", ONE_BACK, Misdeed("rcpt", then=HANG_UP, to=FIRST))


@BOOK.fault(13, "resets in the middle of a large body", "later; then sent")
async def _mid_body(trial: Trial) -> str:
    large = b"Message-ID: <large@acme.example>\r\n\r\n" + b"z" * 70 + b"\r\n" * 8_000_000
    letter = Letter(1, 1, "ada@acme.example", FIRST, large)
    async with MisbehavingServer(Misdeed("body", then=RESET)) as server:
        url = f"smtp://127.0.0.1:{server.port}?starttls=never"
        async with Relay(url, 1, timeouts=Timeouts(block=5, dot=30, quit=0.3)) as relay:
            [first] = await relay.send([letter], lambda: TUESDAY)
            server.heal()
            [second] = await relay.send([letter], lambda: TUESDAY)
    return f"{first.outcome}; then {second.outcome}"


@BOOK.fault(13, "resets in a body so small that its dot had left", "uncertain 1; then uncertain 1")
async def _small_body(trial: Trial) -> str:
    return await meet(trial, Misdeed("body", then=RESET), leads=1)


@BOOK.fault(16, "drips a reply slower than the deadline", "planned 1; then sent 1")
async def _drip(trial: Trial) -> str:
    slow = Timeouts(connect=5, command=5, data=5, block=5, dot=5, quit=0.3, letter=1)
    # Each character comes in time, the reply never does: only the letter's own deadline ends it.
    return await meet(trial, Misdeed("rcpt", "250 " + "x" * 100, drip=0.1), leads=1, timeouts=slow)


@BOOK.fault(18, "answers after our timeout", "uncertain 1, sent 2; then sent 2, uncertain 1")
async def _late(trial: Trial) -> str:
    late = Misdeed("dot", wait=0.9, to=FIRST, keep=True)
    seen = await meet(trial, late, connections=1, heals=False)
    return seen.replace("sent 2, uncertain 1;", "uncertain 1, sent 2;")


@BOOK.fault(18, "a late 550 is not the next letter's answer", "sent 2, uncertain 1; then sent 2, uncertain 1")
async def _late_no(trial: Trial) -> str:
    late = Misdeed("dot", "550 5.1.1 no such user", wait=0.9, to=FIRST)
    return await meet(trial, late, connections=1, heals=False)


@BOOK.fault(19, "closes after every four letters", "sent 30; then sent 30")
async def _every_four(trial: Trial) -> str:
    return await meet(trial, leads=30, heals=False, server=MisbehavingServer(per_connection=4))


@BOOK.fault(23, "lets two connections in, and we want four", "sent 20; then sent 20, at most 2 at once")
async def _limit(trial: Trial) -> str:
    server = MisbehavingServer(limit=2)
    seen = await meet(trial, leads=20, connections=4, heals=False, server=server)
    return f"{seen}, at most {server.most_at_once} at once"


@BOOK.fault(23, "six batches over two connections", "sent 24; then sent 24, at most 2 at once")
async def _pool(trial: Trial) -> str:
    server = MisbehavingServer(Misdeed("dot", wait=0.005))
    seen = await meet(trial, leads=24, connections=2, heals=False, server=server)
    return f"{seen}, at most {server.most_at_once} at once"


@BOOK.fault(1, "nobody listens", BACK)
async def _nobody(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work)
    async with MisbehavingServer() as server:
        await server.close()
        async with Relay(f"smtp://127.0.0.1:{server.port}?starttls=never", 2, timeouts=HASTY) as relay:
            work.shop.relay = relay
            await work.tick()
            first = states(work)
            await server.open()
            await ticks(work)
        return f"{first}; then {states(work)}{doubled(work, message_ids(server))}"


@BOOK.fault(2, "450 without end", "failed 3, held 3, after more than 3 days and growing pauses")
async def _for_ever(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work)
    async with MisbehavingServer(says("rcpt", "450 4.2.1 busy")) as server:
        url = f"smtp://127.0.0.1:{server.port}?starttls=never"
        async with Relay(url, 2, timeouts=HASTY) as relay:
            work.shop.relay = relay
            tried = await _until_given_up(work)
    pauses = [b - a for a, b in pairwise(tried)][:4]
    grow = pauses == sorted(pauses) and pauses[0] >= 5 * MINUTE
    long = tried[-1] - tried[0] > 3 * DAY
    return (
        f"{states(work)}, after {'more' if long else 'less'} than 3 days "
        f"and {'growing' if grow else 'equal'} pauses"
    )


async def _until_given_up(work: Workshop) -> list[datetime]:
    tried, now = [], TUESDAY
    for _ in range(400):
        counts = await work.tick(now)
        if counts.get("later") or counts.get("failed"):
            tried.append(now)
        due = [row.due_at for row in work.rows() if row.state == "planned"]
        if not due:
            break
        now = max(now + MINUTE, *due)
    return tried


@BOOK.fault(7, "login refused", "planned 3; then sent 3, attempts 2")
async def _login(trial: Trial) -> str:
    refused = Misdeed("auth", "535 5.7.8 authentication credentials invalid")
    url = "smtp://us:secret-word@127.0.0.1:{port}?starttls=never"
    server = MisbehavingServer(refused, login=True)
    seen = await meet(trial, server=server, url=url)
    return f"{seen}, attempts 2" if seen == BACK else seen


@BOOK.fault(20, "STARTTLS is required and not offered", "planned 2; then planned 2, taken 0")
async def _no_tls(trial: Trial) -> str:
    return await _closed(trial, MisbehavingServer())


@BOOK.fault(20, "STARTTLS is refused", "planned 2; then planned 2, taken 0")
async def _refused_tls(trial: Trial) -> str:
    server = MisbehavingServer(Misdeed("starttls", "454 4.7.0 TLS not available"), tls=certificates().server)
    return await _closed(trial, server)


@BOOK.fault(20, "a certificate nobody vouches for", "planned 2; then planned 2, taken 0")
async def _strange_certificate(trial: Trial) -> str:
    return await _closed(trial, MisbehavingServer(tls=certificates().server), None)


@BOOK.fault(20, "a certificate of another name", "planned 2; then planned 2, taken 0")
async def _other_name(trial: Trial) -> str:
    url = "smtp://127.0.0.1:{port}?starttls=required"
    return await _closed(trial, MisbehavingServer(tls=certificates().server), certificates().client, url)


@BOOK.fault(20, "the certificate is right", "sent 2; then sent 2")
async def _good_tls(trial: Trial) -> str:
    server = MisbehavingServer(tls=certificates().server)
    url = "smtp://localhost:{port}?starttls=required"
    return await meet(trial, leads=2, server=server, url=url, tls_context=certificates().client)


@BOOK.fault(21, "a reply injected before the TLS handshake", f"{ONE_GONE}".replace("sent 2", "sent 1"))
async def _injected(trial: Trial) -> str:
    # Were it taken for an answer, every later reply would be read one verb, or one letter, too early.
    evil = Misdeed("starttls", "220 go\r\n250-evil.example\r\n250 AUTH PLAIN")
    no = Misdeed("rcpt", "550 5.1.1 no such user", to=FIRST)
    server = MisbehavingServer(evil, no, tls=certificates().server)
    url = "smtp://localhost:{port}?starttls=required"
    context = certificates().client
    return await meet(trial, leads=2, connections=1, heals=False, server=server, url=url, tls_context=context)


@BOOK.fault(22, "each letter names one recipient", "sent 12; then sent 12, recipients 1 at most")
async def _one_recipient(trial: Trial) -> str:
    server = MisbehavingServer()
    seen = await meet(trial, leads=12, heals=False, server=server)
    return f"{seen}, recipients {max(server.recipients)} at most"


async def _closed(
    trial: Trial,
    server: MisbehavingServer,
    context: ssl.SSLContext | None = None,
    url: str = "smtp://localhost:{port}?starttls=required",
) -> str:
    """Nothing leaves unencrypted: the letters wait, however often it is tried."""
    seen = await meet(trial, leads=2, heals=False, server=server, url=url, tls_context=context)
    return f"{seen}, taken {len(server.taken)}"
