"""Routes as rows: read with a batch, written when they answered or a rate binds, and told to the operator."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from leadstore.database.transaction import Transaction
from leadstore.rows import enrolment, outbox, route
from leadstore.tables import TROUBLED
from nurture.deciding.routes import RELAY, Route, close, reopen
from nurture.errors import NotFound
from nurture.words import PACED_REASONS, Closing, EnrolmentState, OutboxKind, Reason, TouchState

PACED = [reason.value for reason in PACED_REASONS]
"""Why a touch waits for its route."""


def read_routes(tx: Transaction, names: Collection[str] | None = None) -> dict[str, Route]:
    """The routes that the store knows, by name; without `names`, all of them."""
    query = select(route).order_by(route.c.name)
    return _by_name(tx, query if names is None else query.where(route.c.name.in_(sorted(names))))


def troubled_routes(tx: Transaction) -> dict[str, Route]:
    """Those that were closed and have taken no letter since: few, or none."""
    return _by_name(tx, _TROUBLED)


def lock_routes(tx: Transaction, names: Collection[str]) -> dict[str, Route]:
    """These routes, made if need be and locked in the order of their names: two workers never deadlock.

    Leads are locked before routes, and routes before sellers, everywhere.
    """
    ordered = sorted(names)
    fresh = [_as_row(Route(name)) for name in ordered]
    tx.execute(_insert(tx).values(fresh).on_conflict_do_nothing())
    query = select(route).where(route.c.name.in_(ordered)).order_by(route.c.name)
    return _by_name(tx, query.with_for_update())


def write_routes(tx: Transaction, routes: Iterable[Route]) -> None:
    """Write these routes over what is known of them; the caller has locked them."""
    rows = [_as_row(one) for one in sorted(routes, key=lambda one: one.name)]
    if rows:
        new = _insert(tx)
        fresh = {column.name: new.excluded[column.name] for column in route.c if column.name != "name"}
        tx.execute(new.on_conflict_do_update(index_elements=["name"], set_=fresh), rows)


def reopen_route(tx: Transaction, name: str) -> None:
    """Open a route by the operator's word; `wake_paced` then lets what waits be looked at.

    Raises:
        NotFound: the store knows no such route.
    """
    write_routes(tx, [reopen(lock_known(tx, name))])


def close_route(tx: Transaction, name: str, until: datetime | None, now: datetime) -> None:
    """Close a route by the operator's word, until then or until it is opened."""
    write_routes(tx, [close(lock_routes(tx, [name])[name], until, now)])


def lock_known(tx: Transaction, name: str) -> Route:
    """A route that the store knows, locked.

    Raises:
        NotFound: it knows no such route.
    """
    found = _by_name(tx, select(route).where(route.c.name == name).with_for_update())
    if name not in found:
        raise NotFound(
            f"there is no route {name!r}", hint="`nurture outbox routes` lists the relay and the domains"
        )
    return found[name]


def wake_paced(tx: Transaction, now: datetime) -> int:
    """Let all that waits for a route be looked at again; returns how many touches and seller mails.

    In a transaction of its own: who holds a route's row must not wait for a lead's.
    """
    notices = (outbox.c.enrolment_id.is_(None)) & (outbox.c.state == TouchState.PLANNED.value)
    told = update(outbox).where(notices, outbox.c.reason.in_(PACED), outbox.c.due_at > now)
    count = tx.execute(told.values(due_at=now)).rowcount
    waiting = select(outbox.c.enrolment_id).where(
        outbox.c.state == TouchState.PLANNED.value, outbox.c.reason.in_(PACED)
    )
    woken: ColumnElement[bool] = (
        enrolment.c.id.in_(waiting)
        & (enrolment.c.state == EnrolmentState.ACTIVE.value)
        & (enrolment.c.due_at > now)
        & enrolment.c.lease_until.is_(None)
    )
    return count + tx.execute(update(enrolment).where(woken).values(due_at=now)).rowcount


_TROUBLED = select(route).where(text(TROUBLED)).order_by(route.c.name)


def _insert(tx: Transaction) -> Any:
    dialect: Any = postgresql if tx.dialect.name == "postgresql" else sqlite
    return dialect.insert(route)


def _by_name(tx: Transaction, query: Any) -> dict[str, Route]:
    return {row.name: _as_route(row) for row in tx.execute(query)}


def _as_route(row: Row[Any]) -> Route:
    found = Route(**row._mapping)
    return replace(found, cause=Closing(found.cause)) if found.cause is not None else found


def _as_row(one: Route) -> dict[str, Any]:
    return {**asdict(one), "cause": one.cause.value if one.cause is not None else None}


def relay_shut(tx: Transaction, now: datetime) -> dict[str, int]:
    """What waits for the relay while it is closed, by the cause of its closing; nothing while it is open.

    Touches that the closing put off, and sellers' mails that are due or were put off.
    """
    relay = troubled_routes(tx).get(RELAY)
    if relay is None or relay.cause is None or not relay.closed(now):
        return {}
    put_off = outbox.c.reason == Reason.RELAY_CLOSED.value
    told = (outbox.c.kind == OutboxKind.SELLER.value) & (put_off | (outbox.c.due_at <= now))
    waits = (outbox.c.state == TouchState.PLANNED.value) & (told | put_off)
    count = tx.scalar(select(func.count()).select_from(outbox).where(waits))
    return {relay.cause.value: int(count)} if count else {}


def count_waiting(tx: Transaction) -> dict[str, int]:
    """How many touches wait for their route, by reason."""
    waits = (outbox.c.state == TouchState.PLANNED.value) & outbox.c.reason.in_(PACED)
    query = select(outbox.c.reason, func.count()).where(waits).group_by(outbox.c.reason)
    return {row[0]: row[1] for row in tx.execute(query)}
