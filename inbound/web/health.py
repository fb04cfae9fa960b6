"""Health checks: /live, /ready and /health, answered in plain words, in bounded time, without data of leads.

/live: this process answers. /ready: its database answers too, with a schema that this version works on; a
proxy should ask this one. /health: the engine works as well: the relay takes letters, and what is due is
processed. It is for alerts and not for a proxy, since the pages work without it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leadstore.vitals import Vitals
from nurture.deciding.routes import WHY

Look = Callable[[], Vitals]
"""Reads the state of the store; it may raise anything, and it may never return."""

SECONDS = 3.0
"""How long a look may take before the database counts as away."""
FRESH = 1.0
"""Seconds for which a look serves all who ask: many requests cost one look a second."""
STALE = timedelta(minutes=30)
"""How long something may be due with nothing looking at it."""

AWAY = "the database cannot be reached"


@dataclass(frozen=True, slots=True)
class HealthAnswer:
    """What an answer is made of: facts by name, and what is wrong, in words."""

    facts: dict[str, Any]
    wrong: Sequence[str] = ()

    def answer(self) -> Response:
        """503 as soon as one thing is wrong."""
        status = {"status": "bad" if self.wrong else "ok"}
        said = {"wrong": list(self.wrong)} if self.wrong else {}
        return JSONResponse({**status, **said, **self.facts}, 503 if self.wrong else 200)


def health_routes(look: Look | None) -> list[Route]:
    """The three addresses; without `look`, a process answers for itself alone."""
    sight = None if look is None else Sight(look)

    async def live(request: Request) -> Response:
        return HealthAnswer({}).answer()

    async def ready(request: Request) -> Response:
        return (readiness(await sight.vitals()) if sight else HealthAnswer({})).answer()

    async def health(request: Request) -> Response:
        return (soundness(await sight.vitals(), datetime.now(UTC)) if sight else HealthAnswer({})).answer()

    found = {"/live": live, "/ready": ready, "/health": health}
    return [Route(path, answer, methods=["GET"]) for path, answer in found.items()]


class Sight:
    """Reads the state of the store for all requests: one read at a time, waited for at most SECONDS.

    It reads in a thread of its own. A database that hangs blocks this thread, but neither the threads that
    the pages need nor the end of the process.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._going: asyncio.Future[Vitals | None] | None = None
        self._seen: Vitals | None = None
        self._seen_at = -FRESH

    async def vitals(self) -> Vitals | None:
        """What was seen within the last second or is seen now; None if the database is away."""
        if time.monotonic() - self._seen_at < FRESH:
            return self._seen
        if self._going is None or self._going.done():
            self._going = asyncio.get_running_loop().create_future()
            Thread(target=self._see, args=(self._going,), name="health", daemon=True).start()
        try:
            self._seen = await asyncio.wait_for(asyncio.shield(self._going), SECONDS)
        except TimeoutError:
            self._seen = None
        self._seen_at = time.monotonic()
        return self._seen

    def _see(self, going: asyncio.Future[Vitals | None]) -> None:
        try:
            seen = self._look()
        except Exception:  # whatever it was: there is no store to be seen, and the answer says so
            seen = None
        with contextlib.suppress(RuntimeError):  # the loop may be gone by now
            going.get_loop().call_soon_threadsafe(going.set_result, seen)


def readiness(vitals: Vitals | None) -> HealthAnswer:
    """Whether the database answers, at a schema that this version works on."""
    if vitals is None:
        return HealthAnswer({"database": "away", "schema": None}, [AWAY])
    schema = vitals.schema
    facts = {"database": "reachable", "schema": schema.held}
    if schema.fits:
        return HealthAnswer(facts)
    if schema.ahead:
        wrong = f"the schema {schema.held} is newer than this version of Nurture works on: upgrade it"
    else:
        wrong = f"the schema is {schema.held or 'not there'} and should be {schema.newest}: `nurture migrate`"
    return HealthAnswer(facts, [wrong])


def soundness(vitals: Vitals | None, now: datetime) -> HealthAnswer:
    """Whether the engine works: ready, with a relay that takes letters, and nothing due for too long."""
    ready = readiness(vitals)
    if vitals is None or ready.wrong:
        return ready
    relay, due, ticked = vitals.relay, vitals.due_since, vitals.ticked_at
    waited = None if due is None else now - due
    facts = {
        **ready.facts,
        "relay": "open" if relay is None else "closed" if relay.closed(now) else "troubled",
        "relay_closed_until": _iso(relay.closed_until) if relay else None,
        "last_tick": _iso(ticked),
        "oldest_due_seconds": None if waited is None else int(waited.total_seconds()),
    }
    wrong = []
    if relay is not None and relay.cause is not None and (relay.closed(now) or due is not None):
        until = f"is left alone until {_iso(relay.closed_until)}"
        state = until if relay.closed(now) else "has taken no letter since it was left alone"
        wrong.append(f"the relay {state}: {WHY[relay.cause]} (`nurture outbox routes`)")
    if waited is not None and waited > STALE and (ticked is None or now - ticked > STALE):
        since = f"the last tick was at {_iso(ticked)}" if ticked else "nothing has ever ticked"
        wrong.append(f"{since}, and something is due: does the clock run?")
    return HealthAnswer(facts, wrong)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
