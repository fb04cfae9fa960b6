"""Routes: the relay and the recipients' domains behind it, what each last answered, and when it is closed.

A route that answers badly is closed for a while, longer each time. Then a few letters try it, and the first
that is taken opens it again. Meanwhile its touches wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from nurture.project.pace import Breaker
from nurture.words import Closing

RELAY = "relay"
"""The route that every letter takes; all others are named by a recipient's domain."""

PAUSES: Mapping[Closing, tuple[timedelta, ...]] = {
    Closing.SLOW: tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240)),
    Closing.STOPPED: tuple(timedelta(minutes=m) for m in (15, 60, 240, 720)),
    Closing.BREAKER: tuple(timedelta(minutes=m) for m in (30, 120, 480, 1440)),
    Closing.OPERATOR: (timedelta(days=3650),),
}
"""How long a route is closed, for the first, second, ... time in a row; the last repeats."""

WHY: Mapping[Closing, str] = {
    Closing.SLOW: "it does not answer, or asks us to come later",
    Closing.STOPPED: "it does not accept our login, SPF, DKIM or DMARC",
    Closing.BREAKER: "it refused too many letters",
    Closing.OPERATOR: "it was closed by hand",
}
"""Why a route is closed, for people."""

PROBE_WAIT = timedelta(minutes=2)
"""How long the others wait for the answer to the letters that try a route."""

SLOWEST = 60.0
"""The longest learned time between two letters of a route, in seconds."""

UNFELT = 0.02
"""A learned time between two letters that is shorter, in seconds, is forgotten."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a store remembers of one route."""

    name: str
    next_at: datetime | None = None  # the next letter's turn, when a rate binds
    queue_at: datetime | None = None  # the turn of the last that was put off
    day: date | None = None  # the day of the warm-up that `used` counts
    used: int = 0
    closed_until: datetime | None = None
    closings: int = 0  # in a row, without a letter taken in between
    probing: bool = False  # a few letters try it, and `closed_until` waits for their answer
    cause: Closing | None = None
    code: int | None = None  # what it said when it was closed
    reply: str = ""
    since: datetime | None = None  # when the breaker's count began
    taken: int = 0
    refused: int = 0
    pace: float | None = None  # seconds between two letters, learned when it said that we are too fast
    paced_at: datetime | None = None

    def closed(self, now: datetime) -> bool:
        """Whether nothing may take it now."""
        return self.closed_until is not None and self.closed_until > now

    @property
    def troubled(self) -> bool:
        """Whether it was closed, and has taken no letter since."""
        return self.closings > 0

    def pace_at(self, now: datetime) -> float:
        """The learned seconds between two letters; they halve every hour, and are 0 below UNFELT."""
        if self.pace is None or self.paced_at is None:
            return 0.0
        hours = max((now - self.paced_at).total_seconds(), 0.0) / 3600
        left = self.pace * 0.5**hours
        return left if left >= UNFELT else 0.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What a route has answered since it was last written."""

    taken: int = 0
    refused: int = 0
    closing: Closing | None = None  # it must be closed, and why
    code: int | None = None
    reply: str = ""
    pace: float | None = None  # seconds between two letters as they were just sent, if that was too fast


def after_all(
    routes: Mapping[str, Route], heard: Mapping[str, Heard], breaker: Breaker, now: datetime
) -> dict[str, Route]:
    """Each of these routes once it has answered; refusals that close a domain do not count for the relay."""
    left, found = dict(heard), {}
    for name in sorted(heard, key=lambda one: one == RELAY):  # the relay last
        found[name] = after(routes[name], left[name], breaker, now)
        if RELAY in left and name != RELAY and found[name].cause is Closing.BREAKER:
            # All refusals that closed it; once it is closed, those of letters that were under way.
            shut = routes[name].troubled
            mine = heard[name] if shut else _count(routes[name], heard[name], breaker, now)
            left[RELAY] = _without(left[RELAY], mine)
    return found


def _without(relay: Heard, domain: Heard | Route) -> Heard:
    return replace(relay, taken=relay.taken - domain.taken, refused=relay.refused - domain.refused)


def after(route: Route, heard: Heard, breaker: Breaker, now: datetime) -> Route:
    """The route once it has answered."""
    counted = _count(route, heard, breaker, now)
    if heard.closing is not None:
        return _shut(counted, heard.closing, heard, now)
    if counted.troubled:
        return _tried(counted, heard, now)
    if breaker.trips(counted.taken, counted.refused, domain=route.name != RELAY):
        return _shut(counted, Closing.BREAKER, heard, now)
    return counted


def reopen(route: Route) -> Route:
    """Open it by hand: the breaker starts counting again."""
    return Route(route.name, route.next_at, None, route.day, route.used)


def close(route: Route, until: datetime | None, now: datetime) -> Route:
    """Close it by hand, until then or until it is opened."""
    end = until or now + PAUSES[Closing.OPERATOR][0]
    return replace(
        route, closed_until=end, closings=1, probing=False, cause=Closing.OPERATOR, code=None, reply=""
    )


def _count(route: Route, heard: Heard, breaker: Breaker, now: datetime) -> Route:
    fresh = route.since is None or now - route.since > breaker.within
    return replace(
        route,
        since=now if fresh else route.since,
        taken=max(heard.taken + (0 if fresh else route.taken), 0),
        refused=max(heard.refused + (0 if fresh else route.refused), 0),
    )


def _shut(route: Route, cause: Closing, heard: Heard, now: datetime) -> Route:
    """Close it, once for all letters that were under way: they all report the same."""
    if route.closed(now) and not route.probing:
        return route
    pauses = PAUSES[cause]
    pace, learned = _slower(route, heard)
    return replace(
        route,
        closed_until=now + pauses[min(route.closings, len(pauses) - 1)],
        closings=route.closings + 1,
        probing=False,
        cause=cause,
        code=heard.code,
        reply=heard.reply,
        since=None,
        taken=0,
        refused=0,
        pace=pace,
        paced_at=now if learned else route.paced_at,
    )


def _slower(route: Route, heard: Heard) -> tuple[float | None, bool]:
    """Half as fast as letters were just sent; unchanged when no pace was measured."""
    if heard.pace is None:
        return route.pace, False
    return min(2 * heard.pace, SLOWEST), True


def _tried(route: Route, heard: Heard, now: datetime) -> Route:
    """A letter that is taken opens it again, unless it was on its way before the route was closed."""
    if route.closed(now) and not route.probing:
        return route
    if heard.taken:
        return replace(route, closed_until=None, closings=0, probing=False, cause=None, code=None, reply="")
    if heard.refused and route.cause is Closing.BREAKER:
        return _shut(route, Closing.BREAKER, heard, now)
    return route
