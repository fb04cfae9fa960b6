"""Faults that one item brings about at a stage of the work: what raises there, and how the others fare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.exc import StatementError

from leadstore.handoffs import open_handoffs
from leadstore.outbox.backlog import Waiting, WantedWaiting, find_waiting
from leadstore.rows import handoff, lead, signal
from tests.flows.workshop import SELLERS, Workshop, files
from tests.nurture.gate_world import HOUR

Whom = Callable[..., Iterable[int | None]]
"""The leads that a call is about."""
ERRORS: Mapping[str, Callable[[], Exception]] = {
    "TypeError": lambda: TypeError("Object of type date is not JSON serializable"),
    "RecursionError": lambda: RecursionError("maximum recursion depth exceeded"),
    "StatementError": lambda: StatementError("no", "UPDATE", {}, ValueError("no value of 'Ada'")),
}


@dataclass
class Poison:
    """One lead's data, on which a function of ours chokes until it is `mended`."""

    victim: int
    error: Callable[[], Exception]
    tried: int = 0
    mended: bool = False

    def meet(self, leads: Iterable[int | None]) -> None:
        """Raise if the victim is among these."""
        if not self.mended and self.victim in set(leads):
            self.tried += 1
            raise self.error()

    def into(self, monkeypatch: pytest.MonkeyPatch, targets: str, whom: Whom) -> None:
        """From now on, each of `targets` chokes on whom it is about."""
        for target in targets.split():
            self._into(monkeypatch, target, whom)

    def _into(self, monkeypatch: pytest.MonkeyPatch, target: str, whom: Whom) -> None:
        module, _, name = target.rpartition(".")
        original = getattr(import_module(module), name)

        def chokes(*args: Any, **kwargs: Any) -> Any:
            self.meet(whom(*args, **kwargs))
            return original(*args, **kwargs)

        monkeypatch.setattr(target, chokes)


def mailed(work: Workshop) -> set[int]:
    """The leads that were sent their touch."""
    return {row.lead_id for row in work.rows() if row.kind == "touch" and row.state == "sent"}


def told(work: Workshop) -> set[int]:
    """The leads of whom a seller was told."""
    return {row.lead_id for row in work.rows() if row.kind == "seller" and row.state == "sent"}


def called(work: Workshop) -> set[int]:
    """The leads for whom a call was made."""
    return {row.lead_id for row in work.rows() if row.kind == "webhook" and row.state == "sent"}


def scored(work: Workshop) -> set[int]:
    """The leads that have a score."""
    return {row.id for row in work.rows(lead) if row.score_as_of is not None}


def offered(work: Workshop) -> set[int]:
    """The leads that a seller was offered."""
    return {row.lead_id for row in work.rows(handoff) if row.state == "offered"}


def asks(work: Workshop, now: datetime) -> list[int]:
    """Three leads ask to enter."""
    work.apply(files("- send: hello"))
    ids = [work.lead(name) for name in ("ada", "bob", "cleo")]
    for one in ids:
        work.happens(one, "form.submitted", now)
    return ids


def stands(work: Workshop, now: datetime) -> list[int]:
    """Three leads whom a standing sequence takes in."""
    work.apply(files("- send: hello", "enter: {when: lead.fit >= 10}\n"))
    return [work.lead(name, job_title="Head") for name in ("ada", "bob", "cleo")]


def sweeps(work: Workshop, now: datetime) -> list[int]:
    """Three leads that only the sweep can find."""
    ids = stands(work, now)
    with work.shop.store.begin() as tx:
        tx.execute(update(lead).values(changed=False, fit=50.0, score_as_of=now))
    return ids


def comes(work: Workshop, now: datetime) -> list[int]:
    """Three leads that have no score yet."""
    work.apply(files("- send: hello"))
    return [work.lead(name) for name in ("ada", "bob", "cleo")]


def ripens(work: Workshop, now: datetime) -> list[int]:
    """Three leads that are ready for sales."""
    work.apply(files("- send: hello"))
    ids = [work.lead(name, job_title="Head") for name in ("ada", "bob", "cleo")]
    for one in ids:
        work.happens(one, "demo.requested", now)
    return ids


def waits(work: Workshop, now: datetime) -> list[int]:
    """Three leads whose handoff nobody could be offered; now there are sellers."""
    work.apply(files("- send: hello", sellers=""))
    ids = [work.lead(name) for name in ("ada", "bob", "cleo")]
    with work.shop.store.begin() as tx:
        open_handoffs(tx, dict.fromkeys(ids, "hot"), (), now=now, due=HOUR)
    work.apply(files("- send: hello", sellers=SELLERS), now)
    return ids


def calls(work: Workshop, now: datetime) -> list[int]:
    """Three leads of whom another system is told."""
    work.shop.settings = work.shop.settings.model_copy(update={"webhook_key": SecretStr("k" * 20)})
    work.apply(files("- webhook: crm\n- wait: 1 day"))
    ids = [work.lead(name) for name in ("ada", "bob", "cleo")]
    for one in ids:
        work.happens(one, "form.submitted", now)
    return ids


def whose(tx: Any, signal_ids: Iterable[int]) -> list[int]:
    """The leads of these signals."""
    return list(tx.scalars(select(signal.c.lead_id).where(signal.c.id.in_(list(signal_ids)))))


@dataclass(frozen=True, slots=True)
class Stage:
    """Where one of three leads raises: how it comes to that, in what function, and what it is listed as."""

    name: str
    arrange: Callable[[Workshop, datetime], list[int]]
    target: str
    whom: Whom
    listed: str
    done: Callable[[Workshop], set[int]] = mailed


STAGES = (
    Stage(
        "intake reads",
        asks,
        "flows.work.signals.intake.read_pending",
        whose,
        "signal",
    ),
    Stage(
        "intake applies effects",
        asks,
        "flows.work.signals.intake.apply_effects",
        lambda tx, book, batch, *rest, **more: [one.lead_id for one in batch],
        "signal",
    ),
    Stage(
        "intake scores",
        asks,
        "flows.work.signals.intake.score_leads",
        lambda tx, book, leads, *rest, **more: leads,
        "signal",
    ),
    Stage(
        "intake considers an entry",
        asks,
        "flows.work.signals.intake.consider",
        lambda book, sequence, snapshot, *rest, **more: [snapshot.lead.id],
        "signal",
    ),
    Stage(
        "intake writes entries",
        asks,
        "flows.work.signals.entry.enrol",
        lambda tx, rows: [row["lead_id"] for row in rows],
        "signal",
    ),
    Stage(
        "rescoring",
        comes,
        "flows.work.scoring.batch.score",
        lambda model, maturity, one, *rest, **more: [one.id],
        "lead",
        scored,
    ),
    Stage(
        "standing sequences consider",
        stands,
        "flows.work.signals.entrants.consider",
        lambda book, sequence, snapshot, *rest, **more: [snapshot.lead.id],
        "lead",
    ),
    Stage(
        "standing sequences ask",
        stands,
        "flows.work.signals.entrants.candidates",
        lambda tx, one, now, among=None, *rest, **more: among or (),
        "lead",
    ),
    Stage(
        "the sweep enters",
        sweeps,
        "flows.work.signals.entrants.write_entries",
        lambda tx, release_id, book, entries, *rest, **more: [entry.lead_id for entry, _ in entries],
        "lead",
    ),
    Stage(
        "claiming reads",
        asks,
        "flows.work.sending.touches.read_snapshots",
        lambda tx, ids, *rest, **more: ids,
        "enrolment",
    ),
    Stage(
        "deciding",
        asks,
        "flows.work.sending.touches.decide",
        lambda snapshot, *rest, **more: [snapshot.lead.id],
        "enrolment",
    ),
    Stage(
        "writing plans",
        asks,
        "flows.work.sending.touches.write_plans",
        lambda tx, snapshots, *rest, **more: snapshots,
        "enrolment",
    ),
    Stage(
        "composing",
        asks,
        "flows.work.sending.touches.lead_context",
        lambda book, one: [one.id],
        "touch",
    ),
    Stage(
        "starting",
        asks,
        "flows.work.sending.start.mark_started",
        lambda tx, claims, *rest, **more: [one.lead_id for one in claims],
        "touch",
    ),
    Stage(
        "offering",
        waits,
        "flows.work.handoffs.offer.notify",
        lambda tx, book, offers, *rest, **more: [one.lead_id for one in offers],
        "lead",
        offered,
    ),
    Stage(
        "reading for a notice",
        ripens,
        "flows.work.handoffs.notify.read_for_scoring",
        lambda tx, leads, *rest, **more: leads,
        "notice",
        told,
    ),
    Stage(
        "writing a notice",
        ripens,
        "flows.work.handoffs.notify.make_brief",
        lambda one, *rest, **more: [one.id],
        "notice",
        told,
    ),
    Stage(
        "reading for a webhook",
        calls,
        "flows.work.sending.webhooks.read_snapshots",
        lambda tx, leads, *rest, **more: leads,
        "webhook",
        called,
    ),
    Stage(
        "writing a webhook",
        calls,
        "flows.work.sending.webhooks._body",
        lambda book, claim, known: [known.lead.id],
        "webhook",
        called,
    ),
)
"""Every place of a tick and of a handoff where something is done for one item among several."""


def waiting(work: Workshop, **wanted: Any) -> list[Waiting]:
    """What waits for the operator."""
    with work.shop.store.read() as tx:
        return find_waiting(tx, WantedWaiting(**wanted))
