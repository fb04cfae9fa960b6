"""Gives each touch its turn (row 9 of the gate); a touch that cannot leave within a minute is put off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nurture.deciding.routes import PROBE_WAIT, RELAY, Route
from nurture.project.pace import Sending
from nurture.timing import Turn, local_day, local_instant
from nurture.words import Reason

HORIZON = timedelta(minutes=1)
"""A turn that comes later is not waited for: a tick is short, and the lead is claimed again when it comes."""

LONGEST_QUEUE = timedelta(hours=1)
"""A touch that was put off is looked at again by then: the rate may have changed, or the queue be empty."""

PROBES = 5
"""Letters that try a route which was closed."""

NOTHING: Mapping[str, Route] = {}
FREE = Sending()


class Pacer:
    """Hands out turns for one batch of leads; `changed` is what must be remembered of the routes.

    It lives in the transaction that claims, which holds the routes' rows: several workers share each rate.
    """

    def __init__(
        self,
        now: datetime,
        sending: Sending = FREE,
        routes: Mapping[str, Route] = NOTHING,
        zone: str = "UTC",
    ) -> None:
        self.now, self.sending = now, sending
        self.changed: dict[str, Route] = {}
        self._routes = dict(routes)
        self._probes: dict[str, int] = {}
        self._zone = ZoneInfo(zone)
        self._free = not (routes or sending.rate or sending.domains or sending.warm_up)

    def ask(self, domain: str) -> Turn:
        """When one more touch to this domain may leave: within a minute (DUE), else when, and why not now."""
        if self._free:
            return Turn(self.now, Reason.DUE)
        names = (RELAY, domain)
        return self._shut(names) or self._warming() or self._in_turn(names)

    @property
    def interval(self) -> timedelta:
        """The time between two letters of one worker, whatever turns they have."""
        return self._interval(RELAY)

    def _shut(self, names: tuple[str, ...]) -> Turn | None:
        ends = [(end, name) for name in names if (end := self._closed_until(name)) is not None]
        if not ends:
            return None
        end, name = max(ends)
        return Turn(end, Reason.RELAY_CLOSED if name == RELAY else Reason.DOMAIN_CLOSED)

    def _closed_until(self, name: str) -> datetime | None:
        route = self._routes.get(name)
        if route is None:
            return None
        if route.closed(self.now):
            return route.closed_until
        tried = route.troubled and self._probes.get(name, 0) >= PROBES
        return self.now + PROBE_WAIT if tried else None

    def _warming(self) -> Turn | None:
        ramp = self.sending.warm_up
        today = local_day(self.now, self._zone)
        limit = ramp.limit(today) if ramp is not None else None
        if limit is None or self._used(today) < limit:
            return None
        return Turn(local_instant(today + timedelta(days=1), time(0), self._zone), Reason.WARM_UP)

    def _in_turn(self, names: tuple[str, str]) -> Turn:
        turns = {name: self._turn(name) for name in names}
        slowest = max(names, key=lambda name: turns[name])
        at = turns[slowest]
        if at > self.now + HORIZON:
            return Turn(self._put_off(slowest, at), Reason.RATE)
        relay, domain = names
        self._take(relay, turns[relay])
        self._take(domain, at)  # at the instant it leaves; the relay's turns go on meanwhile
        return Turn(at, Reason.DUE)

    def _turn(self, name: str) -> datetime:
        """The next free turn of one route."""
        return max(self.now, self._route(name).next_at or self.now)

    def _put_off(self, name: str, at: datetime) -> datetime:
        """To the end of the route's queue, so that those put off come back one by one, and not too late."""
        route = self._route(name)
        end = min(max(at, route.queue_at or at) + self._interval(name), self.now + LONGEST_QUEUE)
        self._keep(replace(route, queue_at=end))
        return end

    def _take(self, name: str, turn: datetime) -> None:
        before, interval = self._route(name), self._interval(name)
        route = replace(before, next_at=turn + interval) if interval else before
        if name == RELAY and self.sending.warm_up is not None:
            today = local_day(self.now, self._zone)
            route = replace(route, day=today, used=self._used(today) + 1)
        if route.troubled:
            self._probes[name] = self._probes.get(name, 0) + 1
        if route.troubled or route != before:
            self._keep(route)

    def _keep(self, route: Route) -> None:
        self._routes[route.name] = route
        # All other touches wait for the answer to the probes; in this batch, PROBES limits them.
        trying = self._probes.get(route.name, 0) > 0
        end = self.now + PROBE_WAIT if trying else route.closed_until
        self.changed[route.name] = replace(route, closed_until=end, probing=trying)

    def _route(self, name: str) -> Route:
        return self._routes.get(name) or Route(name)

    def _interval(self, name: str) -> timedelta:
        rate = self.sending.rate if name == RELAY else self.sending.rate_to(name)
        learned = timedelta(seconds=self._route(name).pace_at(self.now))
        return max(rate.interval if rate else timedelta(0), learned)

    def _used(self, today: date) -> int:
        route = self._route(RELAY)
        return route.used if route.day == today else 0
