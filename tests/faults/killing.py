"""Kill -9 rounds: workers forked from a warm parent, killed at random moments, and a sink that remembers."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import struct
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from flows.work.handoffs.notify import hand_off
from flows.work.scoring.rescore import rescore
from flows.work.sending.advance import advance
from flows.work.shop.wire import Shop
from flows.work.signals.intake import intake
from leadstore.consents.grants import withdraw_all
from leadstore.consents.suppressions import suppress_address
from leadstore.database import patience
from leadstore.rows import address, outbox
from leadstore.store import Store, open_store
from outbound.relay import Timeouts
from outbound.smtp.pool import Relay
from tests.faults import invariants
from tests.faults.databases import Databases
from tests.faults.town import CAP, CAP_SPAN, LEADS, READY, JumpingClock, Warm, fill, open_town, wanted, warm
from tests.outbound.rogue import MisbehavingServer, Misdeed, TakenLetter, Then

PATIENCE = Timeouts(connect=5, command=5, data=5, block=5, dot=5, quit=0.2, letter=10)
HUNG = 90.0
"""Seconds after which a worker that does not end is a breach."""

LATER = (timedelta(minutes=20), timedelta(hours=2), timedelta(days=1), timedelta(days=1), timedelta(days=2))
DONE = ("signals", "enrolled", "due", "sent", "uncertain", "skipped", "stopped", "completed", "mails")
"""Counts that say that a pass did something."""

LIMITS = (None, None, 5, 12)
"""Leads that a worker takes at a time: few, so that several share the work, or all that are due."""

MOODS: tuple[tuple[Misdeed, ...], ...] = (
    (),
    (Misdeed("dot", wait=0.01),),
    (Misdeed("rcpt", say="451 4.7.1 greylisted", times=6, after=5),),
    (Misdeed("dot", then=Then.HANG_UP, keep=True, times=2, after=10),),
    (Misdeed("data", then=Then.RESET, times=2, after=3), Misdeed("dot", wait=0.005)),
    (Misdeed("dot", say="550 5.7.1 not today", times=2, after=4),),
    (Misdeed("mail", say="421 4.3.2 restarting", then=Then.HANG_UP, times=2, after=8),),
)


@dataclass(slots=True)
class Round:
    """One round: what was done, what it met, and what it broke."""

    seed: int
    workers: int
    manner: str
    breaches: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)  # states of the outbox at the kill
    states: Counter[str] = field(default_factory=Counter)  # at the end
    left: int = 0
    kills: int = 0  # workers that were alive when they were killed, or paused
    errors: Counter[str] = field(default_factory=Counter)  # what ended workers that were not killed
    seconds: float = 0.0


class Killing:
    """Rounds on one kind of database."""

    def __init__(self, databases: Databases, dialect: str) -> None:
        self.databases, self.dialect = databases, dialect
        self.clock = JumpingClock()
        patience.FROZEN_SECONDS, patience.LOCK_SECONDS = (
            3,
            1,
        )  # a worker that is stopped inside a transaction loses it
        self.span = 1.0  # how long a worker takes that nobody kills, learnt from round to round
        template = open_store(databases.fresh(dialect, fill, "town"))
        self.warm: Warm = warm(template, databases.folder_for("project"))
        template.close()

    def run(self, count: int, seed: int, told: Callable[[Round], None] = lambda one: None) -> list[Round]:
        """Rounds until that many met a worker alive; a seed draws the same rounds, not the same moments."""
        rounds: list[Round] = []
        while sum(one.kills > 0 for one in rounds) < count and len(rounds) < 3 * count + 10:
            rounds.append(self.round(seed + len(rounds)))
            told(rounds[-1])
        return rounds

    def round(self, seed: int) -> Round:
        """One round, from a fresh store to its verdict."""
        began = time.monotonic()
        draw = random.Random(seed)
        manner = draw.choice(("kill one", "kill one", "kill all", "pause past the lease", "kill twice"))
        done = Round(seed, draw.choice((1, 1, 2, 3)), manner)
        self.clock.reset()
        url = self.databases.fresh(self.dialect, fill, "town")
        scene = _Scene(self, url, self.databases.folder_for("round"), draw, done)
        try:
            scene.play()
            done.breaches += scene.judge()
        finally:
            scene.clear()
            self.databases.drop(url)
        done.seconds = time.monotonic() - began
        return done


class _Scene:
    """The processes of one round."""

    def __init__(self, killing: Killing, url: str, folder: Path, draw: random.Random, done: Round) -> None:
        self.killing, self.url, self.folder, self.draw, self.done = killing, url, folder, draw, done
        self.sink_log, self.left_log = folder / "received", folder / "left"
        self.errors = folder / "errors"
        self.alive: dict[int, str] = {}
        self.port = 0

    def play(self) -> None:
        """Work, die, recover, and come to an end."""
        reader, writer = os.pipe()
        mood = self.draw.choice(MOODS)
        self._fork("sink", lambda: sink(writer, self.sink_log, mood))
        self.port = struct.unpack("i", os.read(reader, 4))[0]
        os.close(reader)
        os.close(writer)
        crew = [self._worker(f"w{n}") for n in range(self.done.workers)]
        leaver = self._fork("leaver", lambda: self._leave(self.draw.random()))
        self._await_moment(crew[0])
        self._strike(crew)
        for pid in [*crew, leaver]:
            self._wait(pid)
        self._wait(self._fork("drain", self._drain))
        for one in invariants.read_lines(self.folder / "took"):
            self.killing.span = 0.8 * self.killing.span + 0.2 * one["seconds"]

    def _await_moment(self, victim: int) -> None:
        """Half the moments are drawn from a worker's time, the others from its deliveries."""
        until = time.monotonic() + self.draw.uniform(0.02, 0.95) * self.killing.span
        if self.draw.random() < 0.5:
            time.sleep(max(0.0, until - time.monotonic()))
            return
        wanted_lines = self.draw.randint(1, 60)
        while time.monotonic() < until + 2 * self.killing.span and self._is_alive(victim):
            if self.sink_log.exists() and self.sink_log.read_bytes().count(b"\n") >= wanted_lines:
                return
            time.sleep(0.0005)

    def _is_alive(self, pid: int) -> bool:
        if pid in self.alive and os.waitpid(pid, os.WNOHANG)[0]:
            del self.alive[pid]
        return pid in self.alive

    def _strike(self, crew: list[int]) -> None:
        manner, victim = self.done.manner, crew[0]
        if manner == "pause past the lease":
            if not self._is_alive(victim):
                return
            self._pause(victim)
            self.done.kills += 1
            self._meet()
            self.killing.clock.jump(timedelta(minutes=20))
            self._wait(self._worker("other"))
            os.kill(victim, signal.SIGCONT)
            return
        self._kill(victim)
        for pid in crew[1:] if manner == "kill all" else ():
            self._kill(pid)
        self._meet()
        self.killing.clock.jump(timedelta(minutes=20))
        if manner == "kill twice":
            second = self._worker("second")
            time.sleep(self.draw.uniform(0.02, 0.6) * self.killing.span)
            self._kill(second)
            self.killing.clock.jump(timedelta(minutes=20))

    def _pause(self, victim: int) -> None:
        """Stop it where it stands; on SQLite outside a transaction, for its one writer's lock stops all."""
        for _ in range(200):
            os.kill(victim, signal.SIGSTOP)
            if self.killing.dialect != "sqlite" or _is_free(self.url):
                return
            os.kill(victim, signal.SIGCONT)
            time.sleep(0.002)

    def _meet(self) -> None:
        """What the outbox held at the moment of the kill."""
        store = open_store(self.url)
        with store.read() as tx:
            found = tx.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)).all()
        store.close()
        self.done.met.update({str(row[0]): int(row[1]) for row in found})

    def judge(self) -> Iterator[str]:
        """Every breach of I1 to I7."""
        store = open_store(self.url)
        evidence = invariants.gather(store, self.sink_log, self.left_log)
        store.close()
        self.done.states = Counter(row.state for row in evidence.rows)
        self.done.left = len(evidence.left)
        self.done.errors.update(one["error"] for one in invariants.read_lines(self.errors))
        gone = {one["lead_id"] for one in evidence.left}
        stay = [n for n in range(READY + 1, LEADS + 1) if n not in gone]
        yield from invariants.once(evidence)
        yield from invariants.settled(evidence)
        yield from invariants.left_alone(evidence)
        yield from invariants.capped(evidence, CAP, CAP_SPAN)
        yield from invariants.handed_once(evidence)
        yield from invariants.complete(evidence, wanted(stay))
        if len(evidence.handoffs) != READY:
            yield f"I5: {len(evidence.handoffs)} handoffs for {READY} mature leads"
        for one in invariants.read_lines(self.folder / "verdict"):
            yield from one["breaches"]
        if not (self.folder / "verdict").exists():
            yield "the drain did not come to its end"

    def clear(self) -> None:
        """End what this round started."""
        for pid in list(self.alive):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            del self.alive[pid]

    def _fork(self, name: str, work: Callable[[], None]) -> int:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            code = 1
            try:
                work()
                code = 0
            except BaseException as error:
                _append(self.errors, {"error": f"{name.rstrip('0123456789')}: {type(error).__name__}"})
                with (self.folder / "traces").open("a", encoding="utf-8") as file:
                    traceback.print_exc(file=file)
            finally:
                os._exit(code)
        self.alive[pid] = name
        return pid

    def _worker(self, name: str) -> int:
        limit = self.draw.choice(LIMITS)
        return self._fork(name, lambda: asyncio.run(self._work(name, limit)))

    def _kill(self, pid: int) -> None:
        if not self._is_alive(pid):
            return
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        del self.alive[pid]
        self.done.kills += 1

    def _wait(self, pid: int) -> None:
        until = time.monotonic() + HUNG
        while self._is_alive(pid) and time.monotonic() < until:
            time.sleep(0.002)
        if pid in self.alive:
            self.done.breaches.append(f"{self.alive[pid]} did not end in {HUNG:.0f} seconds")

    async def _work(self, name: str, limit: int | None) -> None:
        began = time.monotonic()
        async with self._shop(name) as shop:
            while await pass_once(shop, limit):
                pass
        _append(self.folder / "took", {"seconds": time.monotonic() - began})

    def _shop(self, name: str) -> _Opened:
        return _Opened(self.killing.warm, self.url, self.port, self.killing.clock, name)

    def _leave(self, seed: float) -> None:
        """Some leads withdraw and some are suppressed, while the workers work."""
        draw = random.Random(seed)
        store = open_store(self.url)
        leaving = draw.sample(range(READY + 1, LEADS + 1), 8)
        for number, lead_id in enumerate(leaving):
            time.sleep(draw.uniform(0, self.killing.span / 6))
            with store.begin() as tx:
                found = tx.execute(select(address).where(address.c.lead_id == lead_id)).one()
                now = self.killing.clock.now()
                if number % 3:
                    withdraw_all(tx, found.id, now, "round")
                else:
                    suppress_address(tx, found.address, now, "round")
                columns = (outbox.c.id, outbox.c.attempt, outbox.c.state)
                rows = tx.execute(select(*columns).where(outbox.c.address_id == found.id)).all()
                held = [[r.id, r.attempt, r.state] for r in rows]
            # What the transaction saw under the lead's lock is what stood at its commit.
            _append(self.left_log, {"lead_id": lead_id, "address_id": found.id, "rows": held})
        store.close()

    def _drain(self) -> None:
        """Let days pass until all has ended, then run once more to see that it changes nothing (I6)."""
        breaches = asyncio.run(self._drained())
        _append(self.folder / "verdict", {"breaches": breaches})

    async def _drained(self) -> list[str]:
        async with self._shop("drain") as shop:
            for span in LATER:
                while await pass_once(shop):
                    pass
                self.killing.clock.jump(span)
            while await pass_once(shop):
                pass
            before, size = _outbox(shop.store), self.sink_log.stat().st_size
            await pass_once(shop)
            after = _outbox(shop.store)
        same = before == after and size == self.sink_log.stat().st_size
        return [] if same else ["I6: a tick with nothing due changed something"]


class _Opened:
    """A worker's shop with its store and relay, closed at the end."""

    def __init__(self, warmed: Warm, url: str, port: int, clock: JumpingClock, name: str) -> None:
        self.store = open_store(url)
        self.relay = Relay(f"smtp://127.0.0.1:{port}?starttls=never", 3, timeouts=PATIENCE)
        self.shop = open_town(warmed, self.store, self.relay, clock, name)

    async def __aenter__(self) -> Shop:
        return self.shop

    async def __aexit__(self, *_: object) -> None:
        await self.relay.close()
        self.store.close()


async def pass_once(shop: Shop, limit: int | None = None) -> bool:
    """One pass of everything the engine does, `limit` leads at most; whether anything was done."""
    now = shop.clock(datetime.now(UTC))
    found: list[Mapping[str, Any]] = [await rescore(shop, now), await intake(shop, now)]
    found += [await advance(shop, now, limit), await hand_off(shop, now)]
    return any(one.get(name, 0) for one in found for name in DONE)


def sink(ready: int, log: Path, mood: tuple[Misdeed, ...]) -> None:
    """The sink: records every Message-ID it takes, before it says so; tells its port through a pipe."""

    def record(taken: TakenLetter) -> None:
        _append(log, {"message_id": taken.message_id, "recipient": taken.recipient})

    log.touch()

    async def serve() -> None:
        async with MisbehavingServer(*mood, on_taken=record) as server:
            os.write(ready, struct.pack("i", server.port))
            await asyncio.Event().wait()

    asyncio.run(serve())


def _is_free(url: str) -> bool:
    """Whether nobody writes to this SQLite store at the moment."""
    with closing(sqlite3.connect(str(make_url(url).database), timeout=0.05, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        other.execute("ROLLBACK")
        return True


def _append(path: Path, value: dict[str, Any]) -> None:
    """One line in one write, so that a kill never leaves half of one before another."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(handle, json.dumps(value).encode() + b"\n")
    os.close(handle)


def _outbox(store: Store) -> list[tuple[Any, ...]]:
    with store.read() as tx:
        columns = (outbox.c.id, outbox.c.state, outbox.c.attempt, outbox.c.due_at, outbox.c.slot_at)
        return [tuple(row) for row in tx.execute(select(*columns).order_by(outbox.c.id))]
