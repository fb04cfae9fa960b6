"""Faults 24 to 31, 37 and 40 to 42: workers die, pause, race and leap in time, and leads leave meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import Connection, select

from flows.work.sending.letters import compose
from flows.work.sending.settle import settle
from flows.work.sending.touches import TOUCHES, claim
from inbound.web.app import make_app
from leadstore.consents.grants import withdraw_all
from leadstore.consents.suppressions import suppress_address
from leadstore.database import patience
from leadstore.enrolments.snapshots import lock_leads
from leadstore.notes import see_moment
from leadstore.outbox.letters import mark_started
from leadstore.outbox.resolution import resolve
from leadstore.rows import outbox
from leadstore.store import in_thread
from nurture.errors import ClockError, StoreGone
from nurture.values import Delivery
from nurture.words import Remedy
from outbound.smtp.pool import Relay
from outbound.testing import LOST_AFTER_DOT, MemoryRelay
from tests.faults.cases import (
    DAY,
    HOUR,
    MINUTE,
    Book,
    Trial,
    doubled,
    enter,
    message_ids,
    remembered,
    states,
    ticks,
)
from tests.faults.dying import Died, MortalStore
from tests.faults.invariants import Evidence, left_alone, once
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import TUESDAY
from tests.outbound.rogue import MisbehavingServer, Misdeed, Then

BOOK = Book()
HELLO = "- send: hello"
NIGHT = TUESDAY - 5 * HOUR
"""Before the window: who enters now is planned, and due at nine."""


@dataclass(frozen=True, slots=True)
class Death:
    """A worker that died at one commit: what it left, what had been delivered, and what became of it."""

    left: str
    delivered: int
    end: str


async def die(trial: Trial, at: int, before: bool) -> Death | None:
    """One death and its recovery; None when the work was over before that commit."""
    url = trial.databases.fresh("sqlite")
    mortal = MortalStore(url, before=before)
    trial.stores.append(mortal)
    work = workshop(mortal, trial.folder())
    work.apply(files(HELLO))
    enter(work)
    mortal.at = mortal.commits + at
    try:
        await work.tick()
        return None
    except Died:
        pass
    work.shop.store = trial.again(url)
    left, delivered = states(work), len(work.relay.letters)
    await ticks(work)
    return Death(left, delivered, states(work) + doubled(work, remembered(work)))


DEATHS: list[Death] = []
"""Every death of a tick, played once: the cases that follow each look at some of them."""


async def die_everywhere(trial: Trial) -> list[Death]:
    """A death just before and just after every commit of a tick."""
    for at in range(1, 60) if not DEATHS else ():
        found = [await die(trial, at, before) for before in (True, False)]
        if found == [None, None]:
            break
        DEATHS.extend(death for death in found if death is not None)
    return DEATHS


def told(deaths: list[Death]) -> str:
    """How they ended, each end once."""
    return " or ".join(sorted({death.end for death in deaths})) or "no such moment"


@BOOK.fault(27, "dies while it takes in, decides or plans", "sent 3")
async def _planner(trial: Trial) -> str:
    early = ("nothing", "planned 3")
    return told([d for d in await die_everywhere(trial) if d.left in early and not d.delivered])


@BOOK.fault(24, "dies after the claim", "sent 3")
async def _claimed(trial: Trial) -> str:
    return told([d for d in await die_everywhere(trial) if d.left == "claimed 3"])


@BOOK.fault(25, "dies after `started`, before the body", "uncertain 3")
async def _started(trial: Trial) -> str:
    return told([d for d in await die_everywhere(trial) if d.left == "started 3" and not d.delivered])


@BOOK.fault(26, "dies after the 250, before its commit", "uncertain 3")
async def _said(trial: Trial) -> str:
    return told([d for d in await die_everywhere(trial) if d.left == "started 3" and d.delivered])


@BOOK.fault(
    26, "the operator settles what nobody knows", "uncertain 1; then sent 1, and the next step goes once"
)
async def _resolved(trial: Trial) -> str:
    work = trial.work()
    work.shop.relay = work.relay = MemoryRelay(lambda _: LOST_AFTER_DOT)
    work.apply(files("- send: hello\n- wait: 1 day\n- send: more"))
    enter(work, 1)
    await work.tick()
    first = states(work)
    with work.shop.store.begin() as tx:
        resolve(tx, 1, "sent", TUESDAY + MINUTE)
    then = states(work)
    work.shop.relay = work.relay = MemoryRelay()
    await ticks(work)
    again = f", and the next step goes {'once' if work.subjects() == ['More'] else work.subjects()}"
    return f"{first}; then {then}{again}"


@BOOK.fault(
    28,
    "the task is cancelled in the middle of a batch",
    "sent and recorded, the rest later: sent 80, uncertain 0",
)
async def _cancelled(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work, 80)
    reached = asyncio.Event()
    async with MisbehavingServer(Misdeed("dot", wait=0.002), on_taken=lambda _: reached.set()) as server:
        async with Relay(f"smtp://127.0.0.1:{server.port}?starttls=never", 2) as relay:
            work.shop.relay = relay
            running = asyncio.create_task(work.tick())
            await reached.wait()
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            await _quiet(work)
            await ticks(work)
        counts = Counter(row.state for row in work.rows())
        seen = f"sent {counts['sent']}, uncertain {counts['uncertain']}"
        return f"sent and recorded, the rest later: {seen}{doubled(work, message_ids(server))}"


async def _quiet(work: Workshop) -> None:
    """Until nothing is in hand: what was started is settled whatever became of its task."""
    for _ in range(200):
        await asyncio.sleep(0.02)
        if "started" not in states(work):
            return


@BOOK.fault(
    29, "a worker pauses past its lease, before it starts", "sent 3 by the other, 0 started by the late one"
)
async def _late_start(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work, now=NIGHT)
    await work.tick(NIGHT)
    batch = claim(work.shop, TUESDAY, 10)
    await work.tick(TUESDAY + HOUR)
    seen = states(work)
    with work.shop.store.begin() as tx:
        go = mark_started(tx, batch.claims, TUESDAY + HOUR)
    return f"{seen} by the other, {len(go)} started by the late one{doubled(work, remembered(work))}"


@BOOK.fault(
    29,
    "a worker pauses past its lease, after it started",
    "uncertain 3; its late 250 changes nothing: uncertain 3",
)
async def _late_end(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work, now=NIGHT)
    await work.tick(NIGHT)
    batch = claim(work.shop, TUESDAY, 10)
    letters, _ = compose(work.shop, TOUCHES, batch, batch.claims, TUESDAY)
    with work.shop.store.begin() as tx:
        mark_started(tx, batch.claims, TUESDAY)
    await work.tick(TUESDAY + HOUR)
    first = states(work)
    late = [
        Delivery(one.outbox_id, one.attempt, Remedy.TAKEN, TUESDAY + HOUR, 250, "taken") for one in letters
    ]
    settle(work.shop, late, TUESDAY + HOUR)
    await ticks(work)
    return f"{first}; its late 250 changes nothing: {states(work)}{doubled(work, remembered(work))}"


@BOOK.fault(29, "a worker freezes inside its transaction, on PostgreSQL", "sent 3", postgres=True)
async def _frozen(trial: Trial) -> str:
    work = trial.work("postgresql")
    work.apply(files(HELLO))
    ids = enter(work)
    usual, patience.FROZEN_SECONDS = patience.FROZEN_SECONDS, 1
    try:
        with contextlib.suppress(StoreGone), trial.again(work.shop.store.url).begin() as frozen:
            lock_leads(frozen, ids)
            async with asyncio.timeout(20):
                await work.tick()
                await work.tick(TUESDAY + MINUTE)
    finally:
        patience.FROZEN_SECONDS = usual
    return states(work) + doubled(work, remembered(work))


async def race(trial: Trial, dialect: str) -> str:
    """Four workers tick at once over one store."""
    url = trial.databases.fresh(dialect)
    first = trial.work(store=trial.again(url))
    first.apply(files(HELLO))
    enter(first, 40)
    others = [workshop(trial.again(url), trial.folder()) for _ in range(3)]
    for other in others:
        other.shop.relay = first.relay
    await asyncio.gather(*(work.tick() for work in (first, *others)))
    await ticks(first, (MINUTE, HOUR))
    return states(first) + doubled(first, remembered(first))


@BOOK.fault(30, "four workers tick at once on SQLite", "sent 40")
async def _race_sqlite(trial: Trial) -> str:
    return await race(trial, "sqlite")


@BOOK.fault(30, "four workers tick at once on PostgreSQL", "sent 40", postgres=True)
async def _race_postgres(trial: Trial) -> str:
    return await race(trial, "postgresql")


@BOOK.fault(31, "a run that never ends", "sent 3, uncertain 3: another worker went on by the leases alone")
async def _never_ends(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work)
    async with MisbehavingServer(Misdeed("dot", then=Then.SILENCE)) as server:
        url = f"smtp://127.0.0.1:{server.port}?starttls=never"
        async with Relay(url, 3) as stuck, Relay(url, 2) as relay:
            work.shop.relay = stuck
            running = asyncio.create_task(work.tick())
            while server.misdone < 3:
                await asyncio.sleep(0.01)
            other = workshop(trial.again(work.shop.store.url), trial.folder())
            other.numbers = work.numbers
            other.shop.relay = relay
            for n in range(4, 7):
                other.happens(other.lead(f"lead{n}"), "form.submitted", TUESDAY + HOUR)
            server.heal()
            await other.tick(TUESDAY + HOUR)
            seen = states(other) + doubled(other, message_ids(server))
            await server.close()  # else the first one waits for its answer for ten minutes
            await running
            seen += doubled(other, message_ids(server))
    return f"{seen}: another worker went on by the leases alone"


@BOOK.fault(37, "the clock leaps an hour between claim and start", "0 started; then sent 3")
async def _leap(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work, now=NIGHT)
    await work.tick(NIGHT)
    batch = claim(work.shop, TUESDAY, 10)
    with work.shop.store.begin() as tx:
        go = mark_started(tx, batch.claims, TUESDAY + HOUR)
    await ticks(work)
    return f"{len(go)} started; then {states(work)}{doubled(work, remembered(work))}"


@BOOK.fault(37, "the clock falls back an hour between two ticks", "sent 3; then sent 3")
async def _back(trial: Trial) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work)
    await work.tick(TUESDAY + HOUR)
    first = states(work)
    await ticks(work, (timedelta(), MINUTE, HOUR, DAY))
    return f"{first}; then {states(work)}{doubled(work, remembered(work))}"


@BOOK.fault(37, "a moved clock may not go back on one store", "refused")
async def _moved_back(trial: Trial) -> str:
    store = trial.store()
    store.write(see_moment, TUESDAY)
    try:
        store.write(see_moment, TUESDAY - DAY)
    except ClockError:
        return "refused"
    return "accepted"


@BOOK.fault(
    40,
    "ten hours without a relay",
    "planned 2; in the evening planned 2; next morning planned 2, sent 4, 2 to each",
)
async def _outage(trial: Trial) -> str:
    work = trial.work()
    work.apply(files("- send: hello\n- send: guide\n- send: more"))
    enter(work, 2)
    work.relay.away = "no route"
    for hour in range(8):
        await work.tick(TUESDAY + hour * HOUR)
    first = states(work)
    work.relay.away = None
    await work.tick(TUESDAY + 10 * HOUR)
    evening = states(work)
    await ticks(work, (22 * HOUR, 23 * HOUR, 24 * HOUR))
    most = max(Counter(one.recipient for one in work.relay.letters).values())
    seen = f"{first}; in the evening {evening}; next morning {states(work)}"
    return f"{seen}, {most} to each{doubled(work, remembered(work))}"


@BOOK.fault(
    41,
    "two sequences race for one slot of a cap",
    "one each day: sent 2, then sent 4; the higher priority first",
)
async def _one_slot(trial: Trial) -> str:
    work = trial.work()
    project = files("- send: hello", caps="1 per 1 day")
    other = (
        project["sequences/s.yaml"].replace("sequence: s", "sequence: t").replace("send: hello", "send: more")
    )
    project["sequences/t.yaml"] = other.replace("topic: guides", "topic: guides\npriority: 90")
    work.apply(project)
    enter(work, 2)
    await work.tick()
    first, subjects = states(work), set(work.subjects())
    await ticks(work, (DAY, DAY + HOUR))
    order = "the higher priority first" if subjects == {"More"} else f"first {subjects}"
    first = ", ".join(part for part in first.split(", ") if part.startswith("sent"))
    return f"one each day: {first}, then {states(work)}; {order}{doubled(work, remembered(work))}"


@BOOK.fault(42, "withdraws after the claim, before the start", "0 started; then skipped 1")
async def _between(trial: Trial) -> str:
    return await _leaves_after_claim(trial, lambda tx: withdraw_all(tx, 1, TUESDAY, "page"))


@BOOK.fault(42, "is suppressed after the claim, before the start", "0 started; then skipped 1")
async def _suppressed_between(trial: Trial) -> str:
    return await _leaves_after_claim(
        trial, lambda tx: suppress_address(tx, "lead1@leads.example", TUESDAY, "op")
    )


async def _leaves_after_claim(trial: Trial, leave: Callable[[Connection], object]) -> str:
    work = trial.work()
    work.apply(files(HELLO))
    enter(work, 1, now=NIGHT)
    await work.tick(NIGHT)
    batch = claim(work.shop, TUESDAY, 10)
    compose(work.shop, TOUCHES, batch, batch.claims, TUESDAY)
    with work.shop.store.begin() as tx:
        leave(tx)
    with work.shop.store.begin() as tx:
        go = mark_started(tx, batch.claims, TUESDAY)
    await ticks(work)
    seen = states(work).removesuffix(", suppressed 1")
    return f"{len(go)} started; then {seen}{doubled(work, remembered(work))}"


@dataclass
class Witness:
    """A desk as the real one, which also notes what stood in the outbox when each withdrawal committed."""

    work: Workshop
    left: list[dict[str, Any]] = field(default_factory=list)

    async def withdraw_all(self, address_id: int, outbox_id: int, source: str) -> int:
        return await in_thread(self._withdraw, address_id, source)

    def _withdraw(self, address_id: int, source: str) -> int:
        columns = (outbox.c.id, outbox.c.attempt, outbox.c.state)
        with self.work.shop.store.begin() as tx:
            changed = withdraw_all(tx, address_id, TUESDAY, source)
            rows = tx.execute(select(*columns).where(outbox.c.address_id == address_id)).all()
        self.left.append({"address_id": address_id, "rows": [tuple(row) for row in rows]})
        return changed


async def unsubscribing(trial: Trial, dialect: str) -> str:
    """Sixty leads press the button while a batch of 150 is in flight."""
    work = trial.work(dialect)
    work.apply(files(HELLO))
    enter(work, 150)
    witness, reached = Witness(work), asyncio.Event()
    app = make_app(witness, work.shop.links, company="Acme")
    slow = Misdeed("dot", wait=0.002)
    async with MisbehavingServer(slow, on_taken=lambda _: reached.set()) as server:
        async with Relay(f"smtp://127.0.0.1:{server.port}?starttls=never", 2) as relay:
            work.shop.relay = relay
            running = asyncio.create_task(work.tick())
            await reached.wait()
            leaving = [row for row in reversed(work.rows()) if row.address_id][:60]
            links = [work.shop.links.unsubscribe_url(row.address_id, row.id) for row in leaving]
            answers = await press(app, links)
            await running
            await ticks(work)
        waiting = sum(rows[0][2] in ("planned", "claimed") for one in witness.left if (rows := one["rows"]))
        evidence = Evidence(work.rows(), (), (), message_ids(server), witness.left)
        breaches = [*left_alone(evidence), *once(evidence)]
    seen = f"{answers.count(200)} pages answered, {'some' if waiting else 'none'} not started yet"
    return f"{seen}, {len(breaches)} started after the commit"


async def press(app: Any, links: list[str]) -> list[int]:
    """POST every link as a mail program does (RFC 8058); the status of each answer."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport) as program:
        said = [await program.post(link, data={"List-Unsubscribe": "One-Click"}) for link in links]
    return [one.status_code for one in said]


LEFT = "60 pages answered, some not started yet, 0 started after the commit"


@BOOK.fault(42, "sixty press unsubscribe while 150 are in flight, on SQLite", LEFT)
async def _unsubscribing_sqlite(trial: Trial) -> str:
    return await unsubscribing(trial, "sqlite")


@BOOK.fault(42, "sixty press unsubscribe while 150 are in flight, on PostgreSQL", LEFT, postgres=True)
async def _unsubscribing_postgres(trial: Trial) -> str:
    return await unsubscribing(trial, "postgresql")
