"""A state machine over outbox, withdrawal, suppression, cap and clock: whatever happens, I1 to I6 hold."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from flows.work.sending.letters import Batch, compose
from flows.work.sending.settle import settle
from flows.work.sending.touches import TOUCHES, claim
from flows.work.signals.intake import intake
from leadstore.consents.grants import grant, lift, suppress, withdraw_all
from leadstore.outbox.letters import mark_started
from leadstore.rows import enrolment, handoff, outbox
from leadstore.store import Store
from nurture.words import HOLDS_SLOT, Basis, SuppressionReason
from outbound.testing import LOST_AFTER_DOT, LOST_BEFORE_BODY, MemoryRelay
from tests.faults import invariants
from tests.faults.cases import Trial, remembered
from tests.faults.content_cases import open_always
from tests.faults.databases import Databases
from tests.faults.dying import Died, MortalStore
from tests.flows.workshop import Workshop
from tests.nurture.gate_world import TUESDAY

LEADS = st.integers(1, 4)
SPANS = st.sampled_from([timedelta(minutes=m) for m in (1, 6, 20, 70, 400, 1440, 2900)])
ANSWERS = st.sampled_from(
    [None, None, "450 4.2.1 busy", "550 5.7.1 no", "550 5.1.1 unknown", LOST_BEFORE_BODY, LOST_AFTER_DOT]
)
CAP_SPAN = timedelta(days=2)
STEPS = "- send: hello\n- send: more"
HEAD = "enter: {on: form.submitted, again: 1 minute after exit}\n"


def release(cap: int) -> dict[str, str]:
    """Two touches and again, open at all hours, under this cap."""
    project = open_always(STEPS, HEAD)
    project["nurture.yaml"] = project["nurture.yaml"].replace("2 per 7 days", f"{cap} per 2 days")
    return project


class OutboxMachine(RuleBasedStateMachine):
    """Four leads, a relay with moods, workers that die or pause, an operator and a marketer."""

    databases: Databases
    """Where its stores come from; set before it runs."""

    @initialize()
    def open(self) -> None:
        """A fresh store, and four leads who asked for something."""
        self.trial = Trial(self.databases)
        self.work: Workshop = self.trial.work()
        self.runner = asyncio.Runner()
        self.now = TUESDAY
        self.moods: dict[str, str | None] = {}
        self.work.shop.relay = self.work.relay = MemoryRelay(lambda to: self.moods.get(to))
        self.caps: list[tuple[datetime, int]] = []
        self.left: dict[int, dict[str, Any]] = {}  # address -> who left it, and what stood then
        self.paused: list[Batch] = []
        self.known: dict[int, int] = {}  # number -> lead id
        self.applies(2)
        for number in range(1, 5):
            title = {"job_title": "Head"} if number == 4 else {}
            self.known[number] = self.work.lead(f"lead{number}", **title)
        self.enter()

    def teardown(self) -> None:
        """Days pass in peace: nothing stays in hand."""
        self.moods, self.work.relay.away = {}, None
        for span in (timedelta(hours=1), timedelta(hours=5), *[timedelta(days=2)] * 3):
            self.now += span
            self._tick()
        left = [*invariants.settled(self._evidence())]
        self.runner.close()
        self.trial.close()
        assert left == []

    @rule()
    def enter(self) -> None:
        """All four ask for something again; the fourth is one that sales waits for."""
        for lead_id in self.known.values():
            self.work.happens(lead_id, "form.submitted", self.now)

    @rule(number=LEADS)
    def asks_for_a_demo(self, number: int) -> None:
        """A hand is raised."""
        self.work.happens(self.known[number], "demo.requested", self.now)

    @rule(number=LEADS, answer=ANSWERS)
    def relay_answers(self, number: int, answer: str | None) -> None:
        """What the relay says to one lead's letters from now on."""
        self.moods[f"lead{number}@leads.example"] = answer

    @rule(away=st.booleans())
    def relay_is_away(self, away: bool) -> None:
        """Nobody listens, or somebody again."""
        self.work.relay.away = "no route" if away else None

    @rule(span=SPANS)
    def ticks(self, span: timedelta) -> None:
        """Time passes, then one tick; and a second at the same moment changes nothing (I6)."""
        self.now += span
        self._tick()
        before, taken = self._rows(), len(self.work.relay.letters)
        self._tick()

        assert (self._rows(), len(self.work.relay.letters)) == (before, taken)

    @rule(at=st.integers(1, 14), before=st.booleans(), span=SPANS)
    def dies(self, at: int, before: bool, span: timedelta) -> None:
        """Time passes, and a worker is killed at one of its commits."""
        self.now += span
        whole: Store = self.work.shop.store
        mortal = MortalStore(whole.url, at, before=before)
        self.work.shop.store = mortal
        try:
            self._tick()
        except Died:
            pass
        finally:
            self.work.shop.store = whole
            mortal.close()

    @rule(span=SPANS)
    def pauses(self, span: timedelta) -> None:
        """Time passes; a worker takes in what happened, claims what is due, and falls asleep."""
        self.now += span
        self.runner.run(intake(self.work.shop, self.now))
        batch = claim(self.work.shop, self.now, 10)
        if batch.claims:
            self.paused.append(batch)

    @precondition(lambda self: self.paused)
    @rule(settles=st.booleans(), span=st.sampled_from([timedelta(), timedelta(), timedelta(minutes=20)]))
    def resumes(self, settles: bool, span: timedelta) -> None:
        """It wakes up, maybe too late; starts what it still may, speaks, and settles or dies."""
        self.now += span
        batch, shop = self.paused.pop(0), self.work.shop
        letters, _ = compose(shop, TOUCHES, batch, batch.claims, self.now)
        with shop.store.begin() as tx:
            go = mark_started(tx, batch.claims, self.now)
        wanted = [one for one in letters if one.outbox_id in go]
        deliveries = self.runner.run(shop.relay.send(wanted, lambda: self.now))
        if settles:
            settle(shop, deliveries, self.now)

    @rule(span=SPANS, number=LEADS, leave=st.sampled_from(["withdraws", "is_suppressed"]), late=st.booleans())
    def leaves_while_a_worker_sleeps(self, span: timedelta, number: int, leave: str, late: bool) -> None:
        """Claimed, then the lead leaves, then the worker goes on: with its lease, or without."""
        self.enter()
        self.pauses(span)
        getattr(self, leave)(number)
        if self.paused:
            self.resumes(True, timedelta(minutes=20 * late))

    @rule(span=SPANS, at=st.integers(4, 14), before=st.booleans())
    def dies_and_is_recovered(self, span: timedelta, at: int, before: bool) -> None:
        """A worker dies with work in hand; another one takes over once the lease has run out."""
        self.enter()
        self.dies(at, before, span)
        self.ticks(timedelta(minutes=20))

    @rule(number=LEADS)
    def withdraws(self, number: int) -> None:
        """A lead leaves."""
        self._leave(number, lambda tx, where: withdraw_all(tx, where, self.now, "page"))

    @rule(number=LEADS)
    def is_suppressed(self, number: int) -> None:
        """An operator bars an address."""
        why = SuppressionReason.OPERATOR
        self._leave(number, lambda tx, where: suppress(tx, [where], why, self.now, "operator"))

    @rule(number=LEADS)
    def comes_back(self, number: int) -> None:
        """It opts in again, and the operator lifts what was in force."""
        where = self.known[number]
        self.now += timedelta(minutes=1)
        with self.work.shop.store.begin() as tx:
            lift(tx, where, self.now)
            grant(tx, where, "guides", Basis.OPT_IN, self.now, "form")
        self.left.pop(where, None)

    @rule(cap=st.integers(1, 3))
    def applies(self, cap: int) -> None:
        """A marketer changes the cap."""
        self.now += timedelta(minutes=1)
        self.work.apply(release(cap), self.now)
        self.caps.append((self.now, cap))
        self.now += timedelta(minutes=1)

    @invariant()
    def holds(self) -> None:
        """I1, I3, I4, I5, and one row for each touch."""
        if not hasattr(self, "work"):
            return
        evidence = self._evidence()
        wrong = [
            *invariants.left_alone(evidence),
            *invariants.handed_once(evidence),
            *self._over_cap(evidence),
        ]
        doubled = [name for name, count in Counter(evidence.received).items() if count > 1]
        states = {row.message_id: row.state for row in evidence.rows}
        strange = {states.get(name) for name in evidence.received} - {"sent", "uncertain", "started"}
        unheard = [n for n, state in states.items() if state == "sent" and n not in evidence.received]

        assert (wrong, doubled, strange, unheard) == ([], [], set(), [])

    def _over_cap(self, evidence: invariants.Evidence) -> list[str]:
        """Every slot was within the cap in force when it was reserved."""
        slots = [r for r in evidence.rows if r.slot_at and r.kind == "touch" and r.state in HOLDS_SLOT]
        found = []
        for one in slots:
            cap = next(cap for since, cap in reversed(self.caps) if since <= one.slot_at)
            near = [
                r
                for r in slots
                if r.address_id == one.address_id and one.slot_at - CAP_SPAN < r.slot_at <= one.slot_at
            ]
            if len(near) > cap:
                found.append(f"I4: {len(near)} slots of address {one.address_id} under a cap of {cap}")
        return found

    def _leave(self, number: int, act: Any) -> None:
        where = self.known[number]  # an address has its lead's number here
        columns = (outbox.c.id, outbox.c.attempt, outbox.c.state)
        with self.work.shop.store.begin() as tx:
            act(tx, where)
            rows = tx.execute(select(*columns).where(outbox.c.address_id == where)).all()
        self.left[where] = {"address_id": where, "rows": [tuple(row) for row in rows]}

    def _tick(self) -> None:
        self.runner.run(self.work.tick(self.now))

    def _rows(self) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.work.rows()]

    def _evidence(self) -> invariants.Evidence:
        work = self.work
        rows, runs, offers = work.rows(), work.rows(enrolment), work.rows(handoff)
        return invariants.Evidence(rows, runs, offers, remembered(work), list(self.left.values()))
