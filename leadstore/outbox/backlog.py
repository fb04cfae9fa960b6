"""All that waits for the operator, from the tables it is kept in: what was set aside, and what failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from leadstore.aside import SetAside, WantedAside, list_aside
from leadstore.database.transaction import Transaction
from leadstore.outbox.failures import FailureFilter, Stuck, find_stuck
from nurture.errors import NotFound
from nurture.words import AsideKind, AsideState, OutboxKind

OUTBOX = {
    OutboxKind.TOUCH.value: AsideKind.TOUCH,
    OutboxKind.SELLER.value: AsideKind.NOTICE,
    OutboxKind.WEBHOOK.value: AsideKind.WEBHOOK,
}
FAILED = (*OUTBOX.values(), AsideKind.ENROLMENT)
"""Kinds that are kept in the outbox, or as an enrolment that is held."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits. `number` is its row in the table of its kind."""

    kind: AsideKind
    number: int
    stage: str  # where it raised, or the step it stands at
    lead_id: int | None
    reason: str  # the type of what was raised, or why it failed
    message: str
    place: str
    state: AsideState
    times: int
    first_at: datetime | None
    last_at: datetime | None
    size: int = 0
    aside: SetAside | None = None

    @property
    def name(self) -> str:
        """What it is called by: its kind and number."""
        return f"{self.kind.value}-{self.number}"


@dataclass(frozen=True, slots=True)
class WantedWaiting:
    """What is meant: things by their names, or all that wait, narrowed by the rest."""

    names: tuple[str, ...] = ()
    kind: AsideKind | None = None
    reason: str | None = None
    before: datetime | None = None
    lead_id: int | None = None


def find_waiting(tx: Transaction, wanted: WantedWaiting) -> list[Waiting]:
    """What is meant, the latest first. By name also what was dropped or put back.

    Raises:
        NotFound: nothing that waits has one of these names.
    """
    if wanted.names:
        return _named(tx, wanted.names)
    found = [*_set_aside(tx, wanted), *_failed(tx, wanted)]
    return sorted(found, key=lambda one: (one.last_at is not None, one.last_at), reverse=True)


def _set_aside(tx: Transaction, wanted: WantedWaiting) -> list[Waiting]:
    if wanted.kind in FAILED:
        return []
    meant = WantedAside((), wanted.kind, wanted.reason, wanted.before, wanted.lead_id)
    return [_of_aside(one) for one in list_aside(tx, meant)]


def _failed(tx: Transaction, wanted: WantedWaiting) -> list[Waiting]:
    if wanted.kind is not None and wanted.kind not in FAILED:
        return []
    stuck, _ = find_stuck(tx, FailureFilter(lead_id=wanted.lead_id))
    return [
        one
        for one in map(_of_stuck, stuck)
        if wanted.kind in (None, one.kind)
        and wanted.reason in (None, one.reason)
        and (wanted.before is None or (one.last_at is not None and one.last_at < wanted.before))
    ]


def _named(tx: Transaction, names: Sequence[str]) -> list[Waiting]:
    found = {one.name: one for one in _by_numbers(tx, [_parsed(name) for name in names])}
    spelt = [name if "-" in name else _bare(found, name) for name in names]
    for name in spelt:
        if name not in found:
            raise NotFound(
                f"nothing that waits is called {name}", hint="`nurture aside list` names what waits"
            )
    return [found[name] for name in dict.fromkeys(spelt)]


def _by_numbers(tx: Transaction, wanted: Sequence[tuple[AsideKind | None, int]]) -> Iterable[Waiting]:
    """What has these numbers; a bare one is a row of what was set aside."""
    kept = tuple(number for kind, number in wanted if kind not in FAILED)
    if kept:
        yield from (_of_aside(one) for one in list_aside(tx, WantedAside(kept)))
    rows = tuple(number for kind, number in wanted if kind in OUTBOX.values())
    if rows:
        yield from map(_of_stuck, find_stuck(tx, FailureFilter(rows))[0])
    held = tuple(number for kind, number in wanted if kind is AsideKind.ENROLMENT)
    if held:
        yield from map(_of_stuck, find_stuck(tx, FailureFilter(enrolments=held))[0])


def _parsed(name: str) -> tuple[AsideKind | None, int]:
    kind, _, number = name.rpartition("-")
    if not (number.isdecimal() and len(number) < 19) or kind not in ("", *AsideKind):
        raise NotFound(
            f"{name} names nothing that waits",
            hint="write it as `nurture aside list` does: signal-12, mail-3, touch-7",
        )
    return (AsideKind(kind) if kind else None), int(number)


def _bare(found: dict[str, Waiting], number: str) -> str:
    named = [one.name for one in found.values() if one.aside is not None and one.number == int(number)]
    return named[0] if named else number


def _of_aside(one: SetAside) -> Waiting:
    return Waiting(
        kind=one.kind,
        number=one.id,
        stage=one.stage.value,
        lead_id=one.lead_id,
        reason=one.error,
        message=one.message,
        place=one.place,
        state=one.state,
        times=one.times,
        first_at=one.first_at,
        last_at=one.last_at,
        size=one.size,
        aside=one,
    )


def _of_stuck(one: Stuck) -> Waiting:
    waiting = Waiting(
        kind=OUTBOX[one.kind],
        number=one.id or 0,
        stage=f"{one.sequence} {one.step}".strip(),
        lead_id=one.lead_id,
        reason=one.reason,
        message=one.reply,
        place="",
        state=AsideState.OPEN,
        times=1,
        first_at=one.settled_at,
        last_at=one.settled_at,
    )
    if one.id is None:
        return replace(waiting, kind=AsideKind.ENROLMENT, number=one.enrolment_id or 0)
    return waiting
