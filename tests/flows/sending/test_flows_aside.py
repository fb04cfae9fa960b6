"""Whatever an item of a batch raises, the rest goes on: at every stage of the work, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flows.work.aside.retrial import drop_all, put_back_all
from flows.work.aside.sieve import sieve
from flows.work.scoring.rescore import rescore
from flows.work.signals.intake import intake
from leadstore.aside import WantedAside, list_aside, payloads
from leadstore.rows import consent, enrolment, handoff, lead, signal, suppression
from leadstore.store import Store
from nurture.errors import StoreGone
from nurture.values import Delivery, Letter
from nurture.words import Remedy, Sig
from outbound.testing import MemoryRelay
from tests.faults.dying import Died
from tests.flows.poison import ERRORS, STAGES, Poison, Stage, asks, comes, mailed, ripens, waiting
from tests.flows.signals.test_flows_mailing import LATER, Postbox
from tests.flows.workshop import Workshop, files, workshop
from tests.inbound.mails import letter
from tests.nurture.gate_world import DAY, HOUR, TUESDAY

SOON = TUESDAY + HOUR / 4
MENDED = TUESDAY + HOUR


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop over a fresh store."""
    return workshop(store, tmp_path)


@pytest.fixture(autouse=True)
def relay_that_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Webhooks are made by the relay's twin: no network."""

    async def make(caller: Any, calls: Sequence[Any], now: Callable[[], Any]) -> list[Delivery]:
        return [Delivery(c.outbox_id, c.attempt, Remedy.TAKEN, now(), 200, "") for c in calls]

    monkeypatch.setattr("outbound.webhooks.Caller.make", make)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("stage", STAGES, ids=lambda one: one.name.replace(" ", "-"))
async def test_the_rest_of_a_batch_goes_on(
    work: Workshop, monkeypatch: pytest.MonkeyPatch, stage: Stage, error: str
) -> None:
    """One item raises: the others are done, it is listed and not tried again, and done once put back."""
    ids = stage.arrange(work, TUESDAY)
    poison = Poison(ids[1], ERRORS[error])
    poison.into(monkeypatch, stage.target, stage.whom)

    await work.tick()
    done, listed, tried = stage.done(work), waiting(work), poison.tried
    await work.tick(SOON)
    tried_again = poison.tried - tried
    poison.mended = True
    raised = put_back_all(work.shop, listed, MENDED)
    await work.tick(MENDED)

    assert done == {ids[0], ids[2]}
    assert [(one.kind, one.lead_id) for one in listed] == [(stage.listed, ids[1])]
    assert (tried > 0, tried_again, raised) == (True, 0, [])
    assert stage.done(work) == set(ids)
    assert waiting(work) == []


async def test_two_equal_answers_in_one_tick(work: Workshop) -> None:
    """Two sellers accept, two send back, all between two ticks: each answer counts."""
    work.apply(files("- send: hello"))
    ids = [work.lead(name, job_title="Head") for name in ("ada", "bob", "cleo", "dan")]
    for one in ids:
        work.happens(one, "demo.requested")
    await work.tick()
    for one, kind in zip(ids, ["handoff.accepted"] * 2 + ["handoff.rejected"] * 2, strict=True):
        work.happens(one, kind, SOON)

    counts = await work.tick(SOON)

    assert [row.state for row in work.rows(handoff)] == ["accepted"] * 2 + ["rejected"] * 2
    assert (counts.get("set_aside"), [row for row in work.rows(signal) if row.pending]) == (None, [])


async def test_a_second_lot_of_answers_in_one_signal_batch_with_other_signals(work: Workshop) -> None:
    """Two leads won in the tick in which two others are recycled end their handoffs."""
    work.apply(files("- send: hello"))
    ids = [work.lead(name, job_title="Head") for name in ("ada", "bob", "cleo", "dan")]
    for one in ids:
        work.happens(one, "demo.requested")
    await work.tick()
    for one, kind in zip(ids, ["deal.won"] * 2 + ["lead.recycled"] * 2, strict=True):
        work.happens(one, kind, SOON)

    await work.tick(SOON)

    assert {row.state for row in work.rows(handoff) if row.lead_id in ids[:2]} == {"closed"}


def withdrawn(work: Workshop) -> list[Any]:
    """Consents that were withdrawn."""
    with work.shop.store.read() as tx:
        return list(tx.execute(select(consent).where(consent.c.state == "withdrawn")))


FORBIDS = {
    "everything is withdrawn": ("consent.withdrawn", {}),
    "a topic is withdrawn": ("consent.withdrawn", {"topic": "guides"}),
    "an odd topic is withdrawn": ("consent.withdrawn", {"topic": {"not": "text"}}),
    "spam": ("mail.complained", {}),
    "no such mailbox": ("mail.bounced", {"hard": True}),
}


@pytest.mark.parametrize(
    "broken", ["", "flows.work.signals.effects.read_pending"], ids=["whole", "unreadable"]
)
@pytest.mark.parametrize("said", FORBIDS)
async def test_what_a_poisoned_signal_forbids_holds(
    work: Workshop, monkeypatch: pytest.MonkeyPatch, said: str, broken: str
) -> None:
    """A lead who cannot be scored leaves all the same, even where the signal cannot be read."""
    ids = asks(work, TUESDAY)
    await intake(work.shop, TUESDAY)
    kind, properties = FORBIDS[said]
    for one in ids[:2]:
        work.happens(one, kind, TUESDAY, **properties)
    poison = Poison(ids[1], ERRORS["TypeError"])
    poison.into(
        monkeypatch, "flows.work.scoring.batch.score", lambda model, maturity, one, *rest, **more: [one.id]
    )
    if broken:
        Poison(ids[1], ERRORS["RecursionError"]).into(monkeypatch, broken, lambda tx, signals: [ids[1]])

    await work.tick(SOON)

    assert mailed(work) == {ids[2]}
    assert {row.address_id for row in [*withdrawn(work), *work.rows(suppression)]} >= set(ids[:2])


async def test_a_lead_that_cannot_be_scored_is_still_known_to_be_mailed(
    work: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay has taken the letters: all are sent, none is in doubt, and the score follows later."""
    ids = asks(work, TUESDAY)
    poison = Poison(ids[1], ERRORS["TypeError"])
    poison.into(monkeypatch, "flows.work.sending.settle.score_leads", lambda tx, book, leads, now: leads)

    counts = await work.tick()
    poison.mended = True
    await work.tick(SOON)

    assert (counts["sent"], [row.state for row in work.rows()]) == (3, ["sent"] * 3)
    assert [row.state for row in work.rows(enrolment)] == ["completed"] * 3
    assert [row.type for row in work.rows(signal) if row.pending] == []
    assert sorted(row.lead_id for row in work.rows(signal) if row.type == "touch.sent") == ids


async def test_an_enrolment_that_cannot_go_on_is_held_and_its_letter_is_sent(
    work: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where even the next step cannot be found, the letter stays sent, and is never sent again."""
    ids = asks(work, TUESDAY)
    poison = Poison(ids[1], ERRORS["RecursionError"])
    poison.into(
        monkeypatch, "flows.work.sending.positions.step_over", lambda *given, **more: [given[3].lead_id]
    )

    await work.tick()
    listed = waiting(work)
    poison.mended = True
    put_back_all(work.shop, listed, MENDED)
    await work.tick(MENDED)

    assert [(one.kind, one.lead_id) for one in listed] == [("enrolment", ids[1])]
    assert [row.state for row in work.rows()] == ["sent"] * 3
    assert len(work.relay.letters) == 3
    assert [row.state for row in work.rows(enrolment)] == ["completed"] * 3


async def test_a_doubt_that_cannot_be_settled_is_a_doubt_all_the_same(
    work: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker died with three letters; one enrolment chokes: all three are uncertain, that one is held."""
    ids = asks(work, TUESDAY)

    async def dies(letters: Sequence[Letter], now: Callable[[], Any]) -> list[Delivery]:
        raise Died

    work.shop.relay = relay = MemoryRelay()
    monkeypatch.setattr(relay, "send", dies)
    with pytest.raises(Died):
        await work.tick()
    poison = Poison(ids[1], ERRORS["TypeError"])
    poison.into(
        monkeypatch, "flows.work.sending.positions.step_over", lambda *given, **more: [given[3].lead_id]
    )

    await work.tick(TUESDAY + HOUR)

    assert [row.state for row in work.rows()] == ["uncertain"] * 3
    assert sorted(row.state for row in work.rows(enrolment)) == ["completed", "completed", "held"]


async def test_a_full_pass_goes_on_behind_a_lead_that_raises(
    work: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New rules score everybody; whom they break is set aside, and the pass comes to its end."""
    ids = comes(work, TUESDAY)
    await rescore(work.shop, TUESDAY)
    poison = Poison(ids[1], ERRORS["TypeError"])
    poison.into(
        monkeypatch, "flows.work.scoring.batch.score", lambda model, maturity, one, *rest, **more: [one.id]
    )
    poison.into(
        monkeypatch, "flows.work.scoring.rescore.score_by_sets", lambda tx, book, by, ids, now, **more: ids
    )

    first = await rescore(work.shop, SOON, full=True)
    second = await rescore(work.shop, SOON, full=True)

    assert (first["rescored"], first["set_aside"], first["behind"]) == (2, 1, 0)
    assert (second["rescored"], second["set_aside"]) == (2, 0)


async def test_an_outage_sets_nobody_aside(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is away stops the tick as ever: it would meet the next item as well."""
    ids = asks(work, TUESDAY)
    poison = Poison(ids[1], lambda: StoreGone("the disk is full"))
    poison.into(monkeypatch, "flows.work.signals.intake.score_leads", lambda tx, book, leads, now: leads)

    with pytest.raises(StoreGone):
        await work.tick()
    poison.mended = True
    await work.tick(SOON)

    assert (waiting(work), mailed(work)) == ([], set(ids))


async def test_what_is_dropped_is_not_tried_again(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator gives a signal up: it stays what it is, and the lead is not entered by it."""
    ids = asks(work, TUESDAY)
    poison = Poison(ids[1], ERRORS["TypeError"])
    poison.into(monkeypatch, "flows.work.signals.intake.score_leads", lambda tx, book, leads, now: leads)
    await work.tick()
    poison.mended = True

    drop_all(work.shop, waiting(work), SOON)
    await work.tick(MENDED)

    assert (waiting(work), mailed(work)) == ([], {ids[0], ids[2]})


async def test_what_raises_again_counts_how_often(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put back without being mended, it is set aside again under its own name."""
    ids = asks(work, TUESDAY)
    poison = Poison(ids[1], ERRORS["TypeError"])
    poison.into(monkeypatch, "flows.work.signals.intake.score_leads", lambda tx, book, leads, now: leads)
    await work.tick()
    [first] = waiting(work)

    put_back_all(work.shop, [first], SOON)
    await work.tick(SOON)

    [second] = waiting(work)
    assert (second.name, second.times, second.reason) == (first.name, 2, "TypeError")


async def test_a_mail_that_raises_is_kept_as_it_came(
    work: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reply that cannot be recorded is set aside with its bytes, the next is read, and a retry reads it."""
    box = Postbox(work, tmp_path / "box")
    await box.mail_ada()
    broken, fine = (letter(text, about=box.message_id, name=text) for text in ("odd", "fine"))
    ids = [row.id for row in work.rows(lead)]
    poison = Poison(ids[0], ERRORS["StatementError"])
    poison.into(
        monkeypatch,
        "flows.work.signals.mail.record_reply",
        lambda tx, sent, mail, *rest, **more: ids if b"odd" in mail.raw else [],
    )
    box.put(broken)
    box.put(fine)

    first, second = await box.read(), await box.read(LATER + HOUR)
    [kept] = waiting(work)
    with work.shop.store.read() as tx:
        held = payloads(tx, [kept.number])
    refused = put_back_all(work.shop, [kept], LATER + HOUR)
    poison.mended = True
    taken = put_back_all(work.shop, waiting(work), LATER + HOUR)

    assert (first, second) == ({"set_aside": 1, "replied": 1}, {})
    assert (kept.kind, kept.reason, list(held.values())) == ("mail", "ValueError", [broken])
    assert ([one.name for one in refused], taken, waiting(work)) == ([kept.name], [], [])
    assert sum(row.type == "mail.replied" for row in work.rows(signal)) == 2
    with work.shop.store.read() as tx:
        assert payloads(tx, [kept.number]) == {}


def test_a_batch_without_trouble_is_one_transaction(store: Store) -> None:
    """The hot path pays nothing: one transaction, no savepoint."""
    seen: list[Sequence[int]] = []

    def work(tx: Any, ids: Sequence[int]) -> int:
        assert not tx.in_nested_transaction()
        seen.append(ids)
        return len(ids)

    found = sieve(store, lambda tx, among: among or [1, 2, 3], work, put_apart=lambda tx, culprits: None)

    assert (found.found, found.done, found.apart, seen) == (3, [3], (), [[1, 2, 3]])


def test_one_culprit_among_a_thousand_costs_a_few_transactions(store: Store) -> None:
    """Halves are tried, not items: about two for each doubling."""
    tried: list[int] = []

    def work(tx: Any, ids: Sequence[int]) -> int:
        tried.append(len(ids))
        if 700 in ids:
            raise RecursionError
        return len(ids)

    found = sieve(store, lambda tx, among: among or range(1000), work, put_apart=lambda tx, culprits: None)

    assert (sum(found.done), found.apart) == (999, [700])
    assert len(tried) < 25


def test_two_writers_that_met_are_nobodys_fault(store: Store) -> None:
    """An item that raises once and not again is done."""
    tried: list[Sequence[int]] = []

    def work(tx: Any, ids: Sequence[int]) -> int:
        tried.append(ids)
        if len(tried) == 1:
            raise KeyError("met")
        return len(ids)

    found = sieve(store, lambda tx, among: among or [1], work, put_apart=lambda tx, culprits: None)

    assert (found.done, found.apart) == ([1], [])


def test_what_cannot_even_be_taken_stops_the_work(store: Store) -> None:
    """No item is at fault before there is one."""

    def take(tx: Any, among: Sequence[int] | None) -> Sequence[int]:
        raise ValueError("no book")

    with pytest.raises(ValueError, match="no book"):
        sieve(store, take, lambda tx, ids: None, put_apart=lambda tx, culprits: None)


async def test_nothing_private_is_written_down(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an error quotes of a lead stays out of the list."""
    ids = asks(work, TUESDAY)
    secret = ValueError("cannot read 'Ada Lovelace' <ada@leads.example> 0123456789")
    poison = Poison(ids[1], lambda: secret)
    poison.into(monkeypatch, "flows.work.signals.intake.score_leads", lambda tx, book, leads, now: leads)

    await work.tick()

    [one] = waiting(work)
    assert one.message == "cannot read … <…> …"
    assert one.place.startswith("flows.work.signals.intake:")
    with work.shop.store.read() as tx:
        assert len(list_aside(tx, WantedAside())) == 1


ODD: Sequence[Any] = (None, "", "x" * 5000, -1, 2**62, 1e308, [], {}, [[[]]], {"a": {"b": []}}, True, "0")
"""What a careless system may put where a word is expected."""
NAMES = ("topic", "basis", "hard", "address_id", "reason", "duplicate_of", "asset", "webinar", "outbox")


@pytest.mark.parametrize("kind", Sig)
async def test_no_property_of_a_signal_stops_the_others(work: Workshop, kind: Sig) -> None:
    """Twelve leads send every core signal with odd properties: who asked beside them is mailed."""
    work.apply(files("- send: hello"))
    good = work.lead("good")
    for at, odd in enumerate(ODD):
        work.happens(work.lead(f"odd{at}"), kind, **dict.fromkeys(NAMES, odd))
    work.happens(good, "form.submitted")

    await work.tick()

    assert good in mailed(work)
    assert [row for row in work.rows(signal) if row.pending] == []
    assert {one.kind for one in waiting(work)} <= {"signal"}


async def test_filters(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is narrowed by kind, reason, age and lead."""
    ids = ripens(work, TUESDAY)
    poison = Poison(ids[1], ERRORS["TypeError"])
    poison.into(monkeypatch, "flows.work.signals.intake.score_leads", lambda tx, book, leads, now: leads)
    await work.tick()

    narrowed = [
        len(waiting(work, **wanted))
        for wanted in (
            {"kind": "signal"},
            {"kind": "touch"},
            {"reason": "TypeError"},
            {"reason": "render_failed"},
            {"before": TUESDAY - DAY},
            {"before": TUESDAY + DAY},
            {"lead_id": ids[1]},
            {"lead_id": ids[0]},
            {"names": ("1",)},
        )
    ]

    assert narrowed == [1, 0, 1, 0, 0, 1, 1, 0, 1]
