"""`nurture outbox routes`, `close`, `reopen`: the state of the relay and of recipients' domains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from cyclopts import Parameter

from console.format import as_plain, printable, say_at, say_many
from console.frame import InFrame, note, say, say_json
from console.options import Json, read_span
from leadstore.database.access import latest_moment
from leadstore.outbox.routes import PACED, close_route, count_waiting, read_routes, reopen_route, wake_paced
from leadstore.releases import current_release
from leadstore.store import Store
from nurture.address import AddressError, normalise
from nurture.deciding.routes import RELAY, Route
from nurture.errors import SettingError
from nurture.project.pace import OTHERS, Rate, Sending
from nurture.values import domain_of
from nurture.words import Closing

CAUSES: Mapping[Closing, str] = {
    Closing.SLOW: "it was away, busy, or said that we are too fast",
    Closing.STOPPED: "it does not accept our login, SPF, DKIM or DMARC: mend that, then reopen it",
    Closing.BREAKER: "it refused too large a share of our letters: look at them before it is opened again",
    Closing.OPERATOR: "closed by hand",
}
"""Why a route is closed, in words."""
FAR = timedelta(days=1000)
"""A closing of more than this has no end: the route stays closed until it is reopened by hand."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is shown: the routes, the sending policy, and how many touches wait for a route."""

    routes: Mapping[str, Route]
    sending: Sending
    waiting: Mapping[str, int]  # by reason
    now: datetime


def routes(*, json: Json = False, frame: InFrame) -> int:
    """Show the pace of the relay and of recipients' domains, and which are closed. Exits 1 when one is.

    Parameters
    ----------
    json
        Print {routes, waiting} for machines.
    """
    with frame.store() as store:
        look = _look(store)
    if json:
        say_json({"routes": [as_json(one, look) for one in _all(look)], "waiting": dict(look.waiting)})
    else:
        _show(look)
    return 1 if any(_state(one, look.now) == "closed" for one in look.routes.values()) else 0


def close(
    route: str, /, *, span: Annotated[str | None, Parameter(name="--for")] = None, frame: InFrame
) -> int:
    """Close the relay or a recipient's domain: its touches wait, and nothing else stops.

    Parameters
    ----------
    route
        `relay`, or a domain such as gmail.com.
    span
        For how long, such as "2 hours"; left out, until `nurture outbox reopen`.
    """
    name = _named(route)
    given = read_span(span, "--for cannot be used", 'write it as "2 hours", in quotes')
    with frame.store() as store, store.begin() as tx:
        now = latest_moment(tx, datetime.now(UTC))
        until = None if given is None else now + given
        close_route(tx, name, until, now)
    say(f"{_called(name)} is closed {f'until {say_at(until, UTC)} UTC' if until else 'until it is reopened'}")
    return 0


def reopen(route: str, /, *, frame: InFrame) -> int:
    """Open the relay or a domain again: what closed it is mended. What waits is looked at in the next tick.

    Parameters
    ----------
    route
        `relay`, or a domain such as gmail.com, from `nurture outbox routes`.
    """
    name = _named(route)
    with frame.store() as store:
        with store.begin() as tx:
            reopen_route(tx, name)
        with store.begin() as tx:
            woken = wake_paced(tx, latest_moment(tx, datetime.now(UTC)))
    say(f"{_called(name)} is open; {say_many(woken, 'letter')} may go in the next tick")
    return 0


def _named(route: str) -> str:
    """The relay, or a domain as addresses are kept: lower case, IDNA."""
    name = route.strip().lower()
    if name == RELAY:
        return name
    try:
        return domain_of(normalise(f"someone@{name}"))
    except AddressError:
        raise SettingError(
            f"{route!r} is no route", hint="name the relay, or a domain such as gmail.com"
        ) from None


def as_json(one: Route, look: Look) -> dict[str, Any]:
    """A route: instants are ISO text in UTC, `state` is open, closed or trying, rates are as written."""
    told = {"state": _state(one, look.now), "rate": _rate(one, look), "warm_up": _warm_up(one, look)}
    return {**as_plain(one), **told}


def _look(store: Store) -> Look:
    with store.read() as tx:
        release = current_release(tx)
        found, waiting = read_routes(tx), count_waiting(tx)
        now = latest_moment(tx, datetime.now(UTC))
    return Look(found, _sending(release.files if release else {}), waiting, now)


def _sending(files: Mapping[str, str]) -> Sending:
    from nurture.files.source import load_yaml
    from nurture.project.policy import read_policy
    from nurture.project.shelves import POLICY, spelled

    path = spelled(files, POLICY)
    node, _ = load_yaml(path, files.get(path, ""))
    policy = read_policy(node, path)[0] if node is not None else None
    return policy.sending if policy is not None else Sending()


def _all(look: Look) -> list[Route]:
    """The relay first, then those in trouble, then the rest by name; what the policy names is among them."""
    named = {name: Route(name) for name in (RELAY, *look.sending.domains) if name != OTHERS}
    told = {name: one for name, one in look.routes.items() if name in named or _is_worth_a_line(one, look)}
    known = {**named, **told}
    return sorted(known.values(), key=lambda one: (one.name != RELAY, not one.troubled, one.name))


def _is_worth_a_line(one: Route, look: Look) -> bool:
    """Whether it is in trouble, slowed down, or has answered within the breaker's time."""
    lately = one.since is not None and look.now - one.since <= look.sending.breaker.within
    return one.troubled or lately or bool(one.pace_at(look.now))


def _state(one: Route, now: datetime) -> str:
    if one.closed(now) and not one.probing:
        return "closed"
    return "trying" if one.troubled else "open"


def _rate(one: Route, look: Look) -> str | None:
    rate = look.sending.rate if one.name == RELAY else look.sending.rate_to(one.name)
    learned = one.pace_at(look.now)
    if learned and (rate is None or learned > rate.interval.total_seconds()):
        return f"{max(round(60 / learned), 1)} per minute (slowed down)"
    return None if rate is None else say_rate(rate)


def say_rate(rate: Rate) -> str:
    """A rate as it is written: 600 per minute."""
    units = {1: "second", 60: "minute", 3600: "hour", 86400: "day"}
    return f"{rate.count} per {units[int(rate.span.total_seconds())]}"


def _warm_up(one: Route, look: Look) -> dict[str, Any] | None:
    """How far the day's share is used; the day is the policy's, as the last touch counted it."""
    ramp = look.sending.warm_up
    if one.name != RELAY or ramp is None:
        return None
    day = one.day or look.now.date()
    return {"day": day, "used": one.used, "limit": ramp.limit(day)}


def _called(name: str) -> str:
    return "the relay" if name == RELAY else name


def _show(look: Look) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("route", overflow="fold")
    table.add_column("state", no_wrap=True)
    table.add_column("pace", overflow="fold")
    table.add_column("of late (UTC)", overflow="fold")
    for one in _all(look):
        cells = (_called(one.name), _state(one, look.now), _pace(one, look), _counted(one))
        table.add_row(*(Text(printable(cell)) for cell in cells))
    Console(highlight=False).print(table)
    for one in _all(look):
        if one.troubled:
            say(printable(f"{_called(one.name)}: {_why(one, look.now)}"))
    waiting = ", ".join(f"{look.waiting[reason]} {reason}" for reason in PACED if reason in look.waiting)
    note(f"touches that wait for a route: {waiting or 'none'}")


def _pace(one: Route, look: Look) -> str:
    ramp = _warm_up(one, look)
    share = f"{ramp['used']} of {ramp['limit']} today" if ramp and ramp["limit"] is not None else ""
    return ", ".join(part for part in (_rate(one, look), share) if part) or "as fast as it goes"


def _counted(one: Route) -> str:
    if one.since is None:
        return ""
    return f"{one.taken} taken, {one.refused} refused since {say_at(one.since, UTC)}"


def _why(one: Route, now: datetime) -> str:
    """Until when it is closed, and why; what it said, if it said anything."""
    assert one.closed_until is not None  # a route in trouble has both
    assert one.cause is not None
    until = f"until {say_at(one.closed_until, UTC)}"
    if one.cause is Closing.OPERATOR:
        return f"{CAUSES[one.cause]}, {until if one.closed_until - now < FAR else 'until it is reopened'}"
    if one.closed(now):
        begins = f"a few letters try it, the others wait {until}" if one.probing else f"closed {until}"
    else:
        begins = f"was closed {until}, and is tried with the next letters"
    times = f", time {one.closings} in a row" if one.closings > 1 else ""
    answer = " ".join(str(part) for part in (one.code, one.reply) if part)
    return f"{begins}{times}: {CAUSES[one.cause]}{f' ({answer})' if answer else ''}"
