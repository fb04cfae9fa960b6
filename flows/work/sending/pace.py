"""Keeps to the pace of the relay and of recipients' domains: gives a batch its turns, hears the answers."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from leadstore.database.transaction import Transaction
from leadstore.outbox.routes import lock_routes, read_routes, troubled_routes, write_routes
from nurture.deciding.pace import Pacer
from nurture.deciding.routes import RELAY, Heard, Route, after_all
from nurture.project.book import Book
from nurture.values import Delivery
from nurture.words import Closing, OutboxKind, Reason, Remedy

log = logging.getLogger("nurture.pacing")

CLOSES: Mapping[Remedy, Closing] = {
    Remedy.SLOW_RELAY: Closing.SLOW,
    Remedy.SLOW_DOMAIN: Closing.SLOW,
    Remedy.STOP_SENDER: Closing.STOPPED,
}
"""Answers that are not about one letter: they close a route, and no lead pays for them."""

REFUSALS = frozenset({Remedy.SUPPRESS, Remedy.FAIL})
WRITE_AT, WRITE_AFTER = 1000, 60.0
"""Letters taken, or seconds, after which a healthy relay's count is written all the same."""
GOING = 421
"""Service not available, closing (RFC 5321 4.2.3)."""
PAUSE = timedelta(seconds=5)
"""A route that took nothing for so long was not sent to as fast as it goes."""
BURST = 10
"""Letters from which on a pace can be told."""
MOST = 5000
"""Domains counted at once; a batch to more of them begins anew."""


@dataclass(slots=True)
class _Count:
    since: datetime
    taken: int = 0
    burst_since: datetime | None = None
    burst: int = 0
    last: datetime | None = None

    def add(self, taken: int, now: datetime) -> None:
        """Count; a pause begins another burst, since a pace is not how little there was to send."""
        if self.last is None or self.burst_since is None or now - self.last > PAUSE:
            self.burst_since, self.burst = now, 0
        self.taken += taken
        self.burst += taken
        self.last = now

    def pace(self, now: datetime) -> float | None:
        """Seconds between two letters of this burst; None while it is too short to tell."""
        if self.burst_since is None or self.burst < BURST or now - (self.last or now) > PAUSE:
            return None
        return (now - self.burst_since).total_seconds() / self.burst or None


class Meter:
    """Letters taken by each route since they were last written: a healthy route costs no write a group."""

    def __init__(self) -> None:
        self._lock = Lock()  # two lanes settle in two threads
        self._counts: dict[str, _Count] = {}

    def add(self, taken: Mapping[str, int], now: datetime) -> bool:
        """Count; says whether it is time to write the relay's count."""
        with self._lock:
            if len(self._counts) > MOST:
                self._counts = {RELAY: self._counts.get(RELAY, _Count(now))}
            for name, count in taken.items():
                self._counts.setdefault(name, _Count(now)).add(count, now)
            relay = self._counts.get(RELAY)
            return relay is not None and (
                relay.taken >= WRITE_AT or (now - relay.since).total_seconds() >= WRITE_AFTER
            )

    def names(self) -> set[str]:
        """The routes with letters that are not written yet."""
        with self._lock:
            return {name for name, count in self._counts.items() if count.taken}

    def take(self, name: str, now: datetime, within: timedelta) -> tuple[int, float | None]:
        """Hand over a route's count of the last while, and the seconds between two letters as they go now."""
        with self._lock:
            found = self._counts.get(name)
            if found is None:
                return 0, None
            spent, taken, pace = now - found.since, found.taken, found.pace(now)
            found.since, found.taken = now, 0
        share = min(within / spent, 1.0) if spent else 1.0
        return round(taken * share), pace


def pacer_for(tx: Transaction, book: Book, domains: Collection[str], now: datetime) -> Pacer:
    """The turns of a batch to these domains; rows are locked only where turns are counted, or probes sent."""
    sending = book.policy.sending
    routes = read_routes(tx, {RELAY, *domains})
    counted = {one for one in domains if sending.rate_to(one) is not None}
    if sending.rate is not None or sending.warm_up is not None:
        counted.add(RELAY)
    counted.update(name for name, one in routes.items() if one.troubled or one.pace_at(now))
    if counted:
        routes = {**routes, **lock_routes(tx, counted)}
    return Pacer(now, sending, routes if counted else {}, book.policy.zone)


def keep_turns(tx: Transaction, pacer: Pacer) -> None:
    """Remember the turns that were given, so that other workers and the next batch come after them."""
    write_routes(tx, pacer.changed.values())


def route_of(delivery: Delivery) -> str:
    """The route whose answer it was."""
    return delivery.domain if delivery.remedy is Remedy.SLOW_DOMAIN and delivery.domain else RELAY


def closed_by(delivery: Delivery) -> Reason:
    """Why a letter waits that was sent back without being at fault."""
    return Reason.RELAY_CLOSED if route_of(delivery) == RELAY else Reason.DOMAIN_CLOSED


def is_closing(delivery: Delivery) -> bool:
    """Whether the answer is about a route, and not about the letter."""
    return delivery.remedy in CLOSES


def shut_routes(tx: Transaction, now: datetime) -> dict[str, datetime]:
    """The routes that nothing may take now, and until when. Letters that try a route are on their way."""
    return _shut(troubled_routes(tx), now)


def shut_to(tx: Transaction, kind: OutboxKind, now: datetime) -> Collection[str]:
    """Routes that letters of this kind must not take now: calls take none, sellers' mails only the relay."""
    if kind is OutboxKind.WEBHOOK:
        return ()
    shut = shut_routes(tx, now)
    return shut if kind is OutboxKind.TOUCH else shut.keys() & {RELAY}


def hear(
    meter: Meter,
    tx: Transaction,
    book: Book,
    deliveries: Sequence[Delivery],
    now: datetime,
    *,
    write: bool = False,
) -> dict[str, datetime]:
    """Take down what the routes answered; returns those that are closed now, and until when.

    The caller holds the leads' locks. Only what closes, refuses, or takes a letter after trouble is written
    at once; `write` writes the counts of the relay, and of domains that have refused something, besides.
    """
    taken = Counter(name for d in deliveries if d.remedy is Remedy.TAKEN for name in (RELAY, d.domain))
    refused = Counter(name for d in deliveries if d.remedy in REFUSALS for name in (RELAY, d.domain))
    closing = _closings(deliveries, taken)
    troubled = troubled_routes(tx)
    full = meter.add(taken, now) or write
    names = {*refused, *closing, *(troubled.keys() & taken.keys()), *([RELAY] if full else ())} - {""}
    names |= {n for n, one in read_routes(tx, meter.names()).items() if one.since} if write else set()
    if not names:
        return _shut(troubled, now)
    breaker = book.policy.sending.breaker
    known = lock_routes(tx, names)
    heard = {n: _heard(refused[n], closing.get(n), *meter.take(n, now, breaker.within)) for n in names}
    fresh = after_all(known, heard, breaker, now)
    write_routes(tx, fresh.values())
    _tell(known, fresh)
    return _shut({**troubled, **fresh}, now)


def _closings(deliveries: Sequence[Delivery], taken: Mapping[str, int]) -> dict[str, Delivery]:
    """Answers that close their routes: more than one letter's, where other letters were taken beside it.

    A letter that meets such an answer alone would else close the relay for everybody, whenever it is tried.
    """
    found: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        if is_closing(delivery):
            found[route_of(delivery)].append(delivery)
    return {name: those[0] for name, those in found.items() if len(those) > 1 or not taken.get(name)}


def _heard(refused: int, closing: Delivery | None, taken: int, pace: float | None) -> Heard:
    if closing is None:
        return Heard(taken, refused)
    felt = pace if _too_fast(closing) else None
    return Heard(taken, refused, CLOSES[closing.remedy], closing.code, closing.reply, felt)


def _too_fast(answer: Delivery) -> bool:
    """Whether it says that we are too fast; a relay that is away or shutting down does not."""
    if answer.remedy is Remedy.SLOW_DOMAIN:
        return True
    return answer.remedy is Remedy.SLOW_RELAY and answer.code not in (None, GOING)


def _shut(routes: Mapping[str, Route], now: datetime) -> dict[str, datetime]:
    return {
        name: one.closed_until
        for name, one in routes.items()
        if one.closed_until is not None and one.closed(now) and not one.probing
    }


def _tell(before: Mapping[str, Route], fresh: Mapping[str, Route]) -> None:
    """A route that closes or opens is worth a line; a domain may say who somebody is, so it is not named."""
    for name, route in fresh.items():
        what = "the relay" if name == RELAY else "a recipient's domain"
        if route.closings > before[name].closings and route.cause is not None:
            log.warning(
                "%s is closed until %s (%s); `nurture outbox routes` tells more",
                what,
                f"{route.closed_until:%Y-%m-%d %H:%M} UTC",
                route.cause.value,
            )
        elif before[name].troubled and not route.troubled:
            log.warning("%s takes letters again", what)
