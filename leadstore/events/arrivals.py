"""Writes what other systems post: whatever many items say, in one transaction and a few set statements."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from leadstore.database.bulk import Bulk
from leadstore.database.transaction import Transaction
from leadstore.events.counts import count_unmapped
from leadstore.events.visitors import keep_waiting, link, living, meet
from leadstore.imports.changes import FileMemory
from leadstore.imports.writes import save_batch
from leadstore.rows import REACHED_AT, address, lead, signal
from leadstore.signals import FUTURE
from nurture.events.values import ItemFate, ItemOutcome, Said, SaidLead, SaidSignal, UnmappedEvent, Who
from nurture.imports.lead import ImportedLead
from nurture.privacy.seals import Seals

ORIGIN = "api"
"""Before a source's name, so that no key's source is taken for one of the engine's own."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item that was read, whose it is, and whether it may make a lead that is not known."""

    source: str
    said: Said
    may_make: bool = False


def write_arrivals(
    tx: Transaction, arrivals: Sequence[Arrival], now: datetime, *, keep: timedelta, seals: Seals
) -> list[ItemOutcome]:
    """Write items of any number of sources; one outcome each, in their order.

    An item that was written before, by its source and id, changes nothing. What a visitor did whom nobody
    knows waits for `keep` at most, and counts from the moment that an address is known. Who was erased is
    known again by `seals`, and is not stored.

    Raises:
        StoreError: nothing was written.
    """
    return _Batch(tx, arrivals, now, keep, seals).write()


def origin(source: str) -> str:
    """The source under which a key's signals are stored."""
    return f"{ORIGIN}:{source}"


Signals = Sequence[tuple[int, Arrival, SaidSignal]]
Leads = Sequence[tuple[int, Arrival, SaidLead]]


class _Batch:
    """One transaction's items, who they are about, and what becomes of each."""

    def __init__(
        self, tx: Transaction, arrivals: Sequence[Arrival], now: datetime, keep: timedelta, seals: Seals
    ) -> None:
        self.tx, self.bulk, self.now, self.keep, self.seals = tx, Bulk(tx), now, keep, seals
        self.arrivals = arrivals
        self.outcomes: dict[int, ItemOutcome] = {}
        self.by_address: dict[str, int] = {}
        self.by_key: dict[str, int] = {}
        self.by_name: dict[str, int | None] = {}  # visitors

    def write(self) -> list[ItemOutcome]:
        every = list(enumerate(self.arrivals))
        signals: Signals = [(n, a, a.said) for n, a in every if isinstance(a.said, SaidSignal)]
        leads: Leads = [(n, a, a.said) for n, a in every if isinstance(a.said, SaidLead)]
        self._look_up([a.said.who for a in self.arrivals if not isinstance(a.said, UnmappedEvent)])
        signals = self._fresh(signals)
        self._meet_visitors(signals, leads)
        self._save_leads(signals, leads)
        self._link(leads)
        self._append(signals)
        self._count()
        return [self.outcomes[number] for number in range(len(self.arrivals))]

    # Whom the items are about.

    def _look_up(self, whose: Sequence[Who]) -> None:
        """Find leads by address and by key: two queries, whatever their number."""
        self._look_up_addresses({who.address for who in whose if who.address})
        keys = {who.key for who in whose if who.key is not None and not who.address}
        if keys:
            rows = _ask(self.bulk, _BY_KEY, keys)
            ahead = {key: into for key, _, into in rows if into is not None}
            self.by_key |= {key: lead_id for key, lead_id, _ in rows}
            if ahead:
                alive = living(self.tx, set(ahead.values()))
                self.by_key |= {key: alive[into] for key, into in ahead.items()}

    def _look_up_addresses(self, addresses: Iterable[str]) -> None:
        if addresses:  # a merged lead's addresses are its winner's
            self.by_address |= dict(map(tuple, _ask(self.bulk, _BY_ADDRESS, addresses)))

    def _lead_of(self, who: Who) -> int | None:
        """The lead that an item is about: by its address, else its key, else its names as a visitor."""
        if who.address:
            return self.by_address.get(who.address)
        known = self.by_key.get(who.key) if who.key is not None else None
        if known is not None:
            return known
        return next((lead_id for name in who.names if (lead_id := self.by_name.get(name)) is not None), None)

    def _meet_visitors(
        self,
        signals: Signals,
        leads: Leads,
    ) -> None:
        names = {name for _, _, said in leads for name in said.who.names}
        for _, _, said in signals:
            if self._lead_of(said.who) is None:
                names |= set(said.who.names)
        if not names:
            return
        self.by_name = meet(self.tx, names, self.now)
        known = {lead_id for lead_id in self.by_name.values() if lead_id is not None}
        if known:
            alive = living(self.tx, known)
            self.by_name = {name: None if one is None else alive[one] for name, one in self.by_name.items()}

    # Leads.

    def _save_leads(
        self,
        signals: Signals,
        leads: Leads,
    ) -> None:
        """Make and change leads as an import does: by what the batch says last of each."""
        rows, members = _Folded(self._addresses_of(leads)), dict[int, list[int]]()
        for number, arrival, said in leads:
            if (row := rows.add(arrival.source, said, self._lead_of(said.who))) is None:
                why = "no lead has this key yet, and no address is named"
                self.outcomes[number] = ItemOutcome(ItemFate.IGNORED, why=why)
                continue
            members.setdefault(row, []).append(number)
        for _, arrival, one in signals:
            unknown = one.who.address and one.who.address not in self.by_address
            if unknown and arrival.may_make:
                rows.add(arrival.source, SaidLead("", one.who), None)
        if not rows.rows:
            return
        counts = save_batch(self.tx, rows.rows, self.now, live=True, memory=FileMemory(self.seals))
        self._look_up_addresses({row.address for row in rows.rows})
        refused = dict(counts.refused)
        for number, whose in members.items():
            outcome = ItemOutcome(ItemFate.ACCEPTED, lead_id=self.by_address.get(rows.rows[number].address))
            if number in refused:
                hint = "say of which lead you speak by its key or by its address"
                outcome = ItemOutcome(ItemFate.REFUSED, 409, refused[number], hint)
            self.outcomes |= dict.fromkeys(whose, outcome)

    def _addresses_of(self, leads: Leads) -> dict[int, str]:
        """Where the known leads are reached that only their keys name."""
        ids = {
            lead_id
            for _, _, said in leads
            if not said.who.address and (lead_id := self._lead_of(said.who)) is not None
        }
        if not ids:
            return {}
        query = select(lead.c.id, address.c.address).join_from(lead, address, REACHED_AT)
        return {row.id: row.address for row in self.tx.execute(query.where(self.bulk.among(lead.c.id, ids)))}

    def _link(self, leads: Leads) -> None:
        """A lead's names are hers from now on, and what waited under them counts."""
        new: dict[str, int] = {}
        for number, _, said in leads:
            outcome = self.outcomes[number]
            if outcome.lead_id is not None:
                new |= {n: outcome.lead_id for n in said.who.names if self.by_name.get(n) != outcome.lead_id}
        if new:
            link(self.tx, new, self.now)
            self.by_name |= new

    # Signals.

    def _fresh(self, signals: Sequence[tuple[int, Arrival, SaidSignal]]) -> Signals:
        """Those that are not known yet; an id that was another type's is refused."""
        known: dict[tuple[str, str], str] = {}
        for source in {arrival.source for _, arrival, _ in signals}:
            ids = [said.id for _, arrival, said in signals if arrival.source == source]
            known |= {(source, one): kind for one, kind in _ask(self.bulk, _KNOWN, ids, origin(source))}
        fresh = []
        for number, arrival, said in signals:
            before = known.get((arrival.source, said.id))
            if before is None:
                known[arrival.source, said.id] = said.type
                fresh.append((number, arrival, said))
            else:
                self.outcomes[number] = _again(before, said)
        return fresh

    def _append(self, signals: Signals) -> None:
        rows, held = [], []
        for number, arrival, said in signals:
            lead_id = self._lead_of(said.who)
            if lead_id is not None:
                rows.append({"lead_id": lead_id, **self._row(arrival.source, said), **_NEW})
                self.outcomes[number] = ItemOutcome(ItemFate.ACCEPTED, lead_id=lead_id)
            elif said.who.called:
                held.append({"visitor": said.who.names[0], **self._row(arrival.source, said)})
                self.outcomes[number] = ItemOutcome(ItemFate.WAITING, why="counts once an address is known")
            else:
                why, hint = "no lead is reached at this address", "post the lead first, or use a key that may"
                self.outcomes[number] = ItemOutcome(ItemFate.REFUSED, 422, why, f"{hint} identify")
        self.bulk.add(signal, rows, unless_known=True)
        if held:
            keep_waiting(self.tx, held, self.now, self.keep)

    def _row(self, source: str, said: SaidSignal) -> dict[str, Any]:
        properties, at = said.properties, said.at
        if at > self.now + FUTURE:
            properties, at = {**properties, "claimed_at": at.isoformat()}, self.now
        return {
            "type": said.type,
            "properties": properties,
            "occurred_at": at,
            "received_at": self.now,
            "source": origin(source),
            "source_id": said.id,
        }

    def _count(self) -> None:
        counts: dict[tuple[str, str], tuple[int, Sequence[str]]] = {}
        for number, arrival in enumerate(self.arrivals):
            if isinstance(event := arrival.said, UnmappedEvent):
                place = (arrival.source, event.name)
                counts[place] = (counts.get(place, (0, ()))[0] + 1, event.properties)
                self.outcomes[number] = _COUNTED
        if counts:
            count_unmapped(self.tx, counts, self.now)


class _Folded:
    """What items say of leads, one row for each lead: a later word on a field replaces an earlier one."""

    def __init__(self, reached_at: Mapping[int, str]) -> None:
        self.rows: list[ImportedLead] = []
        self._reached_at = reached_at
        self._places: dict[str, int] = {}

    def add(self, source: str, said: SaidLead, lead_id: int | None) -> int | None:
        """Take an item; answers the number of its row, or None when no lead can be told from it."""
        where = said.who.address or self._reached_at.get(lead_id or 0, "")
        if not where:
            return None
        number = self._places.setdefault(where, len(self.rows))
        held = self.rows[number] if number < len(self.rows) else ImportedLead(number, origin(source), where)
        consents = {one.topic: one for one in (*held.consents, *said.consents)}
        row = replace(
            held,
            key=said.who.key or held.key,
            profile={**held.profile, **said.profile},
            attributes={**held.attributes, **said.attributes},
            consents=tuple(consents.values()),
        )
        self.rows[number : number + 1] = [row]
        return number


_COUNTED = ItemOutcome(
    ItemFate.UNMAPPED,
    why="events.yaml does not say what it is: it was counted",
    help="`nurture events` shows how to add it",
)
_NEW = {"machine": False, "live": True, "pending": True}


def _again(before: str, said: SaidSignal) -> ItemOutcome:
    if before == said.type:
        return ItemOutcome(ItemFate.DUPLICATE, why="it was posted before, and counts once")
    why = f"an item with this id was posted before as `{before}`"
    return ItemOutcome(
        ItemFate.REFUSED, 409, why, "give each item an id of its own, the same one when it is posted again"
    )


# Said as text, since building them takes as long as running them. Each asks for many values at once.
_BY_ADDRESS = "SELECT address, lead_id FROM address WHERE address {among}"
_BY_KEY = "SELECT key, id, merged_into FROM lead WHERE key {among}"
_KNOWN = (
    "SELECT source_id, type FROM signal WHERE source_id {among} AND source = {mark}"
    " UNION ALL SELECT source_id, type FROM waiting_signal WHERE source_id {among} AND source = {mark}"
)


def _ask(bulk: Bulk, question: str, values: Iterable[str], source: str | None = None) -> Sequence[Any]:
    listed = list(values)
    if bulk.on_postgres:
        statement = question.format(among="= ANY(%s::varchar[])", mark="%s")
        asked: Any = listed
    else:
        statement = question.format(among="IN (SELECT value FROM json_each(?))", mark="?")
        asked = json.dumps(listed)
    parameters = (asked,) if source is None else (asked, source, asked, source)
    return bulk.tx.exec_driver_sql(statement, parameters).all()
